package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.HOST;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.NO_RULES;
import static io.leukocyte.analyzer.TestEvents.OTHER_HOST;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULE;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULES;
import static io.leukocyte.analyzer.TestEvents.WEB;
import static io.leukocyte.analyzer.TestEvents.heartbeat;
import static io.leukocyte.analyzer.TestEvents.reduced;
import static io.leukocyte.analyzer.TestEvents.rules;
import static io.leukocyte.analyzer.TestEvents.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Alert;
import io.leukocyte.events.Priority;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is said of hosts themselves: that they do not cover rules, that they are silent. */
class HostWatchTest {
  private static final String COVERAGE = "Coverage reduced";
  private static final String SILENT = "Sensor silent";

  /** A state made anew from what another would write to its changelog. */
  private static DetectorState restored(DetectorState state) {
    List<byte[]> keys = new ArrayList<>();
    List<byte[]> values = new ArrayList<>();
    state.drain((key, value) -> {
      keys.add(key);
      values.add(value);
    });
    DetectorState made = new DetectorState();
    for (int i = 0; i < keys.size(); i++) {
      made.restore(keys.get(i), values.get(i));
    }
    made.index();
    return made;
  }

  @Nested
  class Covering {
    private final Findings found = new Findings(SHELL_RULES);

    @Test
    void aHostThatDoesNotSendWhatARuleNeedsIsOneAlertWithTheRulesName() {
      found.send(reduced(NOON, "process.exec", "file.open"));
      for (int i = 1; i < 100; i++) {
        found.send(reduced(NOON + i * 5L * SECOND, "process.exec", "file.open"));
      }

      assertThat(found.alertedRules()).containsExactly(COVERAGE);
      Alert alert = found.alerts.getFirst();
      assertThat(alert.output())
          .isEqualTo(
              "Sensor mode reduced: no, or not all, events of process.exec; 1 rule blind: "
                  + SHELL_RULE
                  + " (host=a.example)");
      assertThat(alert.rule().priority()).isEqualTo(Priority.WARNING);
      assertThat(alert.host()).isEqualTo(HOST);
      assertThat(alert.container()).isNull();
    }

    @Test
    void eachHostIsTold() {
      found.send(reduced(NOON, "process.exec"));
      found.sendFrom(OTHER_HOST, reduced(NOON, "process.exec"));

      assertThat(found.alertedRules()).containsExactly(COVERAGE, COVERAGE);
    }

    @Test
    void whatNoRuleNeedsIsNoAlert() {
      found.send(heartbeat(NOON), reduced(NOON + SECOND, "file.open", "net.flow"));

      assertThat(found.alerts).isEmpty();
    }

    @Test
    void itIsToldAgainWhenItHadBeenWellAndWhenTheRulesAreOthers() {
      found.send(reduced(NOON, "process.exec"));
      found.send(heartbeat(NOON + 100 * SECOND));
      found.send(reduced(NOON + 200 * SECOND, "process.exec"));
      assertThat(found.alertedRules()).containsExactly(COVERAGE, COVERAGE);

      found.detector.use(
          rules(
              """
              - rule: other
                desc: d
                condition: evt.type = execve
                output: o
                priority: INFO
              """));
      found.send(reduced(NOON + 300 * SECOND, "process.exec"));
      found.send(reduced(NOON + 400 * SECOND, "process.exec"));
      assertThat(found.alertedRules()).containsExactly(COVERAGE, COVERAGE, COVERAGE);
    }

    @Test
    void aRestartDoesNotTellItAgain() {
      found.send(reduced(NOON, "process.exec"));
      Findings after = new Findings(SHELL_RULES, DetectorSettings.DEFAULTS, restored(found.state));

      after.take(TestEvents.batch(HOST, 1, reduced(NOON + 100 * SECOND, "process.exec")));

      assertThat(after.alerts).isEmpty();
    }
  }

  @Nested
  class Silent {
    private final Findings found = new Findings(NO_RULES);

    @Test
    void aSilentHostIsOneAlertUntilItIsHeardAgain() {
      found.send(heartbeat(NOON));

      assertThat(found.detector.silent(HOST, NOON + 31 * SECOND, found)).isTrue();
      assertThat(found.detector.silent(HOST, NOON + 200 * SECOND, found)).isFalse();
      found.send(heartbeat(NOON + 300 * SECOND));
      assertThat(found.detector.silent(HOST, NOON + 400 * SECOND, found)).isTrue();

      assertThat(found.alertedRules()).containsExactly(SILENT, SILENT);
      Alert alert = found.alerts.getFirst();
      assertThat(alert.message()).isEqualTo("Sensor silent: a.example");
      assertThat(alert.output())
          .startsWith("Nothing was heard of the host since 2026-")
          .endsWith("look after its collector (host=a.example)");
      assertThat(alert.cause().event().time()).isEqualTo(NOON + 31 * SECOND);
      assertThat(alert.id()).isNotEqualTo(found.alerts.getLast().id());
    }

    @Test
    void doneAgainFromTheSameStateItIsTheSameAlert() {
      found.send(heartbeat(NOON), shell(NOON, WEB));
      DetectorState before = restored(found.state);
      found.detector.silent(HOST, NOON + 31 * SECOND, found);

      Findings again = new Findings(NO_RULES, DetectorSettings.DEFAULTS, before);
      assertThat(again.detector.silent(HOST, NOON + 77 * SECOND, again)).isTrue();

      assertThat(again.alerts.getFirst().id()).isEqualTo(found.alerts.getFirst().id());
    }

    @Test
    void whatWasToldOnceIsNotToldByTheNextAnalyzer() {
      found.send(heartbeat(NOON));
      found.detector.silent(HOST, NOON + 31 * SECOND, found);

      Findings next = new Findings(NO_RULES, DetectorSettings.DEFAULTS, restored(found.state));

      assertThat(next.detector.silent(HOST, NOON + 77 * SECOND, next)).isFalse();
    }

    @Test
    void aHostThatNeverSentAHeartbeatMayBeSilent() {
      found.send(shell(NOON, WEB));

      assertThat(found.detector.silent(HOST, NOON + 31 * SECOND, found)).isFalse();
      assertThat(found.detector.silent(OTHER_HOST, NOON, found)).isFalse();
    }
  }
}
