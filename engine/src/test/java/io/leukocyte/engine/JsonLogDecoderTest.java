package io.leukocyte.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonLogDecoderTest {
  private static final String TIME = "2026-11-22T20:03:56.943657633Z";
  private static final long NANOS = 1_795_377_836_943_657_633L;
  private static final String GOOD = entry("good\\n");

  private final JsonLogRecorder recorder = new JsonLogRecorder();

  private static String entry(String text) {
    return "{\"log\":\"" + text + "\",\"stream\":\"stdout\",\"time\":\"" + TIME + "\"}\n";
  }

  private void decode(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    assertThat(new JsonLogDecoder(false, recorder).decode(bytes, 0, bytes.length, 0))
        .isEqualTo(bytes.length);
  }

  @Test
  void anEntryHasTextStreamAndTime() {
    byte[] bytes = (GOOD + GOOD.replace("stdout", "stderr").replace("good", "bad")).getBytes(UTF_8);
    JsonLogDecoder decoder = new JsonLogDecoder(false, recorder);
    decoder.file(8, 15, 0, 0, 0);
    decoder.decode(bytes, 0, bytes.length, 0);
    assertThat(recorder.lines)
        .containsExactly(
            new LogLine(NANOS, Stream.STDOUT, "good", 4, false),
            new LogLine(NANOS, Stream.STDERR, "bad", 3, false));
    assertThat(recorder.out).isEqualTo(new LogPlace(NANOS, 8, 15, GOOD.length(), NANOS));
    assertThat(recorder.err).isEqualTo(new LogPlace(NANOS, 8, 15, bytes.length, NANOS));
    assertThat(recorder.damaged).isZero();
  }

  @Test
  void aTimeMayHaveFewerDigitsAndAnOffset() {
    for (String time :
        List.of(
            "2026-11-22T20:03:56Z",
            "2026-11-22T20:03:56.9Z",
            "2026-11-22T20:03:56.94365Z",
            "2026-11-22T22:03:56.943657633+02:00")) {
      decode(GOOD.replace(TIME, time));
    }
    assertThat(recorder.lines)
        .extracting(LogLine::time)
        .containsExactly(
            1_795_377_836_000_000_000L,
            1_795_377_836_900_000_000L,
            1_795_377_836_943_650_000L,
            NANOS);
  }

  @Test
  void escapesAreThoseOfJson() throws JsonProcessingException {
    String text = "\"\\/\b\f\r\t\u0001\u001b[31m<é€\ud83d\ude00>\u2028 \ufffd";
    String json = new ObjectMapper().writeValueAsString(Map.of("t", text + "\n"));
    decode(entry(json.substring("{\"t\":\"".length(), json.length() - 2)));
    decode(entry("\\u003c\\u00e9\\u20ac\\ud83d\\ude00\\/\\n"));
    decode(entry("\\ud83d x\\ude00\\n"));
    assertThat(recorder.texts(Stream.STDOUT))
        .containsExactly(text, "<é€\ud83d\ude00/", "\ufffd x\ufffd");
  }

  @Test
  void attributesAndOtherFieldsAreLeftOut() {
    decode(GOOD.replace("\"time\"", "\"attrs\":{\"a\":\"}\\\"\",\"b\":\"c\"},\"time\""));
    decode(
        " {\"time\":\"" + TIME + "\", \"x\":[{}], \"log\":\"spaced\\n\", \"stream\":\"stderr\"}\n");
    assertThat(recorder.texts(Stream.STDOUT)).containsExactly("good");
    assertThat(recorder.texts(Stream.STDERR)).containsExactly("spaced");
    assertThat(recorder.damaged).isZero();
  }

  @Test
  void whatIsNoEntryIsCountedAndTheNextOneIsRead() {
    for (String bad :
        List.of(
            "\n",
            "text\n",
            "{}\n",
            "[1]\n",
            "{\"log\":\"torn" + "\n",
            entry("\\q\\n"),
            entry("\\u00zz\\n"),
            entry("\\"),
            GOOD.replace("2026-11", "2026-19"),
            GOOD.replace("2026-11", "1926-11"),
            GOOD.replace("}\n", "\n"),
            "\0".repeat(100) + "\n")) {
      long before = recorder.damaged;
      int lines = recorder.lines.size();
      decode(bad + GOOD);
      assertThat(recorder.damaged - before).as(bad).isEqualTo(bad.length());
      assertThat(recorder.lines).as(bad).hasSize(lines + 1);
    }
  }

  @Test
  void aLineWithoutAnEndIsHandedOnWhenNothingMoreComes() {
    byte[] bytes = entry("no end").getBytes(UTF_8);
    JsonLogDecoder decoder = new JsonLogDecoder(false, recorder);
    decoder.decode(bytes, 0, bytes.length, 0);
    assertThat(recorder.lines).isEmpty();
    assertThat(decoder.isUnfinished()).isTrue();
    decoder.flush();
    assertThat(recorder.texts(Stream.STDOUT)).containsExactly("no end");
    assertThat(recorder.out.offset()).isEqualTo(bytes.length);
  }

  @Test
  void aTerminalsLinesHaveOneStreamAndNoReturn() {
    byte[] bytes = entry("typed\\r\\n").getBytes(UTF_8);
    new JsonLogDecoder(true, recorder).decode(bytes, 0, bytes.length, 0);
    assertThat(recorder.texts(Stream.TTY)).containsExactly("typed");
    decode(entry("kept\\r\\n"));
    assertThat(recorder.texts(Stream.STDOUT)).containsExactly("kept\r");
  }

  /** Any bytes, in any parts: no exception, no line beyond its bound, no byte forgotten. */
  @Test
  void anyBytesAreReadOrCounted() {
    Random random = new Random(7);
    for (int round = 0; round < 3000; round++) {
      byte[] bytes = (GOOD + entry("piece") + GOOD + "tail").getBytes(UTF_8);
      for (int i = random.nextInt(12); i > 0; i--) {
        bytes[random.nextInt(bytes.length)] =
            random.nextBoolean()
                ? (byte) random.nextInt()
                : (byte) "\"\\{}\n:,u0".charAt(random.nextInt(9));
      }
      JsonLogRecorder here = new JsonLogRecorder();
      JsonLogDecoder decoder = new JsonLogDecoder(random.nextBoolean(), here);
      int at = 0;
      int to = 0;
      while (to < bytes.length) {
        to = Math.min(bytes.length, to + 1 + random.nextInt(100));
        at = decoder.decode(bytes, at, to, at);
      }
      decoder.flush();
      assertThat(here.damaged).isBetween(0L, (long) at);
      assertThat(here.lines)
          .allSatisfy(l -> {
            assertThat(l.text().getBytes(UTF_8).length).isLessThanOrEqualTo(ContainerLog.MAX_BYTES);
            assertThat(l.text()).doesNotContain("\n");
          });
    }
  }
}
