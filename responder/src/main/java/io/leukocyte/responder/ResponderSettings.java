package io.leukocyte.responder;

import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import io.leukocyte.events.config.Key;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.ValueType;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The responder's settings.
 *
 * @param policies a folder of policy files, or one; empty: those that come with Leukocyte, in
 *     dry-run
 * @param maxAlertAge older alerts are not acted on
 * @param serviceLabel the label that names a container's service where Compose does not
 * @param protectedContainers names or ids that are never touched
 * @param protectedImages images whose containers are never touched
 * @param protectedLabels labels whose containers are never touched
 * @param webhooks endpoints by name; their addresses are secret
 * @param evidenceBytes all evidence on this host; the oldest goes first
 * @param evidenceFileBytes a larger file is not copied
 * @param evidenceCopiesBytes all copies of one snapshot
 * @param evidenceDelay a response waits so long for volatile evidence, at most
 * @param fleet how it keeps together with those of other hosts
 * @param telling how people are told, but for plain webhooks
 * @param web the operator's page
 * @param programs what policies may run
 */
public record ResponderSettings(
    Optional<Path> policies,
    Duration maxAlertAge,
    String serviceLabel,
    List<String> protectedContainers,
    List<String> protectedImages,
    List<String> protectedLabels,
    Map<String, URI> webhooks,
    long evidenceBytes,
    long evidenceFileBytes,
    long evidenceCopiesBytes,
    Duration evidenceDelay,
    FleetSettings fleet,
    NotifySettings telling,
    WebSettings web,
    Programs programs) {

  /** Where the policies are. */
  public static final Key<Optional<Path>> POLICIES =
      Key.optional(
          "responder.policies",
          ValueType.path(),
          "A folder of policy files, or one file; without it the shipped ones, which only try.");

  /** How old an alert may be. */
  public static final Key<Duration> MAX_ALERT_AGE =
      Key.of(
          "responder.max-alert-age",
          ValueType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
          Duration.ofMinutes(5),
          "Alerts whose event is older, or as much in the future, are not acted on.");

  /** Which label names a service. */
  public static final Key<String> SERVICE_LABEL =
      Key.of(
          "responder.service-label",
          ValueType.text(),
          "service",
          "The label that names a container's service for share-of-service; Compose's own labels"
              + " win.");

  /** Containers by name or id. */
  public static final Key<List<String>> PROTECT_CONTAINERS =
      Key.of(
          "protect.containers",
          ValueType.list(),
          List.of(),
          "Names or ids of containers that are never touched; * is any run of characters.");

  /** Containers by image. */
  public static final Key<List<String>> PROTECT_IMAGES =
      Key.of(
          "protect.images",
          ValueType.list(),
          List.of(),
          "Images, with or without tag, whose containers are never touched; * is any run of"
              + " characters.");

  /** Containers by label. */
  public static final Key<List<String>> PROTECT_LABELS =
      Key.of(
          "protect.labels",
          ValueType.list(),
          List.of(),
          "Labels, key=value or key, whose containers are never touched.");

  /** Webhooks by name. */
  public static final Key<Map<String, String>> WEBHOOKS =
      new Key<>(
          "notify.webhooks",
          ValueType.map(),
          Map.of(),
          "Addresses that policies can post alerts to, by the name they use.",
          true);

  /** How much evidence. */
  public static final Key<Long> EVIDENCE_BYTES =
      Key.of(
          "responder.evidence-bytes",
          ValueType.bytes(1L << 20, 1L << 50),
          2L << 30,
          "Room for evidence on this host; for new evidence the oldest is dropped, but not that of"
              + " actions that are open.");

  /** How large a file is copied. */
  public static final Key<Long> EVIDENCE_FILE_BYTES =
      Key.of(
          "responder.evidence-file-bytes",
          ValueType.bytes(0, 1L << 40),
          32L << 20,
          "A changed program that is larger is hashed, and not copied into the evidence.");

  /** How much is copied for one snapshot. */
  public static final Key<Long> EVIDENCE_COPIES_BYTES =
      Key.of(
          "responder.evidence-copies-bytes",
          ValueType.bytes(0, 1L << 40),
          128L << 20,
          "All copies of programs in one snapshot together.");

  /** How long a response waits. */
  public static final Key<Duration> EVIDENCE_DELAY =
      Key.of(
          "responder.evidence-delay",
          ValueType.duration(Duration.ofMillis(1), Duration.ofSeconds(10)),
          Duration.ofMillis(100),
          "A response waits so long, at most, for evidence that it would destroy; what is not read"
              + " by then is named as missing.");

  /** What may be run. */
  public static final Key<Optional<Path>> RUN_FILE =
      Key.optional(
          "responder.run-file",
          ValueType.path(),
          "A file that lists the programs and containers that policies may run, by name; only its"
              + " owner may write to it.");

  /** All of them. */
  public static final List<Key<?>> KEYS =
      Stream.concat(
              Stream.<Key<?>>of(
                  POLICIES,
                  MAX_ALERT_AGE,
                  SERVICE_LABEL,
                  PROTECT_CONTAINERS,
                  PROTECT_IMAGES,
                  PROTECT_LABELS,
                  WEBHOOKS,
                  EVIDENCE_BYTES,
                  EVIDENCE_FILE_BYTES,
                  EVIDENCE_COPIES_BYTES,
                  EVIDENCE_DELAY,
                  RUN_FILE),
              Stream.of(FleetSettings.KEYS, NotifySettings.KEYS, WebSettings.KEYS)
                  .flatMap(List::stream))
          .toList();

  /** Copies the collections. */
  public ResponderSettings {
    protectedContainers = List.copyOf(protectedContainers);
    protectedImages = List.copyOf(protectedImages);
    protectedLabels = List.copyOf(protectedLabels);
    webhooks = Collections.unmodifiableMap(new TreeMap<>(webhooks));
  }

  /**
   * The settings of a configuration.
   *
   * @throws ConfigException when a webhook's address is none, or the file of programs has problems
   */
  public static ResponderSettings from(Config config) {
    Map<String, URI> webhooks = webhooks(config);
    return new ResponderSettings(
        config.get(POLICIES),
        config.get(MAX_ALERT_AGE),
        config.get(SERVICE_LABEL),
        config.get(PROTECT_CONTAINERS),
        config.get(PROTECT_IMAGES),
        config.get(PROTECT_LABELS),
        webhooks,
        config.get(EVIDENCE_BYTES),
        config.get(EVIDENCE_FILE_BYTES),
        config.get(EVIDENCE_COPIES_BYTES),
        config.get(EVIDENCE_DELAY),
        FleetSettings.from(config),
        NotifySettings.from(config, webhooks.keySet()),
        WebSettings.from(config),
        programs(config));
  }

  private static Programs programs(Config config) {
    List<Problem> problems = new ArrayList<>();
    Programs programs =
        config.get(RUN_FILE).map(f -> ProgramReader.read(f, problems)).orElse(Programs.NONE);
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return programs;
  }

  /** The same for one host with a Kafka of its own. */
  public ResponderSettings alone() {
    return with(policies, fleet.alone());
  }

  /** The same with other policies: a folder of policy files, or one. */
  public ResponderSettings withPolicies(Path path) {
    return with(Optional.of(path), fleet);
  }

  private ResponderSettings with(Optional<Path> otherPolicies, FleetSettings otherFleet) {
    return new ResponderSettings(
        otherPolicies,
        maxAlertAge,
        serviceLabel,
        protectedContainers,
        protectedImages,
        protectedLabels,
        webhooks,
        evidenceBytes,
        evidenceFileBytes,
        evidenceCopiesBytes,
        evidenceDelay,
        otherFleet,
        telling,
        web,
        programs);
  }

  /** The names under which policies can tell people. */
  public Channels channels() {
    return new Channels(
        webhooks.keySet(),
        telling.slack().keySet(),
        telling.mailTo().keySet(),
        telling.syslog().keySet(),
        programs.names());
  }

  EvidenceLimits evidence() {
    return new EvidenceLimits(evidenceBytes, evidenceFileBytes, evidenceCopiesBytes, evidenceDelay);
  }

  private static Map<String, URI> webhooks(Config config) {
    Map<String, URI> webhooks = new TreeMap<>();
    List<Problem> problems = new ArrayList<>();
    config
        .get(WEBHOOKS)
        .forEach((name, address) ->
            address(address)
                .ifPresentOrElse(
                    uri -> webhooks.put(name, uri),
                    () ->
                        problems.add(
                            config.problem(
                                WEBHOOKS,
                                "the address of '" + name + "' is not an http or https one",
                                "write https://host/path"))));
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return webhooks;
  }

  /** An address of the web; empty when the text is none. */
  static Optional<URI> address(String text) {
    try {
      URI uri = new URI(text);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      return web && uri.getHost() != null ? Optional.of(uri) : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty(); // the caller says so, without the address
    }
  }

  /** The settings without the secrets. */
  @Override
  public String toString() {
    return "ResponderSettings[policies="
        + policies
        + ", maxAlertAge="
        + maxAlertAge
        + ", webhooks="
        + webhooks.keySet()
        + "]";
  }
}
