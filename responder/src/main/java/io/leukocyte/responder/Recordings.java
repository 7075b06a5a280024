package io.leukocyte.responder;

import io.leukocyte.events.config.ByteSizes;
import io.leukocyte.events.config.Durations;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records packets of containers beside everything else: each in a thread of its own, for a time,
 * into a file of the evidence, so many at once on this host.
 */
final class Recordings {
  /** What evidence lacks where packets are not recorded. */
  static final String WHAT = "packets";

  private static final Logger LOG = LoggerFactory.getLogger(Recordings.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final int MOST = 8;
  private static final String FILE = "packets";

  private final PacketSource.Opener opener;
  private final Clock clock;
  private final Set<String> going = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  Recordings(PacketSource.Opener opener, Clock clock) {
    this.opener = opener;
    this.clock = clock;
  }

  /**
   * What came of a recording.
   *
   * @param file with what was recorded; null when nothing was
   * @param missing what was not, and why
   */
  record Recorded(EvidenceManifest.@Nullable EvidenceFile file, List<Missing> missing) {
    Recorded {
      missing = List.copyOf(missing);
    }
  }

  /** Whether packets are being recorded for an evidence, or are not yet named in it. */
  boolean goesOn(String id) {
    return going.contains(id);
  }

  /** Its outcome is in the evidence. */
  void over(String id) {
    going.remove(id);
  }

  /**
   * Begins, and returns at once.
   *
   * @param id of the evidence
   * @param folder of the evidence
   * @param then called in the thread that recorded, or in this one when nothing can be recorded;
   *     {@link #over} is called when that is done with
   */
  synchronized void begin(
      String id,
      ContainerProcess process,
      Snapshot.Capture wanted,
      EvidenceFolder folder,
      Consumer<Recorded> then) {
    if (goesOn(id)) {
      return; // an earlier snapshot's
    }
    if (going.size() >= MOST) {
      then.accept(none(MOST + " recordings go on already on this host"));
      return;
    }
    going.add(id);
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("responder-packets")
            .unstarted(() -> {
              Recorded recorded = record(process, wanted, folder);
              try {
                then.accept(recorded);
              } catch (RejectedExecutionException e) {
                LOG.info("Packets of evidence {} are named in it at the next start", id);
              } finally {
                threads.remove(Thread.currentThread());
              }
            });
    threads.add(thread);
    thread.start();
  }

  /** Ends all of them, and waits a moment for it. */
  void stop() {
    stopped = true;
    for (Thread thread : threads) {
      try {
        if (!thread.join(PATIENCE)) {
          LOG.warn("Packets are still being written after {} ms", PATIENCE.toMillis());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Recorded none(String why) {
    return new Recorded(null, List.of(Missing.all(WHAT, why)));
  }

  private Recorded record(
      ContainerProcess process, Snapshot.Capture wanted, EvidenceFolder folder) {
    long start = System.nanoTime();
    long end = start + wanted.length().toNanos();
    EvidenceFolder.@Nullable Growing file = null;
    try (PacketSource source = opener.open(process)) {
      file = folder.grow(FILE, ".pcap", wanted.bytes());
      List<Missing> missing = new ArrayList<>();
      if (!copy(source, file.stream(), wanted, end)) {
        missing.add(cut(ByteSizes.format(wanted.bytes()) + " were full", wanted));
      } else if (stopped) {
        missing.add(cut("the responder ended", wanted));
      }
      long dropped = source.dropped();
      if (dropped > 0) {
        missing.add(Missing.all(WHAT, dropped + " came faster than they could be written"));
      }
      return new Recorded(file.finish(start), missing);
    } catch (IOException | NetworkFilterException e) {
      if (file != null) {
        file.discard();
      }
      return none(String.valueOf(e.getMessage()));
    }
  }

  private Missing cut(String why, Snapshot.Capture wanted) {
    return Missing.all(
        WHAT,
        "cut at "
            + clock.instant()
            + ": "
            + why
            + " before "
            + Durations.format(wanted.length())
            + " were over");
  }

  /** Copies until the time is over; false when the room was before. */
  private boolean copy(PacketSource source, OutputStream out, Snapshot.Capture wanted, long end)
      throws IOException {
    PcapFile pcap = new PcapFile(out, wanted.bytes());
    while (System.nanoTime() - end < 0 && !stopped) {
      PacketSource.Packet packet = source.next();
      if (packet != null && !pcap.write(packet, Nanos.now(clock))) {
        return false;
      }
    }
    return true;
  }
}
