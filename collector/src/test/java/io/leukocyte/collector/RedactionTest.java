package io.leukocyte.collector;

import static io.leukocyte.collector.TestEvents.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.FsMount;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RedactionTest {
  private static final ProcessInfo.Parent PARENT =
      new ProcessInfo.Parent(
          new ProcessRef(7, 1), "sh", "/bin/sh", List.of("sh", "-c", "login --token abc"));

  @Test
  void masksArgumentsOfAProcessAndOfItsParent() {
    ProcessExec exec =
        TestEvents.exec(WEB, TestEvents.process(8, PARENT, "login", "--token", "abc"));
    ProcessExec masked = (ProcessExec) Redaction.ON.apply(exec);
    assertThat(masked.process().args()).containsExactly("login", "--token", "***");
    assertThat(masked.process().parent())
        .isEqualTo(
            new ProcessInfo.Parent(
                PARENT.ref(), "sh", "/bin/sh", List.of("sh", "-c", "login --token ***")));
    assertThat(masked.process().ref()).isEqualTo(exec.process().ref());

    NetConnect connect = TestEvents.connect(WEB, exec.process());
    NetConnect maskedConnect = (NetConnect) Redaction.ON.apply(connect);
    assertThat(maskedConnect.process()).isEqualTo(masked.process());
    assertThat(maskedConnect.destination()).isEqualTo(connect.destination());
  }

  @Test
  void masksTheProcessOfASystemCallAndNothingElseOfIt() {
    ProcessInfo process = TestEvents.process(8, PARENT, "login", "--token", "abc");
    FsMount mount =
        new FsMount(
            1, ContainerRef.unknown(WEB), process, "mount", "password=x", "/mnt", null, 0, 0);
    FsMount masked = (FsMount) Redaction.ON.apply(mount);
    assertThat(masked.process().args()).containsExactly("login", "--token", "***");
    assertThat(masked.with(process)).isEqualTo(mount);
    assertThat(Redaction.ON.apply(TestEvents.open(WEB, 1))).isEqualTo(TestEvents.open(WEB, 1));
  }

  @Test
  void masksTheEnvironmentAndKeepsWhatElseIsKnown() {
    ProcessInfo.More more =
        new ProcessInfo.More(5, List.of("DB_PASSWORD=abc", "LD_PRELOAD=/x.so"), true, true);
    ProcessExec exec = TestEvents.exec(WEB, TestEvents.process(8, "sh").with(more));
    ProcessExec masked = (ProcessExec) Redaction.ON.apply(exec);
    assertThat(masked.process().more())
        .isEqualTo(
            new ProcessInfo.More(5, List.of("DB_PASSWORD=***", "LD_PRELOAD=/x.so"), true, true));
    assertThat(masked.process().with(more)).isEqualTo(exec.process());

    ProcessExec login = TestEvents.exec(WEB, TestEvents.process(8, "x", "--token", "a").with(more));
    assertThat(((ProcessExec) Redaction.ON.apply(login)).process().more().groupLeader()).isTrue();
  }

  @Test
  void masksTheCommandLinesOfAllAncestorsOfEachKindOfEvent() {
    ProcessInfo process = TestEvents.process(8, "cat", "/etc/hosts").with(lineage(SECRET_LINE));
    List<ProcessInfo.Ancestor> safe =
        lineage("sh -c login --token ***; curl -H 'Authorization: Bearer ***'").lineage();

    ProcessExec exec = (ProcessExec) Redaction.ON.apply(TestEvents.exec(WEB, process));
    NetConnect connect = (NetConnect) Redaction.ON.apply(TestEvents.connect(WEB, process));
    ProcessExit exit =
        (ProcessExit)
            Redaction.ON.apply(new ProcessExit(1, ContainerRef.unknown(WEB), process, 0, 0));
    FsMount mount =
        (FsMount)
            Redaction.ON.apply(
                new FsMount(
                    1, ContainerRef.unknown(WEB), process, "mount", "x", "/mnt", null, 0, 0));

    ProcessInfo ofConnect = Objects.requireNonNull(connect.process());
    List<ProcessInfo> all = List.of(exec.process(), ofConnect, exit.process(), mount.process());
    for (ProcessInfo masked : all) {
      assertThat(masked.more().lineage()).isEqualTo(safe);
      assertThat(masked.with(process.more())).isEqualTo(process);
    }
    assertThat(
            ((ProcessExec) Redaction.OFF.apply(TestEvents.exec(WEB, process)))
                .process()
                .more()
                .lineage())
        .isEqualTo(process.more().lineage());
  }

  private static final String SECRET_LINE =
      "sh -c login --token abc; curl -H 'Authorization: Bearer 0123456789'";

  /** Two ancestors without a secret, and between them one with. */
  private static ProcessInfo.More lineage(String second) {
    return new ProcessInfo.More(
        0,
        List.of(),
        false,
        false,
        null,
        List.of(
            new ProcessInfo.Ancestor(5, "/bin/sh", "sh", "sh -c run"),
            new ProcessInfo.Ancestor(4, "/bin/sh", "sh", second),
            new ProcessInfo.Ancestor(3, null, null, null)));
  }

  @Test
  void leavesAnEventWithoutSecretsAsItIs() {
    ProcessExec exec = TestEvents.exec(WEB, 1);
    assertThat(Redaction.ON.apply(exec)).isSameAs(exec);
    ProcessExec withLineage =
        TestEvents.exec(WEB, TestEvents.process(8, "cat").with(lineage("sh -c run --fast")));
    assertThat(Redaction.ON.apply(withLineage)).isSameAs(withLineage);
    FileOpen open = TestEvents.open(WEB, 1);
    assertThat(Redaction.ON.apply(open)).isSameAs(open);
    ContainerLog line = TestEvents.line(WEB, 1, "ready");
    assertThat(Redaction.ON.apply(line)).isSameAs(line);
  }

  @Test
  void whenOffNothingIsMasked() {
    ContainerLog line = TestEvents.line(WEB, 1, "password=x");
    assertThat(Redaction.OFF.apply(line)).isSameAs(line);
  }

  @Test
  void aLineThatGrowsBeyondItsBoundIsCutAndSaysSo() {
    String secrets = "pwd=é,".repeat(ContainerLog.MAX_BYTES / 7);
    ContainerLog masked = (ContainerLog) Redaction.ON.apply(TestEvents.line(WEB, 1, secrets));
    assertThat(masked.line()).startsWith("pwd=***,pwd=***,").doesNotContain("é");
    assertThat(masked.line().getBytes(StandardCharsets.UTF_8))
        .hasSizeLessThanOrEqualTo(ContainerLog.MAX_BYTES);
    assertThat(masked.truncated()).isTrue();
  }

  @Test
  void masksWhatAnExecRunsAndLabelsAndEntrypoint() {
    ContainerLifecycle exec =
        new ContainerLifecycle(
            1,
            ContainerRef.unknown(WEB),
            "exec_create",
            null,
            new TreeMap<>(Map.of("command", "sh -c login --token abc", "execID", "1")));
    ContainerLifecycle masked = (ContainerLifecycle) Redaction.ON.apply(exec);
    assertThat(masked.attributes())
        .containsEntry("command", "sh -c login --token ***")
        .containsEntry("execID", "1");

    ContainerFacts plain = ContainerFacts.unknown(1, ContainerRef.unknown(WEB));
    ContainerFacts facts =
        new ContainerFacts(
            1,
            plain.container(),
            "running",
            1,
            1,
            1,
            new TreeMap<>(Map.of("db.password", "abc", "tier", "web")),
            List.of(),
            List.of(),
            "bridge",
            "",
            List.of(),
            "",
            List.of("run", "--token=abc"),
            false,
            "json-file",
            "no",
            ContainerFacts.Limits.NONE,
            ContainerFacts.Security.DEFAULT);
    ContainerFacts shown = Redaction.ON.apply(facts);
    assertThat(shown.labels()).containsEntry("db.password", "***").containsEntry("tier", "web");
    assertThat(shown.entrypoint()).containsExactly("run", "--token=***");
  }
}
