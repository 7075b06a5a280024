package io.leukocyte.responder;

import io.leukocyte.events.Text;
import io.leukocyte.events.config.ByteSizes;
import io.leukocyte.events.config.Durations;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys of a mapping in a policy file; what is wrong with them goes to the list of problems. */
final class Fields {
  private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}) ?%");

  private final YamlNode.Mapping mapping;
  private final String what;
  private final List<Problem> problems;

  private Fields(YamlNode.Mapping mapping, String what, List<Problem> problems) {
    this.mapping = mapping;
    this.what = what;
    this.problems = problems;
  }

  /**
   * The keys of a mapping.
   *
   * @param node a mapping, or nothing, which has no keys
   * @param what the mapping is, for messages: "a policy", "guard"
   * @param known the keys it may have
   * @return empty when it is something else; that is a problem
   */
  static Optional<Fields> of(
      YamlNode node, String what, List<String> known, List<Problem> problems) {
    if (node instanceof YamlNode.Scalar scalar && scalar.isNull()) {
      return of(new YamlNode.Mapping(node.at(), List.of()), what, known, problems);
    }
    if (!(node instanceof YamlNode.Mapping mapping)) {
      problems.add(
          new Problem(
              node.at(),
              what + " must be a mapping, not " + node.description(),
              known.isEmpty()
                  ? "write {}"
                  : "write 'key: value' with " + String.join(", ", known)));
      return Optional.empty();
    }
    for (YamlNode.Entry entry : mapping.entries()) {
      String key = entry.key().text();
      if (!known.contains(key)) {
        String hint = Suggestion.didYouMean(key, known);
        problems.add(
            new Problem(
                entry.key().at(),
                "unknown key '" + shown(key) + "' in " + what,
                hint.isEmpty() ? allowed(known) : hint));
      }
    }
    return Optional.of(new Fields(mapping, what, problems));
  }

  private static String allowed(List<String> known) {
    return known.isEmpty() ? "remove it" : "it may have " + String.join(", ", known);
  }

  static String shown(String text) {
    return Text.clip(Text.printable(text), 100);
  }

  /** The value of a key; a key without a value is a problem. */
  Optional<YamlNode> node(String key) {
    return mapping.get(key);
  }

  /** Where the key's value stands, else where the mapping does. */
  Problem problem(String key, String text, String todo) {
    return new Problem(mapping.get(key).map(YamlNode::at).orElse(mapping.at()), text, todo);
  }

  /** Says that a key is missing, and is needed. */
  void missing(String key, String todo) {
    problems.add(new Problem(mapping.at(), what + " has no '" + key + "'", todo));
  }

  /** A text. */
  Optional<String> text(String key) {
    Optional<YamlNode> node = mapping.get(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (node.get() instanceof YamlNode.Scalar scalar && !scalar.text().isBlank()) {
      return Optional.of(scalar.text());
    }
    wrong(key, node.get(), "text");
    return Optional.empty();
  }

  /** A list of texts; one text is a list of one. */
  List<String> texts(String key) {
    Optional<YamlNode> node = mapping.get(key);
    return switch (node.orElse(null)) {
      case null -> List.of();
      case YamlNode.Sequence sequence -> items(key, sequence);
      case YamlNode.Scalar scalar -> text(key).map(List::of).orElse(List.of());
      case YamlNode.Mapping other -> {
        wrong(key, other, "a list");
        yield List.of();
      }
    };
  }

  private List<String> items(String key, YamlNode.Sequence sequence) {
    List<String> texts = new ArrayList<>();
    for (YamlNode item : sequence.items()) {
      if (item instanceof YamlNode.Scalar scalar && !scalar.text().isBlank()) {
        texts.add(scalar.text());
      } else {
        wrong(key, item, "a list of text");
      }
    }
    if (sequence.items().isEmpty()) {
      problems.add(new Problem(sequence.at(), key + " is an empty list", "remove it"));
    }
    return texts;
  }

  /** A duration within bounds, both included. */
  Optional<Duration> duration(String key, Duration least, Duration most) {
    return text(key).flatMap(text -> duration(key, text, least, most));
  }

  /** A duration that must be there; the least one stands for one that is not. */
  Duration needed(String key, Duration least, Duration most, String todo) {
    if (node(key).isEmpty()) {
      missing(key, todo);
    }
    return duration(key, least, most).orElse(least);
  }

  /** True or false; false when it is left out. */
  boolean truth(String key) {
    Optional<String> text = text(key);
    if (text.isPresent() && !text.get().equals("true") && !text.get().equals("false")) {
      wrong(key, text.get(), "neither true nor false", "write true or false");
    }
    return text.filter("true"::equals).isPresent();
  }

  private Optional<Duration> duration(String key, String text, Duration least, Duration most) {
    String bounds = Durations.format(least) + " to " + Durations.format(most);
    try {
      Duration value = Durations.parse(text);
      if (value.compareTo(least) >= 0 && value.compareTo(most) <= 0) {
        return Optional.of(value);
      }
      wrong(key, text, "out of bounds", "write a duration from " + bounds);
    } catch (IllegalArgumentException e) {
      wrong(key, text, "not a duration", "write one such as 30s, 15m or 1h, from " + bounds);
    }
    return Optional.empty();
  }

  /** An amount of bytes within bounds, both included. */
  Optional<Long> bytes(String key, long least, long most) {
    return text(key)
        .flatMap(text -> {
          String bounds = ByteSizes.format(least) + " to " + ByteSizes.format(most);
          try {
            long value = ByteSizes.parse(text);
            if (value >= least && value <= most) {
              return Optional.of(value);
            }
            wrong(key, text, "out of bounds", "write an amount from " + bounds);
          } catch (IllegalArgumentException e) {
            wrong(key, text, "not an amount of bytes", "write one such as 5MB, from " + bounds);
          }
          return Optional.empty();
        });
  }

  /** A whole number within bounds, both included. */
  Optional<Integer> number(String key, int least, int most) {
    return text(key)
        .flatMap(text -> {
          if (text.matches("\\d{1,9}")) {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
              return Optional.of(value);
            }
          }
          String todo = "write a whole number from " + least + " to " + most;
          wrong(key, text, "not such a number", todo);
          return Optional.empty();
        });
  }

  /** A percentage from 1 to 100. */
  Optional<Integer> percent(String key) {
    return text(key)
        .flatMap(text -> {
          Matcher matcher = PERCENT.matcher(text);
          if (matcher.matches()) {
            int value = Integer.parseInt(matcher.group(1));
            if (value >= 1 && value <= 100) {
              return Optional.of(value);
            }
          }
          wrong(key, text, "not a share", "write a percentage from 1% to 100%");
          return Optional.empty();
        });
  }

  private void wrong(String key, YamlNode node, String wanted) {
    problems.add(
        new Problem(
            node.at(),
            key + " in " + what + " must be " + wanted + ", not " + node.description(),
            ""));
  }

  private void wrong(String key, String text, String why, String todo) {
    problems.add(problem(key, key + " in " + what + " is '" + shown(text) + "': " + why, todo));
  }
}
