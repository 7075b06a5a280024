package io.leukocyte.collector;

import io.leukocyte.events.BatchLimits;
import io.leukocyte.events.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The form of a batch in a segment of the spool: a header, which tells all that must be known of
 * the batch without reading it, then the batch. Little-endian:
 *
 * <pre>
 * marker u32 | length of header u32 | length of batch u32 | CRC32C of batch u32
 * epoch i64 | sequence i64 | first event i64 | last event i64 (unix nanoseconds)
 * kinds u32, then for each: code u32, events u32
 * CRC32C of the segment's salt and the header so far u32
 * </pre>
 *
 * <p>The salt is the segment's own random number: no text that a container writes can pass for a
 * record after damage.
 */
final class SpoolRecord {
  /** "LKSR" in the first four bytes. */
  static final int MARKER = 0x52534b4c;

  /** Bytes of the longest header. */
  static final int MAX_HEADER = header(128);

  private static final int LEAST_HEADER = header(0);

  private SpoolRecord() {}

  private static int header(int kinds) {
    return 4 * Integer.BYTES + 4 * Long.BYTES + Integer.BYTES + kinds * 2 * Integer.BYTES + 4;
  }

  /**
   * What is known of a batch without reading it.
   *
   * @param length bytes of the header itself
   * @param bytes of the batch
   * @param crc of the batch
   * @param epoch the collector's start that made it
   * @param sequence its number in the epoch
   * @param from unix nanoseconds of its first event
   * @param to unix nanoseconds of its last event
   * @param counts its events by kind
   */
  record Header(
      int length,
      int bytes,
      int crc,
      long epoch,
      long sequence,
      long from,
      long to,
      Map<Kind, Integer> counts) {
    /** Bytes of header and batch. */
    int total() {
      return length + bytes;
    }
  }

  /** What stands at a place of a segment. */
  sealed interface Found {
    /** A header that is whole, and room for its batch. */
    record Whole(Header header) implements Found {}

    /** The begin of a record whose end was never written. */
    record Torn() implements Found {}

    /** Nothing that was ever written so. */
    record Damaged() implements Found {}
  }

  /** The record of a batch, ready to be written. */
  static ByteBuffer encode(Batch batch, long salt) {
    int length = header(batch.counts().size());
    ByteBuffer out =
        ByteBuffer.allocate(length + batch.bytes().length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MARKER).putInt(length).putInt(batch.bytes().length).putInt(crc(batch.bytes()));
    out.putLong(batch.epoch()).putLong(batch.sequence()).putLong(batch.from()).putLong(batch.to());
    out.putInt(batch.counts().size());
    batch.counts().forEach((kind, count) -> out.putInt(kind.code()).putInt(count));
    out.putInt(crc(salt, out.slice(0, out.position())));
    return out.put(batch.bytes()).flip();
  }

  /**
   * Reads what stands at the buffer's position.
   *
   * @param in little-endian; up to {@link #MAX_HEADER} bytes, fewer only at the segment's end
   * @param left bytes up to the segment's end
   */
  static Found decode(ByteBuffer in, long left, long salt) {
    int at = in.position();
    if (left < LEAST_HEADER) {
      return new Found.Torn();
    }
    int length = in.getInt(at + 4);
    int kinds = (length - LEAST_HEADER) / 8;
    if (in.getInt(at) != MARKER || length < LEAST_HEADER || length > MAX_HEADER) {
      return new Found.Damaged();
    }
    if (length > left) {
      return new Found.Torn();
    }
    int bytes = in.getInt(at + 8);
    boolean sound =
        length == header(kinds)
            && bytes >= 0
            && bytes <= BatchLimits.MAX_BYTES
            && in.getInt(at + 48) == kinds
            && crc(salt, in.slice(at, length - 4)) == in.getInt(at + length - 4);
    if (!sound) {
      return new Found.Damaged();
    }
    return length + bytes > left ? new Found.Torn() : new Found.Whole(header(in, at, length));
  }

  private static Header header(ByteBuffer in, int at, int length) {
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    for (int i = 0; i < in.getInt(at + 48); i++) {
      @Nullable Kind kind = Kind.ofCode(in.getInt(at + 52 + 8 * i));
      if (kind != null) {
        counts.put(kind, in.getInt(at + 56 + 8 * i));
      }
    }
    return new Header(
        length,
        in.getInt(at + 8),
        in.getInt(at + 12),
        in.getLong(at + 16),
        in.getLong(at + 24),
        in.getLong(at + 32),
        in.getLong(at + 40),
        counts);
  }

  /** Whether these are the bytes that the header speaks of. */
  static boolean isSound(Header header, byte[] batch) {
    return header.bytes() == batch.length && header.crc() == crc(batch);
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static int crc(long salt, ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, salt));
    crc.update(header);
    return (int) crc.getValue();
  }
}
