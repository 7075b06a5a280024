package io.leukocyte.engine;

/**
 * A place in one stream of a container's log: after everything of that stream up to it.
 *
 * @param time of the stream's last line before it, unix nanoseconds; 0: none
 * @param device of the file that holds it; 0 with inode 0: no file is known, the time alone counts
 * @param inode of the file that holds it
 * @param offset bytes before it in that file, as they are when not compressed
 * @param check time of the entry, of whichever stream, that ends at the offset: tells the file from
 *     a later one of the same inode, and from one that was cut and written anew; 0 at offset 0
 */
public record LogPlace(long time, long device, long inode, long offset, long check) {
  /** Before everything. */
  public static final LogPlace BEGIN = at(0);

  /** Checks the numbers. */
  public LogPlace {
    if (time < 0 || offset < 0 || check < 0) {
      throw new IllegalArgumentException(
          "Not a place in a log: time " + time + ", offset " + offset + ", check " + check);
    }
  }

  /** The place after all lines up to that time, wherever they are kept. */
  public static LogPlace at(long time) {
    return new LogPlace(time, 0, 0, 0, 0);
  }

  /** Whether the file is known. */
  public boolean isInFile() {
    return inode != 0;
  }

  /** Whether both are known to be in the same file. */
  boolean isIn(long otherDevice, long otherInode) {
    return inode != 0 && inode == otherInode && device == otherDevice;
  }
}
