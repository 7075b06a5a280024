package io.leukocyte.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A finding as the ECS document of the topic of findings. Reading gives back exactly what was
 * written.
 */
public final class FindingJson {
  private FindingJson() {}

  /** The document in UTF-8. It lacks event.ingested, which whoever stores it sets. */
  public static byte[] write(Finding finding) {
    ObjectNode root = Json.object();
    root.put("@timestamp", Json.time(finding.updated()));
    root.put("message", message(finding));
    root.putObject("ecs").put("version", Json.ECS_VERSION);
    root.set("event", event(finding));
    if (finding.host() != null) {
      root.putObject("host").put("id", finding.host().value());
    }
    root.set("container", container(finding));
    root.set("package", software(finding.software()));
    root.set("vulnerability", vulnerability(finding.advisory()));
    root.putObject("observer").put("vendor", "Leukocyte").put("product", "Leukocyte");
    ObjectNode own = own(finding);
    root.putObject("leukocyte").set("finding", own);
    return Json.bytesWithin(AlertJson.MAX_BYTES, root, own);
  }

  private static String message(Finding finding) {
    return finding.advisory().id()
        + " in "
        + finding.software().name()
        + " "
        + finding.software().version()
        + (finding.state() == Finding.State.FIXED ? ": fixed" : "");
  }

  private static ObjectNode event(Finding finding) {
    ObjectNode event = Json.object();
    event.put("id", finding.id().value());
    event.put("kind", "state");
    Json.put(event, "category", List.of("vulnerability"));
    Json.put(event, "type", List.of("info"));
    event.put("action", finding.state().text());
    event.put("module", "leukocyte");
    event.put("dataset", "leukocyte.findings");
    event.put("severity", finding.advisory().severity().number());
    event.put("created", Json.time(finding.found()));
    return event;
  }

  private static ObjectNode container(Finding finding) {
    ObjectNode container =
        finding.container() == null ? Json.object() : EventTree.container(finding.container());
    ObjectNode image = Json.object();
    image.put("name", finding.image().name());
    if (finding.image().tag() != null) {
      image.putArray("tag").add(finding.image().tag());
    }
    if (finding.image().digest() != null) {
      image.putObject("hash").putArray("all").add(finding.image().digest());
    }
    container.set("image", image);
    return container;
  }

  private static ObjectNode software(Finding.Software software) {
    ObjectNode tree = Json.object();
    tree.put("type", software.type());
    tree.put("name", software.name());
    tree.put("version", software.version());
    Json.put(tree, "architecture", software.architecture());
    Json.put(tree, "path", software.path());
    return tree;
  }

  private static ObjectNode vulnerability(Finding.Advisory advisory) {
    ObjectNode tree = Json.object();
    tree.put("id", advisory.id());
    if (advisory.id().startsWith("CVE-")) {
      tree.put("enumeration", "CVE");
    }
    tree.put("severity", advisory.severity().text());
    tree.put("description", advisory.description());
    Json.put(tree, "reference", advisory.reference());
    tree.putObject("scanner").put("vendor", advisory.vendor());
    if (advisory.score() != null) {
      tree.put("classification", "CVSS");
      ObjectNode score = tree.putObject("score").put("base", advisory.score());
      Json.put(score, "version", advisory.scoreVersion());
    }
    return tree;
  }

  private static ObjectNode own(Finding finding) {
    ObjectNode own = Json.object();
    own.put("id", finding.id().value());
    own.put("version", finding.updated());
    own.put("state", finding.state().text());
    own.put("purl", finding.software().purl());
    own.put("fix_available", finding.fixedVersion() != null);
    Json.put(own, "fixed_version", finding.fixedVersion());
    Json.put(own, "fixed_by", finding.fixedBy() == null ? null : finding.fixedBy().value());
    return own;
  }

  /**
   * Reads a finding.
   *
   * @param document one JSON object in UTF-8
   * @throws MalformedJsonException when it is not a finding; the message names the field
   */
  public static Finding read(byte[] document) throws MalformedJsonException {
    Fields root = Json.read(new String(document, StandardCharsets.UTF_8));
    Fields own = root.in("leukocyte").in("finding");
    Fields image = root.in("container").in("image");
    @Nullable String digest = image.in("hash").first("all");
    return new Finding(
        advisory(root.in("vulnerability")),
        software(root.in("package"), own.required("purl")),
        own.text("fixed_version"),
        new Finding.Image(image.required("name"), image.first("tag"), digest),
        EventFields.container(root),
        root.in("host").parsed("id", HostId::new),
        own.requiredParsed("state", FindingJson::state),
        root.in("event").requiredParsed("created", Json::nanos),
        root.requiredParsed("@timestamp", Json::nanos),
        own.parsed("fixed_by", ActionId::new));
  }

  private static Finding.Advisory advisory(Fields tree) throws MalformedJsonException {
    Fields score = tree.in("score");
    return new Finding.Advisory(
        tree.required("id"),
        tree.requiredParsed("severity", FindingJson::severity),
        score.has("base") ? (Double) score.decimal("base", 0) : null,
        score.text("version"),
        tree.textOr("description", ""),
        tree.text("reference"),
        tree.in("scanner").textOr("vendor", ""));
  }

  private static Finding.Software software(Fields tree, String purl) throws MalformedJsonException {
    return new Finding.Software(
        tree.required("type"),
        tree.required("name"),
        tree.required("version"),
        purl,
        tree.text("architecture"),
        tree.text("path"));
  }

  private static Finding.State state(String text) {
    for (Finding.State state : Finding.State.values()) {
      if (state.text().equals(text.toLowerCase(Locale.ROOT))) {
        return state;
      }
    }
    throw new IllegalArgumentException("open, fixed or reopened is expected");
  }

  private static Finding.Severity severity(String text) {
    return Finding.Severity.ofText(text)
        .orElseThrow(() -> new IllegalArgumentException("a severity such as high is expected"));
  }
}
