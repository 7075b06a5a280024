package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Network namespaces without a kernel, for tests and rehearsals. As in the kernel a namespace ends
 * with its process: a container that was started again has an open one.
 */
final class InMemoryNetworkFilter implements NetworkFilter {
  private final Map<ContainerProcess, Scope> closed = new HashMap<>();
  private final Map<ContainerId, Set<ContainerId>> sharers = new HashMap<>();
  private Optional<String> unusable = Optional.empty();

  @Override
  public synchronized Optional<String> unusable() {
    return unusable;
  }

  @Override
  public synchronized Set<ContainerId> sharers(ContainerProcess process) {
    return Set.copyOf(sharers.getOrDefault(process.container(), Set.of()));
  }

  @Override
  public synchronized String close(ContainerProcess process, Scope scope) {
    closed.put(process, scope);
    return "everything" + scope.exceptions();
  }

  @Override
  public synchronized boolean isClosed(ContainerProcess process, Scope scope) {
    Scope now = closed.get(process);
    return now != null && now.isWithin(scope);
  }

  @Override
  public synchronized boolean isThere(ContainerProcess process) {
    return closed.containsKey(process);
  }

  @Override
  public synchronized void open(ContainerProcess process) {
    closed.remove(process);
  }

  /** From now on the first lives in the namespace of the second as well. */
  synchronized void share(ContainerId guest, ContainerId owner) {
    sharers.computeIfAbsent(owner, o -> new HashSet<>()).add(guest);
  }

  /** From now on it cannot be used. */
  synchronized void breakDown(String why) {
    unusable = Optional.of(why);
  }
}
