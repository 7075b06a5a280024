package io.leukocyte.events.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The settings of all roles: from one file, from the environment, which wins, or by default. A
 * configuration that exists has no problem left: every value was read and is within its bounds.
 */
public final class Config {
  private static final String MASK = "********";
  private static final Pattern SECRET_NAME =
      Pattern.compile("password|secret|token|jaas|ssl\\.keystore\\.key", Pattern.CASE_INSENSITIVE);

  private final Map<String, Value<?>> values;

  private Config(Map<String, Value<?>> values) {
    this.values = values;
  }

  /**
   * A setting's value and where it comes from.
   *
   * @param key the setting
   * @param value its value
   * @param given whether it was set
   * @param at where it was set
   * @param origin the same for people: default, file:line, environment
   */
  record Value<T>(Key<T> key, T value, boolean given, Position at, String origin) {
    String written() {
      return key.type().write(value);
    }

    String line() {
      String shown = key.secret() && given ? MASK : shown(this);
      return key.name() + " = " + (shown.isEmpty() ? "" : shown + " ") + "(" + origin + ")";
    }
  }

  /** The value as written, with secrets in a map of other programs' settings masked. */
  private static String shown(Value<?> value) {
    return value.value() instanceof Map<?, ?> map
        ? map.entrySet().stream()
            .map(e -> e.getKey() + "=" + (isSecret(e.getKey()) ? MASK : e.getValue()))
            .collect(Collectors.joining(","))
        : value.written();
  }

  private static boolean isSecret(Object name) {
    return SECRET_NAME.matcher(String.valueOf(name)).find();
  }

  private static Object plain(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.isPresent() ? optional.get() : "";
    }
    return value;
  }

  /**
   * The values that must never be shown: of secret settings, and of names in maps that say so, such
   * as {@code sasl.jaas.config} among the properties of Kafka's clients.
   */
  public List<String> secrets() {
    List<String> secrets = new ArrayList<>();
    for (Value<?> value : values.values()) {
      Object content = plain(value.value());
      if (content instanceof Map<?, ?> map) {
        map.forEach((name, text) -> {
          if (value.key().secret() || isSecret(name)) {
            secrets.add(String.valueOf(text));
          }
        });
      } else if (value.key().secret() && value.given()) {
        secrets.add(String.valueOf(content));
      }
    }
    return secrets;
  }

  /**
   * Reads the settings.
   *
   * @param file YAML; null for none
   * @param env the environment; only names that begin with {@code LEUKO_} are looked at
   * @param known all settings there are, of every role
   * @throws ConfigException with all problems when there is any: unknown names, values that cannot
   *     be read or are out of bounds, a file that cannot be read
   */
  public static Config load(
      @Nullable Path file, Map<String, String> env, Collection<Key<?>> known) {
    if (file == null) {
      return parse("none", "", env, known);
    }
    List<Problem> problems = new ArrayList<>();
    String text = readText(file, problems);
    return read(file.toString(), text, env, known, problems);
  }

  /**
   * Reads the settings from a text instead of a file.
   *
   * @param name the text's name in messages
   * @param text YAML; may be empty
   * @param env the environment
   * @param known all settings there are
   * @throws ConfigException with all problems when there is any
   */
  public static Config parse(
      String name, String text, Map<String, String> env, Collection<Key<?>> known) {
    return read(name, text, env, known, new ArrayList<>());
  }

  /** Every setting at its default. */
  public static Config defaults(Collection<Key<?>> known) {
    return parse("none", "", Map.of(), known);
  }

  private static String readText(Path file, List<Problem> problems) {
    Position at = new Position(file.toString(), 1, 1);
    try {
      return UserFile.read(file);
    } catch (NoSuchFileException e) {
      problems.add(new Problem(at, "there is no such file", "create it or name another"));
    } catch (CharacterCodingException e) {
      problems.add(new Problem(at, "not UTF-8", "save it as UTF-8"));
    } catch (IOException e) {
      problems.add(
          new Problem(
              at,
              "cannot be read: " + UserFile.problem(e),
              "name a file of settings that this user may read"));
    }
    return "";
  }

  private static Config read(
      String name,
      String text,
      Map<String, String> env,
      Collection<Key<?>> known,
      List<Problem> problems) {
    ConfigReader reader = new ConfigReader(known, problems);
    Yaml.read(name, text, problems).ifPresent(reader::file);
    reader.environment(env);
    Map<String, Value<?>> values = new LinkedHashMap<>();
    for (Key<?> key : known) {
      values.put(key.name(), reader.value(key));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(
          problems.stream().sorted(Comparator.comparing(Problem::at)).toList());
    }
    return new Config(values);
  }

  /**
   * The value of a setting.
   *
   * @throws IllegalArgumentException when the setting was not among the known ones
   */
  public <T> T get(Key<T> key) {
    return value(key).value();
  }

  /** Whether the setting was made, in the file or in the environment. */
  public boolean isSet(Key<?> key) {
    return value(key).given();
  }

  /** A problem with a setting's value that only shows beside other settings. */
  public Problem problem(Key<?> key, String what, String todo) {
    return new Problem(value(key).at(), key.name() + ": " + what, todo);
  }

  @SuppressWarnings("unchecked") // a value is stored under the key that read it
  private <T> Value<T> value(Key<T> key) {
    Value<?> value = values.get(key.name());
    if (value == null || !value.key().equals(key)) {
      throw new IllegalArgumentException("Not a known setting: " + key.name());
    }
    return (Value<T>) value;
  }

  /**
   * The settings in force, one line each: {@code key = value (default|file:line|environment)}.
   * Secrets are masked.
   */
  public List<String> effective() {
    return values.values().stream().map(Value::line).toList();
  }

  /**
   * The settings as a table for documentation, in Markdown.
   *
   * @param keys the settings, in the order of the table's rows
   */
  public static String document(Collection<Key<?>> keys) {
    StringBuilder table = new StringBuilder();
    table.append("| setting | environment | type | default | what it is |\n");
    table.append("|---|---|---|---|---|\n");
    for (Key<?> key : keys) {
      String fallback = fallback(key);
      table
          .append("| `%s` | `%s` | ".formatted(key.name(), key.variable()))
          .append(key.secret() ? secretType(key) : key.type().name())
          .append(fallback.isEmpty() ? " | | " : " | `" + fallback + "` | ")
          .append(key.description().replace("|", "\\|"))
          .append(" |\n");
    }
    return table.toString();
  }

  private static String secretType(Key<?> key) {
    String type = key.type().name();
    return type.startsWith("map") ? "secret " + type : "secret text";
  }

  private static <T> String fallback(Key<T> key) {
    return key.type().write(key.fallback());
  }
}
