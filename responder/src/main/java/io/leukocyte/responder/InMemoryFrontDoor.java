package io.leukocyte.responder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.Engine;
import io.leukocyte.events.ContainerFacts;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Front doors without a kernel, for tests and rehearsals. As in the kernel a namespace ends with
 * its process: of a container that was started again nothing is left, and who lived with it before
 * does so no more.
 */
final class InMemoryFrontDoor implements FrontDoor {
  private final Engine engine;
  private final Set<ContainerProcess> prepared = new HashSet<>();
  private final Map<ContainerProcess, SortedMap<Integer, Integer>> routes = new HashMap<>();
  private final Map<Integer, Speech> speech = new HashMap<>(Map.of(80, Speech.HTTP));
  private final Set<ContainerProcess> refusing = new HashSet<>();
  private int open;
  private boolean ending;
  private Runnable counted = () -> {};

  /** On the containers of an engine, each of which listens at port 80 for HTTP. */
  InMemoryFrontDoor(Engine engine) {
    this.engine = engine;
  }

  /** From now on each container listens at this port too. */
  synchronized void listen(int port, Speech what) {
    speech.put(port, what);
  }

  /** From now on each container has so many open connections. */
  synchronized void connections(int number) {
    open = number;
  }

  /** From now on one of the open connections ends each time that they are counted. */
  synchronized void endConnections() {
    ending = true;
  }

  /** Happens each time that connections were counted. */
  synchronized void onCount(Runnable what) {
    counted = what;
  }

  @Override
  public Optional<String> unusable() {
    return Optional.empty();
  }

  @Override
  public Optional<String> cannotCut() {
    return Optional.empty();
  }

  @Override
  public synchronized SortedSet<Integer> listening(ContainerProcess process) {
    SortedSet<Integer> ports = new TreeSet<>(speech.keySet());
    for (ContainerSummary other : engine.running()) {
      Optional<ContainerFacts> facts = engine.inspect(other.id());
      if (facts.isPresent()
          && facts.get().networkMode().equals("container:" + process.container())
          && same(process, ContainerProcess.of(facts.get()))) {
        port(other).ifPresent(ports::add);
      }
    }
    return ports;
  }

  /** The variable PORT of a container. */
  private Optional<Integer> port(ContainerSummary container) {
    try {
      String text = engine.describe(container.id()).orElse("{}");
      for (JsonNode variable : JournalLines.MAPPER.readTree(text).path("Config").path("Env")) {
        if (variable.asText().startsWith("PORT=")) {
          return Optional.of(Integer.parseInt(variable.asText().substring("PORT=".length())));
        }
      }
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The engine describes in JSON", e);
    }
  }

  @Override
  public synchronized Speech speech(String address, int port) {
    return speech.getOrDefault(port, Speech.SILENCE);
  }

  /** Who was started before the process was lives in a namespace that is gone. */
  @Override
  public boolean same(ContainerProcess one, ContainerProcess other) {
    return other.pid() > one.pid();
  }

  @Override
  public synchronized boolean prepare(ContainerProcess process) {
    return prepared.add(process);
  }

  @Override
  public synchronized void redirect(ContainerProcess process, SortedMap<Integer, Integer> wanted) {
    routes.put(process, new TreeMap<>(wanted));
  }

  @Override
  public synchronized SortedMap<Integer, Integer> routes(ContainerProcess process) {
    return new TreeMap<>(routes.getOrDefault(process, new TreeMap<>()));
  }

  @Override
  public synchronized void refuse(ContainerProcess process) {
    refusing.add(process);
  }

  @Override
  public synchronized boolean refuses(ContainerProcess process) {
    return refusing.contains(process);
  }

  @Override
  public synchronized void admit(ContainerProcess process) {
    refusing.remove(process);
  }

  @Override
  public synchronized int open(ContainerProcess process, Collection<Integer> ports) {
    return open;
  }

  @Override
  public synchronized int live(ContainerProcess process, Collection<Integer> ports) {
    int now = open;
    open -= ending && open > 0 ? 1 : 0;
    counted.run();
    return now;
  }

  @Override
  public synchronized int cut(ContainerProcess process, Collection<Integer> ports) {
    int before = open;
    open = 0;
    return before;
  }

  @Override
  public boolean waiting(ContainerProcess process, Collection<Integer> ports) {
    return false;
  }

  @Override
  public synchronized boolean remove(ContainerProcess process, Collection<Integer> ports) {
    prepared.remove(process);
    routes.remove(process);
    return true;
  }

  /** Whether something of ours is in the process's namespace. */
  synchronized boolean isPrepared(ContainerProcess process) {
    return prepared.contains(process);
  }
}
