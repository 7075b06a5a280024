package io.leukocyte.events.config;

import io.leukocyte.events.Text;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How a setting's value is written and read.
 *
 * @param <T> what it is in the program; immutable
 */
public final class ValueType<T> {
  private final String name;
  private final String hint;
  private final Function<YamlNode, T> reader;
  private final Function<T, String> writer;

  private ValueType(
      String name, String hint, Function<YamlNode, T> reader, Function<T, String> writer) {
    this.name = name;
    this.hint = hint;
    this.reader = reader;
    this.writer = writer;
  }

  /** What it is called in documentation: {@code duration}, {@code list of text} … */
  public String name() {
    return name;
  }

  /** What to write, for messages: {@code write a duration such as 100ms, 5m or 1h30m}. */
  String hint() {
    return hint;
  }

  /**
   * Reads a value; the environment gives a scalar.
   *
   * @throws IllegalArgumentException when it has another form; the message is one clause
   */
  T read(YamlNode node) {
    return reader.apply(node);
  }

  /** The value as a person would write it in one line. */
  String write(T value) {
    return writer.apply(value);
  }

  /** Whether the value may be a mapping of keys that only the user knows. */
  boolean takesMapping() {
    return name.startsWith("map");
  }

  private static <T> ValueType<T> scalar(
      String name, String hint, Function<String, T> parser, Function<T, String> writer) {
    return new ValueType<>(name, hint, node -> parser.apply(text(node)), writer);
  }

  private static String text(YamlNode node) {
    if (node instanceof YamlNode.Scalar scalar) {
      return scalar.text();
    }
    throw new IllegalArgumentException("a single value is expected, not " + node.description());
  }

  /** Any text that is not empty. */
  public static ValueType<String> text() {
    return scalar("text", "write some text", ValueType::notEmpty, Function.identity());
  }

  private static String notEmpty(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty");
    }
    return text;
  }

  /** A whole number within bounds, both included. */
  public static ValueType<Integer> integer(int least, int most) {
    String hint = "write a whole number from " + least + " to " + most;
    return scalar("integer", hint, text -> (int) within(whole(text), least, most), String::valueOf);
  }

  private static long whole(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a whole number", e);
    }
  }

  private static long within(long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException("out of bounds");
    }
    return value;
  }

  /** True or false. */
  public static ValueType<Boolean> bool() {
    return scalar("boolean", "write true or false", ValueType::parseBoolean, String::valueOf);
  }

  private static Boolean parseBoolean(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("neither true nor false");
    };
  }

  /** A duration within bounds, both included. */
  public static ValueType<Duration> duration(Duration least, Duration most) {
    String hint =
        "write a duration such as 100ms, 5m or 1h30m, from "
            + Durations.format(least)
            + " to "
            + Durations.format(most);
    return scalar(
        "duration",
        hint,
        text -> {
          Duration value = Durations.parse(text);
          if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("out of bounds");
          }
          return value;
        },
        Durations::format);
  }

  /** An amount of bytes within bounds, both included. */
  public static ValueType<Long> bytes(long least, long most) {
    String hint =
        "write an amount such as 256KiB or 2GiB, from "
            + ByteSizes.format(least)
            + " to "
            + ByteSizes.format(most);
    return scalar(
        "bytes", hint, text -> within(ByteSizes.parse(text), least, most), ByteSizes::format);
  }

  /** A path; relative ones are of the working directory. */
  public static ValueType<Path> path() {
    return scalar("path", "write a path", ValueType::parsePath, Path::toString);
  }

  private static Path parsePath(String text) {
    try {
      return Path.of(notEmpty(text));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("not a path", e);
    }
  }

  /** A TCP or UDP port; 0 asks for any that is free. */
  public static ValueType<Integer> port() {
    return scalar(
        "port",
        "write a port from 0 to 65535",
        text -> (int) within(whole(text), 0, 65535),
        String::valueOf);
  }

  /** An absolute http or https address. */
  public static ValueType<URI> url() {
    return scalar(
        "url",
        "write an address such as http://127.0.0.1:9200",
        ValueType::parseUrl,
        URI::toString);
  }

  private static URI parseUrl(String text) {
    try {
      URI uri = new URI(text);
      String scheme = uri.getScheme();
      if (uri.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("not an http or https address", e);
    }
    throw new IllegalArgumentException("not an http or https address");
  }

  /** One of an enum's constants, written lower case with dashes. */
  public static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
    Map<String, E> words = new TreeMap<>();
    for (E constant : type.getEnumConstants()) {
      words.put(word(constant), constant);
    }
    String all = String.join(", ", words.keySet());
    return scalar(
        "one of " + all,
        "write one of " + all,
        text -> {
          E constant = words.get(text.toLowerCase(Locale.ROOT));
          if (constant == null) {
            String suggestion = Suggestion.didYouMean(text, words.keySet());
            throw new IllegalArgumentException(
                "unknown" + (suggestion.isEmpty() ? "" : ", " + suggestion));
          }
          return constant;
        },
        ValueType::word);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Texts: a YAML list, or one line with commas between them. */
  public static ValueType<List<String>> list() {
    return listOf(
        "list of text", "write a list, or texts with commas between", Function.identity());
  }

  /** Some of these words: a YAML list, or one line with commas between them. */
  public static ValueType<List<String>> words(Collection<String> allowed) {
    Set<String> words = new TreeSet<>(allowed);
    return listOf(
        "list of words",
        "write some of " + String.join(", ", words),
        text -> {
          if (words.contains(text)) {
            return text;
          }
          String suggestion = Suggestion.didYouMean(text, words);
          throw new IllegalArgumentException(
              "'" + text + "' is unknown" + (suggestion.isEmpty() ? "" : ", " + suggestion));
        });
  }

  /** Addresses of servers: a YAML list, or one line with commas between them. */
  public static ValueType<List<HostPort>> hosts() {
    return listOf(
        "list of host:port", "write host:port, several with commas between", HostPort::parse);
  }

  private static <T> ValueType<List<T>> listOf(
      String name, String hint, Function<String, T> parser) {
    return new ValueType<>(
        name,
        hint,
        node -> items(node).stream().map(parser).toList(),
        values -> values.stream().map(Object::toString).collect(Collectors.joining(",")));
  }

  private static List<String> items(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar s ->
          Arrays.stream(s.text().split(",", -1))
              .map(String::strip)
              .filter(item -> !item.isEmpty())
              .toList();
      case YamlNode.Sequence s -> {
        List<String> items = new ArrayList<>();
        for (YamlNode item : s.items()) {
          items.add(notEmpty(text(item)));
        }
        yield items;
      }
      case YamlNode.Mapping m ->
          throw new IllegalArgumentException("a list is expected, not a mapping");
    };
  }

  /** Texts by name: a YAML mapping, or one line {@code name=text,name=text}. */
  public static ValueType<Map<String, String>> map() {
    return new ValueType<>(
        "map of text",
        "write a mapping, or name=text with commas between",
        ValueType::entries,
        ValueType::writeEntries);
  }

  private static Map<String, String> entries(YamlNode node) {
    Map<String, String> entries = new TreeMap<>();
    if (node instanceof YamlNode.Mapping mapping) {
      mapping.entries().forEach(e -> entries.put(e.key().text(), text(e.value())));
    } else {
      for (String item : items(node)) {
        int equals = item.indexOf('=');
        if (equals < 1) {
          throw new IllegalArgumentException("'" + Text.clip(item, 80) + "' has no name and '='");
        }
        entries.put(item.substring(0, equals).strip(), item.substring(equals + 1).strip());
      }
    }
    return Collections.unmodifiableMap(entries);
  }

  private static String writeEntries(Map<String, String> entries) {
    return entries.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(","));
  }

  /** The same, or nothing when it is not set. */
  ValueType<Optional<T>> optional() {
    return new ValueType<>(
        name, hint, node -> Optional.of(reader.apply(node)), value -> value.map(writer).orElse(""));
  }
}
