package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.CredChange;
import io.leukocyte.events.Event;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.Kind;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.NetSend;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Both forms of the object tell the same of the same programs. */
class SensorFormsIT {
  private static final String NAME = "collector-sensor-forms";
  private static final String LAST = "forms-last";

  /** Programs, files found and not, a thread's, a user's, connections and datagrams. */
  private static final String PROGRAMS =
      "cd /etc; perl -e 'use Socket; open my $f, q(<), q(hosts); open $f, q(<), q(/none/at-all);"
          + " my $to = sockaddr_in(9, INADDR_LOOPBACK); socket my $s, PF_INET, SOCK_STREAM, 0;"
          + " connect $s, $to; socket my $u, PF_INET, SOCK_DGRAM, 0; send $u, q(x), 0, $to;"
          + " $< = $> = 33; system q(/bin/true), qw(forms a), q(), q(b) x 300'; (exit 3);"
          + " /bin/true "
          + LAST;

  private static final List<Class<?>> TYPES =
      List.of(
          ProcessExec.class,
          ProcessExit.class,
          NetConnect.class,
          NetSend.class,
          CredChange.class,
          FileOpen.class);

  private ContainerId container = new ContainerId("0".repeat(64));

  @BeforeEach
  void startContainer() {
    SensorProbe.requireDocker();
    container = Docker.start(NAME, "--network", "none", "debian:bookworm-slim", "sleep", "1000");
  }

  @AfterEach
  void removeContainer() {
    Docker.remove(NAME);
  }

  @Test
  void bothFormsTellTheSame() throws SensorUnavailableException {
    Set<Kind> kinds = Set.of(Kind.FILE_OPEN, Kind.NET_SEND, Kind.CRED_CHANGE, Kind.NET_SOCKET);
    SensorOptions options = new SensorOptions(1 << 20, false, Duration.ofSeconds(2));
    List<KernelSensor> sensors = new ArrayList<>();
    List<ConcurrentLinkedQueue<Event>> events = new ArrayList<>();
    try {
      for (String form : BpfObject.FORMS) {
        ConcurrentLinkedQueue<Event> taken = new ConcurrentLinkedQueue<>();
        KernelSensor sensor = KernelSensor.openForm(form, options);
        assertThat(sensor.object().form()).isEqualTo(form);
        sensors.add(sensor);
        events.add(taken);
        sensor.observe(TracedCalls.of(kinds), EnvironmentNames.NONE);
        sensor.start(ContainerRef::unknown, taken::add);
      }
      Docker.sh(NAME, PROGRAMS);
      for (ConcurrentLinkedQueue<Event> taken : events) {
        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> taken.stream().anyMatch(SensorFormsIT::isLast));
      }
      assertThat(sensors).allMatch(sensor -> sensor.count(SensorLayout.EXEC).lost() == 0);
    } finally {
      sensors.forEach(KernelSensor::close); // delivers the rest
    }

    assertThat(told(events.getFirst())).containsExactlyInAnyOrderElementsOf(told(events.getLast()));
    assertThat(told(events.getFirst())).hasSizeGreaterThan(20);
    for (Class<?> type : TYPES) {
      assertThat(events.getFirst()).hasAtLeastOneElementOfType(type);
    }
  }

  /** All that is said of the programs but the times, which are of each sensor's own clock. */
  private List<String> told(Collection<Event> events) {
    return events.stream()
        .filter(event -> SensorProbe.isOf(event, container) && !(event instanceof NetFlow))
        .map(event -> event.toString().replaceAll("[0-9]{15,}", "TIME"))
        .filter(SensorFormsIT::hasParentInside)
        .toList();
  }

  /** What is told of a parent outside is read from its /proc, a while later and by chance. */
  private static boolean hasParentInside(String event) {
    String parent = event.substring(event.indexOf("parent=") + 1);
    return parent.contains("args=[sh,") || parent.contains("args=[perl,");
  }

  private static boolean isLast(Event event) {
    return event instanceof ProcessExit exit
        && exit.process() != null
        && exit.process().args().contains(LAST);
  }
}
