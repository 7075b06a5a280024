package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What was written once must be readable, and written the same, for good. {@code -Dgolden=write}
 * makes the files anew; a change in them is a change of the format.
 */
class GoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden");
  private static final boolean WRITE = "write".equals(System.getProperty("golden"));

  @Test
  void batchStaysByteIdentical() throws IOException, MalformedBatchException {
    String hex = hex(TestEvents.batch(TestEvents.STORY));
    String golden = golden("batch.hex", hex);

    assertThat(hex).isEqualTo(golden);
    assertThat(events(golden)).isEqualTo(TestEvents.STORY);
  }

  @Test
  void batchOfTheFirstMinorVersionStaysReadable() throws IOException, MalformedBatchException {
    String golden = Files.readString(FOLDER.resolve("batch-1.0.hex"));

    assertThat(events(golden)).isEqualTo(TestEvents.FIRST_STORY);
  }

  @Test
  void batchOfTheSecondMinorVersionStaysReadable() throws IOException, MalformedBatchException {
    String golden = Files.readString(FOLDER.resolve("batch-1.1.hex"));

    assertThat(events(golden)).isEqualTo(TestEvents.FIRST_STORY);
  }

  @Test
  void batchOfTheThirdMinorVersionStaysReadable() throws IOException, MalformedBatchException {
    String golden = Files.readString(FOLDER.resolve("batch-1.2.hex"));

    assertThat(events(golden)).isEqualTo(TestEvents.STORY_OF_MINOR_2);
  }

  @Test
  void batchOfTheFourthMinorVersionStaysReadable() throws IOException, MalformedBatchException {
    String golden = Files.readString(FOLDER.resolve("batch-1.3.hex"));

    assertThat(events(golden)).isEqualTo(TestEvents.STORY_OF_MINOR_3);
  }

  @Test
  void batchOfTheFifthMinorVersionStaysReadable() throws IOException, MalformedBatchException {
    String golden = Files.readString(FOLDER.resolve("batch-1.4.hex"));

    assertThat(events(golden)).isEqualTo(TestEvents.STORY_OF_MINOR_4);
  }

  private static List<Event> events(String hex) throws MalformedBatchException {
    BatchCursor cursor = BatchCursor.over(HexFormat.of().parseHex(hex.replaceAll("\\s", "")));
    List<Event> events = new ArrayList<>();
    while (cursor.next()) {
      events.add(cursor.event());
    }
    return events;
  }

  private static String hex(byte[] bytes) {
    StringBuilder lines = new StringBuilder();
    for (int at = 0; at < bytes.length; at += 32) {
      lines
          .append(HexFormat.of().formatHex(bytes, at, Math.min(at + 32, bytes.length)))
          .append('\n');
    }
    return lines.toString();
  }

  @Test
  void eventsStayTheSameLinesOfJson() throws IOException, MalformedJsonException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < TestEvents.STORY.size(); i++) {
      lines.append(EventJson.line(TestEvents.observed(i, TestEvents.STORY.get(i)))).append('\n');
    }
    String golden = golden("events.ndjson", lines.toString());

    assertThat(lines.toString()).isEqualTo(golden);
    List<Event> events = new ArrayList<>();
    for (String line : golden.lines().toList()) {
      events.add(EventJson.read(line).event());
    }
    assertThat(events).isEqualTo(TestEvents.STORY);
  }

  @Test
  void alertStaysTheSameDocument() throws IOException, MalformedJsonException {
    String json = new String(AlertJson.write(TestEvents.ALERT), StandardCharsets.UTF_8) + "\n";
    String golden = golden("alert.json", json);

    assertThat(json).isEqualTo(golden);
    assertThat(AlertJson.read(golden.getBytes(StandardCharsets.UTF_8))).isEqualTo(TestEvents.ALERT);
  }

  @Test
  void stepOfAnActionStaysTheSameDocument() throws IOException, MalformedJsonException {
    String json =
        new String(ActionJson.write(TestEvents.QUARANTINED), StandardCharsets.UTF_8) + "\n";
    String golden = golden("action.json", json);

    assertThat(json).isEqualTo(golden);
    assertThat(ActionJson.read(golden.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(TestEvents.QUARANTINED);
  }

  private static String golden(String name, String now) throws IOException {
    Path file = FOLDER.resolve(name);
    if (WRITE) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, now);
    }
    return Files.readString(file);
  }
}
