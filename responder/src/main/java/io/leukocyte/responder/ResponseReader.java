package io.leukocyte.responder;

import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the actions of one policy, in order, and finds orders that make no sense. */
final class ResponseReader {
  /** The actions there are. */
  static final List<String> TYPES =
      List.of(
          "notify",
          "snapshot",
          "throttle",
          "quarantine",
          "pause",
          "restart",
          "recycle",
          "stop",
          "kill",
          "kill-process",
          "block-image",
          "waf",
          "run");

  private static final List<String> WAYS = List.of("webhook", "slack", "mail", "syslog", "log");
  private static final List<String> SIGNALS =
      List.of("KILL", "TERM", "INT", "QUIT", "HUP", "ABRT", "USR1", "USR2");
  static final Duration SHORTEST = Duration.ofSeconds(1);
  static final Duration LONGEST = Duration.ofDays(30);
  static final Duration LONGEST_GRACE = Duration.ofMinutes(10);

  private final Channels channels;
  private final List<Problem> problems;
  private final ChangeReader changes;
  private final ScopeReader scopes;
  private final Set<Response> seen = new HashSet<>();
  private @Nullable Response ended;

  ResponseReader(Channels channels, List<Problem> problems) {
    this.channels = channels;
    this.problems = problems;
    changes = new ChangeReader(problems);
    scopes = new ScopeReader(problems);
  }

  /**
   * Reads the next action: {@code quarantine: {for: 15m}}, or the bare name.
   *
   * @param always whether it is done in any case; else it may stand for another that failed
   */
  Optional<Response> read(YamlNode item, boolean always) {
    YamlNode.Scalar name;
    YamlNode parameters;
    if (item instanceof YamlNode.Scalar scalar && !scalar.isNull()) {
      name = scalar;
      parameters = new YamlNode.Mapping(item.at(), List.of());
    } else if (item instanceof YamlNode.Mapping mapping && mapping.entries().size() == 1) {
      name = mapping.entries().getFirst().key();
      parameters = mapping.entries().getFirst().value();
    } else {
      problems.add(
          new Problem(
              item.at(),
              "an action is one name with its parameters, not " + item.description(),
              "write '- quarantine: {for: 15m}', one action an item"));
      return Optional.empty();
    }
    Optional<Response> response = response(name, parameters);
    response.filter(r -> always).ifPresent(r -> inOrder(name.at(), r));
    return response;
  }

  private Optional<Response> response(YamlNode.Scalar name, YamlNode parameters) {
    return switch (name.text()) {
      case "notify" -> notify(name, parameters);
      case "snapshot" -> fields(name, parameters, "capture", "commit").map(this::snapshot);
      case "quarantine" ->
          fields(name, parameters, "for", "pause", "allow", "interfaces")
              .map(f ->
                  new Quarantine(
                      length(f), f.node("pause").isEmpty() || f.truth("pause"), scopes.read(f)));
      case "pause" -> fields(name, parameters, "for").map(f -> new Pause(length(f)));
      case "waf" ->
          fields(name, parameters, WafReader.KEYS)
              .map(f -> new WafReader(f, problems).read(length(f)));
      case "stop" ->
          fields(name, parameters, "grace", "for")
              .map(f ->
                  new Stop(
                      f.duration("grace", Duration.ZERO, LONGEST_GRACE)
                          .orElse(Duration.ofSeconds(10)),
                      length(f)));
      case "kill-process" ->
          fields(name, parameters, ChangeReader.KILL_PROCESS).map(changes::killProcess);
      case "block-image" -> fields(name, parameters, "running", "for").map(this::blockImage);
      case "run" -> fields(name, parameters, "program").flatMap(f -> run(name, f));
      case "kill" -> fields(name, parameters, "signal", "for").map(this::kill);
      case "restart" -> fields(name, parameters, "grace").map(ChangeReader::restart);
      case "throttle" ->
          fields(name, parameters, ChangeReader.THROTTLE).map(f -> changes.throttle(name, f));
      case "recycle" -> fields(name, parameters, ChangeReader.RECYCLE).map(ChangeReader::recycle);
      default -> {
        String hint = Suggestion.didYouMean(name.text(), TYPES);
        problems.add(
            new Problem(
                name.at(),
                "unknown action '" + Fields.shown(name.text()) + "'",
                hint.isEmpty() ? "there are " + String.join(", ", TYPES) : hint));
        yield Optional.empty();
      }
    };
  }

  private Optional<Fields> fields(YamlNode.Scalar name, YamlNode node, String... keys) {
    return Fields.of(node, name.text(), List.of(keys), problems);
  }

  static Optional<Duration> length(Fields fields) {
    return fields.duration("for", SHORTEST, LONGEST);
  }

  private Snapshot snapshot(Fields fields) {
    Optional<Snapshot.Capture> capture =
        fields
            .node("capture")
            .flatMap(node -> Fields.of(node, "capture", List.of("for", "bytes"), problems))
            .map(f ->
                new Snapshot.Capture(
                    f.duration("for", Snapshot.Capture.SHORTEST, Snapshot.Capture.LONGEST)
                        .orElse(Snapshot.Capture.USUAL),
                    f.bytes("bytes", Snapshot.Capture.LEAST_BYTES, Snapshot.Capture.MOST_BYTES)
                        .orElse(Snapshot.Capture.USUAL_BYTES)));
    return new Snapshot(capture, fields.truth("commit"));
  }

  private Kill kill(Fields fields) {
    String written = fields.text("signal").orElse(Kill.DEADLY).toUpperCase(Locale.ROOT);
    String signal = written.startsWith("SIG") ? written.substring(3) : written;
    if (!SIGNALS.contains(signal)) {
      String hint = Suggestion.didYouMean(signal, SIGNALS);
      problems.add(
          fields.problem(
              "signal",
              "unknown signal '" + Fields.shown(written) + "'",
              hint.isEmpty() ? "there are " + String.join(", ", SIGNALS) : hint));
    }
    if (fields.node("for").isPresent() && !signal.equals(Kill.DEADLY)) {
      problems.add(
          fields.problem(
              "for",
              "SIG" + signal + " may not end the container, so that it cannot be started again",
              "use the signal KILL, or stop, with 'for'"));
    }
    return new Kill(signal, length(fields));
  }

  private BlockImage blockImage(Fields fields) {
    String word = fields.text("running").orElse("leave");
    List<String> words =
        Arrays.stream(BlockedImage.Running.values()).map(BlockedImage.Running::text).toList();
    boolean known = words.contains(word);
    if (!known) {
      String hint = Suggestion.didYouMean(word, words);
      problems.add(
          fields.problem(
              "running",
              "containers that run cannot be '" + Fields.shown(word) + "'",
              hint.isEmpty() ? "write " + String.join(", ", words) : hint));
    }
    return new BlockImage(
        known ? BlockedImage.Running.of(word) : BlockedImage.Running.LEAVE, length(fields));
  }

  private Optional<Response> run(YamlNode.Scalar name, Fields fields) {
    if (fields.node("program").isEmpty()) {
      problems.add(new Problem(name.at(), "run names no program", "write {program: NAME}"));
    }
    return named(
            fields, "program", channels.programs(), "name it in the file of responder.run-file: %s")
        .map(Run::new);
  }

  private Optional<Response> notify(YamlNode.Scalar name, YamlNode parameters) {
    Optional<Fields> found = fields(name, parameters, WAYS.toArray(String[]::new));
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Fields fields = found.get();
    List<String> ways = WAYS.stream().filter(way -> fields.node(way).isPresent()).toList();
    if (ways.size() != 1) {
      problems.add(
          new Problem(
              name.at(),
              "notify needs one way to tell, either webhook, slack, mail, syslog or log",
              "write {webhook: NAME} or {log: {}}, one notify for each"));
      return Optional.empty();
    }
    Optional<Notify.Channel> channel =
        switch (ways.getFirst()) {
          case "webhook" ->
              named(
                      fields,
                      "webhook",
                      channels.webhooks(),
                      "set its address: notify.webhooks: {%s: https://…}")
                  .map(Notify.Channel.Webhook::new);
          case "slack" ->
              named(
                      fields,
                      "slack",
                      channels.slack(),
                      "set its address: notify.slack: {%s: https://…}")
                  .map(Notify.Channel.Slack::new);
          case "mail" ->
              named(
                      fields,
                      "mail",
                      channels.mail(),
                      "set its address: notify.mail.to: {%s: name@host}")
                  .map(Notify.Channel.Mail::new);
          case "syslog" ->
              named(
                      fields,
                      "syslog",
                      channels.syslog(),
                      "set its address: notify.syslog: {%s: tls://host:6514}")
                  .map(Notify.Channel.Syslog::new);
          default -> {
            fields.node("log").ifPresent(node -> Fields.of(node, "log", List.of(), problems));
            yield Optional.of(new Notify.Channel.Log());
          }
        };
    return channel.map(Notify::new);
  }

  private Optional<String> named(Fields fields, String way, Set<String> known, String setting) {
    Optional<String> name = fields.text(way);
    if (name.isPresent() && !known.contains(name.get())) {
      String hint = Suggestion.didYouMean(name.get(), known);
      String shown = Fields.shown(name.get());
      problems.add(
          fields.problem(
              way,
              "there is no " + way + " '" + shown + "'",
              hint.isEmpty() ? setting.formatted(shown) : hint));
    }
    return name;
  }

  /** After the container was ended nothing can be done to it; doing the same twice is a slip. */
  private void inOrder(Position at, Response response) {
    Response before = ended;
    if (before != null
        && response instanceof Intervention
        && !(response instanceof Run)
        && !(response instanceof BlockImage)) {
      problems.add(
          new Problem(
              at,
              response.type() + " after " + before.type() + " can do nothing: the container ended",
              "put it before, or remove it"));
    } else if (!seen.add(response)
        || (response instanceof Intervention && seen.stream().anyMatch(s -> twin(s, response)))) {
      problems.add(
          new Problem(at, "the action " + response.type() + " stands twice", "remove one"));
    }
    if (ends(response)) {
      ended = response;
    }
  }

  /** Whether the container does not run after it. */
  static boolean ends(Response response) {
    return response instanceof Stop
        || response instanceof Recycle
        || (response instanceof Kill kill && kill.signal().equals(Kill.DEADLY));
  }

  private static boolean twin(Response one, Response other) {
    return !one.equals(other)
        && one.type().equals(other.type())
        && !(one instanceof Kill)
        && !(one instanceof Run);
  }
}
