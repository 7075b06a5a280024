package io.leukocyte.engine;

import io.leukocyte.engine.JsonLogFile.Identity;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * Follows the files of a container's json-file log from a place on, through rotations: the file
 * that is being read stays open and is read to its end before the next one. Files that the engine
 * has removed stay open until they are read, up to {@link #MOST_HELD} bytes; what is dropped beyond
 * it is counted. Reads only when told to, and never waits. Memory: that of {@link JsonLogDecoder}.
 * Not thread-safe.
 */
public final class JsonLogReader implements AutoCloseable {
  /** Most bytes of removed files that are kept on the disk for being read. */
  public static final long MOST_HELD = 64L << 20;

  /** Bytes that a buffer for {@link #read} should have: more than any entry of the engine. */
  public static final int BUFFER = 256 * 1024;

  private static final int TRIES = 5;
  private static final int COMPARE_EVERY = 16;

  private final JsonLogFolder folder;
  private final JsonLogListener listener;
  private final JsonLogDecoder decoder;
  private final JsonLogStart start;

  /** The file that is being read, and those after it, all open. */
  private final Deque<JsonLogFile> files = new ArrayDeque<>();

  private final byte[] tail = new byte[JsonLogFile.TAIL];
  private int tailLength;
  private long offset;
  private int rest;
  private int idle;

  /**
   * A reader that has opened nothing.
   *
   * @param log the file that the engine writes; it need not be there yet
   * @param terminal whether the container has a terminal
   * @param out where standard output, or the terminal, goes on
   * @param err where standard error goes on
   * @param listener takes the lines
   */
  public JsonLogReader(
      Path log, boolean terminal, LogPlace out, LogPlace err, JsonLogListener listener) {
    this.folder = new JsonLogFolder(log);
    this.listener = listener;
    decoder = new JsonLogDecoder(terminal, out, err, listener);
    start = new JsonLogStart(out, err);
  }

  /**
   * Reads on.
   *
   * @param buffer may be shared with other readers; {@link #BUFFER} bytes
   * @return how many bytes were read, lines handed on or not; 0: there is nothing more now
   * @throws IOException when a file cannot be read; the next call tries again
   */
  public int read(byte[] buffer) throws IOException {
    if (files.isEmpty() && !begin()) {
      return 0;
    }
    look();
    int got = readCurrent(buffer);
    while (got == 0 && files.size() > 1) {
      next();
      got = readCurrent(buffer);
    }
    return got;
  }

  /** Whether a file of the log was found. */
  public boolean isOpen() {
    return !files.isEmpty();
  }

  /** Whether all was read and the log is gone or is not written any more. */
  public boolean isAtEnd() throws IOException {
    return files.size() <= 1 && lag() <= rest;
  }

  /** Bytes that wait to be read; those of compressed files are not known. */
  public long lag() throws IOException {
    long lag = 0;
    long read = offset;
    for (JsonLogFile file : files) {
      lag += file.isCompressed() ? 0 : Math.max(0, file.size() - read);
      read = 0;
    }
    return lag;
  }

  /** Hands on lines whose end has not come: the container has stopped, and all was read. */
  public void flush() {
    decoder.flush();
  }

  /** Hands on unfinished lines that nothing was added to since. */
  public void flushIdle(long beforeNanoTime) {
    decoder.flushIdle(beforeNanoTime);
  }

  private boolean begin() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      List<JsonLogFolder.Named> named = folder.list();
      if (named.isEmpty()) {
        return false;
      }
      List<JsonLogFile> opened = open(named);
      if (opened.size() == named.size()) {
        begin(opened);
        return true;
      }
      opened.forEach(JsonLogFile::close); // rotated since they were listed
    }
    throw new IOException("Cannot open " + folder.log() + ": it is rotated again and again");
  }

  private void begin(List<JsonLogFile> opened) throws IOException {
    JsonLogStart.Found found = start.find(opened);
    for (int i = 0; i < opened.size(); i++) {
      if (i < found.index()) {
        opened.get(i).close();
      } else {
        files.add(opened.get(i));
      }
    }
    if (found.lostFrom() >= 0) {
      listener.lost("rotated", 0, found.lostFrom(), Math.max(found.lostFrom(), firstTime()));
    }
    decoder.skipByTime(start.outByTime(), start.errByTime());
    enter(found.offset());
  }

  private long firstTime() {
    JsonLogFile file = files.peek();
    return file == null ? 0 : file.firstTime();
  }

  /** Opens files until one is not there any more. */
  private static List<JsonLogFile> open(List<JsonLogFolder.Named> named) throws IOException {
    List<JsonLogFile> opened = new ArrayList<>();
    try {
      for (JsonLogFolder.Named file : named) {
        JsonLogFile next = JsonLogFile.open(file.path());
        opened.add(next);
        if (!next.identity().equals(file.identity())) {
          opened.removeLast().close();
          return opened;
        }
      }
    } catch (NoSuchFileException e) {
      return opened;
    } catch (IOException e) {
      opened.forEach(JsonLogFile::close);
      throw e;
    }
    return opened;
  }

  /** Begins with the first of the files. */
  private void enter(long at) throws IOException {
    JsonLogFile file = files.element();
    offset = at;
    rest = 0;
    tailLength = file.isCompressed() ? 0 : (int) Math.min(tail.length, at);
    if (tailLength > 0) {
      tailLength = file.read(tail, 0, tailLength, at - tailLength);
    }
    Identity identity = file.identity();
    decoder.file(
        identity.device(),
        identity.inode(),
        start.checkAt(identity, at),
        start.skipOut(identity, files),
        start.skipErr(identity, files));
  }

  private void next() throws IOException {
    JsonLogFile file = files.element();
    long left = file.isCompressed() ? rest : file.size() - offset;
    leave();
    if (left > 0) {
      decoder.damaged(left);
    }
    enter(0);
  }

  private JsonLogFile leave() {
    JsonLogFile file = files.remove();
    start.passed(file.identity());
    file.close();
    return file;
  }

  private int readCurrent(byte[] buffer) throws IOException {
    JsonLogFile file = files.element();
    if (!file.isCompressed() && file.size() <= offset + rest) {
      return file.size() < offset || isReplaced(file) ? restarted(buffer) : 0;
    }
    return file.isCompressed() ? readPacked(file, buffer) : readPlain(file, buffer);
  }

  /** Whether the file was cut and has grown to the same length; looked at now and then. */
  private boolean isReplaced(JsonLogFile file) throws IOException {
    if (++idle % COMPARE_EVERY != 0 || tailLength == 0) {
      return false;
    }
    byte[] now = new byte[tailLength];
    int got = file.read(now, 0, tailLength, offset - tailLength);
    return !Arrays.equals(now, 0, got, tail, 0, tailLength);
  }

  private int readPlain(JsonLogFile file, byte[] buffer) throws IOException {
    int got = file.read(buffer, 0, buffer.length, offset - tailLength) - tailLength;
    if (got < 0 || !Arrays.equals(buffer, 0, tailLength, tail, 0, tailLength)) {
      return restarted(buffer);
    }
    int used = decode(buffer, tailLength, tailLength + got);
    keepTail(buffer, used);
    return rest < got ? got : 0;
  }

  private int readPacked(JsonLogFile file, byte[] buffer) throws IOException {
    int got;
    try {
      got = file.read(buffer, 0, buffer.length, offset);
    } catch (IOException e) {
      return unreadable();
    }
    if (got > 0) {
      int used = decode(buffer, 0, got);
      file.giveBack(buffer, used, got);
    }
    return rest < got ? got : 0;
  }

  private int decode(byte[] buffer, int from, int end) {
    int used = decoder.decode(buffer, from, end, offset);
    if (used == from && end == buffer.length) {
      decoder.skipEntry(end - from);
      used = end;
    }
    rest = end - used;
    offset += used - from;
    return used;
  }

  private void keepTail(byte[] buffer, int end) {
    tailLength = Math.min(end, tail.length);
    System.arraycopy(buffer, end - tailLength, tail, 0, tailLength);
  }

  /** The file was cut, and may have been written again: what it has now is new. */
  private int restarted(byte[] buffer) throws IOException {
    JsonLogFile file = files.element();
    listener.lost(
        "truncated-file", 0, decoder.latest(), Math.max(decoder.latest(), file.firstTime()));
    start.passed(file.identity());
    offset = 0;
    rest = 0;
    tailLength = 0;
    decoder.file(file.identity().device(), file.identity().inode(), 0, 0, 0);
    return file.size() > 0 ? readCurrent(buffer) : 0;
  }

  /** The rest of a compressed file cannot be had. */
  private int unreadable() throws IOException {
    leave();
    listener.lost("damaged-file", 0, decoder.latest(), Math.max(decoder.latest(), firstTime()));
    if (files.isEmpty()) {
      return 0;
    }
    enter(0);
    return 1;
  }

  /**
   * Opens files that were made since the last look, before they can be removed. To be called often
   * while the log is not read.
   */
  public void look() throws IOException {
    JsonLogFile newest = files.peekLast();
    if (newest == null) {
      return;
    }
    try {
      if (JsonLogFile.identify(folder.log()).equals(newest.identity())) {
        return;
      }
    } catch (NoSuchFileException e) {
      return; // between two steps of a rotation, or the container is gone
    }
    addNewer(newest);
  }

  private void addNewer(JsonLogFile newest) throws IOException {
    List<JsonLogFolder.Named> named = folder.list();
    List<JsonLogFile> newer = new ArrayList<>();
    boolean continuous = false;
    for (int i = named.size() - 1; i >= 0 && !continuous; i--) {
      List<JsonLogFile> opened = open(named.subList(i, i + 1));
      if (opened.isEmpty()) {
        newer.forEach(JsonLogFile::close); // rotated again; the next look finds them
        return;
      }
      JsonLogFile file = opened.getFirst();
      continuous = isSame(file, newest);
      if (continuous || isOlder(file, newest)) {
        file.close();
        break;
      }
      newer.add(file);
    }
    Collections.reverse(newer);
    if (!continuous && !newer.isEmpty()) {
      listener.lost(
          "rotated",
          0,
          Math.max(decoder.latest(), newest.firstTime()),
          Math.max(decoder.latest(), newer.getFirst().firstTime()));
    }
    files.addAll(newer);
    dropHeld(named);
  }

  /** The same file, or the same one compressed. */
  private static boolean isSame(JsonLogFile file, JsonLogFile newest) {
    return file.identity().equals(newest.identity())
        || (file.isCompressed() && file.firstTime() != 0 && file.firstTime() == newest.firstTime());
  }

  private static boolean isOlder(JsonLogFile file, JsonLogFile newest) {
    return file.isCompressed() && file.firstTime() != 0 && file.firstTime() < newest.firstTime();
  }

  /** Lets go of removed files that take too much of the disk. */
  private void dropHeld(List<JsonLogFolder.Named> named) throws IOException {
    List<Identity> kept = named.stream().map(JsonLogFolder.Named::identity).toList();
    long held = 0;
    for (JsonLogFile file : files) {
      held += kept.contains(file.identity()) ? 0 : file.size();
    }
    while (held > MOST_HELD && files.size() > 1) {
      long size = files.element().size();
      long count = files.element().countEntries(offset);
      JsonLogFile oldest = leave();
      held -= kept.contains(oldest.identity()) ? 0 : size;
      listener.lost("rotated", count, decoder.latest(), Math.max(decoder.latest(), firstTime()));
      enter(0);
    }
  }

  /** Closes the files. */
  @Override
  public void close() {
    files.forEach(JsonLogFile::close);
    files.clear();
  }
}
