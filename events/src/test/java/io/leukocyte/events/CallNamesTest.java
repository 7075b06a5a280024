package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The names that rule files know, against numbers of the kernel's headers. */
class CallNamesTest {
  @Test
  void flagsOfOpenBeginWithTheAccessModeAndLeaveNothingOut() {
    assertThat(CallNames.openFlags(0)).containsExactly("O_RDONLY");
    assertThat(CallNames.openFlags(02102)).containsExactly("O_RDWR", "O_CREAT", "O_APPEND");
    assertThat(CallNames.openFlags(04010001)).containsExactly("O_WRONLY", "O_SYNC");
    assertThat(CallNames.openFlags(010000)).containsExactly("O_RDONLY", "O_DSYNC");
    assertThat(CallNames.openFlags(020200002)).containsExactly("O_RDWR", "O_TMPFILE");
    assertThat(CallNames.openFlags(0200000)).containsExactly("O_RDONLY", "O_DIRECTORY");
    assertThat(CallNames.openFlags(3)).containsExactly("O_ACCMODE");
    assertThat(CallNames.openFlags(0100000000)).containsExactly("O_RDONLY", "0100000000");
  }

  @Test
  void bitsOfModesAndNamespacesAreNamed() {
    assertThat(CallNames.mode(0104755))
        .startsWith("S_ISUID", "S_IRUSR")
        .endsWith("S_IXOTH")
        .hasSize(8);
    assertThat(CallNames.cloneFlags(0x7e020000L))
        .containsExactly(
            "CLONE_NEWNS",
            "CLONE_NEWCGROUP",
            "CLONE_NEWUTS",
            "CLONE_NEWIPC",
            "CLONE_NEWUSER",
            "CLONE_NEWPID",
            "CLONE_NEWNET");
    assertThat(CallNames.cloneFlags(1)).containsExactly("0x1");
    assertThat(CallNames.cloneFlags(0)).isEmpty();
  }

  @Test
  void flagsThatCallsShareTheirNumbersOfAreToldApartByTheCall() {
    assertThat(CallNames.mountFlags("mount", 2)).containsExactly("MS_NOSUID");
    assertThat(CallNames.mountFlags("umount2", 2)).containsExactly("MNT_DETACH");
    assertThat(CallNames.mountFlags("move_mount", 2)).isEmpty();
    assertThat(CallNames.changeFlags("renameat2", 2)).containsExactly("RENAME_EXCHANGE");
    assertThat(CallNames.changeFlags("unlinkat", 0x200)).containsExactly("AT_REMOVEDIR");
    assertThat(CallNames.changeFlags("linkat", 0x400)).containsExactly("AT_SYMLINK_FOLLOW");
    assertThat(CallNames.changeFlags("chmod", 1)).isEmpty();
    assertThat(CallNames.memfdFlags(0x11)).containsExactly("MFD_CLOEXEC", "MFD_EXEC");
  }

  @Test
  void namesStandForTheirNumbers() {
    assertThat(CallNames.value("O_RDONLY")).isZero();
    assertThat(CallNames.value("O_RDWR|O_CREAT | O_TRUNC")).isEqualTo(01102);
    assertThat(CallNames.value("S_ISUID|0755")).isEqualTo(04755);
    assertThat(CallNames.value("CLONE_NEWUSER")).isEqualTo(0x10000000);
    assertThat(CallNames.value("AF_PACKET")).isEqualTo(17);
    assertThat(CallNames.value("PTRACE_SEIZE")).isEqualTo(0x4206);
    assertThat(CallNames.value("0x10")).isEqualTo(16);
    for (long flags : new long[] {0, 02102, 04010001, 020200002, 0777777}) {
      assertThat(CallNames.value(String.join("|", CallNames.openFlags(flags)))).isEqualTo(flags);
    }
    assertThatThrownBy(() -> CallNames.value("O_CREATE"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'O_CREATE' is neither");
  }

  @Test
  void numbersAreNamedOrNot() {
    assertThat(CallNames.error(-1)).isEqualTo("EPERM");
    assertThat(CallNames.error(-115)).isEqualTo("EINPROGRESS");
    assertThat(CallNames.error(0)).isNull();
    assertThat(CallNames.error(-4000)).isNull();
    assertThat(CallNames.error(Long.MIN_VALUE)).isNull();
    assertThat(CallNames.ptraceRequest(0)).isEqualTo("PTRACE_TRACEME");
    assertThat(CallNames.ptraceRequest(0x4206)).isEqualTo("PTRACE_SEIZE");
    assertThat(CallNames.ptraceRequest(-1)).isNull();
    assertThat(CallNames.bpfCommand(36)).isEqualTo("BPF_TOKEN_CREATE");
    assertThat(CallNames.controlOption(0x59616d61)).isEqualTo("PR_SET_PTRACER");
    assertThat(CallNames.family(40)).isEqualTo("vsock");
    assertThat(CallNames.family(3)).isNull();
    assertThat(CallNames.socketType(0x80802)).isEqualTo("dgram");
    assertThat(CallNames.signal(9)).isEqualTo("SIGKILL");
    assertThat(CallNames.signal(64)).isNull();
  }
}
