package io.leukocyte.responder;

import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.EventListener;
import io.leukocyte.engine.EventPosition;
import io.leukocyte.engine.Subscription;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Topic;
import io.leukocyte.events.config.ConfigException;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.UserFile;
import io.leukocyte.responder.ActionState.Phase;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acts on the alerts of its host as the policies say, within their guards; each step is journalled
 * before it has an effect, and can be taken back.
 */
public final class Responder implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(Responder.class);
  private static final Duration ENGINE_RETRY = Duration.ofSeconds(1);

  /** So long the first action may wait when a host starts; afterwards each waits for itself. */
  private static final Duration ENGINE_AT_START = Duration.ofSeconds(30);

  /** So long the start may take to hear that all ends. */
  private static final Duration STARTER_PATIENCE = Duration.ofSeconds(10);

  private static final int HOLD_EACH = 30;
  private static final Duration PERMIT_DEADLINE = Duration.ofSeconds(2);
  private static final Duration PERMITS_PATIENCE = Duration.ofSeconds(20);
  private static final Duration TIDY_UP = Duration.ofSeconds(2);
  private static final int RETRY_EACH = 10;
  private static final int AGE_EACH = 10;
  private static final int LOOK_MILLIS = 250;

  private final ResponderSettings settings;
  private final Path folder;
  private final HostId hostId;
  private final Map<String, Object> kafka;
  private final Host host;
  private final MeterRegistry registry;
  private final Clock clock;
  private volatile PolicySet policies = PolicySet.EMPTY;
  private volatile List<Problem> problems = List.of();
  private volatile @Nullable Running running;
  private volatile boolean closed;

  /**
   * Makes a responder.
   *
   * @param settings its settings
   * @param folder its part of the data folder; made when it is not there
   * @param host this host's id
   * @param kafka properties of any client of the Kafka cluster
   * @param engine this host's container engine; closed by the caller
   * @param meters takes its figures
   */
  public Responder(
      ResponderSettings settings,
      Path folder,
      HostId host,
      Map<String, Object> kafka,
      Engine engine,
      MeterRegistry meters) {
    this(settings, folder, host, kafka, Host.local(engine), meters, Clock.systemUTC());
  }

  Responder(
      ResponderSettings settings,
      Path folder,
      HostId hostId,
      Map<String, Object> kafka,
      Host host,
      MeterRegistry registry,
      Clock clock) {
    this.settings = settings;
    this.folder = folder;
    this.hostId = hostId;
    this.kafka = Map.copyOf(kafka);
    this.host =
        host.with(settings.programs().in(DataFolder.runs(folder)))
            .with(new BlockList(DataFolder.blocked(folder), clock));
    this.registry = registry;
    this.clock = clock;
  }

  /**
   * Takes over what a former run left, then acts on alerts.
   *
   * @throws ConfigException when the policies have problems
   * @throws OrderException when the folder cannot be used, or another responder uses it
   */
  @Override
  public void start() {
    List<Problem> found = reload();
    if (!found.isEmpty()) {
      throw new ConfigException(found);
    }
    DataFolder lock = lockFolder();
    try {
      Running started = new Running(lock);
      running = started;
      started.start();
    } catch (OrderException | JournalException e) {
      unlock(lock);
      throw e;
    }
  }

  private static void unlock(DataFolder lock) {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("Cannot unlock the responder's folder: {}", e.getMessage());
    }
  }

  private DataFolder lockFolder() {
    try {
      return DataFolder.lock(folder)
          .orElseThrow(() ->
              new OrderException(
                  "Another responder runs with the folder "
                      + folder
                      + "; end it, or use another data folder"));
    } catch (IOException e) {
      throw new OrderException(
          "Cannot use the folder %s: %s; run as the user who owns it, or choose another data folder"
              .formatted(folder, UserFile.problem(e)),
          e);
    }
  }

  /**
   * Reads the policies again. Where there is a problem those before stay in force.
   *
   * @return everything that is wrong; empty when the new ones are in force
   */
  public List<Problem> reload() {
    PolicySet.Loaded loaded = load();
    problems = loaded.problems();
    if (problems.isEmpty()) {
      policies = loaded.policies();
      Running now = running;
      if (now != null) {
        now.dispatcher.use(policies);
      }
      LOG.info("{} policies are in force, {} of them act", policies.size(), policies.enforced());
    } else {
      problems.forEach(problem -> LOG.error("{}", problem));
    }
    return problems;
  }

  private PolicySet.Loaded load() {
    if (settings.policies().isEmpty()) {
      return PolicySet.load(PolicyFile.shipped(), settings.channels());
    }
    Path path = settings.policies().get();
    try {
      return PolicySet.load(PolicyFile.in(path), settings.channels());
    } catch (IOException e) {
      Position at = new Position(path.toString(), 1, 1);
      return new PolicySet.Loaded(
          PolicySet.EMPTY,
          List.of(
              new Problem(
                  at,
                  "cannot be read: " + UserFile.problem(e),
                  "set responder.policies to files that this user may read")));
    }
  }

  @Override
  public List<CheckResult> check() {
    List<CheckResult> results = new ArrayList<>();
    results.add(checkPolicies());
    Running now = running;
    if (now == null) {
      results.add(
          new CheckResult.Failed("responder", "it does not run", "start it, or see its log"));
    } else {
      now.check(results);
    }
    return results;
  }

  private CheckResult checkPolicies() {
    List<Problem> found = problems;
    if (found.isEmpty()) {
      return new CheckResult.Ok(
          "policies", policies.size() + " in force, " + policies.enforced() + " of them act");
    }
    return new CheckResult.Degraded(
        "policies",
        found.size() + " problems, the former policies stay in force; first: " + found.getFirst(),
        "mend the policy files");
  }

  /** Acts on an alert as if it had been read from the topic. */
  void alert(byte[] document) {
    Running now = running;
    if (now != null) {
      now.alert(document);
    }
  }

  /** The address of the operator's page, with the token that lets in; empty without a page. */
  public Optional<String> link() {
    Running now = running;
    @Nullable WebServer page = now == null ? null : now.web;
    return Optional.ofNullable(page).map(WebServer::link);
  }

  /** What operators ask, for those in the same process. */
  Orders orders() {
    Running now = running;
    if (now == null) {
      throw new OrderException("The responder does not run");
    }
    return now.desk;
  }

  @Override
  public synchronized void close() {
    closed = true;
    Running now = running;
    running = null;
    if (now != null) {
      now.close();
    }
  }

  /** Bounds over all hosts, and the topic that they go by. */
  private record Fleet(FleetBudget budget, PermitTopic topic) {}

  /** The parts of a responder that runs. */
  private final class Running implements EventListener {
    private final DataFolder lock;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer;
    private final Lanes lanes = new Lanes(executor);
    private final Meters meters = new Meters(registry, clock);
    private final Journal journal;
    private final Notifier notifier;
    private final Evidence evidence;
    private final Interventions interventions;
    private final Snapshots snapshots;
    private final EngineWait engineWait;
    private final Dispatcher dispatcher;
    private final Guards guards;
    private final Sequels sequels;
    private final Approvals approvals;
    private final Aging aging;
    private final BlockWatch blockWatch;
    private final BlockTopic blockTopic;
    private final Desk desk;
    private final Orders orders;
    private final RecentAlerts recent = new RecentAlerts();
    private final PastAlerts past;
    private final AlertFeed feed;
    private final Inbox inbox;
    private final Graveyard graveyard;
    private final OrderDesk orderDesk;
    private final OrderFeed orderFeed;
    private final Optional<Fleet> fleet;
    private final ActionPublisher publisher;
    private final ControlServer control;
    private final Thread starter;
    private volatile @Nullable WebServer web;
    private volatile @Nullable String webProblem;
    private volatile @Nullable Subscription events;
    private volatile @Nullable String engineProblem = "it was not reached yet";
    private int ticks;

    Running(DataFolder lock) {
      this.lock = lock;
      Semaphore appended = new Semaphore(0);
      journal = new Journal(DataFolder.journal(folder), clock, appended::release);
      journal.timed(meters::appended);
      Protection protection =
          new Protection(
              settings.protectedContainers(),
              settings.protectedImages(),
              settings.protectedLabels(),
              Protection.ownContainer(),
              name -> !states(s -> s.ownsSidecar(name)).isEmpty());
      notifier =
          new Notifier(
              Tellers.of(settings, new HttpPoster()),
              Notifier.Retries.DEFAULT,
              journal,
              clock,
              meters);
      evidence =
          new Evidence(
              hostId,
              folder,
              host.engine(),
              new HostProc(),
              settings.evidence(),
              journal,
              executor,
              clock);
      EnginePatience patience = EnginePatience.DEFAULT;
      interventions =
          new Interventions(host, journal, lanes, protection, evidence, patience, clock, meters);
      snapshots = new Snapshots(host, journal, lanes, evidence, patience, clock, meters);
      Services services = new Services(settings.serviceLabel());
      fleet =
          switch (settings.fleet().budget()) {
            case FLEET -> Optional.of(fleet(services));
            case LOCAL -> Optional.empty();
          };
      Budget budget =
          fleet
              .<Budget>map(Fleet::budget)
              .orElseGet(() -> new LocalBudget(journal, host.engine(), services));
      guards = new Guards(journal, budget, settings.maxAlertAge());
      engineWait =
          new EngineWait(host.engine(), journal, guards, interventions, snapshots, executor, clock);
      Hands hands = new Hands.Own(interventions, snapshots, notifier, evidence);
      sequels = new Sequels(journal, guards, hands, clock, meters);
      dispatcher =
          new Dispatcher(
              hostId,
              new Matching(host.engine()::inspect, services, new Tally(journal, guards)),
              journal,
              guards,
              protection,
              hands,
              clock,
              meters);
      dispatcher.use(policies);
      approvals = new Approvals(interventions, guards, dispatcher::policy, clock);
      aging =
          new Aging(
              hostId,
              host.engine(),
              journal,
              interventions,
              protection,
              services,
              budget,
              clock,
              meters,
              () -> policies);
      blockWatch =
          new BlockWatch(
              hostId,
              host,
              journal,
              interventions,
              protection,
              budget,
              dispatcher::policy,
              () -> policies,
              clock,
              meters);
      desk = new Desk(hostId, host, journal, interventions, protection, approvals, evidence, clock);
      orders = new LoggedOrders(desk);
      graveyard = new Graveyard(kafka, hostId, meters);
      inbox = new Inbox(hostId, dispatcher, graveyard::bury, recent, meters);
      feed = new AlertFeed(kafka, hostId, settings.maxAlertAge(), journal, clock, inbox);
      orderDesk =
          new OrderDesk(hostId, settings.fleet(), desk, journal, graveyard::bury, meters, clock);
      orderFeed = new OrderFeed(kafka, hostId, journal, clock, orderDesk);
      past = new PastAlerts(kafka, hostId, recent, clock);
      blockTopic = new BlockTopic(kafka, hostId, settings.fleet(), host.blocked(), this::heard);
      host.blocked()
          .changed(image -> {
            blockTopic.say(image);
            soon(blockWatch::look);
          });
      publisher = new ActionPublisher(kafka, hostId, journal, appended);
      control = openControl();
      timer =
          Executors.newSingleThreadScheduledExecutor(
              Thread.ofPlatform().daemon().name("responder-timer").factory());
      starter = Thread.ofPlatform().daemon().name("responder-start").unstarted(this::takeOver);
    }

    private Fleet fleet(Services services) {
      PermitTopic topic = new PermitTopic(kafka, hostId, PERMIT_DEADLINE, clock, meters);
      FleetBudget budget =
          new FleetBudget(
              hostId,
              journal,
              host.engine(),
              services,
              settings.maxAlertAge(),
              PERMIT_DEADLINE,
              topic,
              meters,
              clock);
      budget.policies(() -> policies);
      return new Fleet(budget, topic);
    }

    private ControlServer openControl() {
      try {
        return ControlServer.open(DataFolder.socket(folder), orders);
      } catch (IOException e) {
        journal.close();
        throw new OrderException("Cannot take orders: " + e.getMessage(), e);
      }
    }

    void start() {
      Gauge.builder("leuko.responder.unpublished", this, r -> r.unpublished())
          .description("Steps of actions that wait to be published")
          .register(registry);
      Gauge.builder("leuko.responder.open", this, r -> r.desk.actions().size())
          .description("Actions that are in force or on their way")
          .register(registry);
      Gauge.builder("leuko.responder.lag", feed, f -> f.lag())
          .description("Records of the partition of alerts that were not read yet")
          .register(registry);
      publisher.start();
      StopFile stop = new StopFile(DataFolder.stop(folder), journal, desk.emergency());
      stop.look();
      ScheduledFuture<?> _ =
          timer.scheduleWithFixedDelay(stop::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
      fleet.ifPresent(f -> f.topic().start(f.budget()));
      startOrders();
      starter.start();
      if (settings.web().enabled()) {
        startWeb();
      }
    }

    /** Without a page there are the commands: it holds up nothing else. */
    private void startWeb() {
      WebView view =
          new WebView(
              hostId,
              journal,
              new ContainerList(host.engine(), executor),
              recent,
              Responder.this::check,
              clock);
      try {
        web = WebServer.start(settings.web(), folder, view, orders, clock);
        past.start();
      } catch (IOException e) {
        webProblem = String.valueOf(e.getMessage());
        LOG.warn("There is no page for operators: {}", webProblem);
      }
    }

    private Optional<CheckResult> checkWeb() {
      @Nullable WebServer page = web;
      @Nullable String problem = webProblem;
      if (problem != null) {
        return Optional.of(
            new CheckResult.Degraded(
                "page", problem, "mend that and start again; until then use the leuko command"));
      }
      return Optional.ofNullable(page).map(p -> new CheckResult.Ok("page", p.address()));
    }

    private int unpublished() {
      return journal.read(Ledger::unpublishedCount);
    }

    /**
     * Finds the engine, takes over what a former run left, and only then acts on alerts. An engine
     * that stays away holds up only what needs it.
     */
    private void takeOver() {
      long end = System.nanoTime() + ENGINE_AT_START.toNanos();
      while (!closed && !reachEngine() && System.nanoTime() < end) {
        try {
          Thread.sleep(ENGINE_RETRY);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
      if (closed) {
        return;
      }
      events = host.engine().events(null, this);
      evidence.recover();
      evidence.warmUp();
      host.filter().rehearse();
      Recovery.run(journal, guards, interventions, snapshots, notifier, sequels, clock);
      ScheduledFuture<?> _ = timer.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
      awaitPermits();
      feed.start();
    }

    /** Nobody could vouch for orders over Kafka: then there are those at the socket. */
    private void startOrders() {
      if (settings.fleet().canTrustOrders()) {
        orderFeed.start();
        blockTopic.start();
      }
    }

    /** What another host said of an image is known here. */
    private void heard(BlockedImage image) {
      if (!image.blocked()) {
        List<Released> _ = desk.lifted(image.digest(), image.author());
      }
      soon(blockWatch::look);
    }

    private void soon(Runnable work) {
      try {
        executor.execute(work);
      } catch (RejectedExecutionException e) {
        LOG.debug("The responder ends; this is looked for at the next start");
      }
    }

    /** Alerts that waited while the responder was down would be refused before permits are read. */
    private void awaitPermits() {
      if (fleet.isPresent() && policies.bounded()) {
        try {
          if (!fleet.get().topic().awaitReady(PERMITS_PATIENCE)) {
            LOG.warn("Permits cannot be read yet; actions within a bound are refused until then");
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private boolean reachEngine() {
      try {
        host.engine().ping();
        engineProblem = null;
        return true;
      } catch (EngineException e) {
        String message = String.valueOf(e.getMessage());
        if (!message.equals(engineProblem)) {
          LOG.warn("Waiting for the container engine: {}", message);
        }
        engineProblem = message;
        return false;
      }
    }

    private List<ActionState> states(Predicate<ActionState> which) {
      return journal.read(ledger -> ledger.all(which));
    }

    private void tick() {
      try {
        ticks++;
        long now = Nanos.now(clock);
        states(s -> s.overdue(now)).forEach(s -> interventions.expire(s.id()));
        states(s -> s.expired(now)).forEach(s -> approvals.expire(s.id()));
        engineWait.tick();
        if (ticks % RETRY_EACH == 0) {
          states(s -> s.phase() == Phase.UNDOING).forEach(s -> interventions.retryUndo(s.id()));
          sequels.takeUp();
        }
        if (ticks % RETRY_EACH == 0 && lanes.endedEarly()) {
          takeUp(now);
        }
        if (ticks % HOLD_EACH == 0) {
          holdAll("found open");
          blockWatch.look();
        }
        if (ticks % AGE_EACH == 0) {
          soon(this::lookAtAges);
        }
      } catch (RuntimeException e) {
        LOG.error("The responder's timer: {}", e.getMessage(), e);
      }
    }

    /** Beside the timer: it may wait for an answer of the fleet. */
    private void lookAtAges() {
      try {
        aging.look();
      } catch (InterruptException e) {
        LOG.debug("The responder ends; ages are looked at after the next start");
      } catch (RuntimeException e) {
        LOG.error("Ages could not be looked at: {}", e.getMessage(), e);
      }
    }

    /** Goes on with what ended early, such as for a journal that could not be written. */
    private void takeUp(long now) {
      states(s -> s.phase() == Phase.INTENDED || s.phase() == Phase.PREPARED).stream()
          .filter(s -> s.response() instanceof Intervention)
          .forEach(s -> interventions.resume(s.id(), guards.tooLate(s, now)));
    }

    private void holdAll(String occasion) {
      states(s -> s.phase() == Phase.IN_FORCE).forEach(s -> interventions.hold(s.id(), occasion));
    }

    private void alert(byte[] document) {
      String topic = Topic.ALERTS.text();
      inbox.alerts(List.of(new ConsumerRecord<>(topic, -1, -1L, null, document)));
    }

    @Override
    public void event(ContainerLifecycle event) {
      fleet.ifPresent(f -> f.budget().changed());
      String occasion =
          switch (event.action()) {
            case "start" -> "after it was started";
            case "connect" -> "after it was attached to a network";
            case "disconnect" -> "after it was taken off a network";
            case "unpause" -> "after somebody unpaused it";
            case "destroy" -> "after it was removed";
            default -> "";
          };
      if (!occasion.isEmpty()) {
        states(s -> s.phase() == Phase.IN_FORCE && s.of(event.container().id()))
            .forEach(s -> interventions.hold(s.id(), occasion));
      }
      if (event.action().equals("start") && !blockWatch.isIdle()) {
        soon(() -> blockWatch.started(event.container().id()));
      }
      if (event.action().equals("die")) {
        states(s -> s.phase() == Phase.IN_FORCE && s.ownsSidecar(event.container().name()))
            .forEach(s -> interventions.hold(s.id(), "after its WAF ended"));
      }
    }

    @Override
    public void gap(EventPosition from, EventPosition to) {
      holdAll("after events of the engine were missed");
      soon(blockWatch::look);
    }

    @Override
    public void connected() {
      engineProblem = null;
      engineWait.answers();
      holdAll("after the engine was reached");
      soon(blockWatch::look);
    }

    @Override
    public void disconnected(EngineException cause) {
      engineProblem = String.valueOf(cause.getMessage());
    }

    void check(List<CheckResult> results) {
      add(results, "alerts", feed.problem(), "start Kafka, or see kafka.bootstrap");
      if (fleet.isPresent() && policies.asksFleet()) {
        add(
            results,
            "permits",
            fleet.get().topic().problem(),
            "start Kafka; until then policies with at-most begin nothing, and nothing is recycled"
                + " for its age; releases go on");
      }
      if (settings.fleet().canTrustOrders() && orderFeed.problem() != null) {
        results.add(
            new CheckResult.Degraded(
                "orders",
                "none can be read from Kafka: " + orderFeed.problem(),
                "start Kafka; until then give them on the host"));
      }
      String unread = host.blocked().problem();
      String untold = settings.fleet().canTrustOrders() ? blockTopic.problem() : null;
      if (unread != null || untold != null) {
        results.add(
            new CheckResult.Degraded(
                "blocked images",
                unread != null ? unread : "those of other hosts are not known: " + untold,
                unread != null ? "block them again" : "start Kafka; those of this host hold"));
      }
      add(results, "actions", publisher.problem(), "start Kafka, or see kafka.bootstrap");
      add(results, "engine", engineProblem, "start the container engine");
      add(
          results,
          "journal",
          journal.problem(),
          "free some space or mend the disk; no action begins until it can be written");
      engineWait.check().ifPresent(results::add);
      checkWeb().ifPresent(results::add);
      @Nullable String unforeseen = lanes.problem();
      if (unforeseen != null) {
        results.add(
            new CheckResult.Degraded(
                "lanes", "work on a container ended early: " + unforeseen, "see the log"));
      }
      String unkept = evidence.problem();
      if (unkept != null) {
        results.add(
            new CheckResult.Degraded(
                "evidence", unkept, "make room on the disk of the data folder"));
      }
      results.add(checkFilter());
      journal
          .read(Ledger::halt)
          .ifPresent(halt ->
              results.add(
                  new CheckResult.Degraded(
                      "emergency stop",
                      halt.description() + ": policies begin nothing new",
                      "when it is over: leuko resume")));
      if (journal.damaged() > 0) {
        results.add(
            new CheckResult.Degraded(
                "journal",
                journal.damaged() + " lines of " + journal.file() + " could not be read",
                "compare 'leuko actions' with the containers"));
      }
    }

    private CheckResult checkFilter() {
      return host.filter()
          .unusable()
          .<CheckResult>map(why ->
              new CheckResult.Degraded(
                  "packet filter",
                  why + ": a quarantine takes networks away instead",
                  "install nftables and util-linux"))
          .orElseGet(() -> new CheckResult.Ok("packet filter", host.filter().means()));
    }

    private static void add(
        List<CheckResult> results, String name, @Nullable String problem, String todo) {
      results.add(
          problem == null
              ? new CheckResult.Ok(name, "fine")
              : new CheckResult.Failed(name, problem, todo));
    }

    void close() {
      @Nullable WebServer page = web;
      if (page != null) {
        page.close();
      }
      past.close();
      starter.interrupt();
      boolean _ = ReadingThread.join(starter, STARTER_PATIENCE);
      orderFeed.close();
      blockTopic.close();
      orderDesk.close();
      feed.close();
      fleet.ifPresent(f -> f.topic().close());
      graveyard.close();
      Subscription subscription = events;
      if (subscription != null) {
        subscription.close();
      }
      timer.shutdownNow();
      notifier.close();
      evidence.close();
      if (!lanes.awaitIdle(Duration.ofSeconds(15))) {
        LOG.warn("Some actions are not finished; they are taken up at the next start");
      }
      executor.shutdownNow();
      boolean _ = lanes.awaitIdle(TIDY_UP); // what is told to end leaves nothing behind
      publisher.close();
      try {
        control.close();
      } catch (IOException e) {
        LOG.warn("Cannot close the control socket: {}", e.getMessage());
      }
      journal.close();
      unlock(lock);
    }
  }
}
