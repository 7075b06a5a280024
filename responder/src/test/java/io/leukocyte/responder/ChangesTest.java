package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSettings;
import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerFacts.Limits;
import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.config.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Throttles and restarts, and how all three of the kind are written. */
class ChangesTest {
  @TempDir Path folder;
  private Ward ward;

  @BeforeEach
  void open() {
    ward = new Ward(folder);
  }

  @AfterEach
  void close() {
    ward.close();
  }

  private static String policy(String actions) {
    return "- policy: p\n  match: {tags: [shell]}\n  actions: ["
        + actions
        + "]\n  guard: {mode: enforce}\n";
  }

  private Ward doing(String actions) {
    return ward.policies(policy(actions));
  }

  private boolean isLimited(ContainerId container, long bits) {
    return ward.host.egress().isLimited(ContainerProcess.of(ward.facts(container)), bits);
  }

  @Test
  void aThrottleLimitsAndItsUndoGivesBackWhatWas() {
    ContainerId web =
        ward.docker.run(
            ContainerSpec.of("web", "leuko/test-web:1").limits(new Limits(1 << 30, 0, 500)));
    ContainerSettings before = ward.docker.settings(web);
    doing("throttle: {cpus: 0.25, memory: 64m, pids: 20, egress: 1mbit, for: 15m}").shell(web);
    ContainerSettings now = ward.docker.settings(web);
    assertThat(now.cpus()).isEqualTo(250_000_000);
    assertThat(now.memory()).isEqualTo(64 << 20);
    assertThat(now.pids()).isEqualTo(20);
    assertThat(isLimited(web, 1_000_000)).isTrue();
    ward.clock.advance(Duration.ofMinutes(15));
    ward.tick();
    assertThat(ward.docker.settings(web)).isEqualTo(before);
    assertThat(isLimited(web, 1_000_000)).isFalse();
    assertThat(ward.stepNames())
        .containsExactly(
            "throttle intended", "throttle applied", "throttle verified", "throttle undone");
  }

  @Test
  void aLowerLimitThatIsThereStays() {
    ContainerId web =
        ward.docker.run(
            ContainerSpec.of("web", "leuko/test-web:1")
                .limits(new Limits(32 << 20, 100_000_000, 10)));
    ContainerSettings before = ward.docker.settings(web);
    doing("throttle: {cpus: 0.25, memory: 64m, pids: 20}").shell(web);
    assertThat(ward.docker.settings(web)).isEqualTo(before);
  }

  @Test
  void aThrottleIsSetAgainAfterAStartAndWhenSomebodyLiftsIt() {
    ContainerId web = ward.run("web");
    ContainerSettings before = ward.docker.settings(web);
    doing("throttle: {pids: 20, egress: 1mbit}").shell(web);
    ward.docker.restart(web, Duration.ZERO);
    ward.docker.update(web, before);
    ward.desk.actions().forEach(a -> ward.interventions.hold(a.actionId(), "after a start"));
    assertThat(ward.docker.settings(web).pids()).isEqualTo(20);
    assertThat(isLimited(web, 1_000_000)).isTrue();
  }

  @Test
  void twoThrottlesGiveBackWhatWasBeforeTheFirst() {
    ContainerId web = ward.run("web");
    ContainerSettings before = ward.docker.settings(web);
    doing("throttle: {pids: 20}").shell(web);
    ward.policies(policy("throttle: {pids: 10}").replace("policy: p", "policy: q"));
    ward.shell(web);
    assertThat(ward.docker.settings(web).pids()).isEqualTo(10);
    assertThat(ward.desk.releaseAll("alice")).hasSize(2).allMatch(Released::released);
    assertThat(ward.docker.settings(web)).isEqualTo(before);
  }

  @Test
  void whatIsSentIsNotLimitedWhereItCouldBeUndone() {
    ContainerId web =
        ward.docker.run(
            ContainerSpec.of("web", "leuko/test-web:1")
                .security(new Security(List.of("NET_ADMIN"), List.of(), List.of(), false, "")));
    ContainerSettings before = ward.docker.settings(web);
    doing("throttle: {pids: 20, egress: 1mbit}").shell(web);
    assertThat(ward.stepNames()).last().isEqualTo("throttle failed");
    assertThat(ward.docker.settings(web)).isEqualTo(before);
  }

  @Test
  void aRestartGivesANewProcessAndNothingStaysOpen() {
    ContainerId web = ward.run("web");
    int pid = ward.facts(web).pid();
    doing("restart: {grace: 1s}").shell(web);
    assertThat(ward.facts(web).pid()).isNotEqualTo(pid).isPositive();
    assertThat(ward.stepNames())
        .containsExactly("restart intended", "restart applied", "restart verified");
    assertThat(ward.desk.actions()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          throttle: {}           | throttle limits nothing
          throttle: {cpus: lots} | cpus in throttle is 'lots'
          throttle: {cpus: 0}    | cpus in throttle is '0'
          throttle: {memory: 1m} | memory in throttle is '1m'
          throttle: {pids: 0}    | pids in throttle is '0'
          throttle: {egress: 1}  | egress in throttle is '1'
          throttle: {egres: 1mbit} | unknown key 'egres' in throttle
          restart: {for: 1m}     | unknown key 'for' in restart
          recycle: {settle: x}   | settle in recycle is 'x'
          recycle, pause         | pause after recycle can do nothing
          recycl                 | unknown action 'recycl'
          """)
  void whatMakesNoSenseIsAProblem(String actions, String problem) {
    PolicySet.Loaded loaded =
        PolicySet.load(List.of(new PolicyFile("p.yaml", policy(actions))), List.of());
    assertThat(loaded.problems())
        .extracting(Problem::toString)
        .anySatisfy(text -> assertThat(text).startsWith("p.yaml:3:").contains(problem));
  }

  @Test
  void parametersAreReadAndKept() {
    PolicySet.Loaded loaded =
        PolicySet.load(
            List.of(
                new PolicyFile(
                    "p.yaml",
                    policy(
                        "throttle: {cpus: 0.2, memory: 256m, pids: 50, egress: 2mbit, for: 1h},"
                            + " restart: {grace: 3s},"
                            + " recycle: {grace: 1s, settle: 2s, within: 3m, drain: 4s, keep: 7d}"))),
            List.of());
    assertThat(loaded.problems()).isEmpty();
    for (Response response : loaded.policies().policies().getFirst().responses()) {
      assertThat(ResponseJson.read(ResponseJson.write(response))).isEqualTo(response);
    }
    Undo.PutBack undo =
        new Undo.PutBack("web", ContainerSettings.NONE.withPids(3), List.of(80), List.of(), null);
    Undo.PutBack made = undo.with(new ContainerId("a".repeat(64)));
    for (Undo way : List.of(undo, made, new Undo.GiveBack(ContainerSettings.NONE, true))) {
      JournalEntry entry =
          new JournalEntry.Prepared(ActionId.of("an action"), way, "by something else");
      assertThat(JournalJson.read(JournalJson.write(entry))).isEqualTo(entry);
    }
  }
}
