package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.Action.Step;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A thousand false alerts for a thousand containers at once: the guards hold to the number, and
 * what was refused is journalled with the guard's reason.
 */
class AlarmFloodTest {
  private static final int SERVICES = 10;
  private static final int REPLICAS = 40;
  private static final int PROTECTED = 120;
  private static final int LOOSE = 480;

  /** 30 % of the replicas of a service. */
  private static final int OF_SERVICE = 12;

  private static final int AT_MOST = 300;
  private static final String POLICY =
      """
      - policy: p
        match: {tags: [shell]}
        actions: [quarantine: {for: 15m}]
        guard:
          mode: enforce
          cooldown: 30m
          at-most: {containers: 300, per: 10m, share-of-service: 30%}
      """;

  @TempDir Path folder;
  private final InMemoryEngine docker = new InMemoryEngine();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Lanes lanes = new Lanes(threads);
  private final List<ContainerId> replicas = new ArrayList<>();
  private final List<ContainerId> shielded = new ArrayList<>();
  private final List<ContainerId> loose = new ArrayList<>();
  private Ward ward;

  @BeforeEach
  void run() {
    InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
    ward =
        new Ward(
                folder,
                docker,
                filter,
                new MutableClock(),
                Ward.host(docker, filter),
                () -> {},
                Ward.shielded(),
                lanes)
            .policies(POLICY);
    for (int i = 0; i < SERVICES * REPLICAS; i++) {
      replicas.add(
          docker.run(
              ContainerSpec.of("web-" + i, "web:1").label("service", "shop-" + i % SERVICES)));
    }
    for (int i = 0; i < PROTECTED; i++) {
      shielded.add(
          docker.run(
              switch (i % 4) {
                case 0 -> ContainerSpec.of("database-" + i, "x:1");
                case 1 -> ContainerSpec.of("pg-" + i, "postgres:16");
                case 2 -> ContainerSpec.of("secrets-" + i, "vault:1.2");
                default -> ContainerSpec.of("core-" + i, "x:1").label("tier", "core");
              }));
    }
    for (int i = 0; i < LOOSE; i++) {
      loose.add(docker.run(ContainerSpec.of("job-" + i, "job:1")));
    }
  }

  @AfterEach
  void end() {
    ward.close();
    threads.shutdownNow();
  }

  private List<ContainerId> everybody() {
    List<ContainerId> all = new ArrayList<>(replicas);
    all.addAll(shielded);
    all.addAll(loose);
    return all;
  }

  /** An alert for each, all considered before the first is decided on; waits for what follows. */
  private void flood(List<ContainerId> containers) {
    List<Alert> alerts = new ArrayList<>();
    for (ContainerId container : containers) {
      ContainerFacts facts = ward.facts(container);
      alerts.add(
          TestAlerts.alert(
              TestAlerts.HOST,
              TestAlerts.SHELL,
              Priority.WARNING,
              facts.container(),
              facts.labels(),
              ward.clock.nanos()));
    }
    act(alerts);
    act(alerts); // read again, as after a crash of the reader
  }

  private void act(List<Alert> alerts) {
    List<Dispatcher.Considered> considered = new ArrayList<>();
    for (Alert alert : alerts) {
      String document = new String(AlertJson.write(alert), StandardCharsets.UTF_8);
      ward.dispatcher.consider(alert, document).ifPresent(considered::add);
    }
    considered.forEach(ward.dispatcher::decide);
    assertThat(lanes.awaitIdle(Duration.ofMinutes(1))).isTrue();
    assertThat(lanes.problem()).isNull();
  }

  private int closed(List<ContainerId> containers) {
    return (int) containers.stream().filter(ward::isClosed).count();
  }

  /** How many actions ended so: the guard that refused it, or the last step. */
  private Map<String, Integer> ends(int from) {
    List<Action> last =
        ward.journal.read(ledger -> ledger.all(s -> true)).stream().map(ActionState::last).toList();
    Map<String, Integer> ends = new TreeMap<>();
    last.subList(from, last.size()).forEach(action -> ends.merge(end(action), 1, Integer::sum));
    return ends;
  }

  private static String end(Action action) {
    return action.step() == Step.REFUSED && action.outcome() instanceof Outcome.Refused refused
        ? refused.reason().replaceFirst(":.*", "")
        : action.step().text();
  }

  @Test
  void theGuardsHoldToTheNumberAndSayWhy() {
    flood(everybody());

    assertThat(closed(replicas)).isEqualTo(SERVICES * OF_SERVICE);
    Map<String, Integer> ofService =
        replicas.stream()
            .filter(ward::isClosed)
            .collect(
                Collectors.toMap(c -> ward.facts(c).labels().get("service"), c -> 1, Integer::sum));
    assertThat(ofService)
        .hasSize(SERVICES)
        .allSatisfy((service, acted) -> assertThat(acted).as(service).isEqualTo(OF_SERVICE));
    assertThat(closed(shielded)).isZero();
    assertThat(closed(loose)).isEqualTo(AT_MOST - SERVICES * OF_SERVICE);
    assertThat(ends(0))
        .isEqualTo(
            Map.of("verified", 300, "share-of-service", 280, "protected", 120, "at-most", 300));
    assertThat(docker.changes()).as("by the engine nothing was changed").isEmpty();

    flood(everybody());

    assertThat(closed(everybody())).isEqualTo(AT_MOST);
    assertThat(ends(1000)).isEqualTo(Map.of("cooldown", 300, "protected", 120, "at-most", 580));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theyHoldInWhateverOrderAlertsComeAndAlsoOverARestart(long seed) {
    List<ContainerId> all = everybody();
    Collections.shuffle(all, new Random(seed));
    flood(all.subList(0, 600));
    int acted = closed(all);
    ward = ward.restarted().policies(POLICY);
    flood(all.subList(600, 1000));

    assertThat(acted).isLessThanOrEqualTo(AT_MOST);
    assertThat(closed(all)).isEqualTo(AT_MOST);
    assertThat(closed(shielded)).isZero();
    for (int i = 0; i < SERVICES; i++) {
      String service = "shop-" + i;
      assertThat(
              closed(
                  replicas.stream()
                      .filter(c -> service.equals(ward.facts(c).labels().get("service")))
                      .toList()))
          .as(service)
          .isLessThanOrEqualTo(OF_SERVICE);
    }
    Map<String, Integer> ends = ends(0);
    assertThat(ends.get("verified")).isEqualTo(AT_MOST);
    assertThat(ends.get("protected")).isEqualTo(PROTECTED);
    assertThat(ends.getOrDefault("share-of-service", 0) + ends.getOrDefault("at-most", 0))
        .isEqualTo(1000 - AT_MOST - PROTECTED);
    assertThat(ends.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(1000);
  }
}
