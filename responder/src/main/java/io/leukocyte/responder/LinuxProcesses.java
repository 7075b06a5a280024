package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processes of this host's kernel. A signal goes through a descriptor of the process: it is
 * opened first, then start and control groups are read. What was the same after it was opened is
 * what the descriptor stands for.
 */
final class LinuxProcesses implements Processes {
  private static final Pattern CONTAINER = Pattern.compile("[0-9a-f]{64}");
  private static final int STATE = 0;
  private static final int PARENT = 1;

  private final HostProc proc;
  private final Clock clock;

  /** The host's own. */
  LinuxProcesses() {
    this(new HostProc(), Clock.systemUTC());
  }

  LinuxProcesses(HostProc proc, Clock clock) {
    this.proc = proc;
    this.clock = clock;
  }

  @Override
  public Optional<String> unusable() {
    try {
      int own = (int) ProcessHandle.current().pid();
      PidFd.open(own).ifPresent(PidFd::close);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Optional<Seen> find(int pid) {
    try {
      return find(pid, proc.bootTime(clock));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<Seen> find(int pid, long bootTime) {
    try {
      return Optional.of(look(pid, bootTime));
    } catch (IOException e) {
      return Optional.empty(); // it ended
    }
  }

  private Seen look(int pid, long bootTime) throws IOException {
    List<String> stat = proc.stat(pid);
    long ticks = proc.startTicks(pid);
    return new Seen(
        pid,
        Integer.parseInt(stat.get(PARENT)),
        ticks,
        bootTime + ticks * HostProc.TICK,
        proc.text(pid, "comm").strip(),
        isEnded(stat),
        containers(pid));
  }

  /** Z: a zombie, X: dead. */
  private static boolean isEnded(List<String> stat) {
    return stat.get(STATE).equals("Z") || stat.get(STATE).equals("X");
  }

  private Set<ContainerId> containers(int pid) throws IOException {
    Set<ContainerId> found = new HashSet<>();
    Matcher matcher = CONTAINER.matcher(proc.text(pid, "cgroup"));
    while (matcher.find()) {
      found.add(new ContainerId(matcher.group()));
    }
    return found;
  }

  @Override
  public List<Seen> of(ContainerId container, int first) {
    List<Seen> all = new ArrayList<>();
    try {
      long bootTime = proc.bootTime(clock);
      for (int pid : proc.pids(container, first)) {
        find(pid, bootTime).ifPresent(all::add);
      }
    } catch (IOException e) {
      return List.of(); // the container ended
    }
    return List.copyOf(all);
  }

  @Override
  public boolean signal(Seen process, ContainerId container, Signal signal) {
    try {
      Optional<PidFd> opened = PidFd.open(process.pid());
      if (opened.isEmpty()) {
        return false;
      }
      try (PidFd descriptor = opened.get()) {
        Optional<Seen> now = find(process.pid());
        if (now.isEmpty() || !now.get().isSameAs(process) || now.get().ended()) {
          return false;
        }
        if (!now.get().containers().contains(container)) {
          throw new HostException(
              "The process " + process.pid() + " is not in container " + container.brief(), null);
        }
        return descriptor.send(signal.number());
      }
    } catch (IOException e) {
      throw new HostException("Cannot end process " + process.pid() + ": " + e.getMessage(), e);
    }
  }
}
