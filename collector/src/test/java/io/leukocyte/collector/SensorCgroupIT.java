package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ProcessExec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which names of cgroups are containers: the engines' ways to name them, those that a container
 * made in its own cgroup to be taken for another or for none, and near misses.
 */
class SensorCgroupIT {
  private static final String ID = "5e50".repeat(16);
  private static final Path V1 = Path.of("/sys/fs/cgroup/pids");
  private static final Path ROOT = Files.exists(V1) ? V1 : Path.of("/sys/fs/cgroup");
  private static final String PREFIX = "collector-sensor-";

  private static SensorProbe probe;
  private static int runs;

  @BeforeAll
  static void startSensor() {
    probe = SensorProbe.start(new SensorOptions(1 << 20, false, Duration.ofSeconds(2)));
  }

  @AfterAll
  static void stopSensor() {
    if (probe != null) {
      probe.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "docker-%s.scope",
        "cri-containerd-%s.scope",
        "crio-%s.scope",
        "libpod-%s.scope",
        "libpod-%s",
        "%s/inner",
        "docker-%s.scope/system.slice/some.service",
        "%s/f00df00df00df00df00df00df00df00df00df00df00df00df00df00df00df00d",
        "docker-%s.scope/docker-f00df00df00df00df00df00df00df00df00df00df00df00df00df00df00df00d.scope/x",
        "%s/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20",
        "kubepods-burstable-pod6b9e6e8c_1234_4321_8888_0123456789ab.slice/cri-containerd-%s.scope"
      })
  void aContainersCgroupIsRecognised(String form) throws Exception {
    String mark = runIn(String.format(form, ID));

    ProcessExec exec = probe.exec(mark);

    assertThat(Objects.requireNonNull(exec.container()).id()).isEqualTo(new ContainerId(ID));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5e505e50",
        "X%s",
        "%s0",
        "%s.scope",
        "docker-%s.slice",
        "docker-%s.service",
        "docker_%s.scope",
        "libpod-conmon-%s.scope",
        "crio-conmon-%s.scope",
        "g%s",
        "system.slice"
      })
  void anotherCgroupIsTheHosts(String form) throws Exception {
    String mark = runIn(String.format(form, ID));
    probe.exec(runIn(ID));

    assertThat(probe.all(ProcessExec.class, e -> e.process().args().contains(mark))).isEmpty();
  }

  @Test
  void digitsOtherThanHexadecimalAreNoId() throws Exception {
    String mark = runIn("g" + ID.substring(1));
    probe.exec(runIn(ID));

    assertThat(probe.all(ProcessExec.class, e -> e.process().args().contains(mark))).isEmpty();
  }

  @Test
  void aProcessOfTheHostThatIsMovedInIsASetUpTask() throws Exception {
    ProcessExec exec = probe.exec(runIn(ID));

    assertThat(exec.process().flags().setup()).isTrue();
    assertThat(exec.process().flags().hostMounts()).isTrue();
  }

  /** As many as come and go on a busy host in a while; each is one program long. */
  @Test
  void shortContainersInARowAreEachThemselves() throws Exception {
    int count = Integer.getInteger("leuko.containers", 300);
    Path base = Files.createDirectories(ROOT.resolve(PREFIX + "many"));
    String script =
        "for i in $(seq "
            + count
            + "); do c="
            + base
            + "/$(printf '%064x' $i); mkdir $c; (echo $BASHPID > $c/cgroup.procs; exec /bin/true"
            + " many-$i); rmdir $c; done";
    try {
      assertThat(new ProcessBuilder("bash", "-c", script).inheritIO().start().waitFor()).isZero();
    } finally {
      Files.delete(base);
    }
    probe.exec("many-" + count);

    Map<String, ContainerId> seen = new TreeMap<>();
    for (ProcessExec exec : probe.all(ProcessExec.class, SensorCgroupIT::isOfMany)) {
      seen.put(exec.process().args().getLast(), Objects.requireNonNull(exec.container()).id());
    }
    assertThat(seen).hasSize(count);
    seen.forEach((mark, id) ->
        assertThat(id.value())
            .endsWith("00" + Integer.toHexString(Integer.parseInt(mark.substring(5)))));
    assertThat(probe.sensor().count(SensorLayout.COUNTER_CGROUP).lost()).isZero();
    assertThat(probe.sensor().count(SensorLayout.COUNTER_TASK).lost()).isZero();
  }

  private static boolean isOfMany(ProcessExec exec) {
    return exec.process().args().getLast().startsWith("many-");
  }

  /**
   * Moves a shell into a new cgroup, where it becomes a program; returns the program's argument.
   */
  private static String runIn(String name) throws IOException, InterruptedException {
    String mark = "cgroup-" + runs++;
    Path base = ROOT.resolve(PREFIX + mark);
    Path cgroup = base.resolve(name);
    Files.createDirectories(cgroup);
    try {
      String script = "echo $$ > " + cgroup + "/cgroup.procs && exec /bin/true " + mark;
      assertThat(new ProcessBuilder("sh", "-c", script).inheritIO().start().waitFor()).isZero();
    } finally {
      for (Path path = cgroup; path != null && !path.equals(ROOT); path = path.getParent()) {
        Files.delete(path);
      }
    }
    return mark;
  }
}
