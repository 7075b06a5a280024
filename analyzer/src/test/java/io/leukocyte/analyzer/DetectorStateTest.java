package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULES;
import static io.leukocyte.analyzer.TestEvents.destroyed;
import static io.leukocyte.analyzer.TestEvents.facts;
import static io.leukocyte.analyzer.TestEvents.heartbeat;
import static io.leukocyte.analyzer.TestEvents.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.SensorLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DetectorStateTest {
  private final Random random = new Random(20_260);

  /** What a compacted changelog would hold. */
  private final Map<String, byte[]> changelog = new LinkedHashMap<>();

  private void drain(DetectorState state) {
    state.drain((key, value) -> {
      String name = HexFormat.of().formatHex(key);
      changelog.remove(name);
      if (value != null) {
        changelog.put(name, value);
      }
    });
  }

  private DetectorState restored() {
    DetectorState state = new DetectorState();
    changelog.forEach((key, value) -> state.restore(HexFormat.of().parseHex(key), value));
    state.index();
    return state;
  }

  /** The heart of it: a restart anywhere changes nothing of what is found. */
  @Test
  void detectorThatIsRestoredAgainAndAgainFindsTheSame() {
    List<byte[]> history =
        TestHistory.random(20_260, 3, 3_000).batches().stream()
            .map(TestHistory.Batch::value)
            .toList();
    Findings steady = new Findings(SHELL_RULES);
    history.forEach(steady::take);

    List<Object> alerts = new ArrayList<>();
    List<Object> incidents = new ArrayList<>();
    int from = 0;
    while (from < history.size()) {
      Findings part = new Findings(SHELL_RULES, DetectorSettings.DEFAULTS, restored());
      int to = Math.min(history.size(), from + 1 + random.nextInt(60));
      for (byte[] batch : history.subList(from, to)) {
        part.take(batch);
        if (random.nextInt(5) == 0) {
          drain(part.state);
        }
      }
      drain(part.state);
      alerts.addAll(part.alerts);
      incidents.addAll(part.incidents);
      from = to;
    }
    assertThat(steady.alerts).hasSizeGreaterThan(500);
    assertThat(alerts).isEqualTo(new ArrayList<Object>(steady.alerts));
    assertThat(incidents).containsExactlyInAnyOrderElementsOf(steady.incidents);
  }

  @Test
  void nothingIsLoggedWhenNothingHappened() {
    Findings found = new Findings(SHELL_RULES);
    found.send(shell(NOON, TestEvents.WEB));
    drain(found.state);
    List<byte[]> keys = new ArrayList<>();
    found.state.drain((key, value) -> keys.add(key));
    assertThat(keys).isEmpty();
  }

  @Test
  void forgottenContainersLeaveNothingInTheChangelog() {
    Findings found = new Findings(SHELL_RULES);
    found.send(
        facts(NOON, TestEvents.WEB, Map.of()),
        shell(NOON, TestEvents.WEB),
        destroyed(NOON, TestEvents.WEB));
    drain(found.state);
    assertThat(changelog).hasSize(4);
    found.send(heartbeat(NOON + 1800 * SECOND));
    drain(found.state);
    assertThat(found.state.containers()).isZero();
    assertThat(changelog.keySet())
        .singleElement()
        .satisfies(key -> assertThat(key).startsWith("02"));
  }

  @Test
  void clearedStateRemembersNothing() {
    Findings found = new Findings(SHELL_RULES);
    found.send(shell(NOON, TestEvents.WEB), facts(NOON, TestEvents.WEB, Map.of()));
    found.state.clear();
    drain(found.state);
    assertThat(changelog).isEmpty();
    assertThat(found.state.containers()).isZero();
  }

  /** Everything a changelog can hold. */
  private Map<String, byte[]> everyKindOfRecord() {
    Findings found = new Findings(SHELL_RULES);
    found.send(
        facts(NOON, TestEvents.WEB, Map.of("tier", "web")),
        shell(NOON, TestEvents.WEB),
        new SensorLoss(NOON, null, "ring", "process.exec", "full", 1, NOON - SECOND, NOON),
        heartbeat(NOON));
    drain(found.state);
    assertThat(changelog.keySet())
        .extracting(key -> key.substring(0, 2))
        .containsOnly("01", "02", "03", "04", "05");
    return Map.copyOf(changelog);
  }

  @Test
  void newerVersionOfEachRecordIsSaid() {
    everyKindOfRecord()
        .forEach((key, value) -> {
          byte[] newer = value.clone();
          newer[0] = 9;
          assertThatThrownBy(() -> new DetectorState().restore(HexFormat.of().parseHex(key), newer))
              .isInstanceOf(UnreadableStateException.class)
              .hasMessageContaining("of version 9, this analyzer knows 1");
        });
  }

  @Test
  void cutAndFlippedRecordsAreRestoredOrSaidToBeDamaged() {
    Random random = new Random(17);
    int damaged = 0;
    for (Map.Entry<String, byte[]> entry : everyKindOfRecord().entrySet()) {
      for (int i = 0; i < 500; i++) {
        byte[] key = HexFormat.of().parseHex(entry.getKey());
        byte[] value = entry.getValue().clone();
        switch (random.nextInt(3)) {
          case 0 -> value = Arrays.copyOf(value, random.nextInt(value.length));
          case 1 -> value[random.nextInt(value.length)] ^= (byte) (1 << random.nextInt(8));
          default -> key = Arrays.copyOf(key, random.nextInt(key.length));
        }
        damaged += isDamaged(key, value) ? 1 : 0;
      }
    }
    assertThat(damaged).isGreaterThan(500);
  }

  private static boolean isDamaged(byte[] key, byte[] value) {
    try {
      new DetectorState().restore(key, value);
      return false;
    } catch (UnreadableStateException e) {
      return true;
    }
  }
}
