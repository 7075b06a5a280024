package io.leukocyte.responder;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Bounds without a kernel, for tests and rehearsals; a bound ends with the process. */
final class InMemoryEgressLimit implements EgressLimit {
  private final Map<ContainerProcess, Long> limits = new HashMap<>();

  @Override
  public Optional<String> unusable() {
    return Optional.empty();
  }

  @Override
  public synchronized void limit(ContainerProcess process, long bits) {
    limits.put(process, bits);
  }

  @Override
  public synchronized boolean isLimited(ContainerProcess process, long bits) {
    return Long.valueOf(bits).equals(limits.get(process));
  }

  @Override
  public synchronized void lift(ContainerProcess process) {
    limits.remove(process);
  }
}
