package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.ProcessRef;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalLong;

/** An action with its parameters as the journal keeps it; durations in ISO 8601. */
final class ResponseJson {
  private ResponseJson() {}

  static ObjectNode write(Response response) {
    ObjectNode node = JournalLines.MAPPER.createObjectNode().put("type", response.type());
    response.length().ifPresent(length -> node.put("for", length.toString()));
    switch (response) {
      case Stop stop -> node.put("grace", stop.grace().toString());
      case Kill kill -> node.put("signal", kill.signal());
      case Notify notify -> {
        switch (notify.channel()) {
          case Notify.Channel.Log log -> node.put("channel", "log");
          case Notify.Channel.Webhook hook ->
              node.put("channel", "webhook").put("webhook", hook.name());
          case Notify.Channel.Slack slack -> node.put("channel", "slack").put("name", slack.name());
          case Notify.Channel.Mail mail -> node.put("channel", "mail").put("name", mail.name());
          case Notify.Channel.Syslog syslog ->
              node.put("channel", "syslog").put("name", syslog.name());
        }
      }
      case Quarantine quarantine -> {
        if (!quarantine.mayPause()) {
          node.put("pause", false);
        }
        ScopeJson.write(quarantine.scope(), node);
      }
      case Restart restart -> node.put("grace", restart.grace().toString());
      case Throttle throttle -> {
        throttle.cpus().ifPresent(n -> node.put("cpus", n));
        throttle.memory().ifPresent(n -> node.put("memory", n));
        throttle.pids().ifPresent(n -> node.put("pids", n));
        throttle.egress().ifPresent(n -> node.put("egress", n));
      }
      case Recycle recycle -> {
        node.put("grace", recycle.grace().toString());
        node.put("settle", recycle.settle().toString());
        node.put("within", recycle.within().toString());
        node.put("drain", recycle.drain().toString());
        recycle.keep().ifPresent(keep -> node.put("keep", keep.toString()));
      }
      case KillProcess kill -> {
        node.put("signal", kill.signal().name());
        node.put("tree", kill.tree()).put("init", kill.init());
        node.put("grace", kill.grace().toString());
        switch (kill.culprit()) {
          case Culprit.Unknown unknown -> {}
          case Culprit.Caused(ProcessRef process) ->
              node.put("pid", process.pid()).put("start", process.startTime());
          case Culprit.Pointed(int pid) -> node.put("pid", pid);
        }
      }
      case BlockImage block -> node.put("running", block.running().text());
      case Run run -> node.put("program", run.program());
      case Pause pause -> {}
      case Snapshot snapshot -> {
        snapshot
            .capture()
            .ifPresent(capture ->
                node.putObject("capture")
                    .put("for", capture.length().toString())
                    .put("bytes", capture.bytes()));
        if (snapshot.commit()) {
          node.put("commit", true);
        }
      }
      case Waf waf -> node.set("waf", WafJson.write(waf));
    }
    return node;
  }

  /**
   * Reads an action.
   *
   * @throws IllegalArgumentException when it is none of this version
   */
  static Response read(JsonNode node) {
    Optional<Duration> length =
        node.has("for") ? Optional.of(duration(node, "for")) : Optional.empty();
    String type = node.path("type").asText();
    return switch (type) {
      case "quarantine" ->
          new Quarantine(length, node.path("pause").asBoolean(true), ScopeJson.read(node));
      case "pause" -> new Pause(length);
      case "snapshot" ->
          new Snapshot(capture(node.path("capture")), node.path("commit").asBoolean());
      case "waf" -> WafJson.read(node.path("waf"), length);
      case "stop" -> new Stop(duration(node, "grace"), length);
      case "restart" -> new Restart(duration(node, "grace"));
      case "throttle" ->
          new Throttle(
              number(node, "cpus"),
              number(node, "memory"),
              number(node, "pids"),
              number(node, "egress"),
              length);
      case "recycle" ->
          new Recycle(
              duration(node, "grace"),
              duration(node, "settle"),
              duration(node, "within"),
              node.has("drain") ? duration(node, "drain") : Duration.ZERO,
              node.has("keep") ? Optional.of(duration(node, "keep")) : Optional.empty(),
              length);
      case "kill" -> new Kill(node.path("signal").asText(), length);
      case "kill-process" ->
          new KillProcess(
              Processes.Signal.valueOf(node.path("signal").asText()),
              node.path("tree").asBoolean(),
              node.path("init").asBoolean(),
              duration(node, "grace"),
              culprit(node));
      case "block-image" ->
          new BlockImage(BlockedImage.Running.of(node.path("running").asText()), length);
      case "run" -> new Run(node.path("program").asText());
      case "notify" -> new Notify(channel(node));
      default -> throw new IllegalArgumentException("Unknown action " + type);
    };
  }

  private static Culprit culprit(JsonNode node) {
    int pid = node.path("pid").asInt();
    if (pid == 0) {
      return new Culprit.Unknown();
    }
    return node.has("start")
        ? new Culprit.Caused(new ProcessRef(pid, node.path("start").asLong()))
        : new Culprit.Pointed(pid);
  }

  private static OptionalLong number(JsonNode node, String key) {
    return node.has(key) ? OptionalLong.of(node.path(key).asLong()) : OptionalLong.empty();
  }

  private static Optional<Snapshot.Capture> capture(JsonNode node) {
    return node.isObject()
        ? Optional.of(new Snapshot.Capture(duration(node, "for"), node.path("bytes").asLong()))
        : Optional.empty();
  }

  private static Notify.Channel channel(JsonNode node) {
    String kind = node.path("channel").asText();
    return switch (kind) {
      case "log" -> new Notify.Channel.Log();
      case "webhook" -> new Notify.Channel.Webhook(node.path("webhook").asText());
      case "slack" -> new Notify.Channel.Slack(node.path("name").asText());
      case "mail" -> new Notify.Channel.Mail(node.path("name").asText());
      case "syslog" -> new Notify.Channel.Syslog(node.path("name").asText());
      default -> throw new IllegalArgumentException("Unknown way to tell: " + kind);
    };
  }

  private static Duration duration(JsonNode node, String key) {
    try {
      return Duration.parse(node.path(key).asText());
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("Not a duration: " + node, e);
    }
  }
}
