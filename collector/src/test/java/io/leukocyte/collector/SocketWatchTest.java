package io.leukocyte.collector;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Event;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetListen;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections and listeners by looking at a proc. */
class SocketWatchTest {
  private static final ContainerId WEB = new ContainerId("ab".repeat(32));
  private static final ContainerId DB = new ContainerId("cd".repeat(32));
  private static final String SERVER = "0100007F:1F90 00000000:0000 0A 100"; // :8080
  private static final String ACCEPTED = "0100007F:1F90 0200007F:C350 01 101"; // from :50000
  private static final String OUT = "017100CB:9C40 027100CB:01BB 01 102"; // :40000 to :443
  private static final String OVER = "017100CB:9C41 027100CB:01BB 06 0"; // :40001 to :443

  @TempDir private Path folder;
  private FakeProc proc;
  private final List<Event> events = new ArrayList<>();
  private SocketWatch watch;

  @BeforeEach
  void begin() {
    proc =
        new FakeProc(folder)
            .runs(1, 0, 1, 1, null, "/app/init", "init")
            .network(1, 4000)
            .runs(60, 1, 20, 3, WEB.value(), "/app/web", "web")
            .network(60, 5000)
            .tcp(60);
    watch =
        new SocketWatch(
            folder, new ProcFacts(folder), new BootClock(() -> 0, () -> 0), events::add);
  }

  private static FallbackProcesses.Running running(int pid, ContainerId container) {
    return new FallbackProcesses.Running(
        pid, container, ProcessInfo.unknown(new ProcessRef(pid, 1)));
  }

  private void look() {
    watch.look(List.of(running(60, WEB)));
  }

  @Test
  void whatIsThereAtFirstIsNoEvent() {
    proc.tcp(60, SERVER, OUT);
    watch.listeners(true);
    look();
    look();

    assertThat(events).isEmpty();
  }

  @Test
  void aNewConnectionIsToldOnceWithItsProcess() {
    look();
    proc.tcp(60, OUT).has(60, 5, 102);
    look();
    look();

    assertThat(events).hasSize(1);
    NetConnect connect = (NetConnect) events.getFirst();
    assertThat(connect.destination()).hasToString("203.0.113.2:443");
    assertThat(connect.source()).hasToString("203.0.113.1:40000");
    assertThat(requireNonNull(connect.process()).ref().pid()).isEqualTo(60);
  }

  @Test
  void aConnectionThatIsOverIsToldWithoutProcess() {
    look();
    proc.tcp(60, OVER);
    look();

    NetConnect connect = (NetConnect) events.getFirst();
    assertThat(connect.process()).isNull();
    assertThat(requireNonNull(connect.container()).id()).isEqualTo(WEB);
  }

  @Test
  void acceptedConnectionsAreNoOutboundOnesEvenWhenTheListenerIsGone() {
    look();
    proc.tcp(60, SERVER, ACCEPTED).has(60, 5, 100).has(60, 6, 101);
    look();
    proc.tcp(60, ACCEPTED, "0100007F:1F90 0300007F:C350 01 105");
    look();

    assertThat(events).isEmpty();
  }

  @Test
  void listenersAreToldWhenTheyAreWantedAndCountedWhenNobodyIsKnownToHaveThem() {
    look();
    proc.tcp(60, SERVER).has(60, 5, 100);
    look();
    assertThat(events).isEmpty();

    watch.listeners(true);
    proc.tcp(60, "0100007F:1F91 00000000:0000 0A 110", "0100007F:1F92 00000000:0000 0A 111")
        .has(60, 6, 110);
    look();
    assertThat(events).hasSize(1);
    assertThat(((NetListen) events.getFirst()).local()).hasToString("127.0.0.1:8081");
    assertThat(watch.losses()).hasSize(1).allMatch(l -> l.lostKind().equals("net.listen"));
    assertThat(watch.losses()).isEmpty();
  }

  @Test
  void inASharedOrTheHostsNetworkOnlyTheProcessSaysWhoseItIs() {
    proc.runs(61, 1, 20, 4, DB.value(), "/app/db", "db").network(61, 5000).tcp(61);
    List<FallbackProcesses.Running> both = List.of(running(60, WEB), running(61, DB));
    watch.look(both);
    proc.tcp(60, OUT, OVER).has(61, 5, 102);
    watch.look(both);
    assertThat(events).hasSize(1);
    assertThat(requireNonNull(events.getFirst().container()).id()).isEqualTo(DB);

    events.clear();
    proc.network(60, 4000).tcp(60);
    look();
    proc.tcp(60, OVER);
    look();
    assertThat(events).isEmpty();
  }
}
