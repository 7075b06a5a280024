package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.FileChange;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.Kind;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.rules.CallNeed;
import io.leukocyte.rules.CallNeed.PathPattern;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Containers that want to be misread: what they do is told as it was, and of the right process. */
class SensorHostileIT {
  private static final String NAME = "collector-hostile";
  private static final String NOISY = "collector-hostile-noisy";
  private static final int ATTACKS = 40;

  private static ContainerId container = new ContainerId("0".repeat(64));
  private static ContainerId noisy = new ContainerId("0".repeat(64));
  private static SensorProbe probe;

  @BeforeAll
  static void startContainersThenTheSensor() {
    SensorProbe.requireDocker();
    // it may choose the next pid of the host
    container =
        Docker.start(
            NAME,
            "--network",
            "none",
            "--pid",
            "host",
            "--cap-add",
            "SYS_ADMIN",
            "-v",
            "/proc/sys/kernel/ns_last_pid:/next-pid",
            "debian:bookworm-slim",
            "sleep",
            "1000");
    noisy = Docker.start(NOISY, "--network", "none", "debian:bookworm-slim", "sleep", "1000");
    probe = SensorProbe.start(new SensorOptions(16 << 20, false, Duration.ofMillis(500)));
  }

  @AfterAll
  static void removeAll() {
    if (probe != null) {
      probe.close();
    }
    Docker.remove(NAME);
    Docker.remove(NOISY);
  }

  private static void observe(Map<String, CallNeed> calls) {
    probe.sensor().observe(calls, EnvironmentNames.NONE);
  }

  private static CallNeed beginning(String path) {
    return new CallNeed(Map.of(new PathPattern(path, false), CallNeed.ALL_MODES));
  }

  private static void perl(String name, String program) {
    Docker.Result result = Docker.run("exec", "-w", "/tmp", name, "perl", "-e", program);
    assertThat(result.code()).as(result.output()).isZero();
  }

  /** Names of any bytes neither slip through the kernel's look at paths nor break what is told. */
  @Test
  void pathsOfAnyBytesAreJudgedByTheirBytes() {
    observe(
        Map.of(
            "open",
            beginning("/tmp/h/"),
            "openat",
            beginning("/tmp/h/"),
            "mkdir",
            beginning("/tmp/h/\u00fc"),
            "rmdir",
            CallNeed.EVERYTHING));

    perl(
        NAME,
        "mkdir '/tmp/h'; sub w { open my $f, '>', $_[0] }"
            + "w(\"/tmp/h/a\\nb\"); w(\"/tmp/h/\\e[2J\"); w(\"/tmp/h/\\xff\\xfe\"); w(\"/tmp/h\\nx\");"
            + "w(\"/tmp/h/\\xe2\\x82\"); w('/tmp/h/' . ('n' x 255)); w('/tmp/./h/../h/dots');"
            + "my $d = '/tmp/h'; for (1 .. 15) { $d .= '/' . ('d' x 250); mkdir $d }"
            + "w($d . '/' . ('e' x 230)); w($d . '/' . ('f' x 500));"
            + "mkdir \"/tmp/h/\\xc3\\xbcber\"; mkdir \"/tmp/h/\\xc3\"; rmdir '/tmp/none-1'");

    probe.first(FileChange.class, e -> e.path().equals("/tmp/none-1"));
    Set<String> opened =
        probe.all(FileOpen.class, e -> SensorProbe.isOf(e, container)).stream()
            .map(FileOpen::path)
            .collect(Collectors.toSet());
    String deep = "/tmp/h" + ("/" + "d".repeat(250)).repeat(15);
    assertThat(opened)
        .contains(
            "/tmp/h/a\nb",
            "/tmp/h/\u001b[2J",
            "/tmp/h/\ufffd\ufffd",
            "/tmp/h/\ufffd",
            "/tmp/h/" + "n".repeat(255),
            "/tmp/h/dots")
        .doesNotContain("/tmp/h\nx")
        .anyMatch(path -> path.startsWith(deep + "/fff") && path.length() > 4000)
        .anyMatch(path -> path.endsWith("/" + "e".repeat(230)) && path.length() > 1500);
    assertThat(probe.all(FileChange.class, e -> e.call().equals("mkdir")))
        .extracting(FileChange::path)
        .contains("/tmp/h/\u00fcber")
        .doesNotContain("/tmp/h");
  }

  @Test
  void argumentsOf4096BytesAndOfNoTextArriveAsFarAsTheySay() {
    perl(
        NAME,
        "system('/bin/true', 'hostile-1', \"\\xff\\n\\e[1m\", 'x' x 4096); system('/bin/true',"
            + " 'hostile-2', ('') x 50)");

    ProcessExec long1 = probe.exec("hostile-1");
    assertThat(long1.process().args().subList(0, 3))
        .containsExactly("/bin/true", "hostile-1", "\ufffd\n\u001b[1m");
    assertThat(long1.process().argsTruncated()).isTrue();
    assertThat(probe.exec("hostile-2").process().args()).hasSize(52);
  }

  /** The pid is taken again by another program: nothing of the first one sticks to it. */
  @Test
  void aPidThatComesRoundIsAnotherProcess() {
    perl(
        NAME,
        "my $p = fork; exec '/bin/true', 'reuse-first' if !$p; waitpid $p, 0; for (1 .. 500) {"
            + " open my $n, '>', '/next-pid'; print $n $p - 1; close $n; my $q = fork; if (!$q) {"
            + " exit 3 if $$ != $p; exec '/bin/false', 'reuse-second' } waitpid $q, 0;"
            + " exit 0 if $q == $p } exit 9");

    ProcessExec first = probe.exec("reuse-first");
    ProcessExec second = probe.exec("reuse-second");
    assertThat(second.process().ref().pid()).isEqualTo(first.process().ref().pid());
    assertThat(second.process().ref().startTime()).isGreaterThan(first.process().ref().startTime());
    List<ProcessExit> ends =
        IntStream.of(0, 1)
            .mapToObj(code ->
                probe.first(
                    ProcessExit.class,
                    e ->
                        e.exitCode() == code
                            && e.process().ref().pid() == first.process().ref().pid()))
            .toList();
    assertThat(ends.get(0).process().ref()).isEqualTo(first.process().ref());
    assertThat(ends.get(0).process().args()).contains("reuse-first");
    assertThat(ends.get(1).process().ref()).isEqualTo(second.process().ref());
    assertThat(ends.get(1).process().args()).contains("reuse-second");
  }

  @Test
  void tenThousandShortProcessesInARowAllEnd() {
    Docker.sh(
        NOISY,
        "i=0; while [ $i -lt 10000 ]; do i=$((i+1)); if [ $((i % 100)) = 0 ]; then"
            + " /bin/true row-$i; else ( exit 7 ); fi; done");

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(probe.all(ProcessExit.class, e -> e.exitCode() == 7)).hasSize(9900));
    assertThat(
            probe.all(
                ProcessExec.class,
                e -> e.process().args().stream().anyMatch(a -> a.startsWith("row-"))))
        .hasSize(100);
    assertThat(
            probe.all(ProcessExit.class, e -> e.exitCode() == 7).stream()
                .map(e -> e.process().ref()))
        .doesNotHaveDuplicates();
    assertThat(probe.sensor().count(SensorLayout.COUNTER_TASK).lost()).isZero();
  }

  /** Calls without end in one container, and what another does slowly: none of it is missing. */
  @Test
  void aFloodOfOpensBesideAQuietAttackHidesNothingOfIt() {
    observe(Map.of("open", beginning("/etc/"), "openat", beginning("/etc/")));
    KernelSensor sensor = probe.sensor();
    Thread flood =
        Thread.ofPlatform()
            .start(() ->
                perl(
                    NOISY,
                    "my $end = time + 4; while (time < $end) { for (1 .. 500) { open my $f, '<',"
                        + " '/etc/hostname'; open $f, '<', '/tmp/x' } }"));

    perl(
        NAME,
        "for (1 .. "
            + ATTACKS
            + ") { open my $f, '<', \"/etc/attack-$_\"; select undef, undef, undef, 0.05 }");

    await()
        .untilAsserted(() ->
            assertThat(
                    probe.all(FileOpen.class, e -> SensorProbe.isOf(e, container)).stream()
                        .filter(e -> e.path().startsWith("/etc/attack-")))
                .hasSize(ATTACKS));
    await().atMost(Duration.ofSeconds(20)).until(() -> !flood.isAlive());
    int opens = SensorCounters.counterOf(Kind.FILE_OPEN);
    SensorCounters.Count count = sensor.count(opens);
    assertThat(count.filtered()).as("/tmp/x").isPositive();
    assertThat(count.made()).isEqualTo(count.kept() + count.lost() + count.filtered());
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat((long) probe.all(FileOpen.class, e -> true).size())
                .isEqualTo(sensor.count(opens).kept()));
    assertThat(probe.all(FileOpen.class, e -> SensorProbe.isOf(e, noisy))).isNotEmpty();
  }
}
