package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ActionId;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PermitLedgerTest {
  private static final HostId A = new HostId("a");
  private static final HostId B = new HostId("b");
  private static final Duration TEN = Duration.ofMinutes(10);
  private static final long T = 1_800_000_000_000L;

  private final PermitLedger ledger = new PermitLedger();

  /** A record with its time. */
  private record Logged(long time, PermitRecord record) {}

  private static ContainerId container(int n) {
    return new ContainerId("%064x".formatted(n));
  }

  private static ActionId id(int n) {
    return new ActionId("%032x".formatted(n));
  }

  private static PermitRecord.Request request(HostId host, int n, int container, int most) {
    return new PermitRecord.Request(
        id(n),
        "p",
        host,
        new AlertId("%032x".formatted(n)),
        container(container),
        most,
        TEN,
        100,
        Optional.empty(),
        false);
  }

  private static PermitRecord.Request shared(HostId host, int n, int replicas) {
    return new PermitRecord.Request(
        id(n),
        "p",
        host,
        new AlertId("%032x".formatted(n)),
        container(n),
        1000,
        TEN,
        30,
        Optional.of(new PermitRecord.Service("shop", replicas)),
        false);
  }

  private boolean granted(long time, PermitRecord.Question request) {
    return ledger.add(time, request).orElseThrow().refusal().isEmpty();
  }

  @Test
  void theFirstOnesInTheLogAreGrantedWhateverHostAsks() {
    for (int i = 0; i < 30; i++) {
      HostId host = i % 2 == 0 ? A : B;
      assertThat(granted(T + i, request(host, i, i, 5))).isEqualTo(i < 5);
      if (i >= 5) {
        ledger.add(T + i, new PermitRecord.Returned(id(i), host));
      }
    }
    assertThat(ledger.add(T + 40, request(A, 99, 99, 5)).orElseThrow().refusal())
        .contains("at-most: 5 containers of the fleet in 10m, and others came first");
  }

  @Test
  void theSameRequestAgainCountsOnceAndHasTheSameAnswer() {
    for (int i = 0; i < 10; i++) {
      assertThat(granted(T + i, request(A, 1, 1, 2))).isTrue();
    }
    assertThat(granted(T + 20, request(A, 2, 2, 2))).isTrue();
    assertThat(granted(T + 30, request(A, 3, 3, 2))).isFalse();
    assertThat(granted(T + TEN.toMillis() * 2, request(A, 3, 3, 2))).isFalse();
  }

  @Test
  void anotherAlertOnTheSameContainerTakesNothingMore() {
    assertThat(granted(T, request(A, 1, 7, 1))).isTrue();
    assertThat(granted(T + 1, request(A, 2, 7, 1))).isTrue();
    assertThat(granted(T + 2, request(A, 3, 8, 1))).isFalse();
  }

  @Test
  void aWindowEndsByTheTimeOfTheLog() {
    assertThat(granted(T, request(A, 1, 1, 1))).isTrue();
    assertThat(granted(T + TEN.toMillis() - 1, request(B, 2, 2, 1))).isFalse();
    ledger.add(T + TEN.toMillis() - 1, new PermitRecord.Returned(id(2), B));
    assertThat(granted(T + TEN.toMillis(), request(B, 3, 3, 1))).isTrue();
  }

  @Test
  void whatIsGivenBackCountsNoMoreWhatIsOverStillDoes() {
    assertThat(granted(T, request(A, 1, 1, 1))).isTrue();
    ledger.add(T + 1, new PermitRecord.Ended(id(1), A));
    assertThat(granted(T + 2, request(A, 2, 2, 1))).isFalse();
    ledger.add(T + 3, new PermitRecord.Returned(id(2), A));
    ledger.add(T + 4, new PermitRecord.Returned(id(1), A));
    assertThat(granted(T + 5, request(A, 3, 3, 1))).isTrue();
    assertThat(granted(T + 6, request(A, 1, 1, 1))).as("given back before").isFalse();
  }

  @Test
  void nobodyGivesBackWhatIsAnotherHosts() {
    assertThat(granted(T, request(A, 1, 1, 1))).isTrue();
    ledger.add(T + 1, new PermitRecord.Returned(id(1), B));
    assertThat(granted(T + 2, request(B, 2, 2, 1))).isFalse();
  }

  @Test
  void policiesAndDryRunsCountAmongThemselves() {
    assertThat(granted(T, request(A, 1, 1, 1))).isTrue();
    PermitRecord.Request r = request(A, 2, 2, 1);
    assertThat(
            granted(
                T,
                new PermitRecord.Request(
                    r.id(), "q", A, r.alert(), r.container(), 1, TEN, 100, r.service(), false)))
        .isTrue();
    PermitRecord.Request d = request(A, 3, 3, 1);
    assertThat(
            granted(
                T,
                new PermitRecord.Request(
                    d.id(), "p", A, d.alert(), d.container(), 1, TEN, 100, d.service(), true)))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({"1, 2, 3", "2, 2, 1", "5, 5, 3", "3, 4, 2"})
  void aShareIsOfTheReplicasOfAllHosts(int onA, int onB, int most) {
    ledger.add(
        T, new PermitRecord.Census(B, Map.of("shop", new PermitRecord.Replicas(onB, Set.of()))));
    int granted = 0;
    for (int i = 0; i < onA; i++) {
      granted += granted(T + i, shared(A, i, onA)) ? 1 : 0;
    }
    for (int i = onA; i < onA + onB; i++) {
      granted += granted(T + i, shared(B, i, onB)) ? 1 : 0;
    }
    assertThat(granted).isEqualTo(most);
  }

  @Test
  void aShareIsFreeAgainWhenTheActionIsOverAndCountsWhatAHostSaysIsHeld() {
    Set<ContainerId> held = Set.of(container(100));
    ledger.add(T, new PermitRecord.Census(B, Map.of("shop", new PermitRecord.Replicas(6, held))));
    assertThat(granted(T, shared(A, 1, 4))).isTrue();
    assertThat(granted(T, shared(A, 2, 4))).isTrue();
    assertThat(ledger.add(T, shared(A, 3, 4)).orElseThrow().refusal())
        .contains(
            "share-of-service: 3 of the 10 containers of shop in the fleet, and others came first");
    ledger.add(T, new PermitRecord.Returned(id(3), A));
    ledger.add(T + 1, new PermitRecord.Ended(id(1), A));
    assertThat(granted(T + 2, shared(A, 4, 4))).isTrue();
  }

  @Test
  void aHostThatIsSilentForHalfAnHourHasNoReplicas() {
    ledger.add(
        T, new PermitRecord.Census(B, Map.of("shop", new PermitRecord.Replicas(1, Set.of()))));
    long later = T + PermitLedger.CENSUS_LIFE.toMillis();
    assertThat(granted(later - 2, shared(A, 1, 3))).isTrue();
    assertThat(granted(later - 1, shared(A, 2, 3))).as("one of four").isFalse();
    assertThat(granted(later, shared(A, 3, 3))).as("three have no share").isTrue();
  }

  private static PermitRecord.Turn turn(HostId host, int n, int container) {
    return new PermitRecord.Turn(id(n), "shop", host, container(container), id(1000 + container));
  }

  @Test
  void oneContainerOfAServiceHasATurnUntilItIsGivenBack() {
    assertThat(granted(T, turn(A, 1, 1))).isTrue();
    assertThat(ledger.add(T + 1, turn(B, 2, 2)).orElseThrow().refusal())
        .contains("turn: another container of shop is recycled, on host a");
    ledger.add(T + 2, new PermitRecord.Returned(id(2), B));
    assertThat(ledger.taken(T + 3, "shop", container(2))).isPresent();
    assertThat(ledger.taken(T + 3, "blog", container(2))).isEmpty();
    assertThat(granted(T + 3, turn(A, 3, 1))).as("its own once more").isTrue();
    ledger.add(T + 4, new PermitRecord.Returned(id(1), B));
    ledger.add(T + 4, new PermitRecord.Returned(id(3), A));
    assertThat(granted(T + 5, turn(B, 4, 2))).as("not given back by its host").isFalse();
    ledger.add(T + 6, new PermitRecord.Returned(id(4), B));
    ledger.add(T + 6, new PermitRecord.Returned(id(1), A));
    assertThat(granted(T + 7, turn(B, 5, 2))).isTrue();
  }

  @Test
  void theTurnOfADeadHostIsOverAfterTwoHours() {
    assertThat(granted(T, turn(A, 1, 1))).isTrue();
    long end = T + Duration.ofHours(2).toMillis();
    assertThat(granted(end - 1, turn(B, 2, 2))).isFalse();
    ledger.add(end - 1, new PermitRecord.Returned(id(2), B));
    assertThat(granted(end, turn(B, 3, 2))).isTrue();
  }

  @Test
  void turnsAndBoundsOfPoliciesTakeNothingOfEachOther() {
    assertThat(granted(T, turn(A, 1, 1))).isTrue();
    assertThat(granted(T, request(A, 2, 2, 1))).isTrue();
    assertThat(granted(T, shared(A, 3, 4))).isTrue();
    assertThat(ledger.open(A)).hasSize(3);
    assertThat(ledger.open(B)).isEmpty();
  }

  /** Hosts that ask, are refused, give back, end, repeat themselves and die, over days. */
  private static List<Logged> history(long seed) {
    Random random = new Random(seed);
    PermitLedger all = new PermitLedger();
    List<Logged> log = new ArrayList<>();
    List<Logged> asked = new ArrayList<>();
    List<PermitRecord> owed = new ArrayList<>();
    long time = T;
    for (int i = 0; i < 1500; i++) {
      time += random.nextInt(10) == 0 ? random.nextInt(3_600_000) : random.nextInt(60_000);
      long stamp = time - random.nextInt(50); // the clock of a new leader may be behind
      // No alert is acted on that is older than an hour: nobody asks again after that.
      asked.removeIf(a -> a.time() < stamp - Duration.ofHours(1).toMillis());
      PermitRecord record = next(random, i, asked, owed);
      if (record instanceof PermitRecord.Request) {
        asked.add(new Logged(stamp, record));
      }
      log.add(new Logged(stamp, record));
      all.add(stamp, record)
          .filter(d -> random.nextInt(20) != 0) // the host dies before it gives back
          .ifPresent(d ->
              owed.add(
                  d.refusal().isPresent() || d.request() instanceof PermitRecord.Turn
                      ? new PermitRecord.Returned(d.request().id(), d.request().host())
                      : new PermitRecord.Ended(d.request().id(), d.request().host())));
    }
    return log;
  }

  private static PermitRecord next(
      Random random, int i, List<Logged> asked, List<PermitRecord> owed) {
    int what = random.nextInt(100);
    if (what < 30 && !owed.isEmpty()) {
      return owed.remove(random.nextInt(owed.size()));
    }
    if (what < 40 && !asked.isEmpty()) {
      return asked.remove(random.nextInt(asked.size())).record();
    }
    HostId host = new HostId("h" + random.nextInt(3));
    if (what < 50) {
      Set<ContainerId> held =
          random.nextBoolean() ? Set.of() : Set.of(container(random.nextInt(30)));
      return new PermitRecord.Census(
          host, Map.of("shop", new PermitRecord.Replicas(random.nextInt(6), held)));
    }
    if (what < 60) {
      String service = "shop" + random.nextInt(2);
      int container = random.nextInt(60);
      return new PermitRecord.Turn(id(i), service, host, container(container), id(container));
    }
    PermitRecord.Request request =
        new PermitRecord.Request(
            id(i),
            "p" + random.nextInt(2),
            host,
            new AlertId("%032x".formatted(i)),
            container(random.nextInt(60)),
            1 + random.nextInt(20),
            random.nextInt(4) == 0
                ? Duration.ofHours(24)
                : Duration.ofMinutes(1 + random.nextInt(120)),
            random.nextBoolean() ? 100 : 30,
            Optional.of(new PermitRecord.Service("shop", random.nextInt(5))),
            random.nextInt(5) == 0);
    return request;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void whoBeginsToReadADayBackDecidesLikeThoseWhoReadFromTheBeginning(long seed) {
    List<Logged> log = history(seed);
    List<Optional<PermitLedger.Decision>> truth = new ArrayList<>();
    PermitLedger first = new PermitLedger();
    log.forEach(r -> truth.add(first.add(r.time(), r.record())));
    Random random = new Random(seed);
    int compared = 0;
    for (int joins = 0; joins < 20; joins++) {
      int at = random.nextInt(log.size());
      long back = log.get(at).time() - PermitLedger.MEMORY.plusHours(2).toMillis();
      PermitLedger late = new PermitLedger();
      int from = 0;
      while (log.get(from).time() < back) {
        from++;
      }
      for (int i = from; i < log.size(); i++) {
        Optional<PermitLedger.Decision> decision = late.add(log.get(i).time(), log.get(i).record());
        if (i >= at) {
          assertThat(decision).as("record %d, joined at %d", i, at).isEqualTo(truth.get(i));
          compared += decision.isPresent() ? 1 : 0;
        }
      }
    }
    assertThat(compared).isGreaterThan(1000);
    assertThat(truth.stream().flatMap(Optional::stream).filter(d -> d.refusal().isPresent()))
        .hasSizeGreaterThan(100);
    assertThat(truth.stream().flatMap(Optional::stream).filter(d -> d.refusal().isEmpty()))
        .hasSizeGreaterThan(50);
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28})
  void noStretchOfTimeHasMoreContainersThanItsBound(long seed) {
    Map<ActionId, Logged> granted = new HashMap<>();
    for (Logged logged : history(seed)) {
      Optional<PermitLedger.Decision> decision = ledger.add(logged.time(), logged.record());
      if (logged.record() instanceof PermitRecord.Request r
          && !granted.containsKey(r.id())
          && decision.orElseThrow().refusal().isEmpty()) {
        granted.put(r.id(), logged);
        Set<ContainerId> acted = new HashSet<>(Set.of(r.container()));
        for (Logged other : granted.values()) {
          PermitRecord.Request o = (PermitRecord.Request) other.record();
          if (o.policy().equals(r.policy())
              && o.dryRun() == r.dryRun()
              && other.time() > logged.time() - r.per().toMillis()) {
            acted.add(o.container());
          }
        }
        assertThat(acted).hasSizeLessThanOrEqualTo(r.containers());
      }
    }
    assertThat(granted).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {31, 32, 33, 34, 35, 36, 37, 38})
  void noTwoContainersOfAServiceHaveATurnAtTheSameTime(long seed) {
    Map<ActionId, Logged> having = new HashMap<>();
    int turns = 0;
    int refused = 0;
    for (Logged logged : history(seed)) {
      Optional<PermitLedger.Decision> decision = ledger.add(logged.time(), logged.record());
      if (logged.record() instanceof PermitRecord.Returned(ActionId id, HostId _)) {
        having.remove(id);
      }
      if (logged.record() instanceof PermitRecord.Turn turn) {
        if (decision.orElseThrow().refusal().isPresent()) {
          refused++;
          continue;
        }
        turns++;
        having.put(turn.id(), logged);
        long from = logged.time() - PermitLedger.TURN_LIFE.toMillis();
        assertThat(having.values())
            .filteredOn(l -> l.time() > from)
            .extracting(l -> (PermitRecord.Turn) l.record())
            .filteredOn(t -> t.service().equals(turn.service()))
            .extracting(PermitRecord.Turn::container)
            .containsOnly(turn.container());
      }
    }
    assertThat(turns).isGreaterThan(20);
    assertThat(refused).isGreaterThan(20);
  }

  @Test
  void everyRecordIsReadBackAsItWasWritten() {
    for (Logged logged : history(42)) {
      assertThat(PermitJson.read(PermitJson.write(logged.record()))).isEqualTo(logged.record());
    }
    PermitRecord returned = new PermitRecord.Returned(id(1), A);
    assertThat(PermitJson.read(PermitJson.write(returned))).isEqualTo(returned);
  }
}
