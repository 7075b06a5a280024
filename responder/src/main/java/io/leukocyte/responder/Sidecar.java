package io.leukocyte.responder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.LogLine;
import io.leukocyte.engine.NewContainer;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerFacts.Limits;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The container of a web application firewall in front of one port of another container, in whose
 * network namespace it lives. Its name is in the journal before it is made, and cannot be guessed:
 * what has the name is ours.
 */
final class Sidecar {
  /** With which all their names begin. */
  static final String PREFIX = "leuko-waf-";

  private static final Limits LIMITS = new Limits(512L << 20, 0, 64);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long POLL_MILLIS = 10;
  private static final int CHECK_EACH = 20;

  private final Host host;
  private final Waf waf;
  private final Undo.TakeAwayWaf.Front front;
  private final ContainerFacts target;

  Sidecar(Host host, Waf waf, Undo.TakeAwayWaf.Front front, ContainerFacts target) {
    this.host = host;
    this.waf = waf;
    this.front = front;
    this.target = target;
  }

  /** Where the application is reached from within its namespace: not by loopback. */
  static Optional<String> address(ContainerFacts facts) {
    return facts.networks().stream()
        .map(network -> {
          @Nullable String four = network.address();
          return four != null ? four : network.address6();
        })
        .flatMap(address -> Optional.ofNullable(address).stream())
        .findFirst();
  }

  private String backend() {
    String address = address(target).orElse("127.0.0.1");
    return "http://" + (address.contains(":") ? "[" + address + "]" : address) + ":" + front.port();
  }

  /** Whether it runs in the container's namespace, and leads to where the application is now. */
  boolean isUp() {
    Optional<ContainerFacts> facts = facts();
    return facts.filter(this::isRight).isPresent()
        && host.door().listening(ContainerProcess.of(target)).contains(front.listen());
  }

  private boolean isRight(ContainerFacts facts) {
    return Host.runs(facts)
        && host.door().same(ContainerProcess.of(target), ContainerProcess.of(facts))
        && leadsTo(facts.container().id(), backend());
  }

  private Optional<ContainerFacts> facts() {
    return host.engine().resolve(front.sidecar()).flatMap(host.engine()::inspect);
  }

  private boolean leadsTo(ContainerId id, String backend) {
    try {
      String text = host.engine().describe(id).orElse("{}");
      for (JsonNode variable : JournalLines.MAPPER.readTree(text).path("Config").path("Env")) {
        if (variable.asText().equals("BACKEND=" + backend)) {
          return true;
        }
      }
      return false;
    } catch (JsonProcessingException e) {
      throw new NetworkFilterException("The engine describes a WAF in no JSON: " + e, e);
    }
  }

  /** Starts it, unless it is as it should be. */
  void start() {
    Optional<ContainerFacts> before = facts();
    if (before.filter(this::isRight).isPresent()) {
      return;
    }
    before.ifPresent(facts -> host.engine().remove(facts.container().id(), true));
    host.engine().start(host.engine().create(wanted()));
  }

  /** Waits until it listens: by then its rules are read. */
  Optional<Outcome.Failed> await() {
    ContainerProcess process = ContainerProcess.of(target);
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (int i = 1; !host.door().listening(process).contains(front.listen()); i++) {
      if (i % CHECK_EACH == 0 && facts().filter(Host::runs).isEmpty()) {
        return Optional.of(new Outcome.Failed("the WAF ended at once: " + lastWords()));
      }
      if (System.nanoTime() - end > 0 || !pause()) {
        return Optional.of(
            new Outcome.Failed(
                "the WAF does not listen after " + PATIENCE.toSeconds() + " s: " + lastWords()));
      }
    }
    return Optional.empty();
  }

  private static boolean pause() {
    try {
      Thread.sleep(POLL_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private String lastWords() {
    try {
      Optional<ContainerId> id = host.engine().resolve(front.sidecar());
      List<String> lines =
          id.map(i -> host.engine().lastLines(i, 3)).orElse(List.of()).stream()
              .map(LogLine::text)
              .toList();
      return lines.isEmpty()
          ? "it said nothing"
          : Text.clip(Text.printable(String.join(" ", lines)), 300);
    } catch (EngineException e) {
      return "and its log cannot be read: " + e.getMessage();
    }
  }

  private NewContainer wanted() {
    WafOptions options = waf.options();
    NewContainer.Builder wanted =
        NewContainer.named(front.sidecar(), options.image())
            .networkMode("container:" + target.container().id())
            .capDrop("ALL")
            .securityOption("no-new-privileges")
            .tmpfs("/tmp", "rw,nosuid,nodev,size=128m,mode=1777")
            .limits(LIMITS)
            .logDriver("json-file")
            .logOption("max-size", "10m")
            .logOption("max-file", "2");
    if (options.hasOwnImage()) {
      wanted.readOnlyRoot();
    } else {
      wanted.capAdd("CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID"); // it begins as root
    }
    environment().forEach(pair -> wanted.environment(pair.key(), pair.value()));
    return wanted.build();
  }

  private record Variable(String key, String value) {}

  /** By the words of owasp/modsecurity-crs, of its third and its fourth version. */
  private List<Variable> environment() {
    WafOptions options = waf.options();
    String level = String.valueOf(options.paranoia());
    List<Variable> all = new ArrayList<>();
    all.add(new Variable("PORT", String.valueOf(front.listen())));
    all.add(new Variable("SSL_PORT", String.valueOf(front.listen() + 1)));
    all.add(new Variable("BACKEND", backend()));
    all.add(new Variable("PARANOIA", level));
    all.add(new Variable("BLOCKING_PARANOIA", level));
    all.add(new Variable("ANOMALY_INBOUND", "5"));
    all.add(new Variable("ALLOWED_METHODS", "GET HEAD POST OPTIONS PUT PATCH DELETE"));
    all.add(new Variable("MODSEC_RULE_ENGINE", engine(options.mode())));
    all.add(new Variable("MODSEC_AUDIT_ENGINE", "RelevantOnly"));
    all.add(new Variable("MODSEC_AUDIT_LOG", "/dev/stdout"));
    all.add(new Variable("MODSEC_AUDIT_LOG_FORMAT", "JSON"));
    all.add(new Variable("MODSEC_AUDIT_LOG_TYPE", "Serial"));
    all.add(new Variable("MODSEC_AUDIT_LOG_PARTS", "AHZ")); // no headers: they hold secrets
    all.add(new Variable("MODSEC_RESP_BODY_ACCESS", "Off"));
    all.add(new Variable("MODSEC_STATUS_ENGINE", "Off"));
    all.add(new Variable("ACCESSLOG", "/dev/null"));
    all.add(new Variable("BLOCK_ADDRESSES", String.join(" ", waf.blocked().addresses())));
    all.add(new Variable("BLOCK_PATHS", String.join(" ", waf.blocked().paths())));
    return all;
  }

  private static String engine(WafOptions.Mode mode) {
    return switch (mode) {
      case BLOCK -> "On";
      case DETECT -> "DetectionOnly";
    };
  }

  /** The name of one that is to be made. */
  static String newName(ContainerFacts target, int port) {
    String name = target.container().name().toLowerCase(Locale.ROOT);
    String shown = name.isEmpty() ? target.container().id().brief() : Text.clip(name, 60);
    String token = UUID.randomUUID().toString().replace("-", "").substring(0, 16);
    return PREFIX + "%s-%d-%s".formatted(shown.replaceAll("[^a-z0-9_.-]", "_"), port, token);
  }
}
