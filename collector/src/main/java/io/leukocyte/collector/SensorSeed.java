package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.TASK_STATE;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.leukocyte.events.ContainerId;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells the sensor of the processes that ran in containers before it was attached: the kernel's
 * task table, so that their ends are reported and their children are not taken for set-up tasks;
 * the process table; and the owners of network namespaces.
 */
final class SensorSeed {
  private static final long BPF_ANY = 0;
  private static final long BPF_NOEXIST = 1;

  private final ProcFiles files;
  private final Libbpf libbpf;
  private final int tasks;

  SensorSeed(ProcFiles files, BpfObject object) {
    this.files = files;
    this.libbpf = object.libbpf();
    this.tasks = object.fd("tasks");
  }

  /**
   * Tells the programs which container the host itself is, if it is one; before they are attached.
   */
  static void host(ProcFiles files, BpfObject object) {
    ContainerId host = files.hostContainer();
    if (host == null) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      byte[] digits = host.value().getBytes(StandardCharsets.US_ASCII);
      int result =
          object
              .libbpf()
              .update(
                  object.fd("host_container"),
                  arena.allocateFrom(JAVA_INT, 0),
                  arena.allocateFrom(JAVA_BYTE, digits),
                  BPF_ANY);
      if (result < 0) {
        throw new IllegalStateException(
            "Cannot tell the sensor which container the host is: errno " + -result);
      }
    }
  }

  /**
   * Reads all processes of containers; those of the host too when they are reported.
   *
   * @return whether a container has the host's network
   */
  boolean processes(ProcessTable processes, NetworkOwners networks, boolean includeHost) {
    Map<Integer, ProcFiles.Snapshot> cache = new HashMap<>();
    int hostNetwork = files.networkNamespace(1);
    boolean shared = false;
    for (int pid : files.pids()) {
      ContainerId container = files.container(pid);
      if (container == null && !includeHost) {
        continue;
      }
      ProcFiles.Snapshot process = files.read(pid);
      if (process == null) {
        continue;
      }
      cache.put(pid, process);
      processes.seed(process, cache);
      enter(process);
      claim(networks, pid, container, hostNetwork);
      shared |= container != null && files.networkNamespace(pid) == hostNetwork;
    }
    return shared;
  }

  /** Finds out again whose each network namespace is. */
  void networks(NetworkOwners networks) {
    int hostNetwork = files.networkNamespace(1);
    for (int pid : files.pids()) {
      claim(networks, pid, files.container(pid), hostNetwork);
    }
  }

  private void claim(
      NetworkOwners networks, int pid, @Nullable ContainerId container, int hostNetwork) {
    if (container == null) {
      return;
    }
    int namespace = files.networkNamespace(pid);
    if (namespace != 0 && namespace != hostNetwork) {
      networks.claim(namespace, container);
    }
  }

  /** A newer entry, which the kernel made meanwhile, stays. */
  private void enter(ProcFiles.Snapshot process) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(TASK_STATE);
      state.set(JAVA_LONG, at(TASK_STATE, "start_ticks"), process.startTicks());
      libbpf.update(tasks, arena.allocateFrom(JAVA_INT, process.pid()), state, BPF_NOEXIST);
    }
  }
}
