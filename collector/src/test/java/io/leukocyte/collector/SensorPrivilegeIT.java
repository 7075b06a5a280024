package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerRef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the sensor needs of its process: two capabilities, or it says so. */
class SensorPrivilegeIT {
  private static final String NONE = "-all";
  private static final String BPF_ONLY = "-all,+bpf,+perfmon";

  /** Opens the sensor and starts it, in a process of its own. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      try (KernelSensor sensor = KernelSensor.open(SensorOptions.DEFAULT)) {
        sensor.start(ContainerRef::unknown, event -> {});
        System.out.println(sensor.check());
      } catch (SensorUnavailableException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private static String openWith(String capabilities) throws Exception {
    SensorProbe.open(SensorOptions.DEFAULT).close(); // with all of them it has to work
    List<String> command = new ArrayList<>();
    command.addAll(List.of("setpriv", "--bounding-set", capabilities));
    command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx64m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void withoutPrivilegesItSaysWhatToDo() throws Exception {
    assertThat(openWith(NONE))
        .contains("Cannot load the kernel sensor: this process may not use BPF; run the collector")
        .contains("BPF and PERFMON");
  }

  @Test
  void twoCapabilitiesAreEnough() throws Exception {
    assertThat(openWith(BPF_ONLY)).contains("Ok[name=kernel sensor, detail=eBPF, ");
  }
}
