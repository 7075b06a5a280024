package io.leukocyte.rules;

import static io.leukocyte.rules.TestRules.WEB_REF;
import static io.leukocyte.rules.TestRules.holds;
import static io.leukocyte.rules.TestRules.load;
import static io.leukocyte.rules.TestRules.matched;
import static io.leukocyte.rules.TestRules.observed;
import static io.leukocyte.rules.TestRules.rule;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.BpfLoad;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.CredChange;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.FdDup;
import io.leukocyte.events.FileChange;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.FsMount;
import io.leukocyte.events.KernelCall;
import io.leukocyte.events.KernelModule;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MemFileless;
import io.leukocyte.events.NetAccept;
import io.leukocyte.events.NetListen;
import io.leukocyte.events.NetSend;
import io.leukocyte.events.NetSocket;
import io.leukocyte.events.NsChange;
import io.leukocyte.events.ProcControl;
import io.leukocyte.events.ProcTrace;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import io.leukocyte.events.SignalKill;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rules over system calls, in the words of rule files that people have. */
class SystemCallTest {
  private static final ProcessInfo SHELL =
      TestRules.exec(WEB_REF, "bash", List.of("bash"), "nginx")
          .process()
          .with(new ProcessInfo.More(1L << 21, List.of("LD_PRELOAD=/tmp/x.so"), false, true));

  private static FileOpen open(long flags, int mode, boolean created, long result) {
    return new FileOpen(
        1,
        WEB_REF,
        SHELL,
        "openat",
        "/etc/shadow",
        "/tmp/link",
        flags,
        mode,
        created,
        true,
        false,
        result);
  }

  private static FileChange change(String call, @Nullable String target, int mode) {
    return new FileChange(
        1, WEB_REF, SHELL, call, "/tmp/old", target, 0x200, mode, 33, -1, false, 0);
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
  void theTypeIsTheNameOfTheCallOrOfTheKind() {
    assertHolds(
        open(0, 0, false, 3),
        "evt.type = openat",
        "evt.type in (open, openat)",
        "evt.type = file.open",
        "evt.type != open",
        "not evt.type = open",
        "evt.type startswith open");
    assertFails(
        open(0, 0, false, 3),
        "evt.type = open",
        "evt.type in (open, execve)",
        "evt.type != openat",
        "evt.type = file.change",
        "evt.type != file.open");
    var loaded =
        load(
            "- {rule: r, desc: d, output: '%evt.type %fd.name', priority: info,"
                + " condition: fd.name exists}\n");
    assertThat(
            loaded
                .rules()
                .rules()
                .getFirst()
                .output(observed(open(0, 0, false, 3)), FactsLookup.NONE))
        .isEqualTo("openat /etc/shadow");
  }

  @Test
  void aRuleIsCompiledForTheKindsItsTypesBelongTo() {
    assertThat(load(rule("evt.type in (rename, bind, execve)")).rules().kinds())
        .containsExactlyInAnyOrder(Kind.FILE_CHANGE, Kind.NET_LISTEN, Kind.PROCESS_EXEC);
    assertThat(
            matched(
                load(rule("a", "evt.type = unlink") + rule("b", "evt.type = rename")).rules(),
                change("rename", "/tmp/new", -1)))
        .containsExactly("b");
  }

  @Test
  void anOpenedFileHasANameADescriptorAndAMode() {
    Event read = open(02000000, 0, false, 3);
    assertHolds(
        read,
        "fd.name = /etc/shadow and fd.filename = shadow and fd.directory = /etc",
        "fd.nameraw = /tmp/link and evt.arg.name = /tmp/link",
        "fd.typechar = f and fd.type = file",
        "fd.num >= 0 and evt.res = SUCCESS and evt.rawres = 3 and evt.failed = false",
        "evt.is_open_read = true and evt.is_open_write = false and evt.is_open_exec = false",
        "evt.arg.flags = O_RDONLY|O_CLOEXEC",
        "fd.is_upper_layer = true and evt.is_open_create = false",
        "evt.dir = <");
    Event write = open(01102, 0755, true, 3);
    assertHolds(
        write,
        "evt.is_open_write = true and evt.is_open_read = true",
        "evt.is_open_exec = true and evt.is_open_create = true",
        "evt.arg.flags contains O_CREAT and evt.arg.mode = 0755");
    assertHolds(open(1, 0, false, 3), "evt.is_open_read = false and evt.is_open_write = true");
    assertHolds(open(0200000, 0, false, 3), "fd.typechar = d and fd.type = directory");
  }

  @Test
  void aCallThatFailedSaysWhy() {
    Event failed = open(0, 0, false, -13);
    assertHolds(
        failed, "evt.res = EACCES and evt.rawres = -13 and evt.failed = true and evt.rawres < 0");
    assertFails(failed, "fd.num exists", "evt.res = SUCCESS");
    assertHolds(open(0, 0, false, -4000), "evt.res = -4000");
  }

  @Test
  void pathsOfChangesAreNamedByTheCall() {
    assertHolds(
        change("renameat2", "/tmp/new", -1),
        "evt.arg.oldpath = /tmp/old and evt.arg.newpath = /tmp/new");
    assertFails(
        change("renameat2", "/tmp/new", -1),
        "evt.arg.path exists",
        "evt.arg.target exists",
        "evt.arg.mode exists");
    assertHolds(
        change("symlinkat", "/etc/shadow", -1),
        "evt.arg.target = /etc/shadow and evt.arg.linkpath = /tmp/old",
        "not evt.arg.newpath exists and not evt.arg.path exists");
    assertHolds(
        change("unlinkat", null, -1), "evt.arg.path = /tmp/old and evt.arg.flags = AT_REMOVEDIR");
    assertHolds(
        change("chmod", null, 04711),
        "evt.arg.filename = /tmp/old and evt.arg.mode contains S_ISUID",
        "evt.arg.mode = S_ISUID|S_IRUSR|S_IWUSR|S_IXUSR|S_IXGRP|S_IXOTH");
    assertHolds(change("chown", null, -1), "evt.arg.uid = 33 and not evt.arg.gid exists");
  }

  @Test
  void theServerOfAnAcceptedConnectionIsTheContainer() {
    Event accept =
        new NetAccept(
            1,
            WEB_REF,
            SHELL,
            "accept4",
            Protocol.TCP,
            new Endpoint("198.51.100.7", 50_000),
            new Endpoint("172.17.0.2", 8080),
            5);
    assertHolds(
        accept,
        "fd.sip = 172.17.0.2 and fd.sport = 8080 and fd.cip = 198.51.100.7 and fd.cport = 50000",
        "fd.lip = 172.17.0.2 and fd.lport = 8080 and fd.rip = 198.51.100.7 and fd.rport = 50000",
        "fd.ip = 198.51.100.7 and fd.net = 172.17.0.0/16 and fd.port = 8080",
        "fd.is_server = true and fd.l4proto = tcp and fd.type = ipv4 and fd.sockfamily = ip",
        "fd.name = 198.51.100.7:50000->172.17.0.2:8080 and fd.num = 5 and fd.connected = true");
    Event listen =
        new NetListen(1, WEB_REF, SHELL, "bind", Protocol.TCP, new Endpoint("::", 4444), 0, 0);
    assertHolds(
        listen,
        "fd.sport = 4444 and fd.lport = 4444 and fd.name = \"[::]:4444\" and fd.typechar = 6",
        "not fd.cip exists and not fd.rport exists");
    Event unix =
        new NetListen(1, WEB_REF, SHELL, "bind", Protocol.OTHER, new Endpoint("/run/x", 0), 0, 0);
    assertHolds(
        unix, "fd.name = /run/x and fd.type = unix and fd.typechar = u and fd.sockfamily = unix");
  }

  @Test
  void aMessageGoesFromTheClientToTheServer() {
    Event send =
        new NetSend(
            1,
            WEB_REF,
            SHELL,
            "sendto",
            Protocol.UDP,
            new Endpoint("172.17.0.2", 40_000),
            new Endpoint("203.0.113.53", 53),
            61,
            "example.com",
            "A",
            61);
    assertHolds(
        send,
        "evt.type in (sendto, sendmsg) and fd.sip = 203.0.113.53 and fd.sport = 53",
        "fd.cip = 172.17.0.2 and fd.l4proto = udp and fd.is_server = false",
        "fd.name_changed = false and not fd.connected exists");
  }

  @Test
  void aShellOnASocketIsADuplicatedDescriptor() {
    FdDup.Socket socket =
        new FdDup.Socket(new Endpoint("172.17.0.2", 40_000), new Endpoint("198.51.100.66", 4444));
    Event dup = new FdDup(1, WEB_REF, SHELL, "dup2", 4, 0, socket, 0);
    assertHolds(
        dup,
        "evt.type in (dup, dup2, dup3) and evt.rawres in (0, 1, 2) and fd.type in (ipv4, ipv6)",
        "fd.sip = 198.51.100.66 and fd.num = 0");
    assertFails(
        new FdDup(1, WEB_REF, SHELL, "dup2", 4, 0, null, 0), "fd.type exists", "fd.ip exists");
  }

  @Test
  void numbersAreComparedByTheirNames() {
    assertHolds(
        new ProcTrace(1, WEB_REF, SHELL, "ptrace", 16, new ProcessRef(77, 0), "sshd", 0),
        "evt.arg.request in (PTRACE_ATTACH, PTRACE_SEIZE) and evt.arg.pid = 77");
    assertHolds(
        new ProcTrace(1, WEB_REF, SHELL, "process_vm_readv", 0, new ProcessRef(77, 0), null, 1),
        "not evt.arg.request exists");
    assertHolds(
        new BpfLoad(1, WEB_REF, SHELL, "bpf", 5, 0, 3),
        "evt.type = bpf and (evt.arg.cmd = 5 or evt.arg.cmd = BPF_PROG_LOAD)");
    assertHolds(
        new NetSocket(1, WEB_REF, SHELL, "socket", 17, 3, 768, 4),
        "evt.arg.domain contains AF_PACKET and evt.arg.type = 3 and evt.arg.proto = 768");
    assertHolds(
        new NsChange(1, WEB_REF, SHELL, "unshare", 0x10020000, 0),
        "evt.arg.flags contains CLONE_NEWUSER and evt.arg.flags contains CLONE_NEWNS");
    assertHolds(
        new FsMount(1, WEB_REF, SHELL, "mount", "/dev/sda1", "/mnt", "ext4", 1, 0),
        "evt.arg.flags = MS_RDONLY and evt.arg.dev = /dev/sda1 and evt.arg.dir = /mnt",
        "evt.arg.type = ext4");
    assertHolds(
        new FsMount(1, WEB_REF, SHELL, "umount2", null, "/mnt", null, 2, 0),
        "evt.arg.flags = MNT_DETACH and evt.arg.name = /mnt and not evt.arg.dir exists");
    assertHolds(
        new FsMount(1, WEB_REF, SHELL, "umount2", null, "/mnt", null, 2, 0),
        "evt.type = umount and evt.type in (umount2, mount)",
        "evt.type != mount and not evt.type = chroot");
    assertFails(
        new FsMount(1, WEB_REF, SHELL, "mount", null, "/mnt", null, 2, 0),
        "evt.type = umount",
        "evt.type != mount");
    assertHolds(
        new MemFileless(1, WEB_REF, SHELL, "memfd_create", "x", 1, 6),
        "evt.arg.name = x and evt.arg.flags = MFD_CLOEXEC and fd.num = 6");
    assertHolds(
        new SignalKill(1, WEB_REF, SHELL, "kill", 9, new ProcessRef(7, 0), null, 0),
        "evt.arg.sig = SIGKILL and evt.arg.pid = 7");
    assertHolds(
        new ProcControl(1, WEB_REF, SHELL, "prctl", 15, 0, "x", 0), "evt.arg.option = PR_SET_NAME");
    assertHolds(
        new CredChange(1, WEB_REF, SHELL, "setuid", 33, 33, 0, 33, 0, 0, 0),
        "evt.type = setuid and evt.arg.uid = 0 and evt.arg.gid = 33");
  }

  @Test
  void fieldsOfOurOwnTellWhatNoOtherHas() {
    Endpoint any = new Endpoint("", 0);
    Event question =
        new NetSend(
            1, WEB_REF, SHELL, "sendto", Protocol.UDP, any, any, 9, "a.evil.example", "TXT", 9);
    assertHolds(
        question, "dns.question.name endswith .evil.example and dns.question.type in (TXT, NULL)");
    assertFails(
        new NetSend(1, WEB_REF, SHELL, "sendto", Protocol.UDP, any, any, 9, null, null, 9),
        "dns.question.name exists",
        "dns.question.type exists");
    assertHolds(
        new KernelModule(1, WEB_REF, SHELL, "finit_module", "rootkit", "/tmp/rootkit.ko", -1),
        "module.name = rootkit and module.path startswith /tmp/ and not evt.arg.name exists");
    assertHolds(
        new KernelModule(1, WEB_REF, SHELL, "delete_module", "audit", null, 0),
        "module.name = audit and evt.arg.name = audit and not module.path exists");
    Event call = new KernelCall(1, WEB_REF, SHELL, "keyctl", List.of(7L, -1L), 0);
    assertHolds(call, "kernel.arg = 7 and kernel.arg[0] = 7 and kernel.arg[1] < 0");
    assertFails(call, "kernel.arg[2] exists");
  }

  @Test
  void aVariableOfTheEnvironmentIsReadByItsName() {
    Event event = new ProcessExec(1, WEB_REF, SHELL);
    assertHolds(event, "proc.env[LD_PRELOAD] exists and not proc.env[LD_PRELOA] exists");
    assertThat(load(rule("proc.env[Histfile] = /dev/null")).rules().environment())
        .containsExactly("HISTFILE");
  }

  @Test
  void moreOfTheProcessIsReadWhereEachKindHasIt() {
    for (Event event :
        List.of(
            new ProcessExec(1, WEB_REF, SHELL),
            open(0, 0, false, 3),
            new NsChange(1, WEB_REF, SHELL, "setns", 0, 0))) {
      assertHolds(
          event,
          "proc.env contains \"LD_PRELOAD=\" and proc.is_vpgid_leader = true",
          "thread.cap_permitted contains CAP_SYS_ADMIN and proc.name = bash");
    }
    Event unknown = TestRules.exec(WEB_REF, "sh", List.of(), "nginx");
    assertFails(unknown, "proc.env exists", "thread.cap_permitted exists");
  }

  @Test
  void everyCallCanBeWrittenInATest() {
    for (Kind kind : Kind.values()) {
      for (String call : kind.calls()) {
        assertTestHolds("evt.type = " + call + " and evt.failed = false", "evt.type: " + call);
      }
      if (kind.isSystemCall()) {
        assertTestHolds("evt.type = " + kind.text(), "evt.type: " + kind.text());
      }
    }
  }

  @Test
  void whatACallIsMadeWithCanBeWrittenInATest() {
    assertTestHolds(
        "fd.name = /etc/shadow and evt.is_open_write = true and evt.res = EACCES"
            + " and proc.env contains \"A=b\" and proc.is_vpgid_leader = true",
        "evt.type: openat, fd.name: /etc/shadow, evt.arg.flags: O_WRONLY|O_CREAT,"
            + " evt.rawres: -13, proc.env: [A=b], proc.is_vpgid_leader: true");
    assertTestHolds(
        "evt.arg.newpath = /etc/new and evt.arg.oldpath = /etc/old",
        "evt.type: rename, evt.arg.oldpath: /etc/old, evt.arg.newpath: /etc/new");
    assertTestHolds(
        "dns.question.name = x.example and dns.question.type = TXT",
        "evt.type: sendto, dns.question.name: x.example, dns.question.type: TXT");
    assertTestHolds(
        "module.name = m and module.path = /m.ko",
        "evt.type: finit_module, module.name: m, module.path: /m.ko");
    assertTestHolds("kernel.arg[0] = 3", "evt.type: keyctl, kernel.arg: 3");
    assertTestHolds("evt.type = umount", "evt.type: umount");
    assertTestHolds("evt.arg.mode contains S_ISUID", "evt.type: chmod, evt.arg.mode: S_ISUID|0755");
    assertTestHolds("evt.arg.domain = AF_PACKET", "evt.type: socket, evt.arg.domain: AF_PACKET");
    assertTestHolds(
        "evt.arg.request = PTRACE_SEIZE", "evt.type: ptrace, evt.arg.request: PTRACE_SEIZE");
    assertTestHolds(
        "fd.sip = 198.51.100.66 and evt.rawres = 1",
        "evt.type: dup2, fd.sip: 198.51.100.66, evt.rawres: 1");
    assertTestHolds(
        "fd.cip = 198.51.100.7 and fd.sport = 8080",
        "evt.type: accept, fd.cip: 198.51.100.7, fd.sport: 8080");
    assertTestHolds(
        "evt.arg.flags = CLONE_NEWUSER", "evt.type: unshare, evt.arg.flags: CLONE_NEWUSER");
    assertThat(
            load(withTest("proc.name = x", "evt.type: openat, evt.arg.flags: O_WRITE")).problems())
        .singleElement()
        .asString()
        .contains("'O_WRITE' is neither a number nor a name");
  }

  private static String withTest(String condition, String event) {
    return """
    - rule: r
      desc: d
      output: o
      priority: info
      condition: %s
      tests:
        - {title: t, events: [{%s}], matches: 1}
    """
        .formatted(condition, event);
  }

  private static void assertTestHolds(String condition, String event) {
    RuleSet.Loaded loaded = load(withTest(condition, event));
    assertThat(loaded.report()).isEqualTo("1 rules loaded, 0 skipped, 0 problems");
    assertThat(loaded.rules().tests().getFirst().run(loaded.rules())).as(event).isEqualTo(1);
  }

  @Test
  void figuresOfAContainerAreNumbers() {
    Event stats = new ContainerStats(1, WEB_REF, 9, 250.7, 5, 100, 0, -1, 0, -1, -1, -1, -1, 2, 1);
    assertHolds(
        stats,
        "evt.type = stats and stats.cpu_percent = 250 and stats.memory = 100",
        "stats.throttled = 5 and stats.restarts = 2 and stats.oom_kills = 1",
        "not stats.pids exists and not stats.memory_limit exists");
  }
}
