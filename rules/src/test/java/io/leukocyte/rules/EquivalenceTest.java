package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.SystemCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The compiled matcher and a plain evaluator agree on random conditions and events. */
class EquivalenceTest {
  /** {@code -Dleuko.equivalence.rounds=300} is the long form: more than a million pairs. */
  private static final int ROUNDS = Integer.getInteger("leuko.equivalence.rounds", 60);

  private static final int RULES = 70;
  private static final int BATCHES = 3;
  private static final int EVENTS = 20;
  private static final HostId HOST = new HostId("h");

  /** What must hold for some events and not for others, so that it is compared at all. */
  private static final List<String> FEATURES =
      List.of(
          "regex",
          "regex oneof",
          "glob",
          "iglob",
          "glob anyof",
          "pmatch",
          "bcontains",
          "bstartswith",
          "contains oneof",
          "contains anyof",
          "contains allof",
          "intersects",
          "= field",
          "!= field",
          "< field",
          "contains field",
          "icontains field",
          "in field",
          "tolower(",
          "toupper(",
          "basename(",
          "b64(",
          "len(",
          "join(",
          "concat(",
          "getopt(");

  private final Set<String> held = new TreeSet<>();
  private final Set<String> failed = new TreeSet<>();
  private long pairs;
  private long matches;

  @Test
  void matcherAgreesWithTheReferenceOnRandomRulesAndEvents() throws MalformedBatchException {
    for (int seed = 0; seed < ROUNDS; seed++) {
      round(new RandomWorld(seed), seed);
    }
    assertThat(pairs).isGreaterThan(ROUNDS * 3_500L);
    assertThat(matches).isBetween(pairs / 50, pairs / 2);
    assertThat(held).containsAll(FEATURES);
    assertThat(failed).containsAll(FEATURES);
  }

  private void round(RandomWorld world, int seed) throws MalformedBatchException {
    Map<String, Reference.Condition> conditions = new LinkedHashMap<>();
    StringBuilder definitions = new StringBuilder();
    StringBuilder rules = new StringBuilder();
    for (int i = 0; i < RULES; i++) {
      Reference.Condition condition = world.condition(i % 2 == 0 ? 3 : 0);
      rules.append(rule("r" + i, world.write(condition, definitions)));
      conditions.put("r" + i, i % 5 == 0 ? except(condition, world.exceptions(rules)) : condition);
    }
    String file = definitions + rules.toString();
    RuleSet.Loaded loaded = RuleSet.load(List.of(new RuleFile("seed-" + seed, file)));
    assertThat(loaded.problems()).isEmpty();
    loaded.skipped().stream()
        .filter(s -> s.reason().contains("host's own"))
        .forEach(s -> conditions.remove(s.rule()));
    Matcher matcher = new Matcher(loaded.rules(), world.lookup(), seed);
    for (int batch = 0; batch < BATCHES; batch++) {
      world.changeFacts();
      compare(world, matcher, conditions, seed);
    }
  }

  private static Reference.Condition except(
      Reference.Condition condition, List<Reference.Condition> exceptions) {
    return new Reference.All(List.of(condition, new Reference.Not(new Reference.Any(exceptions))));
  }

  private static String rule(String name, String condition) {
    return """
    - rule: %s
      desc: d
      output: o
      priority: info
      condition: >
        %s
    """
        .formatted(name, condition);
  }

  private void compare(
      RandomWorld world, Matcher matcher, Map<String, Reference.Condition> conditions, int seed)
      throws MalformedBatchException {
    List<Event> events = new ArrayList<>();
    BatchWriter writer = new BatchWriter(HOST, 1);
    for (int i = 0; i < EVENTS; i++) {
      Event event = world.event();
      events.add(event);
      writer.add(event);
    }
    BatchCursor row = BatchCursor.over(writer.finish(1));
    matcher.open(row);
    for (Event event : events) {
      assertThat(row.next()).isTrue();
      Set<String> found = new TreeSet<>();
      matcher.match(row, rule -> found.add(rule.name()));
      for (Map.Entry<String, Reference.Condition> entry : conditions.entrySet()) {
        boolean expected = expected(entry.getValue(), event, world);
        pairs++;
        matches += expected ? 1 : 0;
        note(entry.getValue(), expected);
        if (found.contains(entry.getKey()) != expected) {
          assertThat(found.contains(entry.getKey()))
              .as("seed %s, %s on %s", seed, entry, event)
              .isEqualTo(expected);
        }
      }
    }
  }

  /** Remembers what a condition of one check gave. */
  private void note(Reference.Condition condition, boolean expected) {
    if (condition instanceof Reference.Check check) {
      int open = check.field().indexOf('(');
      Set<String> seen = expected ? held : failed;
      seen.add(check.operator());
      seen.add(open < 0 ? check.field() : check.field().substring(0, open + 1));
    }
  }

  private static boolean expected(Reference.Condition condition, Event event, RandomWorld world) {
    boolean setup =
        switch (event) {
          case ProcessExec e -> e.process().flags().setup();
          case ProcessExit e -> e.process().flags().setup();
          case NetConnect e -> e.process() != null && e.process().flags().setup();
          case SystemCall e -> e.process().flags().setup();
          default -> false;
        };
    return (!setup || condition.toString().contains("proc.is_setup"))
        && Reference.holds(condition, event, world.facts(event.container()));
  }
}
