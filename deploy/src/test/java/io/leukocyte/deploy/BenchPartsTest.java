package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What benches read from the kernel and from JVMs. */
class BenchPartsTest {
  private static final String SERIAL =
      """
      4711:
      DefNew     total 9792K, used 8704K [0x00, 0x01, 0x02)
       eden space 8704K, 100% used [0x00, 0x01, 0x02)
       from space 1088K,   0% used [0x00, 0x01, 0x02)
      Tenured    total 21888K, used 14034K [0x00, 0x01, 0x02)
       the  space 21888K,  64% used [0x00, 0x01, 0x02)
       Metaspace       used 40000K, committed 40704K, reserved 1114112K
        class space    used 4500K, committed 4736K, reserved 1048576K
      """;
  private static final String G1 =
      """
      4711:
       garbage-first heap   total reserved 1048576K, committed 131072K, used 35000K [0x00, 0x01)
        region size 1M, 20 young (20480K), 3 survivors (3072K)
       Metaspace       used 40000K, committed 40704K, reserved 1114112K
        class space    used 4500K, committed 4736K, reserved 1048576K
      """;

  @TempDir Path folder;

  @Test
  void heapIsWhatItsGenerationsUseWithoutClasses() {
    assertThat(BenchProcess.usedHeap(SERIAL)).isEqualTo((8704 + 14034) * 1024L);
    assertThat(BenchProcess.usedHeap(G1)).isEqualTo(35000 * 1024L);
  }

  @Test
  void metricsAreSummedByNameAndLabel() {
    String metrics =
        """
        # HELP leuko_x_total what
        leuko_x_total{kind="a",result="lost"} 3.0
        leuko_x_total{kind="b",result="lost"} 4.0
        leuko_x_total{kind="b",result="kept"} 100.0
        leuko_x_total_more{result="lost"} 1000.0
        """;
    assertThat(BenchProcess.sum(metrics, "leuko_x_total", "result=\"lost\"")).isEqualTo(7);
  }

  @Test
  void waitsForPermitsAreCountedAtTheUpperEndsOfTheirBuckets() {
    String before =
        """
        leuko_responder_permit_wait_seconds_bucket{result="granted",le="0.001"} 1
        leuko_responder_permit_wait_seconds_bucket{result="granted",le="0.004"} 2
        leuko_responder_permit_wait_seconds_bucket{result="granted",le="+Inf"} 2
        """;
    String after =
        """
        leuko_responder_permit_wait_seconds_bucket{result="granted",le="0.001"} 2
        leuko_responder_permit_wait_seconds_bucket{result="granted",le="0.004"} 5
        leuko_responder_permit_wait_seconds_bucket{result="granted",le="+Inf"} 5
        leuko_responder_permit_wait_seconds_bucket{result="refused",le="0.004"} 1
        leuko_responder_permit_wait_seconds_bucket{result="refused",le="+Inf"} 1
        leuko_responder_other_seconds_bucket{result="granted",le="0.001"} 9
        """;
    assertThat(PermitWait.between(before, after)).containsExactly(1.0, 4.0, 4.0, 4.0);
    assertThat(PermitWait.between(after, after)).isEmpty();
  }

  @Test
  void cpuOfAContainerIsReadFromEitherVersionOfControlGroups() throws IOException {
    Path first = Files.createDirectories(folder.resolve("cpuacct/docker/ab"));
    Files.writeString(first.resolve("cpuacct.usage"), "123456\n");
    assertThat(CgroupCpu.find(folder, List.of("4:pids:/docker/ab", "3:cpuacct:/docker/ab")).nanos())
        .isEqualTo(123_456);

    Path second = Files.createDirectories(folder.resolve("system.slice/ab"));
    Files.writeString(second.resolve("cpu.stat"), "usage_usec 77\nuser_usec 1\n");
    assertThat(CgroupCpu.find(folder, List.of("0::/system.slice/ab")).nanos()).isEqualTo(77_000);

    assertThatThrownBy(() -> CgroupCpu.find(folder, List.of("0::/none")))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("cpuacct");
  }

  @Test
  void thisProcessHasMemoryThreadsAndFiles() throws IOException {
    ProcessStats stats = ProcessStats.of(ProcessHandle.current().pid());
    assertThat(stats.rssAnon()).isGreaterThan(1 << 20);
    assertThat(stats.threads()).isGreaterThan(3);
    assertThat(stats.descriptors()).isGreaterThan(3);
    assertThat(stats.cpu()).isPositive();
  }

  @Test
  void collectorsJvmIsSmallAndTheOthersShareTheirs() throws IOException {
    assertThat(JvmOptions.of("collect"))
        .contains("-XX:+UseSerialGC")
        .allMatch(o -> o.startsWith("-"));
    assertThat(JvmOptions.of("analyze")).isEqualTo(JvmOptions.of("respond")).contains("-Xmx1g");
    assertThat(JvmOptions.environment("collect")).containsEntry("MALLOC_ARENA_MAX", "2");
  }
}
