package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a folder of evidence holds, and why it was taken: its {@code manifest.json}, written last.
 *
 * @param id the evidence's id, 32 hexadecimal digits
 * @param host whose container
 * @param container the container's whole id
 * @param name the container's name; empty when it is not known
 * @param image the image's id; empty when it is not known
 * @param alert the alert's id; null for an operator's order
 * @param rule the alert's rule; null without an alert
 * @param policy the policy; null for an operator's order
 * @param source the policy's {@code file:line}; null without a policy
 * @param operator who ordered it; null when a policy did
 * @param actions the actions it was taken for: type and id
 * @param began when it was begun
 * @param finished when this manifest was written
 * @param incomplete why it is not whole; null when it is
 * @param committed the image that was made of it; null when none was
 * @param volatilePart how what is volatile was read; null when it was not
 * @param files what is in the folder
 * @param missing what could not be taken, or not in time
 */
public record EvidenceManifest(
    String id,
    String host,
    String container,
    String name,
    String image,
    @Nullable String alert,
    @Nullable String rule,
    @Nullable String policy,
    @Nullable String source,
    @Nullable String operator,
    List<String> actions,
    Instant began,
    Instant finished,
    @Nullable String incomplete,
    @Nullable Committed committed,
    @Nullable VolatilePart volatilePart,
    List<EvidenceFile> files,
    List<Missing> missing) {

  /** The form of manifests that this version writes. */
  public static final int VERSION = 1;

  /** Copies the lists. */
  public EvidenceManifest {
    actions = List.copyOf(actions);
    files = List.copyOf(files);
    missing = List.copyOf(missing);
  }

  /**
   * An image of the container's file system, on this host's engine.
   *
   * @param name with its tag
   * @param id as the engine gives it
   */
  public record Committed(String name, String id) {}

  /**
   * How what is volatile was read.
   *
   * @param taken when it was begun
   * @param micros how long it held the response up, microseconds
   * @param deadline how long it might have, milliseconds
   */
  public record VolatilePart(Instant taken, long micros, long deadline) {}

  /**
   * A file of the evidence.
   *
   * @param name in the folder
   * @param bytes its size
   * @param sha256 of its content, hexadecimal
   * @param taken when its content was read
   * @param micros how long that took, microseconds
   */
  public record EvidenceFile(String name, long bytes, String sha256, Instant taken, long micros) {
    /** Whether it has the same name and content. */
    boolean isSameAs(EvidenceFile other) {
      return name.equals(other.name) && bytes == other.bytes && sha256.equals(other.sha256);
    }
  }

  /** The bytes of all files. */
  public long bytes() {
    return files.stream().mapToLong(EvidenceFile::bytes).sum();
  }

  ObjectNode json() {
    ObjectNode node =
        JournalLines.MAPPER
            .createObjectNode()
            .put("version", VERSION)
            .put("id", id)
            .put("host", host)
            .put("began", began.toString())
            .put("finished", finished.toString())
            .put("complete", incomplete == null)
            .put("incomplete", incomplete);
    node.putObject("container").put("id", container).put("name", name).put("image_id", image);
    node.putObject("cause")
        .put("alert", alert)
        .put("rule", rule)
        .put("policy", policy)
        .put("source", source)
        .put("operator", operator);
    actions.forEach(node.putArray("actions")::add);
    if (committed != null) {
      node.putObject("image_commit").put("name", committed.name()).put("id", committed.id());
    }
    if (volatilePart != null) {
      node.putObject("volatile")
          .put("taken", volatilePart.taken().toString())
          .put("micros", volatilePart.micros())
          .put("deadline_millis", volatilePart.deadline());
    }
    ArrayNode listed = node.putArray("files");
    for (EvidenceFile file : files) {
      listed
          .addObject()
          .put("name", file.name())
          .put("bytes", file.bytes())
          .put("sha256", file.sha256())
          .put("taken", file.taken().toString())
          .put("micros", file.micros());
    }
    ArrayNode lacks = node.putArray("missing");
    for (Missing one : missing) {
      ObjectNode entry = lacks.addObject().put("what", one.what()).put("why", one.why());
      one.of().forEach(entry.putArray("of")::add);
    }
    return node;
  }

  /**
   * Reads a manifest.
   *
   * @throws IllegalArgumentException when it is none of this version
   */
  static EvidenceManifest read(JsonNode node) {
    if (node.path("version").asInt() != VERSION) {
      throw new IllegalArgumentException(
          "a manifest of version " + node.path("version").asText("none") + ", not " + VERSION);
    }
    JsonNode container = node.path("container");
    JsonNode cause = node.path("cause");
    return new EvidenceManifest(
        node.path("id").asText(),
        node.path("host").asText(),
        container.path("id").asText(),
        container.path("name").asText(),
        container.path("image_id").asText(),
        nullable(cause, "alert"),
        nullable(cause, "rule"),
        nullable(cause, "policy"),
        nullable(cause, "source"),
        nullable(cause, "operator"),
        texts(node.path("actions")),
        time(node, "began"),
        time(node, "finished"),
        nullable(node, "incomplete"),
        committed(node.path("image_commit")),
        volatilePart(node.path("volatile")),
        files(node.path("files")),
        missing(node.path("missing")));
  }

  private static @Nullable Committed committed(JsonNode node) {
    return node.isObject()
        ? new Committed(node.path("name").asText(), node.path("id").asText())
        : null;
  }

  private static @Nullable VolatilePart volatilePart(JsonNode node) {
    return node.isObject()
        ? new VolatilePart(
            time(node, "taken"),
            node.path("micros").asLong(),
            node.path("deadline_millis").asLong())
        : null;
  }

  private static List<EvidenceFile> files(JsonNode array) {
    List<EvidenceFile> files = new ArrayList<>();
    for (JsonNode file : array) {
      files.add(
          new EvidenceFile(
              file.path("name").asText(),
              file.path("bytes").asLong(),
              file.path("sha256").asText(),
              time(file, "taken"),
              file.path("micros").asLong()));
    }
    return files;
  }

  private static List<Missing> missing(JsonNode array) {
    List<Missing> missing = new ArrayList<>();
    array.forEach(one ->
        missing.add(
            new Missing(
                one.path("what").asText(), texts(one.path("of")), one.path("why").asText())));
    return missing;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  private static @Nullable String nullable(JsonNode node, String key) {
    return node.hasNonNull(key) ? node.get(key).asText() : null;
  }

  private static Instant time(JsonNode node, String key) {
    try {
      return Instant.parse(node.path(key).asText());
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("no time in its '" + key + "'", e);
    }
  }
}
