package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Control groups of containers by the names that engines and their drivers give them. */
class CgroupsTest {
  private static final String ID =
      "7d3f0e5a91c24b6878d0e1f2a3b4c5d67d3f0e5a91c24b6878d0e1f2a3b4c5d6";
  private static final String OTHER =
      "1e4f0e5a91c24b6878d0e1f2a3b4c5d61e4f0e5a91c24b6878d0e1f2a3b4c5d6";
  private static final ContainerId CONTAINER = new ContainerId(ID);
  private static final int PID = 4242;

  private static final String VERSION_1 =
      """
      20 1 0:20 / /sys/fs/cgroup rw - tmpfs tmpfs rw
      21 20 0:21 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct
      22 20 0:22 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory
      23 20 0:23 / /sys/fs/cgroup/pids rw,nosuid - cgroup cgroup rw,pids
      24 20 0:24 / /sys/fs/cgroup/blkio rw,nosuid - cgroup cgroup rw,blkio
      25 20 0:25 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw,nsdelegate
      """;

  private static final String VERSION_2 =
      "20 1 0:20 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

  @TempDir private Path proc;

  @BeforeEach
  void begin() {
    write("1/stat", "");
  }

  private void write(String file, String text) {
    try {
      Path path = proc.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path host(String path) {
    return proc.resolve("1/root/sys/fs/cgroup").resolve(path);
  }

  private void unified(String group) {
    for (String file : new String[] {"cpu.stat", "memory.current", "pids.current", "io.stat"}) {
      write("1/root/sys/fs/cgroup" + group + "/" + file, "0\n");
    }
  }

  private Cgroups.@Nullable Groups find(String mounts, String cgroups) {
    write("1/mountinfo", mounts);
    write(PID + "/cgroup", cgroups);
    try {
      Files.createDirectories(host("cpu,cpuacct"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Cgroups.of(new ProcFiles(proc)).of(CONTAINER, PID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/docker/" + ID,
        "/system.slice/docker-" + ID + ".scope",
        "/user.slice/user-1000.slice/user@1000.service/app.slice/docker-" + ID + ".scope",
        "/machine.slice/libpod-" + ID + ".scope",
        "/libpod_parent/libpod-" + ID,
        "/kubepods/burstable/pod8a1b/" + ID,
        "/kubepods.slice/kubepods-pod8a1b.slice/cri-containerd-" + ID + ".scope",
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-pod8a1b.slice/crio-" + ID + ".scope",
        "/default/" + ID,
        "/a-group-of-its-own/" + ID
      })
  void theContainersGroupIsFoundUnderEachName(String group) {
    unified(group);
    Cgroups.Groups groups = find(VERSION_2, "0::" + group + "\n");
    assertThat(groups).isNotNull();
    Cgroups.Group expected = new Cgroups.Group(host(group.substring(1)), true);
    assertThat(groups)
        .isEqualTo(new Cgroups.Groups(expected, expected, expected, expected, expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/system.slice/ssh.service",
        "/docker/" + OTHER,
        "/machine.slice/libpod-conmon-" + ID + ".scope",
        "/kubepods.slice/crio-conmon-" + ID + ".scope",
        "/docker/" + ID + "0",
        "/"
      })
  void whatIsNoGroupOfTheContainerIsNotTakenForOne(String group) {
    unified(group);
    assertThat(find(VERSION_2, "0::" + group + "\n")).isNull();
  }

  @Test
  void groupsThatTheContainerMadeItselfBelongToIt() {
    String scope = "/machine.slice/libpod-" + ID + ".scope";
    unified(scope);
    Cgroups.Groups groups = find(VERSION_2, "0::" + scope + "/container/init.scope\n");
    assertThat(Objects.requireNonNull(groups).memory())
        .isEqualTo(new Cgroups.Group(host(scope.substring(1)), true));
  }

  @Test
  void aContainerWithinAContainerIsTheOuterOne() {
    String group = "/docker/" + ID;
    unified(group);
    Cgroups.Groups groups = find(VERSION_2, "0::" + group + "/docker/" + OTHER + "\n");
    assertThat(Objects.requireNonNull(groups).cpu())
        .isEqualTo(new Cgroups.Group(host("docker/" + ID), true));
  }

  @Test
  void eachControllerOfVersionOneHasItsOwnHierarchyAndTheEmptyGroupOfVersionTwoIsPassedOver() {
    Cgroups.Groups groups =
        find(
            VERSION_1,
            """
            9:pids:/docker/%1$s
            8:blkio:/docker/%1$s
            4:memory:/docker/%1$s
            2:cpu,cpuacct:/docker/%1$s
            1:name=systemd:/docker/%1$s
            0::/docker/%1$s
            """
                .formatted(ID));
    String below = "docker/" + ID;
    assertThat(groups)
        .isEqualTo(
            new Cgroups.Groups(
                new Cgroups.Group(host("cpu,cpuacct/" + below), false),
                new Cgroups.Group(host("cpu,cpuacct/" + below), false),
                new Cgroups.Group(host("memory/" + below), false),
                new Cgroups.Group(host("pids/" + below), false),
                new Cgroups.Group(host("blkio/" + below), false)));
  }

  @Test
  void aControllerThatVersionTwoHasIsReadThereWhenTheOthersAreOfVersionOne() {
    write("1/root/sys/fs/cgroup/unified/docker/" + ID + "/pids.current", "3\n");
    Cgroups.Groups groups =
        find(
            VERSION_1.replace("rw,pids", "rw,none"),
            "4:memory:/docker/%1$s\n0::/docker/%1$s\n".formatted(ID));
    assertThat(Objects.requireNonNull(groups).pids())
        .isEqualTo(new Cgroups.Group(host("unified/docker/" + ID), true));
    assertThat(Objects.requireNonNull(groups).memory())
        .isEqualTo(new Cgroups.Group(host("memory/docker/" + ID), false));
    assertThat(Objects.requireNonNull(groups).blkio()).isNull();
  }

  @Test
  void aHierarchyOfWhichOnlyAPartIsMountedIsReadFromThere() {
    String part = VERSION_2.replace("0:20 / ", "0:20 /kubepods ");
    unified("/pod8a1b/" + ID);
    Cgroups.Groups groups = find(part, "0::/kubepods/pod8a1b/" + ID + "\n");
    assertThat(Objects.requireNonNull(groups).cpu())
        .isEqualTo(new Cgroups.Group(host("pod8a1b/" + ID), true));
    assertThat(find(part, "0::/elsewhere/" + ID + "\n"))
        .isEqualTo(new Cgroups.Groups(null, null, null, null, null));
  }

  @Test
  void aProcessThatHasEndedHasNone() {
    write("1/mountinfo", VERSION_2);
    assertThat(Cgroups.of(new ProcFiles(proc)).of(CONTAINER, PID)).isNull();
  }
}
