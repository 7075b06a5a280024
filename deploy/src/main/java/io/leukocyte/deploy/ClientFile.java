package io.leukocyte.deploy;

import io.leukocyte.events.config.UserFile;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

/** How to reach an embedded server, as a Java properties file that only its owner may read. */
final class ClientFile {
  private ClientFile() {}

  static void write(Path file, Map<String, String> entries) {
    Properties properties = new Properties();
    properties.putAll(entries);
    StringWriter text = new StringWriter();
    try {
      properties.store(text, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    PrivateFiles.write(file, text.toString());
  }

  /** Empty if there is no such file. */
  static Optional<Map<String, String>> read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (CharacterCodingException | IllegalArgumentException e) {
      throw new EnvironmentException(
          "Cannot read %s: it is damaged; start leuko up again, which writes it anew."
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new EnvironmentException(
          "Cannot read %s: %s; run as the user who started leuko up, or as root."
              .formatted(file, UserFile.problem(e)),
          e);
    }
    return Optional.of(
        properties.stringPropertyNames().stream()
            .collect(Collectors.toUnmodifiableMap(name -> name, properties::getProperty)));
  }
}
