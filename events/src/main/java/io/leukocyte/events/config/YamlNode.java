package io.leukocyte.events.config;

import io.leukocyte.events.Text;
import java.util.List;
import java.util.Optional;

/** A value in a YAML file, with its place. */
public sealed interface YamlNode {
  /** Where it begins. */
  Position at();

  /** What it is, for messages: "a mapping", "a list", "text". */
  default String description() {
    return switch (this) {
      case Scalar s ->
          s.isNull() ? "nothing" : "'" + Text.clip(Text.printable(s.text()), 200) + "'";
      case Sequence s -> "a list";
      case Mapping m -> "a mapping";
    };
  }

  /**
   * A single value.
   *
   * @param at where it begins
   * @param text its text as resolved by YAML, without quotes
   * @param quoted whether it was quoted or a block, hence text whatever it looks like
   */
  record Scalar(Position at, String text, boolean quoted) implements YamlNode {
    /** Whether it is an unquoted nothing, {@code ~} or {@code null}. */
    public boolean isNull() {
      return !quoted && (text.isEmpty() || text.equals("~") || text.equals("null"));
    }
  }

  /**
   * A list.
   *
   * @param at where it begins
   * @param items its items
   */
  record Sequence(Position at, List<YamlNode> items) implements YamlNode {
    /** Copies the list. */
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /**
   * Keys and values, in the file's order; a key stands once.
   *
   * @param at where it begins
   * @param entries keys with their values
   */
  record Mapping(Position at, List<Entry> entries) implements YamlNode {
    /** Copies the list. */
    public Mapping {
      entries = List.copyOf(entries);
    }

    /** The value of a key. */
    public Optional<YamlNode> get(String key) {
      return entries.stream().filter(e -> e.key().text().equals(key)).map(Entry::value).findFirst();
    }
  }

  /**
   * A key with its value.
   *
   * @param key the key
   * @param value the value
   */
  record Entry(Scalar key, YamlNode value) {}
}
