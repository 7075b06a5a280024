package io.leukocyte.responder;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes bounds of age of what stands in policy files; collects every problem. */
final class AgeReader {
  private static final List<String> KEYS =
      List.of(
          "recycle",
          "description",
          "containers",
          "images",
          "labels",
          "max-age",
          "jitter",
          "mode",
          "grace",
          "settle",
          "within",
          "drain",
          "keep");
  private static final List<String> MODES = List.of("enforce", "dry-run");
  private static final Duration YOUNGEST = Duration.ofMinutes(10);
  private static final Duration OLDEST = Duration.ofDays(365);

  /** So long the container before is kept unless it is said. */
  private static final Duration KEPT = Duration.ofHours(24);

  /** So long its connections may last unless it is said: there is no hurry. */
  private static final Duration DRAINED = Duration.ofSeconds(10);

  private final List<Problem> problems;
  private final Map<String, Position> names;

  /**
   * Makes a reader.
   *
   * @param names of policies read so far, with their places; those read here are added
   */
  AgeReader(List<Problem> problems, Map<String, Position> names) {
    this.problems = problems;
    this.names = names;
  }

  /** Whether an item of a policy file is one. */
  static boolean isOne(YamlNode item) {
    return item instanceof YamlNode.Mapping mapping
        && mapping.entries().stream().anyMatch(e -> e.key().text().equals("recycle"));
  }

  /** Reads one; empty when it has problems. */
  Optional<AgeLimit> read(YamlNode item) {
    int before = problems.size();
    Optional<Fields> found = Fields.of(item, "a recycle by age", KEYS, problems);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Fields fields = found.get();
    fields.text("description");
    Optional<String> name = name(fields);
    AgeLimit.Scope scope = scope(fields);
    Optional<Duration> maxAge = fields.duration("max-age", YOUNGEST, OLDEST);
    if (fields.node("max-age").isEmpty()) {
      fields.missing("max-age", "write max-age: 24h");
    }
    Duration jitter = fields.duration("jitter", Duration.ZERO, OLDEST).orElse(Duration.ZERO);
    if (maxAge.isPresent() && jitter.compareTo(maxAge.get()) > 0) {
      add(fields, "jitter", "jitter is longer than max-age", "write a shorter one");
    }
    boolean enforced = enforced(fields);
    Recycle how = ChangeReader.recycle(fields, DRAINED, Optional.of(KEPT), Optional.empty());
    return problems.size() == before && name.isPresent() && maxAge.isPresent()
        ? Optional.of(
            new AgeLimit(name.get(), item.at(), scope, maxAge.get(), jitter, enforced, how))
        : Optional.empty();
  }

  private void add(Fields fields, String key, String what, String todo) {
    problems.add(fields.problem(key, what, todo));
  }

  private Optional<String> name(Fields fields) {
    Optional<String> name = fields.text("recycle");
    if (name.isPresent()) {
      Position at = fields.problem("recycle", "", "").at();
      Position first = names.putIfAbsent(name.get(), at);
      if (first != null) {
        add(
            fields,
            "recycle",
            "the name '" + Fields.shown(name.get()) + "' stands twice, first at " + first,
            "rename one: the audit goes by the name");
      }
    }
    return name;
  }

  private AgeLimit.Scope scope(Fields fields) {
    AgeLimit.Scope scope =
        new AgeLimit.Scope(
            fields.texts("containers"), fields.texts("images"), fields.texts("labels"));
    if (List.of("containers", "images", "labels").stream()
        .allMatch(key -> fields.node(key).isEmpty())) {
      add(
          fields,
          "recycle",
          "it names no containers: all would be recycled",
          "name some by labels, images or containers");
    }
    return scope;
  }

  private boolean enforced(Fields fields) {
    String word = fields.text("mode").orElse("dry-run");
    if (!MODES.contains(word)) {
      String hint = Suggestion.didYouMean(word, MODES);
      add(
          fields,
          "mode",
          "unknown mode '" + Fields.shown(word) + "'",
          hint.isEmpty() ? "write enforce or dry-run" : hint);
    }
    return word.equals("enforce");
  }
}
