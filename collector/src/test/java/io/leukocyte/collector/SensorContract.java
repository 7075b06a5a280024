package io.leukocyte.collector;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetListen;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.Protocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What each sensor gives alike, with real programs in a real container. Programs live for some
 * tenths of a second and connections for some seconds: what is shorter is a matter of each sensor.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SensorContract {
  private static final String DEBIAN = "debian:bookworm-slim";

  private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
  private final String name = "collector-" + getClass().getSimpleName().toLowerCase(Locale.ROOT);
  private ContainerId container = new ContainerId("0".repeat(64));
  private EventSource source = new FakeSensor();

  /** The sensor, not started. */
  abstract EventSource make(CollectorSettings.Sensor settings);

  @BeforeAll
  void startAll() {
    SensorProbe.requireDocker();
    container = Docker.start(name, "--network", "none", DEBIAN, "sleep", "1000");
    source =
        make(
            new CollectorSettings.Sensor(
                CollectorSettings.SensorMode.AUTO,
                SensorOptions.DEFAULT,
                Set.of(),
                Path.of("/proc")));
    source.observe(new Interest(EnumSet.of(Kind.NET_LISTEN), Set.of("LD_PRELOAD")));
    source.start(events::add);
  }

  @AfterAll
  void endAll() {
    source.close();
    Docker.remove(name);
  }

  EventSource source() {
    return source;
  }

  boolean isOurs(Event event) {
    return SensorProbe.isOf(event, container);
  }

  String containerName() {
    return name;
  }

  <T extends Event> List<T> all(Class<T> type, Predicate<? super T> which) {
    return events.stream()
        .filter(type::isInstance)
        .map(type::cast)
        .filter(this::isOurs)
        .filter(which)
        .toList();
  }

  <T extends Event> T first(Class<T> type, Predicate<? super T> which) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> !all(type, which).isEmpty());
    return all(type, which).getFirst();
  }

  ProcessExec exec(String argument) {
    return first(ProcessExec.class, e -> e.process().args().contains(argument));
  }

  @Test
  void aShellInAContainerTellsProgramArgumentsUserAndParent() {
    long before = System.currentTimeMillis() * 1_000_000;
    Docker.run(
        "exec",
        "-u",
        "65534:65533",
        "-w",
        "/usr/share",
        "-e",
        "LD_PRELOAD=/nowhere.so",
        name,
        "sh",
        "-c",
        "sh -c 'sleep 0.4; :' 'two words' y1; :");

    ProcessExec exec = exec("y1");

    ProcessInfo process = exec.process();
    assertThat(exec.time()).isBetween(before, System.currentTimeMillis() * 1_000_000);
    assertThat(process.ref().startTime()).isBetween(before - 20_000_000, exec.time());
    assertThat(process.args()).containsExactly("sh", "-c", "sleep 0.4; :", "two words", "y1");
    assertThat(process.argsTruncated()).isFalse();
    assertThat(process.name()).isEqualTo("sh");
    assertThat(process.executable()).isEqualTo("/usr/bin/dash");
    assertThat(process.workingDirectory()).isEqualTo("/usr/share");
    assertThat(process.uid()).isEqualTo(65534);
    assertThat(process.gid()).isEqualTo(65533);
    assertThat(process.loginUid()).isEqualTo(-1);
    assertThat(process.capabilities()).isZero();
    assertThat(process.tty()).isZero();
    assertThat(process.containerPid()).isBetween(2, 32768);
    assertThat(process.flags()).isEqualTo(ProcessInfo.Flags.NONE);
    assertThat(process.more().environment()).containsExactly("LD_PRELOAD=/nowhere.so");
    assertThat(process.more().groupLeader()).isFalse();
    ProcessInfo.Parent parent = requireNonNull(process.parent());
    assertThat(parent.name()).isEqualTo("sh");
    assertThat(parent.args()).startsWith("sh", "-c").hasSize(3);
    assertThat(parent.executable()).isEqualTo("/usr/bin/dash");
    assertThat(process.ancestors()).anyMatch(above -> above.startsWith("containerd-shim"));
    ProcessExec shell = first(ProcessExec.class, e -> e.process().ref().equals(parent.ref()));
    assertThat(shell.process().args().getLast()).contains("y1");
    assertThat(shell.process().more().groupLeader()).isTrue();
  }

  @Test
  void aTerminalAndCapabilitiesAreSeen() {
    Docker.run("exec", "-t", name, "sh", "-c", "sleep 0.4; :", "y2");

    ProcessInfo process = exec("y2").process();

    assertThat(process.tty() >> 8).isEqualTo(136); // /dev/pts
    assertThat(process.capabilities()).isNotZero();
    assertThat(process.more().permittedCapabilities()).isEqualTo(process.capabilities());
  }

  @Test
  void aScriptIsRunByItsInterpreter() {
    Docker.sh(name, "printf '#!/bin/sh\\nsleep 0.4\\n:' > /s.sh; chmod +x /s.sh; /s.sh y3; :");

    ProcessInfo process = exec("y3").process();

    assertThat(process.executable()).isEqualTo("/usr/bin/dash");
    assertThat(process.args()).containsExactly("/bin/sh", "/s.sh", "y3");
    assertThat(process.name()).isEqualTo("s.sh");
  }

  @Test
  void aProgramThatIsNotFromTheImageIsMarked() {
    Docker.sh(name, "cp /bin/sh /own; /own -c 'sleep 0.4; :' y4; sh -c 'sleep 0.4; :' y5");

    assertThat(exec("y4").process().flags().upperLayer()).isTrue();
    assertThat(exec("y5").process().flags().upperLayer()).isFalse();
  }

  @Test
  void aDeletedProgramIsFileless() {
    Docker.sh(
        name, "cp /bin/sh /gone; /gone -c 'rm /gone; exec /proc/self/exe -c \"sleep 0.4; :\" y6'");

    ProcessInfo process = exec("y6").process();

    assertThat(process.flags().fileless()).isTrue();
    assertThat(process.executable()).isEqualTo("/gone");
  }

  @Test
  void longArgumentsAreCutAndMarked() {
    Docker.sh(name, "sh -c 'sleep 0.4; :' y7 \"$(head -c 100000 /dev/zero | tr '\\0' A)\" end");

    ProcessInfo process = exec("y7").process();

    assertThat(process.argsTruncated()).isTrue();
    assertThat(process.args()).hasSize(5);
    assertThat(process.args().getLast()).matches("A+");
  }

  @Test
  void exitTellsCodeAndSignal() {
    Docker.sh(name, "sh -c 'sleep 0.4; exit 7' y8; sh -c 'sleep 0.4; kill -9 $$' y9; :");
    ProcessInfo exited = exec("y8").process();
    ProcessInfo killed = exec("y9").process();

    ProcessExit exit = first(ProcessExit.class, e -> e.process().ref().equals(exited.ref()));
    ProcessExit kill = first(ProcessExit.class, e -> e.process().ref().equals(killed.ref()));

    assertThat(exit.exitCode()).isEqualTo(7);
    assertThat(exit.signal()).isZero();
    assertThat(exit.process().args()).contains("y8");
    assertThat(kill.exitCode()).isZero();
    assertThat(kill.signal()).isEqualTo(9);
    assertThat(kill.time()).isGreaterThan(killed.ref().startTime());
  }

  @Test
  void theRuntimesOwnTasksAreTagged() {
    Docker.sh(name, "sleep 0.4; : y10");
    exec("sleep 0.4; : y10");

    assertThat(all(ProcessExec.class, e -> e.process().args().contains("init")))
        .allMatch(e -> e.process().flags().setup());
  }

  @Test
  void nothingOfTheHostIsReported() throws Exception {
    new ProcessBuilder("/bin/sleep", "0.4321").start().waitFor();
    Docker.sh(name, "sh -c 'sleep 0.4; :' y11");
    exec("y11");

    assertThat(events).allMatch(event -> event.container() != null);
    assertThat(all(ProcessExec.class, e -> e.process().args().contains("0.4321"))).isEmpty();
  }

  @Test
  void listenersAndConnectionsTellTheirProcess() {
    Docker.ok(
        "exec",
        "-d",
        name,
        "perl",
        "-MIO::Socket::INET",
        "-e",
        "$s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 7201, Listen => 5);"
            + " sleep 2; $c = IO::Socket::INET->new('127.0.0.1:7201'); sleep 4",
        "y12");

    NetListen listen =
        first(NetListen.class, e -> e.local().port() == 7201 && e.call().equals("listen"));
    NetConnect connect = first(NetConnect.class, e -> e.destination().port() == 7201);

    assertThat(listen.protocol()).isEqualTo(Protocol.TCP);
    assertThat(listen.local().address()).isEqualTo("127.0.0.1");
    assertThat(listen.result()).isZero();
    assertThat(listen.process().args()).startsWith("perl").endsWith("y12");
    assertThat(connect.protocol()).isEqualTo(Protocol.TCP);
    assertThat(connect.destination().address()).isEqualTo("127.0.0.1");
    assertThat(connect.source().address()).isEqualTo("127.0.0.1");
    assertThat(requireNonNull(connect.process()).ref()).isEqualTo(exec("y12").process().ref());
    assertThat(all(NetConnect.class, e -> e.source().port() == 7201)).isEmpty();
  }
}
