package io.leukocyte.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be used, on {@link Topic#DEAD}: its bytes as they were, its key, its own
 * headers, and headers {@code leuko.dead.…} that say why and from where. What is larger than a
 * message may be follows in parts, in order, each with the same headers and its number. The dead
 * record's timestamp is the time of burial, so that it is kept as long as all others; that of the
 * original stands in {@code leuko.dead.time}.
 *
 * <p>Of a batch of events of which Elasticsearch refuses one document, the value is a batch with
 * that one event, and the number of the event stands in {@code leuko.dead.item}.
 *
 * @param reason why it could not be used, at most {@value #MOST_REASON} characters
 * @param role who could not use it, as {@link Role#text}
 * @param topic where it was
 * @param partition where it was; -1 when unknown
 * @param offset where it was; -1 when unknown
 * @param item the number within its batch of the one event that this is about; {@link #WHOLE} when
 *     it is about the whole record
 * @param time the timestamp of the original; the epoch when unknown
 * @param part number of this part, from 1
 * @param parts how many there are
 */
public record DeadLetter(
    String reason,
    String role,
    String topic,
    int partition,
    long offset,
    int item,
    Instant time,
    int part,
    int parts) {

  /** What the names of all headers of a burial begin with. */
  public static final String PREFIX = "leuko.dead.";

  /** The {@link #item} of a letter about a whole record. */
  public static final int WHOLE = -1;

  /** On a record that was sent again, and on its next letter: how often, a number in text. */
  public static final String RETRIES = "leuko.retries";

  /**
   * On a record of {@link Topic#EVENTS} that has one event of a batch for the sake of one document:
   * that document's data set, as {@code leukocyte.container}. Such a record is for indexers alone;
   * everybody else had the event with its batch.
   */
  public static final String DOCUMENT = "leuko.document";

  /** Bytes of value in one record: with key and headers less than a producer's usual bound. */
  public static final int MOST_VALUE = 896 << 10;

  /** Bytes of key that are kept; {@code leuko.dead.key-bytes} says how many there were. */
  static final int MOST_KEY = 32 << 10;

  /** Bytes of the original's headers; more are left out and counted in headers-left-out. */
  static final int MOST_HEADERS = 32 << 10;

  static final int MOST_REASON = 2_000;

  /** Who buries. */
  public enum Role {
    /** Reads events. */
    ANALYZER,
    /** Reads alerts, orders and permits. */
    RESPONDER,
    /** Reads alerts, actions and log lines. */
    INDEXER;

    /** The name in the header. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The records to send for one that could not be used; more than one when it is large. */
  public static List<ProducerRecord<byte[], byte[]>> bury(
      Role role, String reason, ConsumerRecord<byte[], byte[]> record) {
    return bury(
        role,
        reason,
        new Original(
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp(),
            record.key(),
            record.value(),
            record.headers()));
  }

  /**
   * A record as it was read.
   *
   * @param topic where it was
   * @param partition where it was
   * @param offset where it was
   * @param timestamp unix milliseconds; below zero is unknown
   * @param key as it was
   * @param value as it was
   * @param headers as they were
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
  public record Original(
      String topic,
      int partition,
      long offset,
      long timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value,
      Headers headers) {}

  /** The same for a record that comes from elsewhere than a consumer. */
  public static List<ProducerRecord<byte[], byte[]>> bury(
      Role role, String reason, Original record) {
    return bury(role, reason, record, WHOLE);
  }

  /**
   * The same for one event of a batch.
   *
   * @param record where the batch was, with the event alone as its value
   * @param item the event's number in the batch, as in its id
   */
  public static List<ProducerRecord<byte[], byte[]>> bury(
      Role role, String reason, Original record, int item) {
    byte[] value = record.value();
    int parts = value == null ? 1 : Math.max(1, Math.ceilDiv(value.length, MOST_VALUE));
    byte[] key = record.key();
    if (key != null && key.length > MOST_KEY) {
      key = Arrays.copyOf(key, MOST_KEY);
    }
    long now = System.currentTimeMillis();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(parts);
    for (int part = 1; part <= parts; part++) {
      Headers headers = headers(role, reason, record);
      if (item != WHOLE) {
        add(headers, "item", Integer.toString(item));
      }
      if (parts > 1) {
        add(headers, "part", Integer.toString(part));
        add(headers, "parts", Integer.toString(parts));
      }
      byte[] bytes = parts == 1 ? value : part(value, part);
      records.add(new ProducerRecord<>(Topic.DEAD.text(), null, now, key, bytes, headers));
    }
    return records;
  }

  private static byte @Nullable [] part(byte @Nullable [] value, int part) {
    if (value == null) {
      return null;
    }
    int from = (part - 1) * MOST_VALUE;
    return Arrays.copyOfRange(value, from, Math.min(value.length, from + MOST_VALUE));
  }

  private static Headers headers(Role role, String reason, Original record) {
    Headers headers = ownHeaders(record.headers());
    add(headers, "reason", reason.length() > MOST_REASON ? cut(reason) : reason);
    add(headers, "role", role.text());
    add(headers, "topic", record.topic());
    add(headers, "partition", Integer.toString(record.partition()));
    add(headers, "offset", Long.toString(record.offset()));
    add(headers, "time", Instant.ofEpochMilli(Math.max(0, record.timestamp())).toString());
    byte[] key = record.key();
    if (key != null && key.length > MOST_KEY) {
      add(headers, "key-bytes", Integer.toString(key.length));
    }
    return headers;
  }

  private static String cut(String reason) {
    return reason.substring(0, MOST_REASON - 1) + "…";
  }

  /** The original's headers; those of an earlier burial are not its own. */
  private static Headers ownHeaders(Headers original) {
    Headers headers = new RecordHeaders();
    int bytes = 0;
    int leftOut = 0;
    for (Header header : original) {
      byte[] value = header.value();
      int size = header.key().length() * 3 + (value == null ? 0 : value.length);
      if (header.key().startsWith(PREFIX)) {
        continue;
      }
      if (bytes + size > MOST_HEADERS) {
        leftOut++;
      } else {
        bytes += size;
        headers.add(header);
      }
    }
    if (leftOut > 0) {
      add(headers, "headers-left-out", Integer.toString(leftOut));
    }
    return headers;
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(PREFIX + name, value.getBytes(UTF_8));
  }

  /** What the headers of a record of {@link Topic#DEAD} say; "?" and -1 for what they don't. */
  public static DeadLetter of(Headers headers) {
    return new DeadLetter(
        text(headers, "reason", "?"),
        text(headers, "role", "?"),
        text(headers, "topic", "?"),
        (int) number(headers, "partition", -1),
        number(headers, "offset", -1),
        (int) number(headers, "item", WHOLE),
        time(headers),
        (int) number(headers, "part", 1),
        (int) number(headers, "parts", 1));
  }

  private static String text(Headers headers, String name, String otherwise) {
    Header header = headers.lastHeader(PREFIX + name);
    return header == null || header.value() == null ? otherwise : new String(header.value(), UTF_8);
  }

  private static long number(Headers headers, String name, long otherwise) {
    try {
      return Long.parseLong(text(headers, name, ""));
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Instant time(Headers headers) {
    try {
      return Instant.parse(text(headers, "time", ""));
    } catch (DateTimeException e) {
      return Instant.EPOCH;
    }
  }
}
