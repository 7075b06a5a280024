package io.leukocyte.rules;

import static io.leukocyte.rules.TestRules.WEB_REF;
import static io.leukocyte.rules.TestRules.holds;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.NetAccept;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.NetSend;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.ProgramFile;
import io.leukocyte.events.Protocol;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What rules read of a program's file, of the processes above, and of the other end. */
class ProgramFieldsTest {
  private static final long STARTED = 1_767_225_600_000_000_000L;

  private static final List<ProcessInfo.Ancestor> ABOVE =
      List.of(
          new ProcessInfo.Ancestor(30, "/usr/bin/java", "java", "java -jar shop.jar"),
          new ProcessInfo.Ancestor(20, null, null, "tini"),
          new ProcessInfo.Ancestor(10, "/usr/bin/containerd-shim", "/usr/bin/shim", "shim -id 1"));

  private static ProcessInfo process(
      @Nullable ProgramFile file, List<ProcessInfo.Ancestor> lineage) {
    return new ProcessInfo(
        new ProcessRef(500, STARTED),
        50,
        "bash",
        "/bin/bash",
        List.of("bash", "-c", "id"),
        false,
        "/",
        0,
        0,
        0,
        -1,
        0,
        ProcessInfo.Flags.NONE,
        new ProcessInfo.Parent(
            new ProcessRef(400, 1), "nginx", "/usr/sbin/nginx", List.of("nginx", "-g")),
        List.of(),
        new ProcessInfo.More(0, List.of(), false, false, file, lineage));
  }

  private static Event exec(@Nullable ProgramFile file, List<ProcessInfo.Ancestor> lineage) {
    return new ProcessExec(1, WEB_REF, process(file, lineage));
  }

  private static void assertHolds(Event event, String... conditions) {
    for (String condition : conditions) {
      assertThat(holds(condition, event)).as(condition).isTrue();
    }
  }

  private static void assertFails(Event event, String... conditions) {
    for (String condition : conditions) {
      assertThat(holds(condition, event)).as(condition).isFalse();
    }
  }

  @Test
  void eachProcessAboveIsReadByItsIndex() {
    Event event = exec(null, ABOVE);
    assertHolds(
        event,
        "proc.aexe[0] = bash",
        "proc.aexe[2] = java",
        "proc.aexe[4] endswith /shim",
        "proc.aexepath[2] = /usr/bin/java",
        "proc.acmdline[0] = \"bash -c id\"",
        "proc.acmdline[2] = \"java -jar shop.jar\"",
        "proc.acmdline[3] = tini",
        "proc.apid[2] = 30",
        "proc.apid[4] < 11");
    assertFails(
        event,
        "proc.aexe[3] exists",
        "proc.aexepath[3] exists",
        "proc.aexe[5] exists",
        "proc.acmdline[9] exists",
        "proc.apid[5] exists");
  }

  @Test
  void withoutAnIndexAnyOfThemIsEnough() {
    Event event = exec(null, ABOVE);
    assertHolds(
        event,
        "proc.aexe = java",
        "proc.aexepath in (/usr/bin/containerd-shim)",
        "proc.acmdline contains shop.jar",
        "proc.apid = 10");
    assertFails(
        event, "proc.aexe = python", "proc.acmdline contains \"bash -c\"", "proc.apid = 11");
    assertFails(exec(null, List.of()), "proc.aexe = java", "proc.apid = 10");
  }

  @Test
  void aProgramThatCameAfterItsContainerBeganIsToldByItsFile() {
    long start = STARTED;
    ProgramFile late = new ProgramFile(77, start - 10, start - 50, start - 30);
    assertHolds(
        exec(late, List.of()),
        "proc.exe_ino = 77",
        "proc.exe_ino.ctime = " + (start - 10),
        "proc.exe_ino.mtime = " + (start - 50),
        "proc.exe_ino.ctime_duration_proc_start = 10",
        "proc.exe_ino.ctime_duration_pidns_start = 20");
    ProgramFile shipped = new ProgramFile(77, start - 90, start - 90, start - 30);
    assertHolds(exec(shipped, List.of()), "proc.exe_ino.ctime_duration_proc_start = 90");
    assertFails(exec(shipped, List.of()), "proc.exe_ino.ctime_duration_pidns_start exists");
    ProgramFile changed = new ProgramFile(77, start + 1, start, 0);
    assertFails(
        exec(changed, List.of()),
        "proc.exe_ino.ctime_duration_proc_start exists",
        "proc.exe_ino.ctime_duration_pidns_start exists");
    assertFails(
        exec(null, List.of()),
        "proc.exe_ino exists",
        "proc.exe_ino.ctime exists",
        "proc.exe_ino.ctime_duration_proc_start exists");
  }

  @Test
  void theOtherEndHasTheNameThatTheContainerWasGiven() {
    Endpoint own = new Endpoint("172.20.0.5", 80);
    Endpoint other = new Endpoint("203.0.113.9", 40_000);
    Event accept =
        new NetAccept(
            1,
            WEB_REF,
            process(null, List.of()),
            "accept4",
            Protocol.TCP,
            other,
            own,
            5,
            "client.example");
    assertHolds(accept, "fd.cip.name = client.example", "fd.rip.name = client.example");
    assertFails(accept, "fd.sip.name exists");
    Event send =
        new NetSend(
            1,
            WEB_REF,
            process(null, List.of()),
            "sendto",
            Protocol.UDP,
            own,
            other,
            9,
            null,
            null,
            9,
            "time.example");
    assertHolds(send, "fd.sip.name = time.example", "fd.rip.name endswith .example");
    assertFails(send, "fd.cip.name exists");
  }

  @Test
  void whatWasReceivedStandsBesideWhatWasSent() {
    Event flow =
        new NetFlow(
            1,
            WEB_REF,
            Protocol.TCP,
            new Endpoint("203.0.113.9", 443),
            1_000,
            10,
            1,
            false,
            null,
            2_000_000,
            1_400);
    assertHolds(
        flow,
        "flow.bytes = 1000",
        "flow.bytes_received > 1000000",
        "flow.packets_received = 1400",
        "flow.packets = 10");
    assertFails(flow, "flow.bytes_received < 1000");
  }
}
