package io.leukocyte.collector;

import io.leukocyte.events.SensorLoss;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a collector last ran here, kept in the file {@code alive} as {@code BOOT NANOS}: the host's
 * boot and the time up to which all that was seen is stored or spooled. The next collector reports
 * what the kernel did from then until its sensor was attached as a loss of unknown number. The very
 * first one reports nothing.
 */
final class Alive {
  /** Reason of the loss after a collector's absence. */
  static final String COLLECTOR_DOWN = "collector-down";

  /** Reason of the loss after the host was started anew. */
  static final String HOST_RESTARTED = "host-restarted";

  private static final Logger LOG = LoggerFactory.getLogger(Alive.class);
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final String FILE = "alive";

  private final DataFolder folder;
  private final String boot;
  private final Optional<Beat> last;

  private record Beat(String boot, long time) {}

  /** Reads what the last collector left. */
  Alive(DataFolder folder, String boot) {
    this.folder = folder;
    this.boot = boot;
    this.last = folder.read(FILE).flatMap(Alive::parse);
  }

  /** The kernel's id of this boot; the same text each time when it cannot be read. */
  static String bootId() {
    try {
      return Files.readString(BOOT_ID).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static Optional<Beat> parse(String text) {
    String[] words = text.strip().split(" ", -1);
    try {
      return Optional.of(new Beat(words[0], Long.parseLong(words[1])));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      LOG.warn("The file {} cannot be read: the gap before this start is not reported", FILE);
      return Optional.empty();
    }
  }

  /**
   * What nobody saw before this collector; empty at the very first start.
   *
   * @param attached when the sensor had begun to work, unix nanoseconds
   */
  Optional<SensorLoss> gap(long attached) {
    return last.map(beat ->
        new SensorLoss(
            attached,
            null,
            "sensor",
            Counters.ANY,
            beat.boot().equals(boot) ? COLLECTOR_DOWN : HOST_RESTARTED,
            0,
            Math.min(beat.time(), attached),
            attached));
  }

  /** A collector runs: all that was seen before this time outlives it. */
  void beat(long safeUntil) {
    try {
      folder.write(FILE, boot + " " + safeUntil + "\n");
    } catch (UncheckedIOException e) {
      LOG.debug("The next collector will report a longer gap: {}", e.toString());
    }
  }
}
