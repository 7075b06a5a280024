package io.leukocyte.engine;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog.Stream;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Text;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An engine without containers behind it, for tests and trials: a script makes its containers run,
 * write and end, and makes it slow, hang, drop connections and go away. It behaves as Docker does
 * where the contract suite looks. Thread-safe; ids and, by default, times are the same in each run.
 */
public final class InMemoryEngine implements Engine {
  private static final long FIRST_TIME = 1_767_225_600_000_000_000L;
  private static final long TICK = 1_000_000L;
  private static final Map<String, Integer> SIGNALS =
      Map.of(
          "HUP", 1, "INT", 2, "QUIT", 3, "KILL", 9, "USR1", 10, "USR2", 12, "TERM", 15, "CONT", 18,
          "STOP", 19);

  final ReentrantLock lock = new ReentrantLock();
  final Condition changed = lock.newCondition();
  final InMemoryEvents events = new InMemoryEvents();

  private final LongSupplier clock;
  private final Duration deadline;
  private final Map<ContainerId, InMemoryContainer> containers = new LinkedHashMap<>();
  private final InMemoryNetworks networks = new InMemoryNetworks();
  private final Map<ContainerId, Path> logFiles = new ConcurrentHashMap<>();
  private final List<String> changes = new ArrayList<>();
  private final Set<Subscription> open = ConcurrentHashMap.newKeySet();
  private final Set<String> goneImages = new HashSet<>();
  private final Map<String, Map<String, String>> committed = new HashMap<>();
  private BiFunction<NewContainer, Duration, RunResult> programs =
      (wanted, most) -> new RunResult(0, true, List.of());
  private Consumer<ContainerId> onStart = id -> {};

  private int made;
  private int nextPid = 1000;
  private int execs;
  private boolean up = true;
  private boolean closed;
  private long connections;
  private long starts;
  private boolean hangs;
  private boolean holdsLines;
  private final Set<ContainerId> linesHeld = new HashSet<>();
  private Duration delay = Duration.ZERO;
  private @Nullable EngineException nextFailure;

  /** With a clock that starts in 2026 and goes on by a millisecond each time it is read. */
  public InMemoryEngine() {
    this(new AtomicLong(FIRST_TIME), Duration.ofSeconds(10));
  }

  private InMemoryEngine(AtomicLong time, Duration deadline) {
    this(() -> time.getAndAdd(TICK), deadline);
  }

  /**
   * With a clock and a deadline of each call.
   *
   * @param clock unix nanoseconds; never goes back
   * @param deadline real time after which a call that hangs ends
   */
  public InMemoryEngine(LongSupplier clock, Duration deadline) {
    this.clock = clock;
    this.deadline = deadline;
  }

  // The script: what happens in and to the engine.

  /** Makes a container that does not run yet. */
  public ContainerId create(ContainerSpec spec) {
    return script(() -> {
      InMemoryContainer container = make(spec, "sha256:" + digest("image " + spec.image()));
      for (Map.Entry<String, List<String>> network : spec.networks().entrySet()) {
        container.attached.put(
            network.getKey(), networks.wish(network.getKey(), network.getValue()));
      }
      happens(container, "create", null, Map.of());
      return container.id;
    });
  }

  private InMemoryContainer make(ContainerSpec spec, String image) {
    ContainerId id = new ContainerId(digest("container " + ++made));
    InMemoryContainer container = new InMemoryContainer(id, spec, image, clock.getAsLong());
    containers.put(id, container);
    return container;
  }

  /** The image is not on this host any more. */
  @Override
  public void removeImage(String image) {
    callRun(
        "remove image " + image,
        () -> {
          committed.remove(image);
          goneImages.add(image);
        });
  }

  /** Images that were made of containers and are not removed, with the labels given to them. */
  public Map<String, Map<String, String>> committed() {
    return script(() -> Map.copyOf(committed));
  }

  /**
   * What containers that are run to their end do; otherwise they work and say nothing.
   *
   * @param answers by the container and the time that it has
   */
  public void answerRuns(BiFunction<NewContainer, Duration, RunResult> answers) {
    scriptRun(() -> programs = answers);
  }

  /** Happens to each container as soon as it was started: it may end, or become unhealthy. */
  public void onStart(Consumer<ContainerId> what) {
    scriptRun(() -> onStart = what);
  }

  /** What a container was made from; empty when it was not made through the port. */
  public Optional<NewContainer> madeFrom(ContainerId container) {
    return script(() -> Optional.ofNullable(known(container).wanted));
  }

  /** Makes a container and starts it. */
  public ContainerId run(ContainerSpec spec) {
    return script(() -> {
      ContainerId id = create(spec);
      launch(known(id));
      return id;
    });
  }

  /** The container writes text; without a line end it is kept until that comes. */
  public void print(ContainerId container, Stream stream, String text) {
    print(container, stream, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The container writes bytes. */
  public void print(ContainerId container, Stream stream, byte[] bytes) {
    scriptRun(() -> known(container).print(stream, bytes, clock));
  }

  /** The container's first process ends. */
  public void exit(ContainerId container, int code) {
    scriptRun(() -> end(known(container), code));
  }

  /** A program runs in the container, to its end. */
  public void exec(ContainerId container, String command) {
    scriptRun(() -> {
      InMemoryContainer in = known(container);
      String id = digest("exec " + ++execs);
      Map<String, String> attributes = Map.of("execID", id, "command", command);
      happens(in, "exec_create", null, attributes);
      happens(in, "exec_start", null, attributes);
      happens(in, "exec_die", 0, Map.of("execID", id));
    });
  }

  /** The container's health check says something: healthy, unhealthy. */
  public void health(ContainerId container, String health) {
    scriptRun(() -> {
      known(container).health = Health.valueOf(health.toUpperCase(Locale.ROOT));
      happens(known(container), "health_status", null, Map.of("health", health));
    });
  }

  /** The container's log is kept in a file; what is printed does not get there by itself. */
  public void keepLog(ContainerId container, Path file) {
    logFiles.put(container, file);
  }

  /** The container is removed, killed when it runs. */
  public void remove(ContainerId container) {
    scriptRun(() -> destroy(known(container)));
  }

  private void destroy(InMemoryContainer gone) {
    if (gone.runs()) {
      signal(gone, 9);
      end(gone, 137);
    }
    gone.removed = true;
    containers.remove(gone.id);
    happens(gone, "destroy", null, Map.of());
  }

  /**
   * A program in the container writes a file that its image has not.
   *
   * @param mode its permission bits
   */
  public void writeFile(ContainerId container, String path, int mode, byte[] content) {
    scriptRun(() -> known(container).files.write(path, mode, content, clock.getAsLong()));
  }

  /** A program in the container makes a symbolic link. */
  public void linkFile(ContainerId container, String path, String target) {
    scriptRun(() -> known(container).files.link(path, target, clock.getAsLong()));
  }

  /** A program in the container removes a file, of its own or of the image. */
  public void deleteFile(ContainerId container, String path) {
    scriptRun(() -> known(container).files.delete(path));
  }

  /** Makes a network; its id. */
  public String createNetwork(String name) {
    return script(() -> networks.create(name));
  }

  /** All streams lose their connection and open it again at once. */
  public void dropConnections() {
    scriptRun(() -> connections++);
  }

  /** The engine goes away: calls fail, streams end, running containers are killed. */
  public void stopEngine() {
    scriptRun(() -> {
      for (InMemoryContainer container : containers.values()) {
        if (container.runs()) {
          stopped(container);
        }
      }
      events.forget();
      up = false;
    });
  }

  /** The engine comes back; it knows no earlier event. */
  public void startEngine() {
    scriptRun(() -> {
      up = true;
      starts++;
      connections++;
    });
  }

  /** Calls from now on take that long. */
  public void delayCalls(Duration time) {
    scriptRun(() -> delay = time);
  }

  /** Calls from now on hang until their deadline; false: no longer, also those that hang. */
  public void hangCalls(boolean hang) {
    scriptRun(() -> hangs = hang);
  }

  /**
   * Who asks for the lines of a container from now on gets none; false: no longer, also those held.
   */
  public void holdLines(boolean hold) {
    scriptRun(() -> {
      holdsLines = hold;
      linesHeld.clear();
    });
  }

  /** The containers whose lines were asked for and are held. */
  public Set<ContainerId> linesHeld() {
    return script(() -> Set.copyOf(linesHeld));
  }

  /** The next call fails so. */
  public void failNext(EngineException failure) {
    scriptRun(() -> nextFailure = failure);
  }

  /** The changes that were asked for through the port, in order: "pause 0123456789ab" … */
  public List<String> changes() {
    return script(() -> List.copyOf(changes));
  }

  // The port.

  @Override
  public EngineInfo info() {
    return call(
        "ask the engine what it is",
        () ->
            new EngineInfo(
                "In memory",
                "1",
                "1.41",
                "none",
                "none",
                "none",
                "memory",
                "json-file",
                "/nonexistent",
                2,
                "none",
                List.of(),
                false));
  }

  @Override
  public void ping() {
    callRun("reach the engine", () -> {});
  }

  @Override
  public List<ContainerSummary> list() {
    return call("list the containers", () -> summaries(true));
  }

  @Override
  public List<ContainerSummary> running() {
    return call("list the containers", () -> summaries(false));
  }

  private List<ContainerSummary> summaries(boolean all) {
    return containers.values().stream()
        .filter(container -> all || container.runs())
        .sorted(Comparator.comparingLong((InMemoryContainer c) -> c.created).reversed())
        .map(InMemoryContainer::summary)
        .toList();
  }

  @Override
  public Optional<ContainerFacts> inspect(ContainerId container) {
    return call(
        "inspect container " + container.brief(),
        () -> Optional.ofNullable(find(container)).map(c -> c.facts(clock.getAsLong())));
  }

  @Override
  public Optional<ContainerId> resolve(String nameOrIdPrefix) {
    return call("look for a container", () -> resolved(DockerEvents.name(nameOrIdPrefix)));
  }

  private Optional<ContainerId> resolved(String name) {
    List<ContainerId> prefixed = new ArrayList<>();
    for (InMemoryContainer container : containers.values()) {
      if (container.spec.name().equals(name) || container.id.value().equals(name)) {
        return Optional.of(container.id);
      }
      if (!name.isEmpty() && container.id.value().startsWith(name)) {
        prefixed.add(container.id);
      }
    }
    if (prefixed.size() > 1) {
      throw DockerEngine.ambiguous(name, null);
    }
    return prefixed.stream().findFirst();
  }

  @Override
  public Subscription events(@Nullable EventPosition since, EventListener listener) {
    return script(() ->
        started(
            "engine-events",
            onEnd -> new InMemoryEventStream(this, since, clock.getAsLong(), listener, onEnd)));
  }

  @Override
  public Subscription logs(ContainerId container, LogOptions options, LogListener listener) {
    return started(
        "engine-logs-" + container.brief(),
        onEnd ->
            new InMemoryLogStream(
                this, container, options, Duration.ofSeconds(1), listener, onEnd));
  }

  @Override
  public Optional<Path> logFile(ContainerFacts container) {
    return Optional.ofNullable(logFiles.get(container.container().id()));
  }

  /** Whether the lines of a container are held from who asks now; the lock is held. */
  boolean holdsLinesOf(ContainerId container) {
    if (holdsLines) {
      linesHeld.add(container);
    }
    return holdsLines;
  }

  private Subscription started(String name, Function<Runnable, StreamThread> make) {
    StreamThread[] self = new StreamThread[1];
    StreamThread stream = make.apply(() -> open.remove(self[0]));
    self[0] = stream;
    open.add(stream);
    stream.start(name);
    return stream;
  }

  @Override
  public void pause(ContainerId id) {
    change(
        "pause",
        id,
        container -> {
          requireRunning("pause", container);
          if (container.status.equals("running")) {
            container.status = "paused";
            happens(container, "pause", null, Map.of());
          }
        });
  }

  @Override
  public void unpause(ContainerId id) {
    change(
        "unpause",
        id,
        container -> {
          requireRunning("unpause", container);
          if (container.status.equals("paused")) {
            container.status = "running";
            happens(container, "unpause", null, Map.of());
          }
        });
  }

  @Override
  public void stop(ContainerId id, Duration grace) {
    change("stop", id, this::halt);
  }

  private void halt(InMemoryContainer container) {
    if (!container.runs()) {
      return;
    }
    signal(container, 15);
    Integer code = container.spec.exitOnTerm();
    if (code == null) {
      signal(container, 9);
    }
    end(container, code == null ? 137 : code);
    happens(container, "stop", null, Map.of());
  }

  @Override
  public void kill(ContainerId id, String signal) {
    change(
        "kill",
        id,
        container -> {
          int number = number(signal);
          if (!container.runs()) {
            return;
          }
          signal(container, number);
          Integer code = number == 9 ? Integer.valueOf(137) : container.spec.exitOnTerm();
          if ((number == 9 || number == 15) && code != null) {
            end(container, code);
          }
        });
  }

  @Override
  public void start(ContainerId id) {
    change(
        "start",
        id,
        container -> {
          if (!container.runs()) {
            launch(container);
          }
        });
  }

  @Override
  public void restart(ContainerId id, Duration grace) {
    change(
        "restart",
        id,
        container -> {
          halt(container);
          launch(container);
          happens(container, "restart", null, Map.of());
        });
  }

  @Override
  public List<NetworkAttachment> attachments(ContainerId id) {
    return call(
        "inspect container " + id.brief(),
        () -> List.copyOf(existing("inspect", id).attached.values()));
  }

  @Override
  public void disconnectNetwork(ContainerId id, String network) {
    change(
        "disconnect",
        id,
        container -> {
          requireNetwork(network);
          NetworkAttachment attachment = attachment(container, network);
          if (attachment != null) {
            networks.release(attachment);
            container.attached.remove(attachment.networkName());
            happens(container, "disconnect", attachment);
          }
        });
  }

  @Override
  public NetworkAttachment connectNetwork(ContainerId id, NetworkAttachment wanted) {
    return call(
        "attach container " + id.brief() + " to network " + wanted.networkName(),
        () -> {
          changes.add("connect " + id.brief() + " " + wanted.networkName());
          InMemoryContainer container = existing("attach", id);
          requireNetwork(wanted.networkId());
          NetworkAttachment has = attachment(container, wanted.networkId());
          return has == null ? connect(container, wanted) : has;
        });
  }

  private NetworkAttachment connect(InMemoryContainer container, NetworkAttachment wanted) {
    NetworkAttachment now = container.runs() ? networks.attach(wanted) : wanted;
    if (now == null) {
      throw new EngineException.Refused(
          "Cannot attach container "
              + container.id.brief()
              + " to network "
              + wanted.networkName()
              + ": the engine says 'Address already in use'",
          null);
    }
    container.attached.put(now.networkName(), now);
    happens(container, "connect", now);
    return now;
  }

  @Override
  public List<ProcessRow> top(ContainerId id) {
    return call(
        "list the processes of container " + id.brief(),
        () -> {
          InMemoryContainer container = existing("list the processes of", id);
          requireRunning("list the processes of", container);
          String command = String.join(" ", container.spec.entrypoint());
          return List.of(new ProcessRow(container.pid, 1, 0, command));
        });
  }

  @Override
  public Optional<ResourceUse> use(ContainerId id) {
    return call(
        "read what container " + id.brief() + " uses",
        () ->
            existing("read the use of", id).runs()
                ? Optional.of(new ResourceUse(1, 0, 0, 1, 0, 0, 0, 0))
                : Optional.empty());
  }

  @Override
  public Optional<String> describe(ContainerId id) {
    return call(
        "inspect container " + id.brief(),
        () -> Optional.ofNullable(find(id)).map(InMemoryContainer::description));
  }

  @Override
  public List<FileChange> fileChanges(ContainerId id) {
    return call(
        "compare container " + id.brief() + " with its image",
        () -> existing("compare", id).files.changes());
  }

  @Override
  public <T> T readFile(ContainerId id, String path, FileReader<T> reader) {
    return call(
        "read a file of container " + id.brief(),
        () -> existing("read a file of", id).files.read(path, reader));
  }

  @Override
  public List<LogLine> lastLines(ContainerId id, int most) {
    return call(
        "read the logs of container " + id.brief(),
        () -> {
          InMemoryContainer container = existing("read the logs of", id);
          if (container.spec.logDriver().equals("none")) {
            throw new EngineException.Refused(
                "Cannot read the logs of container "
                    + id.brief()
                    + ": its log driver does not keep them",
                null);
          }
          List<LogLine> lines = container.lines();
          return List.copyOf(lines.subList(Math.max(0, lines.size() - most), lines.size()));
        });
  }

  @Override
  public ContainerId create(NewContainer wanted) {
    return call(
        "make the container '" + wanted.name() + "'",
        () -> {
          changes.add("create " + wanted.name());
          requireImage(wanted.name(), wanted.image());
          requireName(wanted.name(), null);
          ContainerSpec spec = withLabelsOfImage(ContainerSpec.of(wanted), wanted);
          InMemoryContainer container = make(spec, "sha256:" + digest("image " + wanted.image()));
          container.wanted = wanted;
          happens(container, "create", null, Map.of());
          return container.id;
        });
  }

  private ContainerSpec withLabelsOfImage(ContainerSpec spec, NewContainer wanted) {
    ContainerSpec labelled = spec;
    for (Map.Entry<String, String> label :
        committed.getOrDefault(wanted.image(), Map.of()).entrySet()) {
      if (!wanted.labels().containsKey(label.getKey())) {
        labelled = labelled.label(label.getKey(), label.getValue());
      }
    }
    return labelled;
  }

  @Override
  public ContainerId createLike(ContainerId id, String name) {
    return call(
        "make the container '" + name + "'",
        () -> {
          changes.add("create " + name);
          InMemoryContainer original = existing("copy", id);
          requireImage(name, original.spec.image());
          requireName(name, null);
          InMemoryContainer container = make(original.spec.named(name), original.image());
          container.settings = original.settings;
          container.wanted = original.wanted;
          for (NetworkAttachment a : original.attached.values()) {
            container.attached.put(a.networkName(), a.anyAddress());
          }
          happens(container, "create", null, Map.of());
          return container.id;
        });
  }

  @Override
  public Optional<String> imageId(String nameOrId) {
    return call(
        "look for the image " + nameOrId,
        () ->
            containers.values().stream()
                .filter(c ->
                    c.spec.image().equals(nameOrId)
                        || c.image().equals(nameOrId)
                        || c.image().startsWith("sha256:" + nameOrId))
                .filter(c -> !goneImages.contains(c.spec.image()))
                .map(InMemoryContainer::image)
                .findFirst());
  }

  private void requireImage(String name, String image) {
    if (goneImages.contains(image)) {
      throw new EngineException.NotFound(
          "Cannot make the container '"
              + name
              + "': the image "
              + image
              + " is not on this host; fetch or build it (docker pull "
              + image
              + ")",
          null);
    }
  }

  private void requireName(String name, @Nullable InMemoryContainer but) {
    for (InMemoryContainer container : containers.values()) {
      if (container != but && container.spec.name().equals(name)) {
        throw new EngineException.Conflict(
            "The name " + name + " is in use by container " + container.id.brief(), null);
      }
    }
  }

  @Override
  public void remove(ContainerId id, boolean force) {
    callRun(
        "remove container " + id.brief(),
        () -> {
          changes.add("remove " + id.brief());
          InMemoryContainer container = find(id);
          if (container == null) {
            return;
          }
          if (container.runs() && !force) {
            throw new EngineException.Conflict(
                "Cannot remove container " + id.brief() + ": it is " + container.status, null);
          }
          destroy(container);
        });
  }

  @Override
  public void rename(ContainerId id, String name) {
    change(
        "rename",
        id,
        container -> {
          requireName(name, container);
          if (!container.spec.name().equals(name)) {
            String before = container.spec.name();
            container.spec = container.spec.named(name);
            happens(container, "rename", null, Map.of("oldName", "/" + before));
          }
        });
  }

  @Override
  public ContainerSettings settings(ContainerId id) {
    return call("inspect container " + id.brief(), () -> existing("inspect", id).settings);
  }

  @Override
  public void update(ContainerId id, ContainerSettings wanted) {
    change(
        "update",
        id,
        container -> {
          if (container.settings.nanoCpus() > 0 && wanted.nanoCpus() == 0) {
            throw new EngineException.Refused(
                "Cannot change container " + id.brief() + ": NanoCPUs has already been set", null);
          }
          container.settings = wanted;
          happens(container, "update", null, Map.of());
        });
  }

  @Override
  public Health health(ContainerId id) {
    return call(
        "inspect container " + id.brief(),
        () -> existing("inspect", id).runs() ? existing("inspect", id).health : Health.NONE);
  }

  @Override
  public String commit(ContainerId id, String repository, String tag, Map<String, String> labels) {
    return call(
        "make an image of container " + id.brief(),
        () -> {
          changes.add("commit " + id.brief() + " " + repository + ":" + tag);
          happens(existing("make an image of", id), "commit", null, Map.of());
          goneImages.remove(repository + ":" + tag);
          committed.put(repository + ":" + tag, Map.copyOf(labels));
          return "sha256:" + digest("image " + repository + ":" + tag);
        });
  }

  @Override
  public RunResult run(NewContainer wanted, Duration most) {
    ContainerId id = create(wanted);
    try {
      start(id);
      RunResult result = script(() -> programs).apply(wanted, most);
      scriptRun(() -> end(known(id), result.exitCode()));
      return result;
    } finally {
      remove(id, true);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    for (Subscription subscription : List.copyOf(open)) {
      subscription.close();
    }
  }

  // For the streams.

  long connection() {
    return up ? connections : -1;
  }

  long starts() {
    return starts;
  }

  /** The engine's clock, unix nanoseconds. */
  long now() {
    return clock.getAsLong();
  }

  boolean isUp() {
    return up;
  }

  @Nullable InMemoryContainer find(ContainerId id) {
    return containers.get(id);
  }

  void wakeAll() {
    scriptRun(() -> {});
  }

  // What containers do.

  private void launch(InMemoryContainer container) {
    requirePorts(container);
    container.status = "running";
    container.pid = nextPid++;
    container.started = clock.getAsLong();
    for (NetworkAttachment wish : List.copyOf(container.attached.values())) {
      NetworkAttachment now = networks.attach(wish);
      if (now != null) {
        container.attached.put(now.networkName(), now);
        happens(container, "connect", now);
      }
    }
    happens(container, "start", null, Map.of());
    onStart.accept(container.id);
  }

  private void requirePorts(InMemoryContainer container) {
    for (ContainerFacts.Port port : container.spec.ports()) {
      boolean taken =
          containers.values().stream()
              .filter(other -> other != container && other.runs())
              .flatMap(other -> other.spec.ports().stream())
              .anyMatch(p ->
                  p.hostPort() == port.hostPort()
                      && p.protocol().equals(port.protocol())
                      && p.hostAddress().equals(port.hostAddress()));
      if (taken && port.hostPort() > 0) {
        throw new EngineException.Refused(
            "Cannot start container "
                + container.id.brief()
                + ": the engine says 'port is already allocated'",
            null);
      }
    }
  }

  private void end(InMemoryContainer container, int code) {
    if (container.runs()) {
      stopped(container);
      happens(container, "die", code, Map.of());
      for (NetworkAttachment attachment : container.attached.values()) {
        happens(container, "disconnect", attachment);
      }
    }
  }

  private void stopped(InMemoryContainer container) {
    container.endOutput(clock.getAsLong());
    container.status = "exited";
    container.pid = 0;
    for (NetworkAttachment attachment : List.copyOf(container.attached.values())) {
      networks.release(attachment);
      container.attached.put(attachment.networkName(), attachment.anyAddress());
    }
  }

  private void signal(InMemoryContainer container, int number) {
    happens(container, "kill", null, Map.of("signal", Integer.toString(number)));
  }

  private void happens(InMemoryContainer container, String action, NetworkAttachment network) {
    SortedMap<String, String> attributes = new TreeMap<>();
    attributes.put("network", network.networkName());
    attributes.put("networkId", network.networkId());
    attributes.put("type", "bridge");
    events.add(
        new ContainerLifecycle(
            clock.getAsLong(), ContainerRef.unknown(container.id), action, null, attributes));
  }

  private void happens(
      InMemoryContainer container,
      String action,
      @Nullable Integer exitCode,
      Map<String, String> more) {
    SortedMap<String, String> attributes = new TreeMap<>(container.spec.labels());
    attributes.put("name", container.spec.name());
    attributes.put("image", container.spec.image());
    attributes.putAll(more);
    events.add(
        new ContainerLifecycle(
            clock.getAsLong(), container.eventRef(), action, exitCode, attributes));
  }

  // Guards and errors.

  private <T> T script(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      changed.signalAll();
      lock.unlock();
    }
  }

  private void scriptRun(Runnable action) {
    script(() -> {
      action.run();
      return true;
    });
  }

  private <T> T call(String what, Supplier<T> action) {
    return script(() -> {
      admit(what);
      return action.get();
    });
  }

  private void callRun(String what, Runnable action) {
    call(
        what,
        () -> {
          action.run();
          return true;
        });
  }

  private void change(String verb, ContainerId id, Consumer<InMemoryContainer> action) {
    callRun(
        verb + " container " + id.brief(),
        () -> {
          changes.add(verb + " " + id.brief());
          action.accept(existing(verb, id));
        });
  }

  /** Lets a call in, late, or not at all, as the script has it. */
  private void admit(String what) {
    await(what, delay.compareTo(deadline) < 0 ? delay : deadline, false);
    if (delay.compareTo(deadline) >= 0) {
      throw timeout(what);
    }
    if (hangs) {
      await(what, deadline, true);
    }
    EngineException failure = nextFailure;
    if (failure != null) {
      nextFailure = null;
      throw failure;
    }
    if (!up || closed) {
      throw new EngineException.Unavailable(
          "Cannot " + what + ": " + (up ? "the connection was closed" : "the engine is away"),
          null);
    }
  }

  private void await(String what, Duration time, boolean hanging) {
    try {
      long left = time.toNanos();
      while (left > 0 && !closed && (!hanging || hangs)) {
        left = changed.awaitNanos(left);
      }
      if (hanging && hangs && left <= 0) {
        throw timeout(what);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException.Unavailable(
          "Cannot " + what + ": the thread was interrupted while it waited", e);
    }
  }

  private EngineException timeout(String what) {
    return new EngineException.Timeout(
        "Gave up to "
            + what
            + " after "
            + TimeUnit.NANOSECONDS.toMillis(deadline.toNanos())
            + " ms: the engine does not answer",
        null);
  }

  private InMemoryContainer existing(String verb, ContainerId id) {
    InMemoryContainer container = containers.get(id);
    if (container == null) {
      throw new EngineException.NotFound(
          "Cannot " + verb + " container " + id.brief() + ": there is none of that id", null);
    }
    return container;
  }

  private InMemoryContainer known(ContainerId id) {
    InMemoryContainer container = containers.get(id);
    if (container == null) {
      throw new IllegalArgumentException("The script names a container that is not: " + id.brief());
    }
    return container;
  }

  private static void requireRunning(String verb, InMemoryContainer container) {
    if (!container.runs()) {
      throw new EngineException.Conflict(
          "Cannot " + verb + " container " + container.id.brief() + ": it is " + container.status,
          null);
    }
  }

  private void requireNetwork(String network) {
    if (!networks.exists(network)) {
      throw new EngineException.NotFound("There is no network " + network, null);
    }
  }

  private static @Nullable NetworkAttachment attachment(
      InMemoryContainer container, String network) {
    return container.attached.values().stream()
        .filter(a -> a.networkId().equals(network) || a.networkName().equals(network))
        .findFirst()
        .orElse(null);
  }

  private static int number(String signal) {
    String name = signal.toUpperCase(Locale.ROOT);
    Integer number = SIGNALS.get(name.startsWith("SIG") ? name.substring(3) : name);
    if (number != null) {
      return number;
    }
    if (name.matches("[0-9]{1,2}")) {
      return Integer.parseInt(name);
    }
    throw new EngineException.Refused(
        "'" + Text.clip(Text.printable(signal), 40) + "' is not a signal", null);
  }

  static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
