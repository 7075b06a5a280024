package io.leukocyte.responder;

import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import io.leukocyte.events.config.Key;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.ValueType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The operator's page.
 *
 * @param enabled whether there is one
 * @param address where it listens
 * @param port the same; 0: any that is free
 * @param tokenFile holds the token; empty: {@code web-token} in the responder's folder
 * @param names names, besides localhost and addresses, under which browsers may ask for it
 * @param tls the key and certificates for TLS; empty: without
 */
public record WebSettings(
    boolean enabled,
    String address,
    int port,
    Optional<Path> tokenFile,
    List<String> names,
    Optional<Tls> tls) {

  /**
   * What TLS is spoken with.
   *
   * @param keystore a file in PKCS #12 form
   * @param password opens it
   */
  public record Tls(Path keystore, String password) {
    /** Without the password. */
    @Override
    public String toString() {
      return "Tls[keystore=" + keystore + "]";
    }
  }

  /** Whether there is a page. */
  public static final Key<Boolean> ENABLED =
      Key.of(
          "responder.web.enabled",
          ValueType.bool(),
          true,
          "Whether the responder serves a page for operators.");

  /** Where it listens. */
  public static final Key<String> ADDRESS =
      Key.of(
          "responder.web.address",
          ValueType.text(),
          "127.0.0.1",
          "Address on which the page is served; another than a loopback one needs"
              + " responder.web.keystore or responder.web.allow-remote.");

  /** At which port. */
  public static final Key<Integer> PORT =
      Key.of(
          "responder.web.port",
          ValueType.port(),
          7075,
          "Port at which the page is served; 0 is any that is free.");

  /** What lets operators in. */
  public static final Key<Optional<Path>> TOKEN_FILE =
      Key.optional(
          "responder.web.token-file",
          ValueType.path(),
          "File with the token that lets operators in, readable for its owner alone; made at the"
              + " first start; default responder/web-token in the data folder.");

  /** Under which names. */
  public static final Key<List<String>> NAMES =
      Key.of(
          "responder.web.names",
          ValueType.list(),
          List.of(),
          "Names of hosts, besides localhost and addresses, under which browsers may ask for the"
              + " page.");

  /** For TLS. */
  public static final Key<Optional<Path>> KEYSTORE =
      Key.optional(
          "responder.web.keystore",
          ValueType.path(),
          "PKCS #12 file with the page's private key and certificates; with it the page is served"
              + " over TLS only.");

  /** Opens the keystore. */
  public static final Key<Optional<String>> KEYSTORE_PASSWORD =
      Key.secret("responder.web.keystore-password", "Password of responder.web.keystore.");

  /** Whether it may be reached from elsewhere in the clear. */
  public static final Key<Boolean> ALLOW_REMOTE =
      Key.of(
          "responder.web.allow-remote",
          ValueType.bool(),
          false,
          "Whether the page may be served without TLS at an address that is no loopback one, such"
              + " as behind a proxy that speaks TLS.");

  /** All of them. */
  public static final List<Key<?>> KEYS =
      List.of(ENABLED, ADDRESS, PORT, TOKEN_FILE, NAMES, KEYSTORE, KEYSTORE_PASSWORD, ALLOW_REMOTE);

  /** No page. */
  static final WebSettings NONE =
      new WebSettings(false, "127.0.0.1", 0, Optional.empty(), List.of(), Optional.empty());

  /** Copies the list. */
  public WebSettings {
    names = List.copyOf(names);
  }

  /**
   * The settings of a configuration.
   *
   * @throws ConfigException when the page would be open to the network, or has half of what TLS
   *     needs
   */
  public static WebSettings from(Config config) {
    Optional<Path> keystore = config.get(KEYSTORE);
    Optional<String> password = config.get(KEYSTORE_PASSWORD);
    List<Problem> problems = new ArrayList<>();
    if (keystore.isPresent() != password.isPresent()) {
      problems.add(
          config.problem(
              keystore.isPresent() ? KEYSTORE : KEYSTORE_PASSWORD,
              "the keystore and its password belong together",
              "set responder.web.keystore and responder.web.keystore-password-file"));
    }
    if (config.get(ENABLED) && keystore.isEmpty() && !config.get(ALLOW_REMOTE)) {
      exposure(config).ifPresent(problems::add);
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return new WebSettings(
        config.get(ENABLED),
        config.get(ADDRESS),
        config.get(PORT),
        config.get(TOKEN_FILE),
        config.get(NAMES),
        keystore.map(file -> new Tls(file, password.orElseThrow())));
  }

  private static Optional<Problem> exposure(Config config) {
    try {
      if (InetAddress.getByName(config.get(ADDRESS)).isLoopbackAddress()) {
        return Optional.empty();
      }
      return Optional.of(
          config.problem(
              ADDRESS,
              "the page would be served to the network in the clear, token and all",
              "set responder.web.keystore for TLS; or keep 127.0.0.1 and use 'ssh -L"
                  + " 7075:127.0.0.1:7075 HOST'; or, behind a proxy that speaks TLS, set"
                  + " responder.web.allow-remote: true"));
    } catch (UnknownHostException e) {
      return Optional.of(
          config.problem(ADDRESS, "no such address", "write an address of this machine"));
    }
  }
}
