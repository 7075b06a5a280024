package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Action;
import io.leukocyte.events.Action.Step;
import io.leukocyte.events.Outcome;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** False alerts for thirty containers of the real engine at once: the guards hold to the number. */
@Tag("alone")
class AlarmFloodIT {
  private static final String GUARD =
      "{mode: enforce, cooldown: 30m, at-most: {containers: 9, per: 10m, share-of-service: 30%}}";
  private static final String SETTINGS =
      """
      responder.budget: local
      protect.containers: ["flood-it-database*"]
      protect.labels: [tier=core]
      """;

  @TempDir Path folder;
  private final Docker docker = new Docker("flood-it-");

  @AfterEach
  void remove() {
    docker.close();
  }

  private List<String> run(int count, String name, String... options) {
    List<String> all = new ArrayList<>(List.of("--network", "none"));
    all.addAll(List.of(options));
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(docker.sleeping(name + "-" + i, all.toArray(String[]::new)));
    }
    return names;
  }

  private int closed(List<String> containers) {
    return (int)
        containers.stream().filter(c -> docker.ruleset(c).contains("leuko_quarantine")).count();
  }

  private static String end(Action action) {
    return action.step() == Step.REFUSED && action.outcome() instanceof Outcome.Refused refused
        ? refused.reason().replaceFirst(":.*", "")
        : action.step().text();
  }

  @Test
  void noMoreThanTheGuardsAllowIsTouchedAndNothingProtected() throws Exception {
    List<String> replicas =
        run(
            12,
            "web",
            "--label",
            "com.docker.compose.project=flood",
            "--label",
            "com.docker.compose.service=web");
    List<String> shielded = run(3, "database");
    shielded.addAll(run(3, "core", "--label", "tier=core"));
    List<String> loose = run(12, "job");
    Path data;
    try (LiveResponder live =
        new LiveResponder(folder, "[quarantine: {for: 15m}]", GUARD, SETTINGS)) {
      data = live.data();
      for (List<String> containers : List.of(replicas, shielded, loose)) {
        containers.forEach(c -> live.shellIn(docker.id(c)));
      }
      live.awaitInForce(9);
      assertThat(closed(replicas)).as("30 % of 12").isEqualTo(3);
      assertThat(closed(shielded)).isZero();
      assertThat(closed(loose)).isEqualTo(6);
      assertThat(live.responder.orders().releaseAll("alice")).hasSize(9);
      assertThat(closed(replicas) + closed(loose)).isZero();
    }
    Map<String, Integer> ends = new TreeMap<>();
    try (Journal journal = new Journal(DataFolder.journal(data), Clock.systemUTC(), () -> {})) {
      journal
          .read(ledger -> ledger.all(s -> true))
          .forEach(s -> ends.merge(end(s.last()), 1, Integer::sum));
    }
    assertThat(ends)
        .isEqualTo(Map.of("undone", 9, "share-of-service", 9, "protected", 6, "at-most", 6));
  }
}
