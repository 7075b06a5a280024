package io.leukocyte.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON trees to and from text, and how times are written in them. */
final class Json {
  /** ECS version that the documents follow. */
  static final String ECS_VERSION = "9.0.0";

  /** Longer than any id, hence ids survive a cut. */
  private static final int LONGEST_WHEN_CUT = 8192;

  private static final int MOST_MEMBERS = 64;
  private static final int MOST_NESTED = 64;
  private static final int MOST_CHARACTERS = 16 << 20;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MOST_NESTED)
                          .maxStringLength(MOST_CHARACTERS)
                          .maxDocumentLength(MOST_CHARACTERS)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(9).toFormatter();
  private static final String FORM = "0000-00-00T00:00:00.000000000Z";
  private static final long SECONDS_OF_DAY = 86_400;
  private static final long SECOND = 1_000_000_000L;

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** The tree as UTF-8; a surrogate without its other half becomes a question mark. */
  static byte[] bytes(ObjectNode tree) {
    return text(tree).getBytes(StandardCharsets.UTF_8);
  }

  static String text(ObjectNode tree) {
    try {
      return MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree can always be written", e);
    }
  }

  /**
   * The tree as UTF-8 within a bound: while it is too long, texts, lists and objects are cut
   * shorter and shorter, and {@code truncated} is set.
   *
   * @param tree is changed when it is too long
   * @param own the object in it that tells of the cut
   */
  static byte[] bytesWithin(int mostBytes, ObjectNode tree, ObjectNode own) {
    byte[] bytes = bytes(tree);
    for (int most = LONGEST_WHEN_CUT; bytes.length > mostBytes; most /= 2) {
      cut(tree, most);
      own.put("truncated", true);
      bytes = bytes(tree);
    }
    return bytes;
  }

  private static void cut(ObjectNode object, int most) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      JsonNode value = object.get(name);
      if (names.indexOf(name) >= MOST_MEMBERS || name.length() > most) {
        object.remove(name);
      } else if (value.isTextual()) {
        object.put(name, Text.within(value.textValue(), most));
      } else {
        cutNested(value, most);
      }
    }
  }

  private static void cutNested(JsonNode node, int most) {
    if (node instanceof ObjectNode nested) {
      cut(nested, most);
    } else if (node instanceof ArrayNode array) {
      while (array.size() > MOST_MEMBERS) {
        array.remove(array.size() - 1);
      }
      for (int i = 0; i < array.size(); i++) {
        if (array.get(i).isTextual()) {
          array.set(i, Text.within(array.get(i).textValue(), most));
        } else {
          cutNested(array.get(i), most);
        }
      }
    }
  }

  static Fields read(String text) throws MalformedJsonException {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node instanceof ObjectNode object) {
        return new Fields(object, "");
      }
      throw new MalformedJsonException("Not a JSON object");
    } catch (JsonProcessingException e) {
      throw new MalformedJsonException(
          "Not JSON: " + Text.clip(Text.printable(e.getOriginalMessage()), 300));
    }
  }

  /** Sets a text; nothing when it is null. */
  static void put(ObjectNode object, String name, @Nullable String text) {
    if (text != null) {
      object.put(name, text);
    }
  }

  /** Sets a list of texts; nothing when it is empty. */
  static void put(ObjectNode object, String name, Collection<String> texts) {
    if (!texts.isEmpty()) {
      ArrayNode array = object.putArray(name);
      texts.forEach(array::add);
    }
  }

  /** Sets true; nothing when it is false. */
  static void put(ObjectNode object, String name, boolean flag) {
    if (flag) {
      object.put(name, true);
    }
  }

  /** Sets a number; nothing when it is the one that means absent. */
  static void put(ObjectNode object, String name, long number, long absent) {
    if (number != absent) {
      object.put(name, number);
    }
  }

  /** Sets an object; nothing when it is empty. */
  static void put(ObjectNode object, String name, ObjectNode nested) {
    if (!nested.isEmpty()) {
      object.set(name, nested);
    }
  }

  /** Unix nanoseconds as {@code 2026-01-31T23:59:59.123456789Z}. */
  static String time(long nanos) {
    return TIME.format(
        Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND)));
  }

  /**
   * Unix nanoseconds of an ISO 8601 time.
   *
   * @throws IllegalArgumentException when it is none, or not between the years 1677 and 2262
   */
  static long nanos(String time) {
    try {
      return isOwnForm(time) ? ownForm(time) : nanos(Instant.parse(time));
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("not a time such as 2026-01-31T23:59:59.123456789Z", e);
    }
  }

  private static long nanos(Instant instant) {
    return nanos(instant.getEpochSecond(), instant.getNano());
  }

  private static long nanos(long second, long nano) {
    // The first second that a long can hold begins before its first nanosecond.
    return second < 0
        ? Math.addExact(Math.multiplyExact(second + 1, SECOND), nano - SECOND)
        : Math.addExact(Math.multiplyExact(second, SECOND), nano);
  }

  /** Whether the text has the form of {@link #time}, digit for digit: ten times as fast to read. */
  private static boolean isOwnForm(String time) {
    if (time.length() != FORM.length()) {
      return false;
    }
    for (int i = 0; i < FORM.length(); i++) {
      char c = time.charAt(i);
      char form = FORM.charAt(i);
      if (form == '0' ? c < '0' || c > '9' : c != form) {
        return false;
      }
    }
    return true;
  }

  private static long ownForm(String time) {
    long day =
        LocalDate.of(digits(time, 0, 4), digits(time, 5, 7), digits(time, 8, 10)).toEpochDay();
    int second =
        LocalTime.of(digits(time, 11, 13), digits(time, 14, 16), digits(time, 17, 19))
            .toSecondOfDay();
    return nanos(day * SECONDS_OF_DAY + second, digits(time, 20, 29));
  }

  private static int digits(String time, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      number = number * 10 + time.charAt(i) - '0';
    }
    return number;
  }
}
