package io.leukocyte.rules;

import java.util.Arrays;
import java.util.Set;

/**
 * Fields that rule files written for Falco may read and that none of our events has: a rule with
 * one of them is skipped, not wrong.
 */
final class ForeignFields {
  private static final Set<String> CLASSES =
      Set.of(
          "k8s", "k8smeta", "ka", "jevt", "json", "ct", "mesos", "span", "syslog", "fdlist", "fs",
          "evtin", "tracer", "okta", "github", "gcp", "cri", "plugin");

  private static final Set<String> PREFIXES =
      Set.of("evt.arg.", "evt.rawarg.", "evt.count.", "evt.buflen.", "evt.buffer.", "evt.around.");

  private static final Set<String> NAMES =
      Set.copyOf(
          Arrays.asList(
              """
              evt.time.s evt.time.iso8601 evt.datetime evt.datetime.s evt.rawtime.s evt.rawtime.ns \
              evt.reltime evt.reltime.s evt.reltime.ns evt.pluginname evt.plugininfo evt.is_async \
              evt.asynctype evt.hostname evt.latency evt.latency.s evt.latency.ns \
              evt.latency.quantized evt.latency.human evt.deltatime evt.deltatime.s \
              evt.deltatime.ns evt.outputtime evt.type.is evt.category evt.cpu evt.args evt.arg \
              evt.rawarg evt.info evt.buffer evt.buflen evt.is_io evt.is_io_read evt.is_io_write \
              evt.io_dir evt.is_wait evt.wait_latency evt.is_syslog evt.count evt.around \
              evt.abspath evt.abspath.src evt.abspath.dst proc.acmdline proc.cmdnargs \
              proc.cmdlenargs proc.aenv proc.loginshellid proc.apid proc.pvpid proc.sid proc.sname \
              proc.sid.exe proc.sid.exepath proc.vpgid proc.vpgid.name proc.vpgid.exe \
              proc.vpgid.exepath proc.pgid proc.pgid.name proc.pgid.exe proc.pgid.exepath \
              proc.duration proc.ppid.duration proc.ppid.ts proc.is_exe_writable \
              proc.is_exe_lower_layer proc.is_sid_leader proc.is_pgid_leader \
              proc.exe_ino proc.exe_ino.ctime proc.exe_ino.mtime \
              proc.exe_ino.ctime_duration_proc_start proc.exe_ino.ctime_duration_pidns_start \
              proc.pidns_init_start_ts proc.is_container_healthcheck \
              proc.is_container_liveness_probe proc.is_container_readiness_probe proc.fdopencount \
              proc.fdlimit proc.fdusage proc.vmsize proc.vmrss proc.vmswap proc.nthreads \
              proc.nchilds proc.stdin.type proc.stdin.name proc.stdout.type proc.stdout.name \
              proc.stderr.type proc.stderr.name thread.pexectime thread.exectime \
              thread.totexectime thread.cgroups thread.cgroup thread.vtid thread.tid thread.ismain \
              thread.cap_inheritable thread.vmsize thread.vmrss thread.cpu \
              thread.cpu.user thread.cpu.system user.homedir user.shell fd.containername fd.containerdirectory fd.proto fd.cproto fd.sproto \
              fd.lproto fd.rproto fd.cip.name fd.lip.name fd.dev fd.dev.major fd.dev.minor fd.ino fd.types fd.uid \
              fd.is_lower_layer container.image.id container.mounts \
              container.mount container.mount.mode container.mount.rdwr \
              container.mount.propagation container.healthcheck container.liveness_probe \
              container.readiness_probe container.start_ts container.duration container.cni.json \
              container.host_pid container.host_network container.host_ipc container.labels \
              syscall.type\
              """
                  .split("\\s+")));

  private ForeignFields() {}

  /** Whether Falco has such a field and we have not. */
  static boolean has(String name) {
    if (Fields.find(name) != null) {
      return false;
    }
    int dot = name.indexOf('.');
    return NAMES.contains(name)
        || (dot > 0 && CLASSES.contains(name.substring(0, dot)))
        || PREFIXES.stream().anyMatch(name::startsWith);
  }

  static Set<String> classes() {
    return CLASSES;
  }

  static Set<String> names() {
    return NAMES;
  }
}
