package io.leukocyte.events;

import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import io.leukocyte.events.config.HostPort;
import io.leukocyte.events.config.Key;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.ValueType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;

/**
 * How every role reaches Kafka.
 *
 * @param bootstrap brokers to begin with
 * @param security encryption and authentication
 * @param mechanism how the user proves who it is; matters with SASL only
 * @param user present exactly with SASL
 * @param password present exactly with SASL
 * @param truststore PEM file of the authorities that may vouch for brokers; absent: the JVM's
 * @param keystore PEM file with the client's own key and certificates; absent: none
 * @param properties further settings of the Kafka clients, by their own names
 */
public record KafkaSettings(
    List<HostPort> bootstrap,
    Security security,
    Mechanism mechanism,
    Optional<String> user,
    Optional<String> password,
    Optional<Path> truststore,
    Optional<Path> keystore,
    Map<String, String> properties) {

  /** Kafka's security protocols. */
  public enum Security {
    /** Neither encrypted nor authenticated. */
    PLAINTEXT,
    /** Encrypted. */
    SSL,
    /** Authenticated. */
    SASL_PLAINTEXT,
    /** Encrypted and authenticated. */
    SASL_SSL;

    boolean sasl() {
      return this == SASL_PLAINTEXT || this == SASL_SSL;
    }

    boolean tls() {
      return this == SSL || this == SASL_SSL;
    }
  }

  /** Ways to prove who one is with a user's name and a password. */
  public enum Mechanism {
    /** The password itself. */
    PLAIN("PLAIN"),
    /** Salted challenge and response, SHA-256. */
    SCRAM_SHA_256("SCRAM-SHA-256"),
    /** Salted challenge and response, SHA-512. */
    SCRAM_SHA_512("SCRAM-SHA-512");

    private final String text;

    Mechanism(String text) {
      this.text = text;
    }
  }

  /** {@code kafka.bootstrap}. */
  public static final Key<List<HostPort>> BOOTSTRAP =
      Key.of(
          "kafka.bootstrap",
          ValueType.hosts(),
          List.of(new HostPort("127.0.0.1", 9092)),
          "Brokers to begin with.");

  /** {@code kafka.security}. */
  public static final Key<Security> SECURITY =
      Key.of(
          "kafka.security",
          ValueType.oneOf(Security.class),
          Security.PLAINTEXT,
          "Encryption and authentication between Leukocyte and Kafka.");

  /** {@code kafka.mechanism}. */
  public static final Key<Mechanism> MECHANISM =
      Key.of(
          "kafka.mechanism",
          ValueType.oneOf(Mechanism.class),
          Mechanism.SCRAM_SHA_512,
          "How the user proves who it is, with SASL.");

  /** {@code kafka.user}. */
  public static final Key<Optional<String>> USER =
      Key.optional("kafka.user", ValueType.text(), "The user's name, with SASL.");

  /** {@code kafka.password}. */
  public static final Key<Optional<String>> PASSWORD =
      Key.secret("kafka.password", "The user's password, with SASL.");

  /** {@code kafka.truststore}. */
  public static final Key<Optional<Path>> TRUSTSTORE =
      Key.optional(
          "kafka.truststore",
          ValueType.path(),
          "PEM file of the authorities that may vouch for brokers; without it the JVM's own.");

  /** {@code kafka.keystore}. */
  public static final Key<Optional<Path>> KEYSTORE =
      Key.optional(
          "kafka.keystore",
          ValueType.path(),
          "PEM file with the client's private key and certificates, where brokers ask for them.");

  /** {@code kafka.properties}. */
  public static final Key<Map<String, String>> PROPERTIES =
      Key.of(
          "kafka.properties",
          ValueType.map(),
          Map.of(),
          "Further settings of the Kafka clients, by their own names; they win.");

  /** All settings of this kind. */
  public static final List<Key<?>> KEYS =
      List.of(BOOTSTRAP, SECURITY, MECHANISM, USER, PASSWORD, TRUSTSTORE, KEYSTORE, PROPERTIES);

  /** Copies the collections. */
  public KafkaSettings {
    bootstrap = List.copyOf(bootstrap);
    properties = Map.copyOf(properties);
  }

  /** Kafka on this machine without any security, as tests and trials use it. */
  public static KafkaSettings plain(HostPort broker) {
    return new KafkaSettings(
        List.of(broker),
        Security.PLAINTEXT,
        Mechanism.SCRAM_SHA_512,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  /**
   * The settings of a configuration.
   *
   * @throws ConfigException when they do not fit together
   */
  public static KafkaSettings from(Config config) {
    Security security = config.get(SECURITY);
    List<Problem> problems = new ArrayList<>();
    if (config.get(BOOTSTRAP).isEmpty()) {
      problems.add(config.problem(BOOTSTRAP, "names no broker", "write host:port"));
    }
    if (security.sasl()) {
      requireWithSasl(config, USER, problems);
      requireWithSasl(config, PASSWORD, problems);
    } else if (config.isSet(PASSWORD) || config.isSet(USER)) {
      problems.add(
          config.problem(
              config.isSet(USER) ? USER : PASSWORD,
              "is set, but kafka.security has no SASL: it would not be used",
              "set kafka.security to sasl-ssl or sasl-plaintext, or remove it"));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return new KafkaSettings(
        config.get(BOOTSTRAP),
        security,
        config.get(MECHANISM),
        config.get(USER),
        config.get(PASSWORD),
        config.get(TRUSTSTORE),
        config.get(KEYSTORE),
        config.get(PROPERTIES));
  }

  private static void requireWithSasl(
      Config config, Key<Optional<String>> key, List<Problem> problems) {
    if (config.get(key).isEmpty()) {
      problems.add(config.problem(SECURITY, "needs " + key.name(), "set it, or " + key.variable()));
    }
  }

  /** The same as Kafka's clients take it; of serializers and group nothing. */
  public Map<String, Object> clientProperties() {
    Map<String, Object> client = new HashMap<>();
    client.put(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
        bootstrap.stream().map(HostPort::toString).collect(Collectors.joining(",")));
    client.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, security.name());
    if (security.sasl()) {
      client.put(SaslConfigs.SASL_MECHANISM, mechanism.text);
      client.put(SaslConfigs.SASL_JAAS_CONFIG, jaas());
    }
    if (security.tls()) {
      truststore.ifPresent(path -> pem(client, path, TRUST_TYPE, TRUST_FILE));
      keystore.ifPresent(path -> pem(client, path, KEY_TYPE, KEY_FILE));
    }
    client.putAll(properties);
    return client;
  }

  private static final String TRUST_TYPE = SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG;
  private static final String TRUST_FILE = SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG;
  private static final String KEY_TYPE = SslConfigs.SSL_KEYSTORE_TYPE_CONFIG;
  private static final String KEY_FILE = SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG;

  private static void pem(Map<String, Object> client, Path path, String type, String location) {
    client.put(type, "PEM");
    client.put(location, path.toString());
  }

  private String jaas() {
    String module =
        mechanism == Mechanism.PLAIN
            ? "org.apache.kafka.common.security.plain.PlainLoginModule"
            : "org.apache.kafka.common.security.scram.ScramLoginModule";
    return module
        + " required username="
        + quoted(user.orElse(""))
        + " password="
        + quoted(password.orElse(""))
        + ";";
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "KafkaSettings[bootstrap="
        + bootstrap
        + ", security="
        + security
        + ", user="
        + user
        + "]";
  }
}
