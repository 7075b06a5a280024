package io.leukocyte.rules;

import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an entry of a rule file that is a baseline: its form, not what its condition refers to. */
final class BaselineReader {
  private static final Set<String> KEYS =
      Set.of(
          "baseline",
          "desc",
          "condition",
          "by",
          "learn",
          "watch",
          "paths",
          "exceptions",
          "priority",
          "tags",
          "enabled",
          "tests");
  private static final Pattern LABEL = Pattern.compile("container\\.label\\[([^\\]]+)\\]");
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(90);
  private static final int MOST_EXCEPTIONS = 500;

  private final Entry entry;
  private final BaselineDefinition definition;
  private boolean sound = true;

  private BaselineReader(Entry entry, BaselineDefinition definition) {
    this.entry = entry;
    this.definition = definition;
  }

  static void read(Entry entry, RuleFile file, Definitions definitions) {
    entry.checkKeys(KEYS);
    Optional<YamlNode.Scalar> name = entry.scalar("baseline");
    if (name.isEmpty()) {
      return;
    }
    String text = name.get().text().strip();
    BaselineDefinition before = definitions.baselines.get(text);
    if (!entry.has("watch") && (entry.has("enabled") || entry.has("exceptions"))) {
      if (before == null) {
        entry.problem(
            entry.at(),
            "nothing to change: the baseline '" + text + "' is not defined before this",
            "");
        return;
      }
      change(entry, before);
      return;
    }
    BaselineDefinition definition = new BaselineDefinition(text, name.get().at(), file.baseName());
    new BaselineReader(entry, definition).read();
    definitions.baselines.put(text, definition);
  }

  /** An entry without {@code watch} switches an earlier one on or off, or adds exceptions to it. */
  private static void change(Entry entry, BaselineDefinition before) {
    for (String key : KEYS) {
      if (entry.has(key) && !Set.of("baseline", "enabled", "exceptions").contains(key)) {
        entry.problem(
            entry.node(key).map(YamlNode::at).orElse(entry.at()),
            "an entry without watch changes 'enabled' and 'exceptions' only, not '" + key + "'",
            "add 'watch:' to define the baseline anew");
      }
    }
    entry.truth("enabled").ifPresent(e -> before.enabled = e);
    BaselineReader reader = new BaselineReader(entry, before);
    reader.exceptions();
    before.sound &= reader.sound;
  }

  private void read() {
    for (String key : List.of("desc", "condition", "watch", "priority")) {
      if (!entry.has(key)) {
        wrong(
            entry.at(),
            "the baseline '" + definition.name + "' has no " + key,
            "add '" + key + ":'");
      }
    }
    entry.text("desc").ifPresent(d -> definition.description = d);
    entry.located("condition").ifPresent(c -> definition.condition = c);
    entry.scalar("by").ifPresent(this::by);
    definition.learn = new Baseline.Period("24h", Duration.ofDays(1).toNanos());
    entry.scalar("learn").ifPresent(this::learn);
    watch();
    paths();
    exceptions();
    entry.scalar("priority").ifPresent(this::priority);
    definition.tags = entry.scalars("tags").stream().map(YamlNode.Scalar::text).toList();
    definition.enabled = entry.truth("enabled").orElse(true);
    definition.tests = entry.node("tests").orElse(null);
    definition.sound =
        sound
            && definition.condition != null
            && definition.description != null
            && definition.priority != null
            && !definition.watch.isEmpty();
  }

  private void wrong(Position at, String what, String todo) {
    sound = false;
    entry.problem(at, what, todo);
  }

  private void by(YamlNode.Scalar scalar) {
    Matcher label = LABEL.matcher(scalar.text());
    if (scalar.text().equals("image")) {
      definition.subject = new Baseline.Subject.Image();
    } else if (label.matches()) {
      definition.subject = new Baseline.Subject.Label(label.group(1));
    } else {
      wrong(
          scalar.at(),
          "a baseline cannot go by '" + scalar.text() + "'",
          "write image, or container.label[NAME]");
    }
  }

  private void learn(YamlNode.Scalar scalar) {
    Optional<Long> nanos = Span.nanos(scalar.text(), SHORTEST, LONGEST);
    if (nanos.isEmpty()) {
      wrong(
          scalar.at(),
          "'" + scalar.text() + "' is no period to learn for",
          "write a number with s, m, h or d, from 1m to 90d");
      return;
    }
    definition.learn = new Baseline.Period(scalar.text(), nanos.get());
  }

  private void watch() {
    Set<Aspect> aspects = EnumSet.noneOf(Aspect.class);
    for (YamlNode.Scalar scalar : entry.scalars("watch")) {
      Optional<Aspect> aspect = aspect(scalar);
      if (aspect.isPresent() && !aspects.add(aspect.get())) {
        wrong(scalar.at(), "'" + scalar.text() + "' stands twice under watch", "remove one");
      }
    }
    if (entry.has("watch") && aspects.isEmpty() && sound) {
      wrong(entry.at(), "watch names nothing to learn", "use some of " + known());
    }
    definition.watch = aspects;
  }

  private Optional<Aspect> aspect(YamlNode.Scalar scalar) {
    Optional<Aspect> aspect = Aspect.ofText(scalar.text());
    if (aspect.isEmpty()) {
      List<String> all = Aspect.learned().stream().map(Aspect::text).toList();
      String near = Suggestion.didYouMean(scalar.text(), all);
      wrong(
          scalar.at(),
          "a baseline does not learn '" + scalar.text() + "'",
          near.isEmpty() ? "use some of " + known() : near);
    }
    return aspect;
  }

  private static String known() {
    return String.join(", ", Aspect.learned().stream().map(Aspect::text).toList());
  }

  private void paths() {
    definition.paths = entry.scalars("paths");
    if (!definition.paths.isEmpty() && !definition.watch.contains(Aspect.FILES_WRITTEN) && sound) {
      wrong(
          definition.paths.getFirst().at(),
          "paths are about files-written, which watch does not name",
          "add files-written there, or remove paths");
    }
    for (YamlNode.Scalar path : definition.paths) {
      if (!path.text().startsWith("/") || path.text().contains("\"")) {
        wrong(path.at(), "'" + path.text() + "' is no path", "begin it with /");
      }
    }
  }

  /** A mapping of aspects to lists of patterns; of destinations blocks of addresses, too. */
  private void exceptions() {
    Optional<YamlNode> node = entry.node("exceptions");
    if (node.isEmpty()) {
      return;
    }
    if (!(node.get() instanceof YamlNode.Mapping mapping)) {
      wrong(
          node.get().at(),
          "exceptions is a mapping, not " + node.get().description(),
          "write such as 'exceptions: {processes: [/usr/bin/true]}'");
      return;
    }
    Entry inner = entry.within(mapping);
    for (YamlNode.Entry part : mapping.entries()) {
      Optional<Aspect> aspect = aspect(part.key());
      if (aspect.isPresent()) {
        exceptions(aspect.get(), inner.scalars(part.key().text()), part);
      }
    }
  }

  private void exceptions(Aspect aspect, List<YamlNode.Scalar> values, YamlNode.Entry part) {
    Baseline.Exempt before =
        definition.exceptions.getOrDefault(aspect, new Baseline.Exempt(List.of(), List.of()));
    List<String> patterns = new ArrayList<>(before.patterns());
    List<Network> networks = new ArrayList<>(before.networks());
    for (YamlNode.Scalar value : values) {
      Network network = aspect == Aspect.DESTINATIONS ? Network.parse(value.text()) : null;
      if (value.text().isBlank()) {
        wrong(value.at(), "an exception is not empty", "remove it");
      } else if (network != null) {
        networks.add(network);
      } else {
        patterns.add(value.text());
      }
    }
    if (patterns.size() + networks.size() > MOST_EXCEPTIONS) {
      wrong(
          part.key().at(),
          part.key().text() + " has more than " + MOST_EXCEPTIONS + " exceptions",
          "use patterns");
      return;
    }
    definition.exceptions.put(aspect, new Baseline.Exempt(patterns, networks));
  }

  private void priority(YamlNode.Scalar scalar) {
    Optional<Priority> priority = Priority.parse(scalar.text());
    if (priority.isEmpty()) {
      List<String> known = Arrays.stream(Priority.values()).map(Priority::text).toList();
      String near = Suggestion.didYouMean(scalar.text(), known);
      wrong(
          scalar.at(),
          "unknown priority '" + scalar.text() + "'",
          near.isEmpty() ? "use one of " + String.join(", ", known) : near);
    }
    definition.priority = priority.orElse(null);
  }
}
