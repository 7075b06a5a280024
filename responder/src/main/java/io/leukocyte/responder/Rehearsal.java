package io.leukocyte.responder;

import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action.Step;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import io.leukocyte.responder.ActionState.Phase;
import io.leukocyte.responder.Flow.End;
import io.leukocyte.rules.TestEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The responder's own way from alerts to actions, with policies that act and actions that only end
 * as a test says: no container, no engine and no network is touched.
 */
final class Rehearsal implements Hands, AutoCloseable {
  private static final Duration MAX_AGE = Duration.ofMinutes(5);

  private final Map<String, End> ends;
  private final Path folder;
  private final TestClock clock = new TestClock();
  private final Journal journal;
  private final Dispatcher dispatcher;
  private @Nullable ContainerFacts facts;

  Rehearsal(PolicySet policies, Map<String, End> ends, HostId host) {
    this.ends = ends;
    try {
      folder = Files.createTempDirectory("leuko-policies");
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make a folder for a test's journal", e);
    }
    journal = new Journal(folder.resolve("journal"), clock, () -> {});
    Services services = new Services("service");
    Budget budget = new LocalBudget(journal, new InMemoryEngine(), services);
    Guards guards = new Guards(journal, budget, MAX_AGE);
    Meters meters = new Meters(new SimpleMeterRegistry(), clock);
    Sequels _ = new Sequels(journal, guards, this, clock, meters);
    dispatcher =
        new Dispatcher(
            host,
            new Matching(this::inspect, services, new Tally(journal, guards)),
            journal,
            guards,
            new Protection(List.of(), List.of(), List.of(), Set.of()),
            this,
            clock,
            meters);
    dispatcher.use(policies);
  }

  /** The actions that the last alert of a test leads to, with their ends, in order. */
  static List<String> of(PolicySet policies, PolicyTest test) {
    try (Rehearsal rehearsal = new Rehearsal(policies, test.ends(), TestEvent.HOST)) {
      List<ActionState> last = List.of();
      for (PolicyTest.Sample sample : test.alerts()) {
        last = rehearsal.take(sample);
      }
      return last.stream().map(s -> s.last().type() + " " + word(s.end().orElseThrow())).toList();
    }
  }

  /** The actions that an alert leads to, in order; those whose turn does not come are left out. */
  List<ActionState> take(PolicyTest.Sample sample) {
    facts = sample.facts();
    clock.nanos = sample.alert().time();
    dispatcher.alert(sample.alert(), sample.document());
    return journal.read(ledger ->
        ledger.all(s ->
            sample.alert().id().equals(s.last().alert())
                && s.end().filter(end -> end != End.PASSED).isPresent()));
  }

  static String word(End end) {
    return end.name().toLowerCase(Locale.ROOT);
  }

  private Optional<ContainerFacts> inspect(ContainerId container) {
    return Optional.ofNullable(facts).filter(f -> f.container().id().equals(container));
  }

  @Override
  public void noticed(Alert alert) {}

  @Override
  public void waits(ActionId id) {}

  @Override
  public void begin(ActionId id, Response response) {
    ActionState state = journal.read(ledger -> ledger.find(id)).orElseThrow();
    JournalStep step =
        switch (ends.getOrDefault(response.type(), End.VERIFIED)) {
          case VERIFIED, PASSED -> ended(state, Step.VERIFIED, new Outcome.Done("as tested"));
          case FAILED -> ended(state, Step.FAILED, new Outcome.Failed("as tested"));
          case REFUSED -> ended(state, Step.REFUSED, new Outcome.Refused("as tested"));
          case SKIPPED -> ended(state, Step.SKIPPED, new Outcome.Skipped("as tested"));
        };
    journal.append(new JournalEntry.Steps(List.of(step)));
  }

  private JournalStep ended(ActionState state, Step step, Outcome outcome) {
    return state.next(Nanos.now(clock), step, outcome, Phase.CLOSED);
  }

  @Override
  public void close() {
    journal.close();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove the folder of a test's journal", e);
    }
  }

  /** Shows the time of the alert that is looked at. */
  private static final class TestClock extends Clock {
    private long nanos;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Nanos.instant(nanos);
    }
  }
}
