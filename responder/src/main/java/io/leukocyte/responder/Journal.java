package io.leukocyte.responder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was decided and done, one line an entry, on the disk before it has an effect: the truth for
 * recovery, and the source of what is published. A line is the CRC-32C of its text in 8 hexadecimal
 * digits, a space, and the text, a JSON object. A line at the end that is cut or wrong was being
 * written when the responder died: nothing came of it, and it is taken away.
 *
 * <p>Thread-safe. One at a time for a file: {@link DataFolder} sees to that.
 */
final class Journal implements AutoCloseable {
  /** Closed actions are remembered so long: bounds and "acts once" go by them. */
  static final Duration MEMORY = PolicyReader.LONGEST_MEMORY.plus(Duration.ofHours(1));

  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
  private static final long LARGE = 16L << 20;

  private final Path file;
  private final Clock clock;
  private final Runnable appended;
  private final Ledger ledger = new Ledger();
  private final JournalFile.Opener opener;
  private JournalFile out;
  private long number;
  private long length;
  private long compactAt = LARGE;
  private volatile LongConsumer timed = nanos -> {};
  private volatile Consumer<JournalEntry.Steps> stepped = steps -> {};
  private int damaged;
  private boolean broken;
  private volatile @Nullable String problem;
  private boolean closed;

  /**
   * Opens a journal, or begins one.
   *
   * @param file its file; created with its folder
   * @param clock decides what is old
   * @param appended called after each entry that is on the disk
   * @throws JournalException when it cannot be read or written
   */
  Journal(Path file, Clock clock, Runnable appended) {
    this(file, clock, appended, JournalFile::onDisk);
  }

  Journal(Path file, Clock clock, Runnable appended, JournalFile.Opener opener) {
    this.file = file;
    this.opener = opener;
    this.clock = clock;
    this.appended = appended;
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      replay();
      out = compact();
    } catch (IOException e) {
      throw new JournalException("open", file, e);
    }
  }

  /** Hears how long each entry took to be on the disk, in nanoseconds. */
  void timed(LongConsumer listener) {
    timed = listener;
  }

  /** Hears of steps that are on the disk, in the thread that added them. */
  void stepped(Consumer<JournalEntry.Steps> listener) {
    stepped = listener;
  }

  private void told(JournalEntry entry) {
    appended.run();
    if (entry instanceof JournalEntry.Steps steps) {
      stepped.accept(steps);
    }
  }

  private void replay() throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    JournalLines.Read read = JournalLines.read(Files.readAllBytes(file));
    read.entries().forEach(e -> take(e.number(), e.entry()));
    damaged = read.damaged();
    if (damaged > 0) {
      Path copy = file.resolveSibling(file.getFileName() + ".damaged-" + clock.millis());
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      LOG.error(
          "The journal {} has {} lines that cannot be read; what they said is lost. The file is"
              + " kept as {}; compare 'leuko actions' with the containers",
          file,
          damaged,
          copy);
    }
  }

  private void take(long entryNumber, JournalEntry entry) {
    number = Math.max(number, entryNumber);
    ledger.add(entryNumber, entry);
  }

  /** Writes the file anew with what still matters, and goes on behind it. */
  private JournalFile compact() throws IOException {
    long before = Nanos.of(clock.instant().minus(MEMORY));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Map.Entry<Long, List<JournalEntry>> e : ledger.compact(before, number).entrySet()) {
      for (JournalEntry entry : e.getValue()) {
        all.writeBytes(JournalLines.write(e.getKey(), entry));
      }
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    JournalFile written = opener.open(fresh);
    try {
      written.write(0, all.toByteArray());
      written.sync();
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceFolder();
    } catch (IOException e) {
      written.close();
      throw e;
    }
    length = all.size();
    compactAt = Math.max(LARGE, 2 * length);
    return written;
  }

  private void forceFolder() throws IOException {
    try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent())) {
      folder.force(true);
    }
  }

  /**
   * Adds an entry; when this returns it is on the disk.
   *
   * @throws JournalException when it is not
   */
  void append(JournalEntry entry) {
    synchronized (this) {
      write(entry, true);
    }
    told(entry);
  }

  /**
   * Adds an entry unless what was added before forbids it: nothing comes between the look and the
   * entry.
   *
   * @param why says why the entry is not to be added; empty when it is
   * @return why it was not added; empty when it is on the disk
   * @throws JournalException when it could not be written
   */
  <T> Optional<T> appendUnless(Function<Ledger, Optional<T>> why, JournalEntry entry) {
    synchronized (this) {
      Optional<T> reason = why.apply(ledger);
      if (reason.isPresent()) {
        return reason;
      }
      write(entry, true);
    }
    told(entry);
    return Optional.empty();
  }

  /** Adds an entry that may be lost: what it says is found out again. */
  synchronized void note(JournalEntry entry) {
    write(entry, false);
  }

  private void write(JournalEntry entry, boolean force) {
    long begin = System.nanoTime();
    try {
      if (broken) {
        renew();
      }
      byte[] line = JournalLines.write(number + 1, entry);
      broken = true;
      out.write(length, line);
      if (force) {
        out.sync();
        timed.accept(System.nanoTime() - begin);
      }
      broken = false;
      length += line.length;
      take(number + 1, entry);
      problem = null;
      compactWhenLarge();
    } catch (IOException e) {
      JournalException failure = new JournalException("write", file, e);
      problem = failure.getMessage();
      throw failure;
    }
  }

  /** What is in the file stays good when this fails: it is tried again later. */
  private void compactWhenLarge() {
    if (length > compactAt) {
      JournalFile before = out;
      try {
        out = compact();
        before.close();
      } catch (IOException e) {
        compactAt = 2 * length;
        LOG.warn("Cannot make the journal {} smaller, it is tried again later: {}", file, e);
      }
    }
  }

  /**
   * Goes on in a new file with what is known to be on the disk. After a failure nobody knows what
   * of the old one is: a file whose sync failed once may claim later what it does not hold.
   */
  private void renew() throws IOException {
    JournalFile before = out;
    out = compact();
    broken = false;
    before.close();
  }

  /** Why the last entry could not be written; null when it could. */
  @Nullable String problem() {
    return problem;
  }

  /** Asks what the entries add up to. The ledger must not leave the question. */
  synchronized <T> T read(Function<Ledger, T> question) {
    return question.apply(ledger);
  }

  /** Lines that could not be read at the start, but for a torn tail. */
  synchronized int damaged() {
    return damaged;
  }

  Path file() {
    return file;
  }

  @Override
  public synchronized void close() {
    try {
      if (!closed) {
        closed = true;
        out.sync();
        out.close();
      }
    } catch (IOException e) {
      throw new JournalException("close", file, e);
    }
  }
}
