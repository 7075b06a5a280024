package io.leukocyte.deploy;

import io.leukocyte.events.config.ByteSizes;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Amounts of bytes on the command line, as in the settings: {@code 256KiB}, {@code 100MB}. */
final class ByteSizeConverter implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    try {
      return ByteSizes.parse(text.trim());
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(
          "'" + text + "' is not an amount of bytes; write 256KiB, 100MB or 2GiB");
    }
  }
}
