package io.leukocyte.deploy;

import io.leukocyte.collector.BatchPublisher;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.Observed;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Batches as lines of JSON: a recording that {@code leuko replay} reads. */
final class NdjsonPublisher implements BatchPublisher {
  private final OutputStream out;
  private final BatchCursor cursor = new BatchCursor();
  private long events;
  private @Nullable IOException broken;

  /**
   * A publisher.
   *
   * @param out where the lines go; closed with the publisher
   */
  NdjsonPublisher(OutputStream out) {
    this.out = new BufferedOutputStream(out, 1 << 16);
  }

  @Override
  public void start() {}

  @Override
  public synchronized void publish(byte[] batch, Receipt receipt) {
    try {
      cursor.open(batch);
      while (cursor.next()) {
        out.write(EventJson.write(new Observed(cursor.id(), cursor.event())));
        out.write('\n');
        events++;
      }
      out.flush();
      receipt.stored();
    } catch (MalformedBatchException e) {
      throw new IllegalStateException("The collector made a batch that cannot be read", e);
    } catch (IOException e) {
      broken = e;
      receipt.failed(e);
    }
  }

  /** Events written so far. */
  synchronized long events() {
    return events;
  }

  @Override
  public synchronized List<CheckResult> check() {
    return List.of(
        broken == null
            ? new CheckResult.Ok("recording", events + " events written")
            : new CheckResult.Failed(
                "recording", "cannot be written: " + broken.getMessage(), "make room"));
  }

  @Override
  public synchronized void close() {
    try {
      out.close();
    } catch (IOException e) {
      broken = e;
    }
  }
}
