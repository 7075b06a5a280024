package io.leukocyte.engine;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the engine.
 *
 * @param host {@code unix:///path} or {@code tcp://host:port}
 * @param certificates folder with ca.pem, cert.pem and key.pem for TLS; null for none
 * @param deadline of one call
 * @param maxCalls calls at the same time; more wait, within their deadline
 * @param maxStreams subscriptions at the same time; each has a thread and a connection
 * @param reconnect first pause before a lost stream is opened again; it doubles up to 64 times that
 * @param lineTimeout after which the beginning of a log line is handed on without its end
 * @param endTime what the engine may take to end a container that must; twice that to remove it
 */
public record EngineOptions(
    URI host,
    @Nullable Path certificates,
    Duration deadline,
    int maxCalls,
    int maxStreams,
    Duration reconnect,
    Duration lineTimeout,
    Duration endTime) {

  /** Where Docker listens unless told otherwise. */
  public static final URI DEFAULT_HOST = URI.create("unix:///var/run/docker.sock");

  /** Checks the values. */
  public EngineOptions {
    String scheme = host.getScheme();
    if (scheme == null || !(scheme.equals("unix") || scheme.equals("tcp"))) {
      throw new IllegalArgumentException(
          "Cannot use the engine at '" + host + "': it is unix:///path or tcp://host:port");
    }
    requirePositive("deadline", deadline);
    requirePositive("reconnect", reconnect);
    requirePositive("lineTimeout", lineTimeout);
    requirePositive("endTime", endTime);
    if (maxCalls < 1 || maxStreams < 1) {
      throw new IllegalArgumentException(
          "The engine needs at least one call and one stream, not "
              + maxCalls
              + " and "
              + maxStreams);
    }
  }

  /** The defaults for an engine. */
  public static EngineOptions of(URI host) {
    return new EngineOptions(
        host,
        null,
        Duration.ofSeconds(10),
        16,
        512,
        Duration.ofMillis(100),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10));
  }

  /**
   * What {@code DOCKER_HOST}, {@code DOCKER_TLS_VERIFY} and {@code DOCKER_CERT_PATH} say, or the
   * defaults.
   *
   * @throws IllegalArgumentException when the host is not understood
   */
  public static EngineOptions fromEnvironment(Map<String, String> environment) {
    String host = environment.getOrDefault("DOCKER_HOST", "");
    EngineOptions options = host.isBlank() ? of(DEFAULT_HOST) : ofHost(host.strip());
    String certificates = environment.getOrDefault("DOCKER_CERT_PATH", "");
    boolean verify = !environment.getOrDefault("DOCKER_TLS_VERIFY", "").isBlank();
    return verify && !certificates.isBlank()
        ? options.withCertificates(Path.of(certificates))
        : options;
  }

  private static EngineOptions ofHost(String host) {
    try {
      return of(URI.create(host));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Cannot use DOCKER_HOST '%s': an engine is at unix:///path or tcp://host:port."
              .formatted(host),
          e);
    }
  }

  /** The same with TLS. */
  public EngineOptions withCertificates(Path folder) {
    return new EngineOptions(
        host, folder, deadline, maxCalls, maxStreams, reconnect, lineTimeout, endTime);
  }

  /** The same with another deadline of a call. */
  public EngineOptions withDeadline(Duration other) {
    return new EngineOptions(
        host, certificates, other, maxCalls, maxStreams, reconnect, lineTimeout, endTime);
  }

  /** The same with another bound of streams. */
  public EngineOptions withMaxStreams(int other) {
    return new EngineOptions(
        host, certificates, deadline, maxCalls, other, reconnect, lineTimeout, endTime);
  }

  /** The same with another first pause before a stream is opened again. */
  public EngineOptions withReconnect(Duration other) {
    return new EngineOptions(
        host, certificates, deadline, maxCalls, maxStreams, other, lineTimeout, endTime);
  }

  /** The same with another pause after which an unfinished line is handed on. */
  public EngineOptions withLineTimeout(Duration other) {
    return new EngineOptions(
        host, certificates, deadline, maxCalls, maxStreams, reconnect, other, endTime);
  }

  /** The same with another time in which a container ends. */
  public EngineOptions withEndTime(Duration other) {
    return new EngineOptions(
        host, certificates, deadline, maxCalls, maxStreams, reconnect, lineTimeout, other);
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be longer than " + value);
    }
  }
}
