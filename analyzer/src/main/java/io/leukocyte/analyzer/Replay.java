package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.EventId;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.Observed;
import io.leukocyte.rules.RuleSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Recorded events through the detector, in memory: the same alerts, with the same ids, as when they
 * happened. Events are put together to the batches they came in, by their ids; where a recording
 * leaves rows of a batch out, the runs between become parts of it. Batches it leaves out are
 * counted but no alert: people cut recordings. Correlations over all hosts are evaluated at once,
 * in the order of the recording.
 */
public final class Replay {
  private final Detector detector;
  private final FleetDetector fleet;
  private final ProfileDetector profiles;
  private final AlertSink sink;
  private final BatchCursor cursor = new BatchCursor();

  /** Alerts of the second stage that are to join incidents, once the batch is done. */
  private final List<Alert> joining = new ArrayList<>();

  private @Nullable BatchWriter writer;
  private @Nullable EventId first;
  private int next;

  /**
   * A replay from the beginning.
   *
   * @param rules the rules
   * @param settings what the detector's own rules hold against
   * @param sink where the findings go
   */
  public Replay(RuleSet rules, DetectorSettings settings, AlertSink sink) {
    this.detector = new Detector(rules, settings, new DetectorState());
    this.fleet = new FleetDetector(rules, settings, new WindowState(), detector.tally());
    this.profiles =
        new ProfileDetector(rules, new ProfileState(settings.maxGroups()), detector.tally());
    this.sink = new BothStages(sink);
  }

  /** Takes matches over all hosts to the second stage at once. */
  private final class BothStages implements AlertSink {
    private final AlertSink out;

    BothStages(AlertSink out) {
      this.out = out;
    }

    @Override
    public void alert(Alert alert) {
      out.alert(alert);
    }

    @Override
    public void joining(Alert alert) {
      out.alert(alert);
      joining.add(alert);
    }

    @Override
    public void incident(Incident incident) {
      out.incident(incident);
    }

    @Override
    public void facts(Observed facts) {
      out.facts(facts);
    }

    @Override
    public void match(FleetMatch match) {
      out.match(match);
      fleet.process(match, this);
    }

    @Override
    public void observation(FleetObservation seen) {
      out.observation(seen);
      profiles.process(seen, this);
    }
  }

  /** The same for alerts alone. */
  public Replay(RuleSet rules, DetectorSettings settings, Consumer<Alert> alerts) {
    this(rules, settings, new AlertsOnly(alerts));
  }

  private record AlertsOnly(Consumer<Alert> alerts) implements AlertSink {
    @Override
    public void alert(Alert alert) {
      alerts.accept(alert);
    }

    @Override
    public void incident(Incident incident) {}

    @Override
    public void facts(Observed facts) {}

    @Override
    public void match(FleetMatch match) {}
  }

  /** Takes the next event. Its alerts may come with a later one, or at {@link #end}. */
  public void add(Observed observed) {
    EventId id = observed.id();
    if (!continues(id)) {
      end();
    }
    BatchWriter open = writer;
    if (open == null) {
      open = new BatchWriter(id.host(), id.epoch());
      writer = open;
      first = id;
    }
    open.add(observed.event());
    next = id.index() + 1;
  }

  private boolean continues(EventId id) {
    EventId start = first;
    BatchWriter open = writer;
    return start != null
        && open != null
        && !open.isFull()
        && id.index() == next
        && id.sequence() == start.sequence()
        && id.epoch() == start.epoch()
        && id.host().equals(start.host());
  }

  /** Takes a batch as it came from Kafka. */
  public void add(byte[] batch) throws MalformedBatchException {
    end();
    cursor.open(batch);
    detector.process(cursor, sink);
    join();
  }

  private void join() {
    joining.forEach(alert -> detector.join(alert, sink));
    joining.clear();
  }

  /** Takes what is still held back. More events may follow. */
  public void end() {
    BatchWriter open = writer;
    EventId start = first;
    if (open == null || start == null) {
      return;
    }
    writer = null;
    first = null;
    try {
      cursor.open(open.finish(start.sequence(), start.index()));
    } catch (MalformedBatchException e) {
      throw new IllegalStateException("A batch just written cannot be read", e);
    }
    detector.process(cursor, sink, false);
    join();
  }

  /** What the detector counted. */
  public Tally tally() {
    return detector.tally();
  }
}
