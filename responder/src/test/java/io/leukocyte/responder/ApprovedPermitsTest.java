package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Actions that wait for an approval, with bounds that the fleet counts. */
class ApprovedPermitsTest {
  private static final HostId OTHER = new HostId("other-host");
  private static final Duration PER = Duration.ofMinutes(10);

  @TempDir Path folder;
  private final InMemoryEngine docker = new InMemoryEngine();
  private final InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
  private final MutableClock clock = new MutableClock();
  private final Log log = new Log();
  private Ward ward;
  private ContainerId web;
  private ContainerId shop;

  /** The topic of permits: whatever is appended is read by everybody at once, unless it is away. */
  private final class Log implements FleetBudget.Sender {
    private final List<PermitRecord> records = new ArrayList<>();
    private final Deque<PermitRecord> unread = new ArrayDeque<>();
    private final PermitLedger ledger = new PermitLedger();
    private @Nullable FleetBudget reader;
    private boolean away;
    private boolean reading;
    private Runnable granted = () -> {};

    @Override
    public CompletableFuture<?> send(PermitRecord record) {
      unread.add(record);
      deliver();
      return away ? new CompletableFuture<>() : CompletableFuture.completedFuture(true);
    }

    void deliver() {
      while (!away && !reading && !unread.isEmpty()) {
        PermitRecord record = unread.remove();
        records.add(record);
        Optional<PermitLedger.Decision> decision = ledger.add(clock.millis(), record);
        FleetBudget by = reader;
        if (by != null) {
          reading = true;
          by.read(clock.millis(), record);
          reading = false;
        }
        if (decision.filter(d -> d.refusal().isEmpty()).isPresent()) {
          granted.run();
        }
      }
    }

    List<PermitRecord> ours(Class<? extends PermitRecord> kind) {
      return records.stream()
          .filter(r -> kind.isInstance(r) && r.host().equals(TestAlerts.HOST))
          .toList();
    }

    /** Permits of ours that count, once what is over was given back. */
    List<PermitLedger.Decision> open() {
      budget().maintain();
      return ledger.open(TestAlerts.HOST);
    }

    FleetBudget budget() {
      FleetBudget by = reader;
      if (by == null) {
        throw new IllegalStateException("Nobody reads");
      }
      return by;
    }
  }

  @BeforeEach
  void open() {
    start();
    web = ward.run("web");
    shop = ward.run("shop");
  }

  @AfterEach
  void close() {
    ward.close();
  }

  /** A responder begins, or begins anew: then it reads the log from its beginning. */
  private void start() {
    ward =
        new Ward(
            folder,
            docker,
            filter,
            clock,
            journal ->
                log.reader =
                    new FleetBudget(
                        TestAlerts.HOST,
                        journal,
                        docker,
                        new Services("service"),
                        Ward.MAX_AGE,
                        Duration.ofMillis(50),
                        log,
                        new Meters(new SimpleMeterRegistry(), clock),
                        clock));
    log.records.forEach(record -> log.budget().read(clock.millis(), record));
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n  actions: [quarantine: {}, notify: {log: {}}]\n"
            + "  guard: {mode: approve, approve-within: 1h, at-most: {containers: 1, per: 10m}}\n");
  }

  private void anotherHostActs(String alert) {
    AlertId id = new AlertId(alert.repeat(32));
    var _ =
        log.send(
            new PermitRecord.Request(
                PermitRecord.Request.idOf(id, "p"),
                "p",
                OTHER,
                id,
                new ContainerId(alert.repeat(64)),
                1,
                PER,
                100,
                Optional.empty(),
                false));
  }

  private Decided approve(String container) {
    return ward.desk.approve(container, "ann").getFirst();
  }

  @Test
  void whatWaitsTakesNoPermitAndWhatIsApprovedTakesOne() {
    ward.shell(web);
    ward.shell(shop);
    assertThat(ward.desk.actions()).hasSize(2);
    assertThat(log.records).isEmpty();
    assertThat(approve("web").done()).isTrue();
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(log.open()).singleElement().matches(d -> d.request().container().equals(web));
  }

  @Test
  void whatIsApprovedWhenTheBoundIsReachedIsRefusedAndItsQuestionCountsForNobody() {
    ward.shell(web);
    ward.shell(shop);
    approve("web");
    Decided second = approve("shop");
    assertThat(second.done()).isFalse();
    assertThat(second.detail())
        .isEqualTo(
            "approved by ann, but at-most: 1 containers of the fleet in 10m, and others came first");
    assertThat(ward.isClosed(shop)).isFalse();
    assertThat(log.ours(PermitRecord.Returned.class)).hasSize(1);
    assertThat(log.open()).singleElement().matches(d -> d.request().container().equals(web));
  }

  @Test
  void theBoundAtTheTimeOfTheApprovalCounts() {
    ward.shell(web);
    ward.shell(shop);
    clock.advance(Duration.ofMinutes(20));
    anotherHostActs("a");
    clock.advance(Duration.ofMinutes(1));
    assertThat(approve("web").done()).isFalse();
    clock.advance(PER);
    assertThat(approve("shop").done()).as("the other host's time is over").isTrue();
  }

  @Test
  void whatIsDeniedOrNotApprovedInTimeLeavesNothing() {
    ward.shell(web);
    ward.desk.deny("web", "bob", "it was me");
    ward.shell(shop);
    clock.advance(Duration.ofHours(2));
    ward.tick();
    assertThat(ward.desk.actions()).isEmpty();
    assertThat(log.open()).isEmpty();
    anotherHostActs("b");
    assertThat(log.ledger.open(OTHER))
        .singleElement()
        .matches(d -> d.refusal().isEmpty(), "granted");
  }

  @Test
  void aPermitThatWasNotUsedIsGivenBack() {
    ward.shell(web);
    String id = ward.desk.actions().getFirst().id();
    docker.remove(web);
    assertThat(ward.desk.approve(id, "ann").getFirst().detail()).isEqualTo("the container is gone");
    assertThat(log.open()).isEmpty();
    assertThat(log.ours(PermitRecord.Returned.class)).hasSize(1);
  }

  @Test
  void aPermitThatWasUsedEndsWithTheRelease() {
    ward.shell(web);
    approve("web");
    ward.desk.release("web", "ann");
    assertThat(log.open()).isEmpty();
    assertThat(log.ours(PermitRecord.Ended.class)).hasSize(1);
    assertThat(log.ours(PermitRecord.Returned.class)).isEmpty();
  }

  @Test
  void anApprovalWhileKafkaIsAwayIsRefusedAndThePermitThatComesLateIsGivenBack() {
    ward.shell(web);
    log.away = true;
    assertThat(approve("web").detail()).isEqualTo("approved by ann, but " + FleetBudget.AWAY);
    assertThat(ward.isClosed(web)).isFalse();
    log.away = false;
    log.deliver();
    assertThat(log.open()).isEmpty();
  }

  @Test
  void aCrashBetweenThePermitAndTheJournalLeavesItWaitingAndNoPermitForGood() {
    ward.shell(web);
    log.granted =
        () -> {
          throw new IllegalStateException("the responder dies");
        };
    assertThat(approve("web").done()).isFalse();
    log.granted = () -> {};
    ward.close();
    start();
    assertThat(ward.desk.actions()).singleElement().matches(a -> a.state().equals("waiting"));

    clock.advance(Duration.ofMinutes(20));
    anotherHostActs("c");
    assertThat(approve("web").done()).as("what was granted then is not for now").isFalse();
    assertThat(ward.steps().getLast().step()).isEqualTo(Action.Step.REFUSED);
    assertThat(log.open()).isEmpty();
  }

  @Test
  void severalActionsOfOneAlertCountAsOneContainer() {
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n  actions: [quarantine: {}, kill: {}]\n"
            + "  guard: {mode: approve, at-most: {containers: 1, per: 10m}}\n");
    ward.shell(web);
    assertThat(ward.desk.approve("web", "ann")).hasSize(2).allMatch(Decided::done);
    assertThat(ward.facts(web).state()).isEqualTo("exited");
    ward.desk.releaseAll("ann");
    assertThat(log.open()).isEmpty();
  }

  @Test
  void whatFollowsAnotherAsksWhenItIsApprovedToo() {
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n"
            + "  actions: [quarantine: {}, {pause: {}, if: refused}]\n"
            + "  guard: {mode: approve, approve-within: 1h, at-most: {containers: 1, per: 10m}}\n");
    ward.shell(web);
    ward.desk.deny("web", "bob", "pause it instead");
    assertThat(ward.journalled()).containsExactly("quarantine refused", "pause waiting");
    assertThat(log.records).isEmpty();
    clock.advance(Duration.ofMinutes(20));
    anotherHostActs("c");
    assertThat(approve("web").done()).isFalse();
    assertThat(ward.facts(web).state()).isEqualTo("running");
    assertThat(log.open()).isEmpty();
  }
}
