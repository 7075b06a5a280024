package io.leukocyte.responder;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Problem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A responder without Kafka, sockets and threads, over an engine and network namespaces in memory.
 * Everything happens in the thread of the test, in order.
 */
final class Ward implements AutoCloseable {
  static final Duration MAX_AGE = Duration.ofMinutes(5);

  final InMemoryEngine docker;

  /** Where packets come from; nowhere unless a test says so. */
  PacketSource.Opener packets =
      process -> {
        throw new IOException("no packets in this test");
      };

  final InMemoryNetworkFilter filter;
  final MutableClock clock;
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final List<String> posted = new ArrayList<>();
  final Host host;
  final Journal journal;
  final Evidence evidence;
  final Interventions interventions;
  final Snapshots snapshots;
  final Dispatcher dispatcher;
  final Guards guards;
  final EngineWait engineWait;
  final Notifier notifier;
  final Sequels sequels;
  final Approvals approvals;
  final Aging aging;
  final BlockWatch blockWatch;
  final Desk desk;

  private final Path folder;
  private PolicySet inForce = PolicySet.EMPTY;

  Ward(Path folder) {
    this(folder, new InMemoryEngine(), new InMemoryNetworkFilter(), new MutableClock());
  }

  Ward(Path folder, InMemoryEngine docker, InMemoryNetworkFilter filter, MutableClock clock) {
    this(folder, docker, filter, clock, host(docker, filter), () -> {}, shielded());
  }

  Ward(
      Path folder,
      InMemoryEngine docker,
      InMemoryNetworkFilter filter,
      MutableClock clock,
      Host host,
      Runnable appended,
      Protection protection) {
    this(folder, docker, filter, clock, host, appended, protection, new Lanes(Runnable::run));
  }

  Ward(
      Path folder,
      InMemoryEngine docker,
      InMemoryNetworkFilter filter,
      MutableClock clock,
      Host host,
      Runnable appended,
      Protection protection,
      Lanes lanes) {
    this(folder, docker, filter, clock, host, appended, protection, lanes, JournalFile::onDisk);
  }

  /** One whose bounds are counted by somebody else. */
  Ward(
      Path folder,
      InMemoryEngine docker,
      InMemoryNetworkFilter filter,
      MutableClock clock,
      Function<Journal, Budget> budget) {
    this(folder, docker, filter, clock, new Lanes(Runnable::run), budget);
  }

  Ward(
      Path folder,
      InMemoryEngine docker,
      InMemoryNetworkFilter filter,
      MutableClock clock,
      Lanes lanes,
      Function<Journal, Budget> budget) {
    this(
        folder,
        docker,
        filter,
        clock,
        new Host(docker, filter),
        () -> {},
        shielded(),
        lanes,
        JournalFile::onDisk,
        budget);
  }

  Ward(
      Path folder,
      InMemoryEngine docker,
      InMemoryNetworkFilter filter,
      MutableClock clock,
      Host host,
      Runnable appended,
      Protection protection,
      Lanes lanes,
      JournalFile.Opener opener) {
    this(
        folder,
        docker,
        filter,
        clock,
        host,
        appended,
        protection,
        lanes,
        opener,
        journal -> new LocalBudget(journal, host.engine(), new Services("service")));
  }

  private Ward(
      Path folder,
      InMemoryEngine docker,
      InMemoryNetworkFilter filter,
      MutableClock clock,
      Host bare,
      Runnable appended,
      Protection protection,
      Lanes lanes,
      JournalFile.Opener opener,
      Function<Journal, Budget> budget) {
    Host host = bare.with(new BlockList(folder.resolve("blocked"), clock));
    this.folder = folder;
    this.docker = docker;
    this.filter = filter;
    this.clock = clock;
    this.host = host;
    Engine engine = host.engine();
    Meters meters = new Meters(registry, clock);
    journal = new Journal(folder.resolve("journal"), clock, appended, opener);
    evidence =
        new Evidence(
            TestAlerts.HOST,
            folder,
            engine,
            new HostProc(folder.resolve("proc"), folder.resolve("cgroup")),
            new EvidenceLimits(8L << 20, 1L << 20, 2L << 20, Duration.ofSeconds(5)),
            journal,
            task -> {
              appended.run();
              task.run();
              appended.run();
            },
            clock,
            process -> packets.open(process));
    EnginePatience patience = new EnginePatience(Duration.ofMillis(100), Duration.ofMillis(1));
    interventions =
        new Interventions(host, journal, lanes, protection, evidence, patience, clock, meters);
    snapshots = new Snapshots(host, journal, lanes, evidence, patience, clock, meters);
    Services services = new Services("service");
    Budget bounds = budget.apply(journal);
    guards = new Guards(journal, bounds, MAX_AGE);
    engineWait =
        new EngineWait(engine, journal, guards, interventions, snapshots, Runnable::run, clock);
    notifier =
        new Notifier(
            Tellers.ofWebhooks(
                Map.of("ops", URI.create("http://127.0.0.1:1/secret")),
                (address, json) -> {
                  posted.add(json);
                  throw new IOException("no network in this test");
                }),
            new Notifier.Retries(1, Duration.ofMillis(1), Duration.ofMillis(1)),
            journal,
            clock,
            meters);
    Hands hands = new Hands.Own(interventions, snapshots, notifier, evidence);
    sequels = new Sequels(journal, guards, hands, clock, meters);
    dispatcher =
        new Dispatcher(
            TestAlerts.HOST,
            new Matching(engine::inspect, services, new Tally(journal, guards)),
            journal,
            guards,
            protection,
            hands,
            clock,
            meters);
    approvals = new Approvals(interventions, guards, dispatcher::policy, clock);
    aging =
        new Aging(
            TestAlerts.HOST,
            engine,
            journal,
            interventions,
            protection,
            services,
            bounds,
            clock,
            meters,
            () -> inForce);
    blockWatch =
        new BlockWatch(
            TestAlerts.HOST,
            host,
            journal,
            interventions,
            protection,
            bounds,
            dispatcher::policy,
            () -> inForce,
            clock,
            meters);
    desk =
        new Desk(
            TestAlerts.HOST, host, journal, interventions, protection, approvals, evidence, clock);
  }

  /** A host on which everything listens, and nothing of the real one is touched. */
  static Host host(Engine engine, NetworkFilter filter) {
    return new Host(engine, filter, new InMemoryEgressLimit(), (address, port) -> true)
        .with(new InMemoryProcesses());
  }

  static Protection shielded() {
    return new Protection(
        List.of("database*"), List.of("postgres", "vault:*"), List.of("tier=core"), Set.of());
  }

  /** Policies from YAML that must have no problem. */
  Ward policies(String yaml) {
    PolicySet.Loaded loaded =
        PolicySet.load(
            List.of(new PolicyFile("test.yaml", yaml)),
            new Channels(Set.of("ops"), Set.of(), Set.of(), Set.of(), host.programs().names()));
    if (!loaded.problems().isEmpty()) {
      throw new AssertionError(loaded.problems().stream().map(Problem::toString).toList());
    }
    inForce = loaded.policies();
    dispatcher.use(inForce);
    return this;
  }

  ContainerId run(String name) {
    return docker.run(ContainerSpec.of(name, "leuko/test-web:1"));
  }

  void alert(Alert alert) {
    dispatcher.alert(alert, new String(AlertJson.write(alert), StandardCharsets.UTF_8));
  }

  /** A shell in a container, now. */
  Alert shell(ContainerId container) {
    ContainerRef ref =
        docker
            .inspect(container)
            .map(ContainerFacts::container)
            .orElse(ContainerRef.unknown(container));
    Alert alert =
        TestAlerts.alert(
            TestAlerts.HOST, TestAlerts.SHELL, Priority.WARNING, ref, Map.of(), clock.nanos());
    alert(alert);
    return alert;
  }

  ContainerFacts facts(ContainerId container) {
    return docker.inspect(container).orElseThrow();
  }

  boolean isClosed(ContainerId container) {
    return filter.isClosed(ContainerProcess.of(facts(container)), Scope.ALL);
  }

  /** What the journal holds of each action, in order: type and last step. */
  List<String> journalled() {
    return journal.read(ledger -> ledger.all(s -> true)).stream()
        .map(s -> s.last().type() + " " + s.last().step().text())
        .toList();
  }

  /** All steps that were not published, in order. */
  List<Action> steps() {
    return journal.read(ledger -> ledger.unpublished(Integer.MAX_VALUE)).stream()
        .map(Ledger.Numbered::action)
        .toList();
  }

  List<String> stepNames() {
    return steps().stream().map(a -> a.type() + " " + a.step().text()).toList();
  }

  /** What the timer does each second. */
  void tick() {
    long now = clock.nanos();
    journal
        .read(ledger -> ledger.all(s -> s.overdue(now)))
        .forEach(s -> interventions.expire(s.id()));
    journal.read(ledger -> ledger.all(s -> s.expired(now))).forEach(s -> approvals.expire(s.id()));
    aging.look();
    engineWait.tick();
  }

  /** The same host after the responder was started again. */
  Ward restarted() {
    close();
    Host same = host(docker, filter).with(host.processes()).with(host.programs());
    Ward next = new Ward(folder, docker, filter, clock, same, () -> {}, shielded());
    next.evidence.recover();
    Recovery.run(
        next.journal,
        next.guards,
        next.interventions,
        next.snapshots,
        next.notifier,
        next.sequels,
        clock);
    return next;
  }

  @Override
  public void close() {
    notifier.close();
    journal.close();
  }
}
