package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.config.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time before a container is stopped in which it gets no new connection, and those that it has
 * may end. Whoever balances over it and others goes to the others at once, and no request is lost.
 * Begun again after a crash it goes on.
 */
final class Drain {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
  private static final String NOT = "not drained: ";
  private static final long POLL_MILLIS = 20;

  private final Host host;
  private final ContainerId container;
  private @Nullable ContainerProcess refusing;

  Drain(Host host, ContainerId container) {
    this.host = host;
    this.container = container;
  }

  /**
   * Refuses new connections until no other is left, something else waits for the container, or the
   * time is over. They are refused still when this returns.
   *
   * @return how that went, a clause for people
   * @throws CancellationException when the thread is told to end meanwhile: nothing is refused then
   */
  String run(Duration most) {
    Optional<ContainerFacts> facts = host.engine().inspect(container).filter(Host::runs);
    if (facts.isEmpty()) {
      return NOT + "it had ended";
    }
    try {
      Optional<String> obstacle = obstacle(facts.get());
      return obstacle.isPresent()
          ? NOT + obstacle.get()
          : await(ContainerProcess.of(facts.get()), most);
    } catch (NetworkFilterException.Gone e) {
      return NOT + "it ended by itself";
    } catch (NetworkFilterException e) {
      return NOT + e.getMessage();
    }
  }

  private Optional<String> obstacle(ContainerFacts facts) {
    Optional<String> other = notItsOwnNetwork(facts);
    if (other.isPresent()) {
      return other;
    }
    if (facts.state().equals("paused")) {
      return Optional.of("it is paused");
    }
    return host.door()
        .unusable()
        .or(() ->
            host.filter().isThere(ContainerProcess.of(facts))
                ? Optional.of("a quarantine cuts it off")
                : Optional.empty());
  }

  private static Optional<String> notItsOwnNetwork(ContainerFacts facts) {
    String mode = facts.networkMode();
    if (mode.equals("host")) {
      return Optional.of("it has the host's network");
    }
    if (mode.startsWith("container:")) {
      return Optional.of("it has the network of another container");
    }
    return Sidecar.address(facts).isEmpty() ? Optional.of("it has no network") : Optional.empty();
  }

  private String await(ContainerProcess process, Duration most) {
    SortedSet<Integer> ports = host.door().listening(process);
    if (ports.isEmpty()) {
      return NOT + "it listens at no port";
    }
    long begin = System.nanoTime();
    refusing = process;
    host.door().refuse(process);
    int first = host.door().live(process, ports);
    int left = first;
    boolean hurry = false;
    while (left > 0 && !hurry && System.nanoTime() - begin < most.toNanos()) {
      pause();
      left = host.door().live(process, ports);
      hurry = host.hurry().getAsBoolean();
    }
    Duration took = Duration.ofMillis((System.nanoTime() - begin) / 1_000_000);
    return "drained for %s: %d connections were open at first, %d in the end%s"
        .formatted(
            Durations.format(took),
            first,
            left,
            left > 0 && hurry ? ", as something else is to be done to it" : "");
  }

  private void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      giveUp();
      Thread.currentThread().interrupt();
      throw new CancellationException("told to end while a container was drained");
    }
  }

  /** Ends it as far as that is possible. */
  void giveUp() {
    try {
      end();
    } catch (HostException e) {
      LOG.warn("Container {} still refuses connections: {}", container.brief(), e.getMessage());
    }
  }

  /** New connections are taken again, and nothing is left, where it still runs. */
  void end() {
    @Nullable ContainerProcess known = refusing;
    Optional<ContainerProcess> process =
        known != null
            ? Optional.of(known)
            : host.engine()
                .inspect(container)
                .filter(Host::runs)
                .filter(facts -> notItsOwnNetwork(facts).isEmpty())
                .map(ContainerProcess::of)
                .filter(p -> host.door().unusable().isEmpty());
    try {
      process.ifPresent(host.door()::admit);
    } catch (NetworkFilterException.Gone e) {
      LOG.debug("Container {} ended, and its network namespace with it", container.brief());
    }
  }
}
