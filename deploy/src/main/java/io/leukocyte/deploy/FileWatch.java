package io.leukocyte.deploy;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when files have changed. They are looked at again and again, by size and time of change, as
 * that works on every file system, with editors that write a new file, and with folders that are
 * swapped behind a link. A change is told when the next look finds nothing newer: nobody is in the
 * middle of writing then.
 */
final class FileWatch implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

  /** Between two looks. */
  static final Duration PAUSE = Duration.ofSeconds(1);

  private final List<Path> paths;
  private final Duration pause;
  private final Runnable changed;
  private final CountDownLatch closed = new CountDownLatch(1);
  private SortedMap<Path, String> told;
  private SortedMap<Path, String> last;

  /**
   * A watch that takes the files as they are now for known.
   *
   * @param paths files, and folders of which the YAML files count; they may be missing
   * @param pause between two looks
   * @param changed called by one thread
   */
  FileWatch(List<Path> paths, Duration pause, Runnable changed) {
    this.paths = List.copyOf(paths);
    this.pause = pause;
    this.changed = changed;
    this.told = look(this.paths);
    this.last = told;
  }

  @Override
  public void start() {
    Thread.ofPlatform().daemon().name("leuko-files").start(this::run);
  }

  private void run() {
    try {
      while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts this thread", e);
    }
  }

  /** Looks once; says whether a change was told. */
  boolean look() {
    SortedMap<Path, String> now = look(paths);
    boolean settled = now.equals(last);
    last = now;
    if (!settled || now.equals(told)) {
      return false;
    }
    told = now;
    try {
      changed.run();
    } catch (RuntimeException e) {
      LOG.error("What follows a change of {} failed; the next change is looked at", paths, e);
    }
    return true;
  }

  private static SortedMap<Path, String> look(List<Path> paths) {
    SortedMap<Path, String> found = new TreeMap<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        try (Stream<Path> entries = Files.list(path)) {
          entries.filter(TextFile::isYaml).forEach(entry -> found.put(entry, state(entry)));
        } catch (IOException e) {
          found.put(path, "unreadable");
        }
      } else {
        found.put(path, state(path));
      }
    }
    return found;
  }

  /** What of a file changes with its content; follows links. */
  private static String state(Path file) {
    try {
      BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
      return a.size() + " " + a.lastModifiedTime() + " " + a.fileKey();
    } catch (IOException e) {
      return "missing";
    }
  }

  /** Nothing that could be wrong with it. */
  @Override
  public List<CheckResult> check() {
    return List.of();
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
