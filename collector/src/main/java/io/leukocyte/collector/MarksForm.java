package io.leukocyte.collector;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.LogPlace;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchLimits;
import io.leukocyte.events.ContainerId;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The form of the places in logs that a batch carries, in its section of marks: how far each log
 * has been read with the lines of the batch. Whoever has the batch knows where reading goes on
 * after it, so that a line that is stored is never read again.
 *
 * <pre>
 * form u8 = 1, then for each container:
 * number in the batch's table; 0: the 32 bytes of the id follow
 * flags u8: 1 out in a file, 2 err in a file, 4 err in the same file as out
 * the place in standard output or the terminal, the place in standard error
 * </pre>
 *
 * <p>A place is its time and, in a file, device, inode, offset and the check. Numbers have 7 bits a
 * byte, the lowest first. Device and inode are left out in the same file. A time is 0 where there
 * is none, else one more than its distance to the time before it (zigzag), which begins with the
 * epoch: a place costs some 20 bytes.
 */
final class MarksForm {
  private static final int FORM = 1;
  private static final int OUT_IN_FILE = 1;
  private static final int ERR_IN_FILE = 2;
  private static final int SAME_FILE = 4;
  private static final int ID_BYTES = 32;

  /** Of one container: number and id, flags, ten numbers. */
  private static final int MOST_BYTES = 5 + ID_BYTES + 1 + 10 * 10;

  private final ByteBuffer bytes;
  private long lastTime;

  private MarksForm(ByteBuffer bytes, long epoch) {
    this.bytes = bytes;
    this.lastTime = epoch * 1_000_000;
  }

  /**
   * The section for a batch. What passes its bound is left out: such lines may come once more after
   * a kill.
   *
   * @param numbers of the containers in the batch's table
   */
  static byte[] encode(
      Map<ContainerId, LogPlaces.Numbered> logs, Map<ContainerId, Integer> numbers, long epoch) {
    if (logs.isEmpty()) {
      return new byte[0];
    }
    byte[] section =
        new byte[(int) Math.min(BatchLimits.MAX_MARKS_BYTES, 1 + logs.size() * (long) MOST_BYTES)];
    MarksForm out = new MarksForm(ByteBuffer.wrap(section), epoch);
    out.bytes.put((byte) FORM);
    int whole = out.bytes.position();
    try {
      for (Map.Entry<ContainerId, LogPlaces.Numbered> log : logs.entrySet()) {
        out.container(log.getKey(), numbers.getOrDefault(log.getKey(), 0));
        out.mark(log.getValue().mark());
        whole = out.bytes.position();
      }
    } catch (BufferOverflowException e) {
      // the rest does not fit
    }
    return Arrays.copyOf(section, whole);
  }

  private void container(ContainerId id, int number) {
    number(number);
    if (number == 0) {
      bytes.put(HexFormat.of().parseHex(id.value()));
    }
  }

  private void mark(LogMark mark) {
    LogPlace out = mark.out();
    LogPlace err = mark.err();
    boolean same = out.isInFile() && out.device() == err.device() && out.inode() == err.inode();
    bytes.put(
        (byte)
            ((out.isInFile() ? OUT_IN_FILE : 0)
                | (err.isInFile() ? ERR_IN_FILE : 0)
                | (same ? SAME_FILE : 0)));
    place(out, false);
    place(err, same);
  }

  private void place(LogPlace place, boolean sameFile) {
    time(place.time());
    if (place.isInFile()) {
      if (!sameFile) {
        number(place.device());
        number(place.inode());
      }
      number(place.offset());
      time(place.check());
    }
  }

  private void time(long time) {
    if (time == 0) {
      number(0);
      return;
    }
    long distance = time - lastTime;
    number(((distance << 1) ^ (distance >> 63)) + 1);
    lastTime = time;
  }

  private void number(long number) {
    long left = number;
    while ((left & ~0x7fL) != 0) {
      bytes.put((byte) (left | 0x80));
      left >>>= 7;
    }
    bytes.put((byte) left);
  }

  /** What a batch carries; empty when it is of another form, or is damaged. */
  static Optional<Map<ContainerId, LogMark>> decode(BatchCursor batch) {
    ByteBuffer bytes = ByteBuffer.wrap(batch.marks());
    Map<ContainerId, LogMark> marks = new HashMap<>();
    if (!bytes.hasRemaining()) {
      return Optional.of(marks);
    }
    if (bytes.get() != FORM) {
      return Optional.empty();
    }
    MarksForm in = new MarksForm(bytes, batch.epoch());
    try {
      while (bytes.hasRemaining()) {
        marks.put(in.container(batch), in.mark());
      }
      return Optional.of(marks);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private ContainerId container(BatchCursor batch) {
    long number = number();
    if (number < 0 || number > batch.containers()) {
      throw new IllegalArgumentException("no such container");
    }
    byte[] id = new byte[ID_BYTES];
    if (number == 0) {
      bytes.get(id);
    } else {
      System.arraycopy(batch.bytes(), batch.containerIdAt((int) number), id, 0, ID_BYTES);
    }
    return new ContainerId(HexFormat.of().formatHex(id));
  }

  private LogMark mark() {
    int flags = bytes.get();
    LogPlace out = place((flags & OUT_IN_FILE) != 0, null);
    boolean same = (flags & SAME_FILE) != 0;
    return new LogMark(out, place((flags & ERR_IN_FILE) != 0, same ? out : null));
  }

  private LogPlace place(boolean inFile, @Nullable LogPlace sameFile) {
    long time = time();
    if (!inFile) {
      return LogPlace.at(time);
    }
    long device = sameFile == null ? number() : sameFile.device();
    long inode = sameFile == null ? number() : sameFile.inode();
    return new LogPlace(time, device, inode, number(), time());
  }

  private long time() {
    long coded = number();
    if (coded == 0) {
      return 0;
    }
    long zigzag = coded - 1;
    lastTime += (zigzag >>> 1) ^ -(zigzag & 1);
    return lastTime;
  }

  private long number() {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = bytes.get();
      number |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return number;
      }
    }
    throw new IllegalArgumentException("a number is too long");
  }
}
