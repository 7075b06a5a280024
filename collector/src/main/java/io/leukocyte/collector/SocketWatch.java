package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetListen;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.Protocol;
import io.leukocyte.events.SensorLoss;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connections and listeners of containers by looking at the sockets of their networks again and
 * again. What began and was over between two looks is not seen, but for TCP connections that the
 * container closed: the kernel keeps those for a minute. Whether a connection is outbound is told
 * by its local port, which the kernel chose. For one thread, but for {@link #losses}.
 */
final class SocketWatch {
  private static final int LOWEST_CHOSEN = 32_768;
  private static final int MOST_SOCKETS = 100_000;

  private final Path proc;
  private final ProcFacts facts;
  private final BootClock clock;
  private final Consumer<? super Event> next;
  private final Map<Integer, Network> networks = new HashMap<>();
  private final int hostNetwork;
  private volatile boolean listeners;
  private boolean seeded;
  private long nameless;

  /**
   * A watch that has not looked yet.
   *
   * @param proc mount of the host's proc
   */
  SocketWatch(Path proc, ProcFacts facts, BootClock clock, Consumer<? super Event> next) {
    this.proc = proc;
    this.facts = facts;
    this.clock = clock;
    this.next = next;
    this.hostNetwork = (int) facts.hostNamespace("net");
  }

  private record Known(Protocol protocol, Endpoint local, Endpoint remote, boolean listening) {
    static Known of(SocketTable.Socket socket) {
      return new Known(socket.protocol(), socket.local(), socket.remote(), socket.listening());
    }
  }

  /** What was seen of a network at the last look. */
  private static final class Network {
    Set<Known> known = new HashSet<>();
    final Set<Integer> served = new HashSet<>();
  }

  /** Who has a socket. */
  private record Owner(ContainerId container, ProcessInfo process) {}

  /** Reports listeners too, or no more. */
  void listeners(boolean wanted) {
    listeners = wanted;
  }

  /**
   * Looks once. The first look only learns.
   *
   * @param running all processes of containers
   */
  void look(List<FallbackProcesses.Running> running) {
    Map<Integer, Map<Integer, FallbackProcesses.Running>> byNetwork = new HashMap<>();
    for (FallbackProcesses.Running process : running) {
      int namespace = facts.files().networkNamespace(process.pid());
      if (namespace != 0) {
        byNetwork.computeIfAbsent(namespace, n -> new TreeMap<>()).put(process.pid(), process);
      }
    }
    networks.keySet().retainAll(byNetwork.keySet());
    byNetwork.forEach(this::look);
    seeded = true;
  }

  private void look(int namespace, Map<Integer, FallbackProcesses.Running> processes) {
    List<SocketTable.Socket> sockets = null;
    for (int pid : processes.keySet()) {
      sockets = SocketTable.read(proc, pid);
      if (sockets != null) {
        break;
      }
    }
    if (sockets == null) {
      return;
    }
    boolean isNew = !networks.containsKey(namespace);
    Network network = networks.computeIfAbsent(namespace, n -> new Network());
    for (SocketTable.Socket socket : sockets) {
      if (socket.listening() && network.served.size() < MOST_SOCKETS) {
        network.served.add(socket.local().port());
      }
    }
    Map<Long, Owner> owners = null;
    Set<Known> now = new HashSet<>();
    for (SocketTable.Socket socket : sockets) {
      Known key = Known.of(socket);
      boolean fresh = now.add(key) && !network.known.contains(key);
      if (!fresh || (isNew && !seeded) || !isWanted(socket, network)) {
        continue;
      }
      if (owners == null) {
        owners = owners(processes);
      }
      report(socket, owners.get(socket.inode()), only(namespace, processes));
    }
    network.known = now;
  }

  private boolean isWanted(SocketTable.Socket socket, Network network) {
    if (socket.listening()) {
      return listeners;
    }
    int port = socket.local().port();
    return socket.remote().port() != 0 && port >= LOWEST_CHOSEN && !network.served.contains(port);
  }

  /** The container that a network belongs to alone; null when there are several, or the host. */
  private @Nullable ContainerId only(
      int namespace, Map<Integer, FallbackProcesses.Running> processes) {
    Set<ContainerId> containers = new HashSet<>();
    for (FallbackProcesses.Running process : processes.values()) {
      if (process.container() != null) {
        containers.add(process.container());
      }
    }
    boolean own = hostNetwork != 0 && namespace != hostNetwork && containers.size() == 1;
    return own ? containers.iterator().next() : null;
  }

  private void report(
      SocketTable.Socket socket, @Nullable Owner owner, @Nullable ContainerId only) {
    ContainerId container = owner == null ? only : owner.container();
    if (container == null) {
      return; // of the host, or of one of several that is not known
    }
    long time = clock.time(clock.now());
    ContainerRef ref = ContainerRef.unknown(container);
    ProcessInfo process = owner == null ? null : owner.process();
    if (!socket.listening()) {
      next.accept(
          new NetConnect(time, ref, process, socket.protocol(), socket.local(), socket.remote()));
    } else if (process != null) {
      next.accept(
          new NetListen(time, ref, process, "listen", socket.protocol(), socket.local(), 0, 0));
    } else {
      lose();
    }
  }

  private synchronized void lose() {
    nameless++;
  }

  private Map<Long, Owner> owners(Map<Integer, FallbackProcesses.Running> processes) {
    Map<Long, Owner> owners = new HashMap<>();
    for (FallbackProcesses.Running process : processes.values()) {
      ContainerId container = process.container();
      if (container == null) {
        continue;
      }
      for (long inode : sockets(process.pid())) {
        owners.putIfAbsent(inode, new Owner(container, process.info()));
      }
    }
    return owners;
  }

  /** Numbers of the sockets that a process has open. */
  private Set<Long> sockets(int pid) {
    Set<Long> inodes = new HashSet<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(proc.resolve(pid + "/fd"))) {
      for (Path descriptor : descriptors) {
        String target = Files.readSymbolicLink(descriptor).toString();
        if (target.startsWith("socket:[")) {
          inodes.add(Long.parseLong(target.substring(8, target.length() - 1)));
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return inodes; // it has ended, or may not be looked into
    }
    return inodes;
  }

  /** Listeners whose process is not known, since the last call. */
  synchronized List<SensorLoss> losses() {
    if (nameless == 0) {
      return List.of();
    }
    long now = clock.time(clock.now());
    SensorLoss loss =
        new SensorLoss(
            now, null, "proc", "net.listen", "its process is not known", nameless, now, now);
    nameless = 0;
    return List.of(loss);
  }
}
