package io.leukocyte.collector;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the thread that reads the ring go before others, and with it those that it waits for: the
 * ones through which its events go on, the JVM's compilers, without which an event takes ten times
 * as long, and those that collect garbage while all others stand still. The kernel's events must
 * pass also when a container takes all processors.
 */
final class Precedence {
  private static final Logger LOG = LoggerFactory.getLogger(Precedence.class);
  private static final Path TASKS = Path.of("/proc/self/task");

  /** As the kernel cuts their names; a compiler's later threads are made by one that is there. */
  private static final Pattern WAITED_FOR =
      Pattern.compile(
          "(leuko-(batcher|sender|spool)|kafka-producer|C[12] Compiler|VM Thread|GC Thread).*");

  /** How nice these threads are to others. */
  static final int NICE = -5;

  private Precedence() {}

  /** Takes it for the calling thread, where that is allowed. */
  static void take() {
    int refused = LibC.nice(0, NICE);
    if (refused < 0) {
      LOG.debug("The kernel sensor's thread has no precedence: errno {}", -refused);
      return;
    }
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        if (isWaitedFor(task)) {
          LibC.nice(Integer.parseInt(task.getFileName().toString()), NICE);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("Only the kernel sensor's thread has precedence: {}", e.toString());
    }
  }

  /** Whether it is a thread that the sensor's waits for. */
  static boolean isWaitedFor(Path task) {
    try {
      return WAITED_FOR.matcher(Files.readString(task.resolve("comm")).strip()).matches();
    } catch (IOException e) {
      return false; // it has ended
    }
  }
}
