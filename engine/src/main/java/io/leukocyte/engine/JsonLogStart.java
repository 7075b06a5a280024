package io.leukocyte.engine;

import io.leukocyte.engine.JsonLogFile.Identity;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * Finds where reading begins in the files of a log. The file of a place is known by device, inode
 * and the entry before it; where it was compressed meanwhile, by that entry. A place whose file is
 * not there any more goes on by time.
 */
final class JsonLogStart {
  private static final Identity NONE = new Identity(0, 0);
  private static final long DISORDER = 2_000_000_000L;

  private final LogPlace out;
  private final LogPlace err;
  private boolean outByTime = true;
  private boolean errByTime = true;
  private Identity outIn = NONE;
  private Identity errIn = NONE;

  JsonLogStart(LogPlace out, LogPlace err) {
    this.out = out;
    this.err = err;
  }

  /**
   * Where to begin.
   *
   * @param index of the file
   * @param offset in that file
   * @param lostFrom time from which on lines may be missing; -1 when none are
   */
  record Found(int index, long offset, long lostFrom) {}

  boolean outByTime() {
    return outByTime;
  }

  boolean errByTime() {
    return errByTime;
  }

  Found find(List<JsonLogFile> files) throws IOException {
    int outAt = indexOf(out, files);
    int errAt = indexOf(err, files);
    outByTime = outAt < 0;
    errByTime = errAt < 0;
    outIn = outByTime ? outIn : files.get(outAt).identity();
    errIn = errByTime ? errIn : files.get(errAt).identity();
    long lost = Math.max(lostFrom(out, outByTime, files), lostFrom(err, errByTime, files));
    if (!outByTime && !errByTime) {
      int index = Math.min(outAt, errAt);
      return new Found(index, offsetIn(index, outAt, errAt), lost);
    }
    long since = Math.max(0, Math.min(out.time(), err.time()) - DISORDER);
    int index = byTime(files, since);
    if ((outAt >= 0 && outAt < index) || (errAt >= 0 && errAt < index)) {
      index = Math.min(outAt < 0 ? index : outAt, errAt < 0 ? index : errAt);
      return new Found(index, 0, lost);
    }
    return new Found(index, since == 0 ? 0 : files.get(index).seek(since), lost);
  }

  private long offsetIn(int index, int outAt, int errAt) {
    if (outAt != errAt) {
      return index == outAt ? out.offset() : err.offset();
    }
    return Math.min(out.offset(), err.offset());
  }

  /** The file of a place; -1 when it is not there. */
  private static int indexOf(LogPlace place, List<JsonLogFile> files) throws IOException {
    if (!place.isInFile()) {
      return -1;
    }
    Identity wanted = Identity.of(place);
    for (int i = 0; i < files.size(); i++) {
      if (files.get(i).identity().equals(wanted) && holds(files.get(i), place)) {
        return i;
      }
    }
    for (int i = 0; i < files.size() && place.check() != 0; i++) {
      if (files.get(i).isCompressed() && holds(files.get(i), place)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean holds(JsonLogFile file, LogPlace place) {
    try {
      return file.endsEntry(place.offset(), place.check());
    } catch (IOException e) {
      return false;
    }
  }

  /** The oldest file that may have an entry of that time or a later one. */
  private static int byTime(List<JsonLogFile> files, long since) {
    for (int i = files.size() - 1; i > 0; i--) {
      long first = files.get(i).firstTime();
      if (first != 0 && first <= since) {
        return i;
      }
    }
    return 0;
  }

  /**
   * A file was there and is not: lines after the place are missing, unless older ones are there.
   */
  private static long lostFrom(LogPlace place, boolean byTime, List<JsonLogFile> files) {
    if (!byTime || !place.isInFile()) {
      return -1;
    }
    long oldest = files.getFirst().firstTime();
    return oldest != 0 && oldest <= place.time() ? -1 : place.time();
  }

  /** The time of the entry that ends where reading begins in a file, when a place says it. */
  long checkAt(Identity identity, long offset) {
    if (!outByTime && outIn.equals(identity) && out.offset() == offset) {
      return out.check();
    }
    return !errByTime && errIn.equals(identity) && err.offset() == offset ? err.check() : 0;
  }

  /** The offset in a file before which entries of standard output were read. */
  long skipOut(Identity file, Collection<JsonLogFile> fromThere) {
    return outByTime ? 0 : skipTo(outIn, out.offset(), file, fromThere);
  }

  /** The offset in a file before which entries of standard error were read. */
  long skipErr(Identity file, Collection<JsonLogFile> fromThere) {
    return errByTime ? 0 : skipTo(errIn, err.offset(), file, fromThere);
  }

  /** All of a file was read when its place is in a later one. */
  private static long skipTo(
      Identity in, long offset, Identity file, Collection<JsonLogFile> fromThere) {
    if (in.equals(file)) {
      return offset;
    }
    return fromThere.stream().anyMatch(f -> f.identity().equals(in)) ? Long.MAX_VALUE : 0;
  }

  /** A file was left or written anew; another one may get its number. */
  void passed(Identity file) {
    outIn = outIn.equals(file) ? NONE : outIn;
    errIn = errIn.equals(file) ? NONE : errIn;
  }
}
