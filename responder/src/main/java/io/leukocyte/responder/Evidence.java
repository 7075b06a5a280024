package io.leukocyte.responder;

import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.ProcessRef;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps evidence of containers that are acted on. What is volatile is read before the first change
 * that an alert leads to, and written while the change is made; the rest when a policy says
 * snapshot. All evidence of one container that one alert leads to is in one folder.
 */
final class Evidence {
  private static final Logger LOG = LoggerFactory.getLogger(Evidence.class);
  private static final Duration WRITE_TIME = Duration.ofSeconds(1);
  private static final int MOST_CAUSES = 10_000;
  private static final int WARM_UP = 10;

  /** Why the manifest of a snapshot is not whole until it ends. */
  private static final String TAKING = "the snapshot is being taken";

  /** Why the manifest is not whole until packets were recorded. */
  private static final String RECORDING = "packets are being recorded";

  private static final String CUT =
      "the responder ended while it was taken; the last file may be cut";
  private static final String REST = "the rest";

  private final HostId host;
  private final Path root;
  private final Engine engine;
  private final HostProc proc;
  private final VolatileEvidence reader;
  private final EvidenceStore store;
  private final Recordings recordings;
  private final EvidenceLimits limits;
  private final Journal journal;
  private final Executor writers;
  private final Clock clock;
  private final Map<String, CompletableFuture<Void>> writing = new ConcurrentHashMap<>();
  private final Map<AlertId, ProcessRef> causes =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<AlertId, ProcessRef> eldest) {
          return size() > MOST_CAUSES;
        }
      };
  private volatile @Nullable String problem;

  /**
   * Makes the keeper of evidence; does nothing yet.
   *
   * @param folder the responder's part of the data folder
   * @param writers write while the change is made
   */
  Evidence(
      HostId host,
      Path folder,
      Engine engine,
      HostProc proc,
      EvidenceLimits limits,
      Journal journal,
      Executor writers,
      Clock clock) {
    this(host, folder, engine, proc, limits, journal, writers, clock, proc::packets);
  }

  /** With where packets come from. */
  Evidence(
      HostId host,
      Path folder,
      Engine engine,
      HostProc proc,
      EvidenceLimits limits,
      Journal journal,
      Executor writers,
      Clock clock,
      PacketSource.Opener packets) {
    this.host = host;
    this.root = EvidenceStore.root(folder);
    this.engine = engine;
    this.proc = proc;
    this.limits = limits;
    this.journal = journal;
    this.writers = writers;
    this.clock = clock;
    reader = new VolatileEvidence(proc, clock, limits.delay());
    recordings = new Recordings(packets, clock);
    store = new EvidenceStore(root, limits.total(), this::isNeeded, this::dropped, clock);
  }

  /** The id of the evidence that an action belongs to. */
  static String id(ActionState state) {
    AlertId alert = state.last().alert();
    return alert == null
        ? state.id().value()
        : ActionId.of(
                "evidence", alert.value(), state.container().map(ContainerId::value).orElse(""))
            .value();
  }

  private boolean isNeeded(String id) {
    return recordings.goesOn(id)
        || !journal
            .read(ledger ->
                ledger.all(s -> s.phase() != ActionState.Phase.CLOSED && id(s).equals(id)))
            .isEmpty();
  }

  /** An image that belonged to evidence goes with it, without holding anybody up. */
  private void dropped(EvidenceManifest gone) {
    EvidenceManifest.Committed image = gone.committed();
    if (image != null) {
      try {
        writers.execute(() -> remove(image.name()));
      } catch (RejectedExecutionException e) {
        LOG.warn("The image {} is left over: docker rmi removes it", image.name());
      }
    }
  }

  private void remove(String image) {
    try {
      engine.removeImage(image);
    } catch (EngineException e) {
      LOG.warn("The image {} is left over, docker rmi removes it: {}", image, e.getMessage());
    }
  }

  /** Remembers the process that caused an alert. */
  void noticed(Alert alert) {
    Culprit.of(alert.cause().event())
        .ifPresent(process -> {
          synchronized (causes) {
            causes.put(alert.id(), process);
          }
        });
  }

  private @Nullable ProcessRef cause(ActionState state) {
    AlertId alert = state.last().alert();
    synchronized (causes) {
      return alert == null ? null : causes.get(alert);
    }
  }

  /** Reads once what has to be loaded before it is quick. */
  void warmUp() {
    int own = (int) ProcessHandle.current().pid();
    for (int i = 0; i < WARM_UP; i++) {
      VolatileEvidence.Reading _ =
          reader.read(new VolatileEvidence.Subject(null, own, new ProcessRef(own, 0)));
    }
  }

  /**
   * Takes what is volatile, unless the alert led to that before. Holds its caller up by no more
   * than the settings allow, and never fails.
   */
  void before(ActionState state, ContainerFacts facts) {
    begin(state, facts).finish();
  }

  /** Evidence that is being read. */
  interface Taking {
    Taking NONE = () -> {};

    /** Comes back when it is read; from then on the container may be changed. */
    void finish();
  }

  /** Like {@link #before}, but goes on beside its caller. */
  Taking begin(ActionState state, ContainerFacts facts) {
    String id = id(state);
    if (!Host.runs(facts) || writing.containsKey(id) || store.has(id)) {
      return Taking.NONE;
    }
    Supplier<VolatileEvidence.Reading> reading = reader.begin(subject(state, facts));
    return () -> write(state, facts, reading.get());
  }

  private void write(ActionState state, ContainerFacts facts, VolatileEvidence.Reading reading) {
    String id = id(state);
    CompletableFuture<Void> written = new CompletableFuture<>();
    writing.put(id, written);
    try {
      writers.execute(() -> {
        keep(state, facts, reading);
        writing.remove(id);
        written.complete(null);
      });
    } catch (RejectedExecutionException e) {
      writing.remove(id); // we are ending
      written.complete(null);
    }
  }

  private VolatileEvidence.Subject subject(ActionState state, ContainerFacts facts) {
    return new VolatileEvidence.Subject(facts.container().id(), facts.pid(), cause(state));
  }

  private void keep(ActionState state, ContainerFacts facts, VolatileEvidence.Reading reading) {
    try {
      EvidenceFolder folder = store.open(id(state), facts.container().id().brief());
      Draft draft = draft(state, facts.container(), folder);
      draft.add(reading, folder, "");
      folder.seal(draft.manifest(null));
      problem = null;
    } catch (IOException | RuntimeException e) {
      problem = problem(e);
      LOG.error("{}", problem);
      store.discard(id(state));
    }
  }

  private String problem(Exception cause) {
    return "Cannot keep evidence in "
        + root
        + ": "
        + (cause instanceof IOException ? cause.getMessage() : cause)
        + "; make room there, or set responder.evidence-bytes lower";
  }

  /** What evidence lacks room or permission for; null when it is kept. */
  @Nullable String problem() {
    return problem;
  }

  /** The id of the evidence of an action, once it is kept; null when none is. */
  @Nullable String of(ActionState state) {
    String id = id(state);
    return store.has(id) ? id : null;
  }

  /**
   * The evidence of an id, an action or an alert, any of which may be shortened.
   *
   * @throws EvidenceException when there is none, or more than one
   */
  EvidenceManifest find(String what) {
    return EvidenceArchive.find(root, what);
  }

  /**
   * Deletes evidence, and the image that belongs to it.
   *
   * @param id whole
   * @throws OrderException when it is needed
   * @throws IOException when files of it are left
   */
  void delete(String id) throws IOException {
    if (writing.containsKey(id) || recordings.goesOn(id)) {
      throw new OrderException("it is still being taken; try again when it is done");
    }
    if (isNeeded(id)) {
      throw new OrderException("it belongs to an action that is open; release that first");
    }
    if (store.ids().contains(id)) {
      store.remove(id);
    }
  }

  /** Waits a moment for what is being written. */
  void settle(ActionState state) {
    await(id(state), WRITE_TIME);
  }

  private void await(String id, Duration most) {
    CompletableFuture<Void> written = writing.get(id);
    try {
      if (written != null) {
        written.get(most.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException e) {
      LOG.warn("Evidence {} is still being written after {} ms", id, most.toMillis());
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Begins to record packets, beside what follows.
   *
   * @param lane where what is recorded is put to the rest, when nothing else happens to it
   */
  void record(ActionState state, ContainerFacts facts, Snapshot.Capture wanted, Executor lane) {
    String id = id(state);
    ContainerRef container = facts.container();
    Optional<String> unfit =
        Host.runs(facts)
            ? facts.networkMode().equals("host")
                ? Optional.of("it has the host's network")
                : Optional.empty()
            : Optional.of("it does not run");
    try {
      EvidenceFolder folder = store.open(id, container.id().brief());
      if (unfit.isPresent()) {
        lane.execute(() ->
            recorded(
                state,
                container,
                new Recordings.Recorded(null, List.of(Missing.all(Recordings.WHAT, unfit.get())))));
      } else {
        recordings.begin(
            id,
            ContainerProcess.of(facts),
            wanted,
            folder,
            found -> lane.execute(() -> recorded(state, container, found)));
      }
    } catch (IOException e) {
      LOG.warn("Packets of container {} are not recorded: {}", container.id().brief(), e + "");
    }
  }

  /** Ends what is being recorded; it is kept as far as it came. */
  void close() {
    recordings.stop();
  }

  /** Names in the manifest what was recorded. */
  private void recorded(ActionState state, ContainerRef container, Recordings.Recorded found) {
    String id = id(state);
    try {
      if (!store.has(id)) {
        return; // it could not be kept, which is said already
      }
      EvidenceFolder folder = store.open(id, container.id().brief());
      String before = folder.manifest().map(EvidenceManifest::incomplete).orElse(null);
      Draft draft = draft(state, container, folder);
      draft.add(found);
      folder.seal(draft.manifest(RECORDING.equals(before) ? null : before));
    } catch (IOException | EvidenceException e) {
      problem = problem(e);
      LOG.error("{}", problem);
    } finally {
      recordings.over(id);
    }
  }

  /** Takes all there is, in one folder with what is volatile. */
  Outcome all(ActionState state, ContainerFacts facts, boolean commit) {
    String id = id(state);
    await(id, Duration.ofMinutes(1));
    try {
      EvidenceFolder folder = store.open(id, facts.container().id().brief());
      Draft draft = draft(state, facts.container(), folder);
      if (draft.volatilePart == null && Host.runs(facts)) {
        draft.add(
            reader.read(subject(state, facts)), folder, draft.files.isEmpty() ? "" : "again-");
      }
      folder.seal(draft.manifest(TAKING)); // who dies from here on leaves it so
      DeepEvidence deep =
          new DeepEvidence(engine, proc, facts.container().id(), id, folder, limits);
      deep.read(facts, commit);
      draft.add(deep);
      draft.missing.removeIf(m -> m.what().equals(REST));
      EvidenceManifest manifest = draft.manifest(recordings.goesOn(id) ? RECORDING : null);
      folder.seal(manifest);
      problem = null;
      return new Outcome.Done(summary(manifest, folder.path()));
    } catch (IOException | EvidenceException e) {
      String why = problem(e);
      problem = why;
      store.discard(id);
      leave(id, why);
      return new Outcome.Failed(why);
    }
  }

  /** Keeps a text of an action with the evidence, if there is room. */
  void keep(ActionState state, String name, String text) {
    String id = id(state);
    ContainerRef container = state.last().target();
    if (container == null) {
      return;
    }
    await(id, Duration.ofMinutes(1));
    try {
      EvidenceFolder folder = store.open(id, container.id().brief());
      Optional<EvidenceManifest> before = folder.manifest();
      @Nullable String incomplete = before.isPresent() ? before.get().incomplete() : null;
      Draft draft = draft(state, container, folder);
      draft.files.removeIf(f -> f.name().equals(name));
      draft.files.add(folder.write(name, text, clock.instant(), System.nanoTime()));
      folder.seal(draft.manifest(incomplete));
      problem = null;
    } catch (IOException | EvidenceException e) {
      problem = problem(e);
      LOG.error("{}", problem);
      store.discard(id);
    }
  }

  private static String summary(EvidenceManifest manifest, Path path) {
    return "evidence %s: %d files, %d bytes in %s%s"
        .formatted(
            manifest.id().substring(0, 12),
            manifest.files().size(),
            manifest.bytes(),
            path,
            manifest.missing().isEmpty() ? "" : "; missing: " + manifest.missing());
  }

  /**
   * Ends what a former run left without a manifest, or with one that says it goes on: what is whole
   * is kept and said to be part.
   */
  void recover() {
    try {
      for (String id : store.ids()) {
        recover(id);
      }
    } catch (IOException e) {
      problem = problem(e);
      LOG.error("{}", problem);
    }
  }

  /** One that cannot be read hides no other. */
  private void recover(String id) {
    try {
      EvidenceFolder folder = store.open(id, "");
      Optional<EvidenceManifest> manifest = folder.manifest();
      boolean grew = folder.endGrowth();
      String incomplete = manifest.map(EvidenceManifest::incomplete).orElse(null);
      if (manifest.isPresent()
          && !grew
          && !TAKING.equals(incomplete)
          && !RECORDING.equals(incomplete)) {
        return;
      }
      List<EvidenceManifest.EvidenceFile> found = folder.found();
      if (found.isEmpty() && manifest.isEmpty()) {
        store.remove(id);
      } else {
        finish(id, folder, manifest, found, CUT);
      }
    } catch (IOException e) {
      problem = problem(e);
      LOG.error("{}", problem);
    }
  }

  /** Says of what could not be written whole why it is not, where that can be written. */
  private void leave(String id, String why) {
    try {
      if (store.has(id)) {
        EvidenceFolder folder = store.open(id, "");
        finish(id, folder, folder.manifest(), folder.found(), why);
      }
    } catch (IOException e) {
      LOG.warn("The manifest of evidence {} says that it is being taken: {}", id, e.getMessage());
    }
  }

  private void finish(
      String id,
      EvidenceFolder folder,
      Optional<EvidenceManifest> manifest,
      List<EvidenceManifest.EvidenceFile> found,
      String why)
      throws IOException {
    Optional<ActionState> of =
        journal
            .read(ledger -> ledger.all(s -> s.container().isPresent() && id(s).equals(id)))
            .stream()
            .findFirst();
    Draft draft =
        of.isPresent()
            ? new Draft(of.get(), of.get().last().target(), clock.instant())
            : new Draft(id, clock.instant());
    manifest.ifPresent(draft::goOn);
    draft.files.removeIf(f -> found.stream().noneMatch(f::isSameAs)); // written anew, not named yet
    found.stream().filter(f -> !draft.names(f.name())).forEach(draft.files::add);
    draft.missing.removeIf(m -> m.what().equals(REST));
    draft.missing.add(Missing.all(REST, why));
    folder.seal(draft.manifest(why));
    LOG.warn("Evidence {} is incomplete: {}", folder.path(), why);
  }

  /** What is there already, to go on with. */
  private Draft draft(ActionState state, ContainerRef container, EvidenceFolder folder)
      throws IOException {
    Draft draft = new Draft(state, container, clock.instant());
    folder.manifest().ifPresent(draft::goOn);
    return draft;
  }

  /** A manifest that grows. */
  private final class Draft {
    private final String id;
    private final @Nullable Action action;
    private final @Nullable ContainerRef container;
    private final List<String> actions = new ArrayList<>();
    private final List<EvidenceManifest.EvidenceFile> files = new ArrayList<>();
    private final List<Missing> missing = new ArrayList<>();
    private Instant began;
    private String image = "";
    private EvidenceManifest.@Nullable Committed committed;
    private EvidenceManifest.@Nullable VolatilePart volatilePart;

    Draft(ActionState state, @Nullable ContainerRef container, Instant began) {
      id = id(state);
      action = state.last();
      this.container = container;
      this.began = began;
      actions.add(state.last().type() + " " + state.id());
    }

    Draft(String id, Instant began) {
      this.id = id;
      action = null;
      container = null;
      this.began = began;
    }

    void goOn(EvidenceManifest before) {
      began = before.began();
      volatilePart = before.volatilePart();
      committed = before.committed();
      image = before.image();
      before.actions().stream().filter(a -> !actions.contains(a)).forEach(actions::add);
      files.addAll(before.files());
      missing.addAll(before.missing());
    }

    void add(VolatileEvidence.Reading reading, EvidenceFolder folder, String prefix)
        throws IOException {
      long start = System.nanoTime();
      for (Map.Entry<String, String> file : reading.files().entrySet()) {
        files.add(folder.write(prefix + file.getKey(), file.getValue(), reading.taken(), start));
      }
      missing.addAll(reading.missing());
      volatilePart =
          new EvidenceManifest.VolatilePart(
              reading.taken(), reading.took().toNanos() / 1_000, limits.delay().toMillis());
    }

    void add(Recordings.Recorded recorded) {
      EvidenceManifest.EvidenceFile file = recorded.file();
      if (file != null) {
        files.add(file);
      }
      missing.addAll(recorded.missing());
    }

    boolean names(String file) {
      return files.stream().anyMatch(f -> f.name().equals(file));
    }

    void add(DeepEvidence deep) {
      files.removeIf(f -> deep.files().stream().anyMatch(n -> n.name().equals(f.name())));
      files.addAll(deep.files());
      missing.addAll(deep.missing());
      image = deep.image();
      if (deep.committed() != null) {
        committed = deep.committed();
      }
    }

    EvidenceManifest manifest(@Nullable String incomplete) {
      AlertId alert = action == null ? null : action.alert();
      return new EvidenceManifest(
          id,
          host.value(),
          container == null ? "" : container.id().value(),
          container == null ? "" : container.name(),
          image,
          alert == null ? null : alert.value(),
          action == null ? null : action.rule(),
          action == null ? null : action.policy(),
          action == null ? null : action.source(),
          action == null ? null : action.operator(),
          actions,
          began,
          clock.instant(),
          incomplete,
          committed,
          volatilePart,
          files,
          Missing.grouped(missing));
    }
  }
}
