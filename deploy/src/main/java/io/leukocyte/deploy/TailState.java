package io.leukocyte.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.Topic;
import io.leukocyte.events.config.UserFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far {@code leuko tail --state FILE} has written a topic: the offset of the next record of
 * each partition, as {@code {"topic":"leuko.alerts","next":{"0":17}}}. Written whole or not at all,
 * after the lines: what is killed in between writes those lines again, with the same event.id.
 */
final class TailState {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MOST_BYTES = 1 << 20;

  private final Path file;
  private final Topic topic;
  private final TreeMap<Integer, Long> next;
  private boolean changed = true;

  private TailState(Path file, Topic topic, Map<Integer, Long> next) {
    this.file = file;
    this.topic = topic;
    this.next = new TreeMap<>(next);
  }

  /**
   * What is known of a topic; nothing where there is no file yet.
   *
   * @throws BadInputException when the file is of another topic, or no state
   */
  static TailState read(Path file, Topic topic) {
    Map<Integer, Long> next = new TreeMap<>();
    if (Files.notExists(file)) {
      return new TailState(file, topic, next);
    }
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw damaged(file, "it is too large");
      }
      JsonNode tree = MAPPER.readTree(Files.readAllBytes(file));
      String of = tree.path("topic").asText();
      if (!of.equals(topic.text())) {
        throw new BadInputException(
            "%s is the state of %s, not of %s; name another file."
                .formatted(file, of.isEmpty() ? "no topic" : of, topic.text()));
      }
      for (Map.Entry<String, JsonNode> entry : tree.path("next").properties()) {
        if (!entry.getValue().canConvertToLong() || entry.getValue().asLong() < 0) {
          throw damaged(file, "the offset of partition " + entry.getKey() + " is none");
        }
        next.put(Integer.valueOf(entry.getKey()), entry.getValue().asLong());
      }
      return new TailState(file, topic, next);
    } catch (JsonProcessingException | NumberFormatException e) {
      throw damaged(file, "it is no such JSON");
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot read %s: %s; name a file with --state.".formatted(file, UserFile.problem(e)));
    }
  }

  private static BadInputException damaged(Path file, String why) {
    return new BadInputException(
        "%s is not the state of leuko tail: %s; remove it to go on with what comes from now on."
            .formatted(file, why));
  }

  /** The offset of the next record of each partition that is known. */
  Map<Integer, Long> next() {
    return next;
  }

  /** Notes the next record of a partition; in memory. */
  void note(int partition, long offset) {
    Long former = next.put(partition, offset);
    changed |= former == null || former != offset;
  }

  /** Puts it on the disk, if it has changed. */
  void write() {
    if (!changed) {
      return;
    }
    ObjectNode tree = MAPPER.createObjectNode().put("topic", topic.text());
    ObjectNode offsets = tree.putObject("next");
    next.forEach((partition, offset) -> offsets.put(partition.toString(), offset));
    PrivateFiles.write(file, tree + "\n");
    changed = false;
  }
}
