package io.leukocyte.collector;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MalformedBatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds how far a former collector that was killed had come with what it stored after it last wrote
 * down its positions: from the batches in its spool and those at the end of the log, which carry
 * their places themselves. Logs and engine events then go on just behind what is stored.
 *
 * <p>What was stored stands in the log or in the spool without a hole, as batches are stored and
 * spooled in the order of their numbers; so the latest place of each source is the right one. While
 * the log cannot be read what stands only there may come once more, and that is said.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final HostId host;
  private final long epoch;
  private final Positions positions;
  private final KnownContainers known;
  private final Spool spool;
  private final StoredBatches stored;
  private final BatchNumber after;
  private final String place;
  private final BatchCursor cursor = new BatchCursor();
  private final TreeMap<BatchNumber, Former> found = new TreeMap<>();

  /**
   * A recovery that was not run.
   *
   * @param epoch of the collector that starts
   * @param positions as the former one left them: batches of this one come to them later
   * @param spool opened before it is run
   */
  Recovery(
      HostId host,
      long epoch,
      Positions positions,
      KnownContainers known,
      Spool spool,
      StoredBatches stored) {
    this.host = host;
    this.epoch = epoch;
    this.positions = positions;
    this.known = known;
    this.spool = spool;
    this.stored = stored;
    this.after = positions.last();
    this.place = positions.place();
  }

  /**
   * How far the sources were read by a former collector's batch.
   *
   * @param engine time of the last event of the engine; 0 is none
   * @param alive time of the last heartbeat; 0 is none
   * @param logs how far the logs were read
   * @param happened the events of the engine, in their order
   */
  record Former(
      long engine, long alive, Map<ContainerId, LogMark> logs, List<ContainerLifecycle> happened) {}

  /** Finds the places and puts them into the positions. May take some seconds. */
  void run() {
    spool.forEachAfter(after, this::take);
    if (!place.isEmpty()
        && stored.read(place, this::take) instanceof StoredBatches.Outcome.Part part) {
      LOG.warn(
          "Lines and engine events that the collector before stored just before it was killed may"
              + " come once more, as the log cannot be read to its end: {}",
          part.why());
    }
    found.forEach((number, former) -> {
      positions.apply(number, former);
      former.happened().forEach(known::apply);
    });
    LOG.info("The collector before was killed; {} batches say where it was", found.size());
  }

  private void take(byte[] batch) {
    try {
      cursor.open(batch);
      BatchNumber number = new BatchNumber(cursor.epoch(), cursor.sequence());
      if (cursor.host().equals(host)
          && number.epoch() < epoch
          && number.compareTo(after) > 0
          && !found.containsKey(number)) {
        found.put(number, former());
      }
    } catch (MalformedBatchException e) {
      LOG.debug("A batch that was stored cannot be read: {}", e.getMessage());
    }
  }

  private Former former() {
    long engine = 0;
    long alive = 0;
    List<ContainerLifecycle> happened = new ArrayList<>();
    while (cursor.next()) {
      if (cursor.kind() == Kind.CONTAINER_LIFECYCLE
          && cursor.event() instanceof ContainerLifecycle event) {
        engine = Math.max(engine, event.time());
        happened.add(event);
      } else if (cursor.kind() == Kind.SENSOR_HEARTBEAT) {
        alive = Math.max(alive, cursor.time());
      }
    }
    return new Former(engine, alive, MarksForm.decode(cursor).orElse(Map.of()), happened);
  }
}
