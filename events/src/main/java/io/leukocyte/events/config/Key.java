package io.leukocyte.events.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A setting that can be made. In the file it is {@code kafka: {bootstrap: …}} or {@code
 * kafka.bootstrap: …}; in the environment {@code LEUKO_KAFKA_BOOTSTRAP}. A secret can also be read
 * from a file: {@code kafka.password-file}, {@code LEUKO_KAFKA_PASSWORD_FILE}.
 *
 * @param <T> what its value is in the program
 * @param name lower-case words with dots and dashes between, such as {@code
 *     collector.flush-interval}
 * @param type how its value is written
 * @param fallback the value when it is not set
 * @param description what it does, one sentence for documentation
 * @param secret whether its value is never printed
 */
public record Key<T>(
    String name, ValueType<T> type, T fallback, String description, boolean secret) {
  private static final Pattern FORM = Pattern.compile("[a-z0-9]+([.-][a-z0-9]+)*");
  private static final String ENVIRONMENT = "LEUKO_";

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException when it has another form
   */
  public Key {
    if (!FORM.matcher(name).matches()) {
      throw new IllegalArgumentException("Not a setting's name: '" + name + "'");
    }
  }

  /** A setting with a default. */
  public static <T> Key<T> of(String name, ValueType<T> type, T fallback, String description) {
    return new Key<>(name, type, fallback, description, false);
  }

  /** A setting that may be left out. */
  public static <T> Key<Optional<T>> optional(String name, ValueType<T> type, String description) {
    return new Key<>(name, type.optional(), Optional.empty(), description, false);
  }

  /** A secret that may be left out. */
  public static Key<Optional<String>> secret(String name, String description) {
    return new Key<>(name, ValueType.text().optional(), Optional.empty(), description, true);
  }

  /** The variable's name in the environment. */
  public String variable() {
    return variable(name);
  }

  static String variable(String name) {
    return ENVIRONMENT + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /** The name of the setting that names the secret's file. */
  String fileName() {
    return name + "-file";
  }
}
