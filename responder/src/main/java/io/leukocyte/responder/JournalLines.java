package io.leukocyte.responder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/** The lines of a journal: checksum, space, JSON, line feed. */
final class JournalLines {
  static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private static final int CHECKSUM = 8;

  private JournalLines() {}

  /** An entry with its number. */
  record Numbered(long number, JournalEntry entry) {}

  /**
   * What a file holds.
   *
   * @param entries those that can be read, in order
   * @param damaged lines that cannot, a torn last one not counted
   */
  record Read(List<Numbered> entries, int damaged) {}

  static byte[] write(long number, JournalEntry entry) {
    ObjectNode node = JournalJson.write(entry);
    node.put("n", number);
    byte[] text = node.toString().getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream line = new ByteArrayOutputStream(text.length + CHECKSUM + 2);
    line.writeBytes(checksum(text, 0, text.length).getBytes(StandardCharsets.US_ASCII));
    line.write(' ');
    line.writeBytes(text);
    line.write('\n');
    return line.toByteArray();
  }

  private static String checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return String.format("%08x", crc.getValue());
  }

  static Read read(byte[] file) {
    List<Numbered> entries = new ArrayList<>();
    int damaged = 0;
    int unsure = 0;
    int start = 0;
    for (int i = 0; i < file.length; i++) {
      if (file[i] == '\n') {
        Optional<Numbered> entry = line(file, start, i - start);
        if (entry.isPresent()) {
          entries.add(entry.get());
          damaged += unsure;
          unsure = 0;
        } else {
          unsure++;
        }
        start = i + 1;
      }
    }
    return new Read(entries, damaged + Math.max(0, unsure - 1));
  }

  private static Optional<Numbered> line(byte[] file, int start, int length) {
    int text = start + CHECKSUM + 1;
    int size = length - CHECKSUM - 1;
    if (size < 2
        || !checksum(file, text, size)
            .equals(new String(file, start, CHECKSUM, StandardCharsets.US_ASCII))) {
      return Optional.empty();
    }
    try {
      String json = new String(file, text, size, StandardCharsets.UTF_8);
      ObjectNode node = (ObjectNode) MAPPER.readTree(json);
      return Optional.of(new Numbered(node.path("n").asLong(), JournalJson.read(node)));
    } catch (JsonProcessingException | IllegalArgumentException | ClassCastException e) {
      return Optional.empty(); // written by another version: counted by the caller
    }
  }
}
