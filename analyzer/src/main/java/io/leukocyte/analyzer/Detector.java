package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Columns;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Observed;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.Text;
import io.leukocyte.events.config.ByteSizes;
import io.leukocyte.rules.Correlation;
import io.leukocyte.rules.CorrelationWindow;
import io.leukocyte.rules.Correlator;
import io.leukocyte.rules.Coverage;
import io.leukocyte.rules.FactsLookup;
import io.leukocyte.rules.KnownValues;
import io.leukocyte.rules.Matcher;
import io.leukocyte.rules.Observation;
import io.leukocyte.rules.Observer;
import io.leukocyte.rules.Occurrence;
import io.leukocyte.rules.Rule;
import io.leukocyte.rules.RuleSet;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Detection: batches in, alerts and incidents out. What it does follows from the batches alone, in
 * their order, so that a replay finds the same. One thread at a time.
 */
public final class Detector {
  /** The label by which a container has its own limit of egress, such as {@code 50MiB}. */
  public static final String EGRESS_LABEL = "leuko.egress.limit";

  /** Characters of a destination's name in an alert. */
  private static final int MOST_NAME = 100;

  /** Clock between two looks at a host's containers, nanoseconds. */
  private static final long SWEEP = TimeUnit.SECONDS.toNanos(10);

  /** A destroyed container is remembered for its late events, nanoseconds. */
  private static final long AFTERLIFE = TimeUnit.MINUTES.toNanos(2);

  /** A container unseen for this long is gone: facts come each five minutes. Nanoseconds. */
  private static final long IDLE = TimeUnit.HOURS.toNanos(1);

  /** After a step of the clock as long as that, a container has so long to be seen. Nanoseconds. */
  private static final long GRACE = TimeUnit.MINUTES.toNanos(10);

  /** A container's time of being seen is written this coarsely, nanoseconds. */
  private static final long SEEN_STEP = TimeUnit.SECONDS.toNanos(10);

  /**
   * Facts are told so often although they are the same: others forget silent hosts. Nanoseconds.
   */
  private static final long TELL_AGAIN = TimeUnit.HOURS.toNanos(24);

  /** What is known of a symbol as a destination. */
  private static final byte UNKNOWN = 0;

  private static final byte NEAR = 1;
  private static final byte OUTSIDE = 2;

  private final DetectorSettings settings;
  private final DetectorState state;
  private final Tally tally = new Tally();
  private final AlertFolder folder;
  private final FactsLookup facts;
  private final Consumer<Rule> onMatch = this::matched;
  private final Correlations correlations = new Correlations();
  private RuleSet rules;
  private Matcher matcher;
  private Correlator correlator;
  private Observer observer;

  private BatchCursor batch = new BatchCursor();
  private @Nullable AlertSink sink;
  private @Nullable HostState host;
  private @Nullable ContainerState[] byNumber = new ContainerState[16];
  private byte[] destinations = new byte[256];

  /**
   * A detector.
   *
   * @param rules the rules in force
   * @param settings what its own rules hold against
   * @param state what it remembers; it alone changes it from now on
   */
  public Detector(RuleSet rules, DetectorSettings settings, DetectorState state) {
    this.settings = settings;
    this.state = state;
    this.folder = new AlertFolder(state, tally);
    this.facts = new Facts();
    this.rules = rules;
    this.matcher = new Matcher(rules, facts);
    this.correlator = new Correlator(rules);
    this.observer = new Observer(rules, facts);
    folder.hold(this::hold);
  }

  /** How long an alert of a rule goes on after its last match: a correlation's while it lasts. */
  private long hold(String rule) {
    Correlation correlation = correlator.find(rule);
    return correlation == null ? 0 : correlation.timespan();
  }

  /** What is remembered of containers; those that the batch's rows have shown are at hand. */
  private final class Facts implements FactsLookup {
    @Override
    public @Nullable ContainerFacts find(ContainerId id) {
      ContainerState container = state.find(id);
      return container == null ? null : container.facts;
    }

    @Override
    public @Nullable ContainerFacts find(BatchCursor cursor, int number, ContainerId id) {
      ContainerState container = byNumber[number];
      return container == null ? find(id) : container.facts;
    }
  }

  /** Windows and findings of the correlations that are evaluated here. */
  private final class Correlations implements Correlator.Windows, Correlator.Sink {
    @Override
    public CorrelationWindow of(Correlation correlation, List<String> group) {
      return state.windows().of(correlation, host().id.value(), group);
    }

    @Override
    public void changed(CorrelationWindow window) {
      state.windows().changed(window);
    }

    @Override
    public void found(Correlator.Finding finding) {
      if (rules.alerts(finding.correlation().name())) {
        folder.add(finding, batch.id(), batch::event, host(), inContainer(), rules.hash(), sink());
      }
    }

    @Override
    public void forward(Occurrence occurrence) {
      ContainerState container = inContainer();
      ContainerFacts known = container == null ? null : container.facts;
      sink()
          .match(
              new FleetMatch(
                  occurrence,
                  new Observed(batch.id(), batch.event()),
                  host().hostname,
                  known == null ? new TreeMap<>() : known.labels()));
    }

    @Override
    public void noted(Correlator.Note note, long times) {
      FleetDetector.count(tally, note, times);
    }
  }

  /** Puts other rules in force; open alerts stay open. */
  public void use(RuleSet newRules) {
    if (newRules != rules) {
      rules = newRules;
      matcher = new Matcher(newRules, facts);
      correlator = new Correlator(newRules);
      observer = new Observer(newRules, facts);
    }
  }

  /**
   * Takes an alert about a container that was raised elsewhere into the container's incident. Where
   * that cannot be, because the container is not known any more or its incident would be closed by
   * now, the alert is an incident by itself, closed at once.
   */
  void join(Alert alert, AlertSink out) {
    ContainerRef ref = alert.container();
    if (ref == null) {
      return;
    }
    HostState source = state.find(alert.host());
    ContainerState container = state.find(ref.id());
    if (source == null
        || container == null
        || container.host != source
        || source.clock - alert.time() >= IncidentDraft.QUIET) {
      out.incident(Incident.ofOne(alert, ref).closed());
      return;
    }
    folder.join(alert, ref, source, container);
    folder.publish(source, out);
  }

  /** What it counted. */
  public Tally tally() {
    return tally;
  }

  /**
   * Takes a batch, whole: one that came before is dropped and counted, one that others should have
   * preceded is an alert.
   *
   * @param cursor before its first row; it is at its end afterwards
   * @param out where the findings go
   */
  public void process(BatchCursor cursor, AlertSink out) {
    process(cursor, out, true);
  }

  /**
   * Takes a batch that may have been cut out of a recording.
   *
   * @param whole whether missing batches are an alert; they are counted in any case
   */
  void process(BatchCursor cursor, AlertSink out, boolean whole) {
    HostState known = state.find(cursor.host());
    HostState source = known == null ? addHost(cursor) : known;
    Sequences.Verdict verdict =
        source.sequences.accept(
            cursor.epoch(), cursor.sequence(), cursor.firstIndex(), cursor.count());
    if (verdict instanceof Sequences.Verdict.Repeat) {
      tally.add(Tally.Count.REPEATED_BATCHES, 1);
      return;
    }
    source.silent = false;
    open(cursor, source, out);
    expectTimes(source);
    if (verdict instanceof Sequences.Verdict.Gap gap) {
      tally.add(Tally.Count.MISSING_BATCHES, gap.batches());
      if (whole) {
        missing(gap, source);
      }
    }
    advance(source, rows(source));
    state.changed(source);
    folder.publish(source, out);
    sweep(source, out);
    tally.add(Tally.Count.CUT_VALUES, observer.takeCut());
    tally.add(Tally.Count.UNKNOWN_ROWS, cursor.unknownRows());
    tally.add(Tally.Count.UNKNOWN_SECTIONS, cursor.unknownSections());
  }

  private HostState addHost(BatchCursor cursor) {
    HostState inTheWay = state.hostInTheWay();
    if (inTheWay != null) {
      state.remove(inTheWay);
      tally.add(Tally.Count.EVICTED_HOSTS, 1);
    }
    return state.addHost(cursor.host());
  }

  private void open(BatchCursor cursor, HostState source, AlertSink out) {
    batch = cursor;
    host = source;
    sink = out;
    if (byNumber.length <= cursor.containers()) {
      byNumber = new ContainerState[cursor.containers() * 2];
    } else {
      Arrays.fill(byNumber, 0, cursor.containers() + 1, null);
    }
    if (destinations.length <= cursor.symbols()) {
      destinations = new byte[cursor.symbols() * 2];
    } else {
      Arrays.fill(destinations, 0, cursor.symbols() + 1, UNKNOWN);
    }
    matcher.open(cursor);
    observer.open(cursor);
  }

  /** Takes the rows. Returns the latest time that is believed; the clock when there is none. */
  private long rows(HostState source) {
    long newest = Long.MIN_VALUE;
    while (batch.next()) {
      if (isAhead()) {
        tally.add(Tally.Count.AHEAD_EVENTS, 1);
      } else {
        newest = Math.max(newest, batch.time());
      }
      tally.event(batch.kind());
      row();
      matcher.match(batch, onMatch);
    }
    return newest == Long.MIN_VALUE ? source.clock : newest;
  }

  /** Looks at the times of the rows before they are taken. */
  private void expectTimes(HostState source) {
    long oldest = Long.MAX_VALUE;
    long newest = Long.MIN_VALUE;
    while (batch.next()) {
      oldest = Math.min(oldest, batch.time());
      newest = Math.max(newest, batch.time());
    }
    batch.rewind();
    source.expect(oldest, newest);
    if (source.clock != 0 && newest != Long.MIN_VALUE && newest < source.clock - HostState.STEP) {
      state.windows().setBack(source.id.value(), newest);
    }
  }

  private boolean isAhead() {
    return batch.time() > host().horizon;
  }

  /** Time of the row as far as it is believed. */
  private long time() {
    return Math.min(batch.time(), host().horizon);
  }

  /** Moves the host's clock; where it was set, what is remembered does not age by the step. */
  private void advance(HostState source, long newest) {
    long step = source.advance(newest);
    if (step == 0) {
      return;
    }
    tally.add(Tally.Count.CLOCK_STEPS, 1);
    for (ContainerState container : source.containers) {
      long seen = state.slots().get(container.slot, DetectorState.SEEN);
      if (step < 0) {
        setBack(container, source.clock);
      } else if (step >= IDLE && source.clock - seen > IDLE - GRACE) {
        state.slots().set(container.slot, DetectorState.SEEN, source.clock - IDLE + GRACE);
      }
    }
  }

  private void setBack(ContainerState container, long clock) {
    for (int column : new int[] {DetectorState.SEEN, DetectorState.DESTROYED}) {
      if (state.slots().get(container.slot, column) > clock) {
        state.slots().set(container.slot, column, clock);
      }
    }
    if (container.caseFile.setBack(clock)) {
      state.caseChanged(container);
    }
  }

  private void row() {
    ContainerState container = batch.container() == 0 ? null : container(batch.container());
    switch (batch.kind()) {
      case CONTAINER_FACTS -> learn(container);
      case CONTAINER_LIFECYCLE -> lifecycle(container);
      case NET_FLOW -> flow(container);
      case SENSOR_LOSS -> lost(container);
      case SENSOR_HEARTBEAT -> heartbeat();
      case PROCESS_EXEC,
          PROCESS_EXIT,
          NET_CONNECT,
          CONTAINER_LOG,
          CONTAINER_STATS,
          PROC_TRACE,
          PROC_CONTROL,
          NS_CHANGE,
          CRED_CHANGE,
          SIGNAL_KILL,
          NET_ACCEPT,
          NET_LISTEN,
          NET_SEND,
          NET_SOCKET,
          FD_DUP,
          FILE_OPEN,
          FILE_CHANGE,
          FS_MOUNT,
          KERNEL_MODULE,
          KERNEL_CALL,
          BPF_LOAD,
          MEM_FILELESS -> {}
    }
  }

  private HostState host() {
    if (host == null) {
      throw new IllegalStateException("No batch is open");
    }
    return host;
  }

  private AlertSink sink() {
    if (sink == null) {
      throw new IllegalStateException("No batch is open");
    }
    return sink;
  }

  /** The container of a number in the batch; seen now. */
  private ContainerState container(int number) {
    ContainerState known = byNumber[number];
    if (known != null) {
      return known;
    }
    ContainerState container = state.find(batch.bytes(), batch.containerIdAt(number));
    if (container == null) {
      container = addContainer(batch.containerRef(number).id());
    } else if (container.host != host()) {
      state.adopt(container, host());
    }
    long seen = state.slots().get(container.slot, DetectorState.SEEN);
    if (Math.abs(time() - seen) >= SEEN_STEP) {
      state.slots().set(container.slot, DetectorState.SEEN, time());
    }
    byNumber[number] = container;
    return container;
  }

  /** Adds a container; a sixteenth of the room is made at a time, when there is none. */
  private ContainerState addContainer(ContainerId id) {
    if (state.containers() >= settings.maxContainers()) {
      List<ContainerState> gone =
          state.leastRecentlySeen(Math.max(1, settings.maxContainers() / 16));
      gone.forEach(state::remove);
      Arrays.fill(byNumber, null);
      tally.add(Tally.Count.EVICTED_CONTAINERS, gone.size());
    }
    ContainerState container = state.addContainer(id, host());
    EgressHistory.begin(state.slots(), container.slot, time());
    return container;
  }

  private void learn(@Nullable ContainerState container) {
    String text = batch.text(Columns.Facts.JSON);
    if (container == null || text == null) {
      return;
    }
    ContainerFacts before = container.facts;
    ContainerRef ref = batch.containerRef(batch.container());
    if (before != null && text.equals(container.factsText) && before.container().equals(ref)) {
      if (time() - container.factsTold >= TELL_AGAIN) {
        tell(container, before);
      }
      return;
    }
    if (batch.event() instanceof ContainerFacts now) {
      container.facts = now;
      container.factsText = text;
      container.egressLimit = 0;
      state.factsChanged(container);
      tell(container, now);
    }
  }

  /** Facts that were still on their way when the container was removed do not bring it back. */
  private void tell(ContainerState container, ContainerFacts facts) {
    boolean destroyed = state.slots().get(container.slot, DetectorState.DESTROYED) != 0;
    container.factsTold = time();
    sink().facts(new Observed(batch.id(), destroyed ? facts.destroyed(time()) : facts));
  }

  private void lifecycle(@Nullable ContainerState container) {
    if (container == null) {
      return;
    }
    if ("destroy".equals(batch.text(Columns.Lifecycle.ACTION))) {
      state.slots().set(container.slot, DetectorState.DESTROYED, time());
      ContainerFacts known = container.facts;
      if (known != null) {
        tell(container, known);
      }
    }
  }

  private void flow(@Nullable ContainerState container) {
    long bytes = batch.longAt(Columns.Flow.BYTES);
    if (container == null
        || bytes <= 0
        || isAhead()
        || isNear(batch.symbol(Columns.Flow.DESTINATION))) {
      return;
    }
    long sum = EgressWindow.add(state.slots(), container.slot, batch.time(), bytes);
    if (sum == EgressWindow.LATE) {
      tally.add(Tally.Count.LATE_FLOWS, 1);
      return;
    }
    long limit = egressLimit(container);
    long before =
        EgressHistory.take(
            state.slots(), container.slot, batch.time(), sum, limit / EgressHistory.LEAST_PART);
    if (sum >= limit) {
      found(container, BuiltInRules.EGRESS_VOLUME, List.of(), () -> egressOutput(container, sum));
    } else if (before != EgressHistory.USUAL) {
      found(
          container,
          BuiltInRules.EGRESS_UNUSUAL,
          List.of(),
          () -> unusualOutput(container, sum, before));
    }
  }

  private String unusualOutput(ContainerState container, long sum, long before) {
    long since = state.slots().get(container.slot, DetectorState.WATCHED_SINCE);
    return "%s within 60 s to addresses outside the allowed networks, at most %s in a minute before (watched since %s), now to %s"
        .formatted(
            Amounts.mebibytes(sum),
            Amounts.mebibytes(before),
            instant(since),
            destinationAndSubject());
  }

  private boolean isNear(int destination) {
    if (destinations[destination] == UNKNOWN) {
      boolean near =
          destination != 0 && settings.allowedNetworks().contains(batch.string(destination));
      destinations[destination] = near ? NEAR : OUTSIDE;
    }
    return destinations[destination] == NEAR;
  }

  private long egressLimit(ContainerState container) {
    if (container.egressLimit == 0) {
      container.egressLimit = settings.egressLimit();
      ContainerFacts known = container.facts;
      String label = known == null ? null : known.labels().get(EGRESS_LABEL);
      if (label != null) {
        container.egressLimit = limitOf(label);
      }
    }
    return container.egressLimit;
  }

  private long limitOf(String label) {
    try {
      long limit = ByteSizes.parse(label.strip());
      if (limit > 0) {
        return limit;
      }
    } catch (IllegalArgumentException e) {
      // counted below, like an amount of nothing
    }
    tally.add(Tally.Count.INVALID_LABELS, 1);
    return settings.egressLimit();
  }

  private String egressOutput(ContainerState container, long sum) {
    return "%s within 60 s to addresses outside the allowed networks, limit %s, now to %s"
        .formatted(
            Amounts.mebibytes(sum),
            ByteSizes.format(egressLimit(container)),
            destinationAndSubject());
  }

  /** Where the row's flow goes, and whose it is. */
  private String destinationAndSubject() {
    ContainerRef ref = batch.containerRef(batch.container());
    String name = batch.text(Columns.Flow.DOMAIN);
    return "%s:%d%s (container=%s image=%s)"
        .formatted(
            batch.text(Columns.Flow.DESTINATION),
            batch.intAt(Columns.Flow.DESTINATION_PORT),
            name == null ? "" : ", which is " + Text.clip(Text.printable(name), MOST_NAME),
            AlertFolder.subject(host(), ref),
            ref.image());
  }

  private void lost(@Nullable ContainerState container) {
    if (batch.event() instanceof SensorLoss loss) {
      found(
          container,
          BuiltInRules.EVENTS_LOST,
          FleetDetector.clipped(List.of(loss.source())),
          () -> lossOutput(loss, loss.count() == 0 ? "unknown" : Long.toString(loss.count())));
    }
  }

  private String lossOutput(SensorLoss loss, String count) {
    return "Events lost at %s: count=%s kind=%s reason=%s from=%s to=%s (host=%s)"
        .formatted(
            loss.source(),
            count,
            loss.lostKind(),
            loss.reason(),
            instant(loss.from()),
            instant(loss.to()),
            AlertFolder.subject(host(), null));
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }

  private void matched(Rule rule) {
    if (rule.watch() != null) {
      observed(rule);
      return;
    }
    if (rules.alerts(rule.name())) {
      found(inContainer(), rule.info(), List.of(), () -> rule.output(batch, facts));
    }
    if (correlator.counts(rule) && !isAhead()) {
      correlator.match(rule, batch, facts, correlations, correlations);
      makeRoom();
    }
  }

  /** A rule of a baseline matched: what the container has not shown lately is told. */
  private void observed(Rule rule) {
    ContainerState container = inContainer();
    if (container == null || isAhead()) {
      return;
    }
    KnownValues known = container.known;
    if (known == null) {
      known = new KnownValues();
      container.known = known;
    }
    Observation seen = observer.observe(rule, batch, time(), known);
    if (seen != null) {
      ContainerFacts knownFacts = container.facts;
      sink()
          .observation(
              new FleetObservation(
                  seen,
                  new Observed(batch.id(), batch.event()),
                  host().hostname,
                  knownFacts == null ? new TreeMap<>() : knownFacts.labels()));
    }
  }

  /** The row's container; null for the host itself. */
  private @Nullable ContainerState inContainer() {
    return batch.container() == 0 ? null : container(batch.container());
  }

  /** Lets go of groups of correlations when there are too many, which is an alert. */
  private void makeRoom() {
    int gone = state.windows().makeRoom(settings.maxGroups());
    if (gone == 0) {
      return;
    }
    tally.add(Tally.Count.EVICTED_GROUPS, gone);
    SensorLoss loss = FleetDetector.groupsLost(batch.time(), gone);
    Event event = loss;
    AlertFolder.Match match =
        new AlertFolder.Match(
            BuiltInRules.GROUPS_LOST,
            List.of(loss.source()),
            batch.id(),
            batch.time(),
            () -> event,
            () -> FleetDetector.groupsLostOutput(gone, settings));
    folder.add(match, host(), null, rules.hash(), sink());
  }

  private void found(
      @Nullable ContainerState container,
      Alert.RuleInfo rule,
      List<String> groupBy,
      Supplier<String> output) {
    AlertFolder.Match match =
        new AlertFolder.Match(rule, groupBy, batch.id(), batch.time(), batch::event, output);
    folder.add(match, host(), container, rules.hash(), sink());
  }

  /** A collector lives: what it cannot send is an alert when that, or the rules, have changed. */
  private void heartbeat() {
    host().hostname = batch.text(Columns.Heartbeat.HOSTNAME);
    if (!(batch.event() instanceof SensorHeartbeat beat) || beat.missing().isEmpty()) {
      host().coverage = null;
      return;
    }
    String now = rules.hash() + " " + String.join(",", beat.missing());
    if (now.equals(host().coverage)) {
      return;
    }
    host().coverage = now;
    Coverage coverage = Coverage.of(rules, beat.missing());
    if (!coverage.isFull()) {
      found(
          null,
          BuiltInRules.COVERAGE,
          List.of(),
          () ->
              "Sensor mode %s: %s (host=%s)"
                  .formatted(beat.mode(), coverage.text(), AlertFolder.subject(host(), null)));
    }
  }

  /**
   * A host has been silent for so long that it is worth an alert: one, until it is heard again. It
   * is made of the host's last batch, so that doing it again after a restart makes the same one.
   *
   * @param now unix nanoseconds, by the clock of the analyzer
   * @return whether there is an alert
   */
  boolean silent(HostId id, long now, AlertSink out) {
    HostState source = state.find(id);
    if (source == null
        || source.silent
        || source.hostname == null
        || source.sequences.known() == 0) {
      return false;
    }
    source.silent = true;
    state.changed(source);
    long[] last = source.sequences.get(0);
    Event loss =
        new SensorLoss(now, null, "host", "any", "silent", 0, Math.min(source.clock, now), now);
    AlertFolder.Match match =
        new AlertFolder.Match(
            BuiltInRules.SILENT,
            List.of(),
            new EventId(id, last[0], last[1], Math.toIntExact(last[2])),
            now,
            () -> loss,
            () ->
                "Nothing was heard of the host since %s; look after its collector (host=%s)"
                    .formatted(instant(source.clock), AlertFolder.subject(source, null)));
    folder.add(match, source, null, rules.hash(), out);
    return true;
  }

  /** Batches of the host never came: an alert whose cause stands where the gap shows. */
  private void missing(Sequences.Verdict.Gap gap, HostState source) {
    long now = firstTime(source.clock);
    SensorLoss loss =
        new SensorLoss(
            now, null, "sequence", "any", "batches missing", 0, Math.min(source.clock, now), now);
    String count =
        "unknown, %d batches (%d to %d)".formatted(gap.batches(), gap.first(), gap.last());
    EventId id = new EventId(batch.host(), batch.epoch(), batch.sequence(), batch.firstIndex());
    Event event = loss;
    AlertFolder.Match match =
        new AlertFolder.Match(
            BuiltInRules.EVENTS_LOST,
            List.of(loss.source()),
            id,
            now,
            () -> event,
            () -> lossOutput(loss, count));
    folder.add(match, source, null, rules.hash(), sink());
  }

  /** Time of the batch's first row; the clock when it has none. */
  private long firstTime(long clock) {
    long time = batch.next() ? batch.time() : clock;
    batch.rewind();
    return time;
  }

  /** Looks over a host's containers: what is over is let go, what is gone is forgotten. */
  private void sweep(HostState source, AlertSink out) {
    if (source.clock >= source.swept && source.clock - source.swept < SWEEP) {
      return;
    }
    source.swept = source.clock;
    state.windows().expire(source.id.value(), source.clock);
    folder.expire(source);
    for (ContainerState container : List.copyOf(source.containers)) {
      folder.expire(container, source, out);
      if (container.caseFile.isEmpty() && isGone(container, source.clock)) {
        state.remove(container);
      }
    }
  }

  private boolean isGone(ContainerState container, long clock) {
    long destroyed = state.slots().get(container.slot, DetectorState.DESTROYED);
    long seen = state.slots().get(container.slot, DetectorState.SEEN);
    return (destroyed != 0 && clock - destroyed >= AFTERLIFE) || clock - seen >= IDLE;
  }
}
