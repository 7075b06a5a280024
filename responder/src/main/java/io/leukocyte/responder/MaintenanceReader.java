package io.leukocyte.responder;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import io.leukocyte.responder.Maintenance.Effect;
import io.leukocyte.responder.Maintenance.When;
import io.leukocyte.rules.Condition;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes maintenance windows of what stands in policy files; collects every problem. */
final class MaintenanceReader {
  private static final List<String> KEYS =
      List.of(
          "maintenance",
          "description",
          "containers",
          "labels",
          "condition",
          "from",
          "to",
          "days",
          "at",
          "for",
          "zone",
          "effect");
  private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
  private static final List<String> EFFECTS = List.of("off", "dry-run", "approve");
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(7);

  private final List<Problem> problems;
  private final Map<String, Position> names = new HashMap<>();

  MaintenanceReader(List<Problem> problems) {
    this.problems = problems;
  }

  /** Whether an item of a policy file is a window. */
  static boolean isOne(YamlNode item) {
    return item instanceof YamlNode.Mapping mapping
        && mapping.entries().stream().anyMatch(e -> e.key().text().equals("maintenance"));
  }

  /** Reads a window; empty when it has problems. */
  Optional<Maintenance> read(YamlNode item) {
    int before = problems.size();
    Optional<Fields> found = Fields.of(item, "a maintenance window", KEYS, problems);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Fields fields = found.get();
    fields.text("description");
    Optional<String> name = name(fields);
    Maintenance.Scope scope =
        new Maintenance.Scope(
            fields.texts("containers"), fields.texts("labels"), condition(fields));
    Optional<When> when = when(fields);
    Effect effect = effect(fields);
    return problems.size() == before && name.isPresent() && when.isPresent()
        ? Optional.of(new Maintenance(name.get(), scope, when.get(), effect))
        : Optional.empty();
  }

  private void add(Fields fields, String key, String what, String todo) {
    problems.add(fields.problem(key, what, todo));
  }

  private Optional<String> name(Fields fields) {
    Optional<String> name = fields.text("maintenance");
    if (name.isPresent()) {
      Position at = fields.problem("maintenance", "", "").at();
      Position first = names.putIfAbsent(name.get(), at);
      if (first != null) {
        add(
            fields,
            "maintenance",
            "the maintenance window '"
                + Fields.shown(name.get())
                + "' stands twice, first at "
                + first,
            "rename one: the audit goes by the name");
      }
    }
    return name;
  }

  private Optional<Condition> condition(Fields fields) {
    Position at = fields.problem("condition", "", "").at();
    return fields.text("condition").flatMap(text -> Condition.parse(text, at, problems));
  }

  private Optional<When> when(Fields fields) {
    boolean once = fields.node("from").isPresent() || fields.node("to").isPresent();
    boolean weekly = fields.node("at").isPresent() || fields.node("days").isPresent();
    ZoneId zone = zone(fields);
    if (once == weekly) {
      add(
          fields,
          "maintenance",
          "a maintenance window needs one time, either 'from' and 'to' or 'days', 'at' and 'for'",
          "write from: 2026-11-22T20:00 and to: 2026-11-22T23:00, or days: [sat], at: \"02:00\""
              + " and for: 3h");
      return Optional.empty();
    }
    return once ? once(fields, zone) : weekly(fields, zone);
  }

  private Optional<When> once(Fields fields, ZoneId zone) {
    if (fields.node("for").isPresent()) {
      add(fields, "for", "'for' does not go with 'from' and 'to'", "remove it");
    }
    Optional<Instant> from = instant(fields, "from", zone);
    Optional<Instant> to = instant(fields, "to", zone);
    if (from.isEmpty() || to.isEmpty()) {
      return Optional.empty();
    }
    if (!from.get().isBefore(to.get())) {
      add(fields, "to", "'to' is not after 'from'", "exchange them");
    }
    return Optional.of(new When.Once(from.get(), to.get()));
  }

  private Optional<Instant> instant(Fields fields, String key, ZoneId zone) {
    if (fields.node(key).isEmpty()) {
      fields.missing(key, "write " + key + ": 2026-11-22T20:00");
    }
    return fields
        .text(key)
        .flatMap(text -> {
          try {
            boolean offset = text.matches(".*T.*([zZ]|[+-]\\d\\d:\\d\\d)");
            return Optional.of(
                offset
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDateTime.parse(text).atZone(zone).toInstant());
          } catch (DateTimeException e) {
            add(
                fields,
                key,
                key + " is '" + Fields.shown(text) + "': not a time",
                "write one such as 2026-11-22T20:00 or 2026-11-22T20:00+01:00");
            return Optional.empty();
          }
        });
  }

  private Optional<When> weekly(Fields fields, ZoneId zone) {
    if (fields.node("at").isEmpty()) {
      fields.missing("at", "write at: \"02:00\"");
    }
    if (fields.node("for").isEmpty()) {
      fields.missing("for", "write for: 3h");
    }
    Set<DayOfWeek> days = days(fields);
    Optional<Duration> length = fields.duration("for", SHORTEST, LONGEST);
    Optional<LocalTime> at = fields.text("at").flatMap(text -> time(fields, text));
    return at.isPresent() && length.isPresent()
        ? Optional.of(new When.Weekly(days, at.get(), length.get(), zone))
        : Optional.empty();
  }

  private Optional<LocalTime> time(Fields fields, String text) {
    try {
      return Optional.of(LocalTime.parse(text));
    } catch (DateTimeException e) {
      add(
          fields,
          "at",
          "at is '" + Fields.shown(text) + "': not a time of day",
          "write one such as \"02:00\"");
      return Optional.empty();
    }
  }

  private Set<DayOfWeek> days(Fields fields) {
    if (fields.node("days").isEmpty()) {
      return EnumSet.allOf(DayOfWeek.class);
    }
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String word : fields.texts("days")) {
      int number = DAYS.indexOf(word.toLowerCase(Locale.ROOT));
      if (number < 0) {
        String hint = Suggestion.didYouMean(word, DAYS);
        add(
            fields,
            "days",
            "unknown day '" + Fields.shown(word) + "'",
            hint.isEmpty() ? "there are " + String.join(", ", DAYS) : hint);
      } else {
        days.add(DayOfWeek.of(number + 1));
      }
    }
    return days;
  }

  private ZoneId zone(Fields fields) {
    return fields
        .text("zone")
        .flatMap(text -> {
          try {
            return Optional.of(ZoneId.of(text));
          } catch (DateTimeException e) {
            String hint = Suggestion.didYouMean(text, ZoneId.getAvailableZoneIds());
            add(
                fields,
                "zone",
                "unknown time zone '" + Fields.shown(text) + "'",
                hint.isEmpty() ? "write one such as Europe/Zurich" : hint);
            return Optional.<ZoneId>empty();
          }
        })
        .orElse(ZoneOffset.UTC);
  }

  private Effect effect(Fields fields) {
    String word = fields.text("effect").orElse("off");
    return switch (word) {
      case "off" -> Effect.OFF;
      case "dry-run" -> Effect.DRY_RUN;
      case "approve" -> Effect.APPROVE;
      default -> {
        String hint = Suggestion.didYouMean(word, EFFECTS);
        add(
            fields,
            "effect",
            "unknown effect '" + Fields.shown(word) + "'",
            hint.isEmpty() ? "there are " + String.join(", ", EFFECTS) : hint);
        yield Effect.OFF;
      }
    };
  }
}
