package io.leukocyte.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import com.github.dockerjava.transport.SSLConfig;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The engine's API over docker-java's transport, in JSON. Answers are read as trees, not as
 * docker-java's own types: those fail on a capability or a state that a newer engine knows.
 */
final class DockerHttp implements AutoCloseable {
  /** The API version that this code was measured with; engines that insist get their oldest. */
  static final ApiVersion SPOKEN = new ApiVersion(1, 41);

  private static final int MAX_ANSWER = 8 * 1024 * 1024;
  private static final int MAX_LIST = 32 * 1024 * 1024;
  private static final int MAX_MESSAGE = 500;
  private static final int MAX_ERROR = 64 * 1024;
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(5);
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  /** Small tokens become large trees: this many at most are taken of one answer. */
  private static final int MAX_TOKENS = 2_000_000;

  private final ObjectMapper mapper = new ObjectMapper();
  private final ObjectMapper answers =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxTokenCount(MAX_TOKENS).build())
              .build());
  private final EngineOptions options;
  private final DockerHttpClient calls;
  private final DockerHttpClient streams;
  private final Watchdog watchdog;
  private final Semaphore freeStreams;
  private final Watchdog openings;
  private volatile @Nullable Spoken spoken;

  /** What is spoken with whom. */
  private record Spoken(ApiVersion version, Product product) {}

  DockerHttp(EngineOptions options) {
    this.options = options;
    SSLConfig tls = tls(options);
    // On TCP an interrupt does not end a read: the socket's own timeout does, in the end.
    calls = client(options, tls, options.maxCalls(), LONGEST_SILENCE);
    streams = client(options, tls, options.maxStreams() + options.maxCalls(), Duration.ZERO);
    watchdog = new Watchdog(options.maxCalls());
    openings = new Watchdog(options.maxStreams());
    freeStreams = new Semaphore(options.maxStreams());
  }

  private static @Nullable SSLConfig tls(EngineOptions options) {
    Path certificates = options.certificates();
    if (certificates == null) {
      return null;
    }
    return DefaultDockerClientConfig.createDefaultConfigBuilder()
        .withDockerHost(options.host().toString())
        .withDockerTlsVerify(true)
        .withDockerCertPath(certificates.toString())
        .build()
        .getSSLConfig();
  }

  private static DockerHttpClient client(
      EngineOptions options, @Nullable SSLConfig tls, int connections, Duration silence) {
    ApacheDockerHttpClient.Builder builder =
        new ApacheDockerHttpClient.Builder()
            .dockerHost(options.host())
            .maxConnections(connections)
            .connectionTimeout(options.deadline());
    if (tls != null) {
      builder.sslConfig(tls);
    }
    return (silence.isZero() ? builder : builder.responseTimeout(silence)).build();
  }

  /** The version of the API that both sides speak. */
  ApiVersion version() {
    return spoken().version();
  }

  /** Who answers. */
  Product product() {
    return spoken().product();
  }

  private Spoken spoken() {
    Spoken known = spoken;
    if (known == null) {
      String what = "ask the engine for its version";
      JsonNode answer = call(what, "GET", "/version", null, deadline());
      if (!answer.isObject()) {
        throw strange(what, "an object is expected");
      }
      ApiVersion version =
          SPOKEN.between(
              ApiVersion.parse(answer.path("MinAPIVersion").asText("")),
              ApiVersion.parse(answer.path("ApiVersion").asText("")));
      known = new Spoken(version, Product.of(answer));
      spoken = known;
    }
    return known;
  }

  /**
   * An answer in JSON; missing when it has no body.
   *
   * @param what for messages: an infinitive
   * @param path without the version
   */
  JsonNode get(String what, String path) {
    return call(what, "GET", versioned(path), null, deadline());
  }

  /** As {@link #get}; anything but an object is no answer of an engine. */
  JsonNode object(String what, String path) {
    JsonNode answer = get(what, path);
    if (!answer.isObject()) {
      throw strange(what, "an object is expected");
    }
    return answer;
  }

  /** As {@link #get}; anything but a list is no answer of an engine: nothing would be a lie. */
  JsonNode list(String what, String path) {
    JsonNode answer = call(what, "GET", versioned(path), null, deadline(), MAX_LIST);
    if (!answer.isArray() && !answer.isNull()) { // null is how Go may write an empty list
      throw strange(what, "a list is expected");
    }
    return answer;
  }

  /** What the engine says of a container, in Docker's words. */
  JsonNode inspect(ContainerId container) {
    JsonNode inspect = inspectRaw(container);
    return switch (product()) {
      case DOCKER -> inspect;
      case PODMAN -> PodmanAnswers.inspect(inspect);
    };
  }

  /** What the engine says of a container, in its own words. */
  JsonNode inspectRaw(ContainerId container) {
    String what = inspecting(container);
    JsonNode inspect = object(what, "/containers/" + container + "/json");
    if (!inspect.path("Id").asText("").equals(container.value())) {
      throw strange(what, "it is about another container");
    }
    return inspect;
  }

  /** For messages. */
  static String inspecting(ContainerId container) {
    return "inspect container " + container.brief();
  }

  /** Makes something of an answer in JSON; what no engine says is an error. */
  <T> T understand(String what, JsonNode answer, Function<JsonNode, T> reader) {
    try {
      return reader.apply(answer);
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException e) {
      throw strange(what, String.valueOf(e.getMessage()));
    }
  }

  /** The answer is not one of an engine. */
  EngineException strange(String what, String why) {
    return new EngineException.Refused(
        "Cannot "
            + what
            + ": the answer makes no sense ("
            + Text.clip(Text.printable(why), MAX_MESSAGE)
            + "); is "
            + options.host()
            + " an engine?",
        null);
  }

  /** Makes something of an answer's body while it comes. */
  interface BodyReader<T> {
    T read(InputStream body) throws IOException;
  }

  /**
   * An answer that is read while it comes.
   *
   * @param extraTime for the whole of it, beyond a call's deadline
   */
  <T> T read(String what, String path, Duration extraTime, BodyReader<T> reader) {
    String versioned = versioned(path);
    return watchdog.call(
        what,
        deadline().plus(extraTime),
        () -> {
          try (Response response = checked(what, send(what, calls, "GET", versioned, null))) {
            return reader.read(response.getBody());
          }
        },
        late -> {});
  }

  /** As {@link #get}. */
  JsonNode post(String what, String path, @Nullable JsonNode body, Duration extraTime) {
    return call(what, "POST", versioned(path), body, deadline().plus(extraTime));
  }

  /** As {@link #post}, for what has no answer but that it is done: Podman's is no JSON. */
  void order(String what, String path, JsonNode body) {
    switch (product()) {
      case DOCKER -> post(what, path, body, Duration.ZERO);
      case PODMAN -> orderPodman(what, versioned(path), body);
    }
  }

  private void orderPodman(String what, String path, JsonNode body) {
    String answer =
        watchdog.call(
            what,
            deadline(),
            () -> {
              try (Response response = checked(what, send(what, calls, "POST", path, body))) {
                return body(response).strip();
              }
            },
            late -> {});
    if (!List.of("OK", "\"OK\"", "").contains(answer)) {
      throw strange(what, answer);
    }
  }

  /** A header of the answer to a question about what is there, whether it is or not. */
  Optional<String> header(String what, String path, String name) {
    String versioned = versioned(path);
    return watchdog.call(
        what,
        deadline(),
        () -> {
          try (Response response = send(what, calls, "HEAD", versioned, null)) {
            return response.getHeaders().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .flatMap(header -> header.getValue().stream())
                .findFirst();
          }
        },
        late -> {});
  }

  /** As {@link #get}; the path may have a query. */
  JsonNode delete(String what, String path, Duration extraTime) {
    return call(what, "DELETE", versioned(path), null, deadline().plus(extraTime));
  }

  /** Whether one more stream may be opened; then {@link #releaseStream} gives it back. */
  boolean acquireStream() {
    return freeStreams.tryAcquire();
  }

  void releaseStream() {
    freeStreams.release();
  }

  /**
   * Opens a stream. Its headers have come; the caller closes it.
   *
   * @param path without the version
   */
  Response open(String what, String path) {
    return open(what, path, watchdog, deadline());
  }

  /**
   * As {@link #open}, for a stream whose headers come no sooner than its first piece: Podman's logs
   * of a container that is silent. It holds none of the calls up. It waits long: Podman goes on
   * reading for one that has hung up until the container ends.
   */
  Response openSilent(String what, String path) {
    return open(what, path, openings, LONGEST_WAIT);
  }

  private Response open(String what, String path, Watchdog guard, Duration deadline) {
    String versioned = versioned(path);
    return guard.call(
        what,
        deadline,
        () -> checked(what, send(what, streams, "GET", versioned, null)),
        Response::close);
  }

  /** Asks for a sign of life. */
  void ping() {
    String what = "reach the engine";
    watchdog.call(
        what,
        deadline(),
        () -> {
          try (Response response = checked(what, send(what, calls, "GET", "/_ping", null))) {
            return response.getStatusCode();
          }
        },
        status -> {});
  }

  ObjectMapper mapper() {
    return mapper;
  }

  private Duration deadline() {
    return options.deadline();
  }

  private String versioned(String path) {
    return "/v" + version() + path;
  }

  private JsonNode call(
      String what, String method, String path, @Nullable JsonNode body, Duration deadline) {
    return call(what, method, path, body, deadline, MAX_ANSWER);
  }

  private JsonNode call(
      String what,
      String method,
      String path,
      @Nullable JsonNode body,
      Duration deadline,
      int most) {
    return watchdog.call(
        what,
        deadline,
        () -> {
          try (Response response = checked(what, send(what, calls, method, path, body))) {
            return parse(what, response, most);
          }
        },
        late -> {});
  }

  private Response send(
      String what, DockerHttpClient client, String method, String path, @Nullable JsonNode body) {
    try {
      byte[] bytes = body == null ? null : mapper.writeValueAsBytes(body);
      return client.execute(new ApiRequest(method, path, bytes));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree is always JSON", e);
    } catch (RuntimeException e) {
      throw unavailable(what, e);
    }
  }

  private JsonNode parse(String what, Response response, int most) {
    try {
      byte[] answer = response.getBody().readNBytes(most + 1);
      if (answer.length > most) {
        throw new EngineException.Refused(
            "Cannot " + what + ": the answer is larger than " + most + " bytes", null);
      }
      return answer.length == 0 ? MissingNode.getInstance() : answers.readTree(answer);
    } catch (StreamConstraintsException e) {
      throw new EngineException.Refused(
          "Cannot " + what + ": the answer is too large or too deep: " + e.getOriginalMessage(), e);
    } catch (JsonProcessingException e) {
      throw new EngineException.Refused(
          "Cannot " + what + ": the answer is not JSON; is " + options.host() + " an engine?", e);
    } catch (IOException e) {
      throw unavailable(what, e);
    }
  }

  /** The response when it tells of success or of nothing to do; else the error. */
  private Response checked(String what, Response response) {
    int status = response.getStatusCode();
    if ((status >= 200 && status < 300) || status == 304) {
      return response;
    }
    try (response) {
      String body = body(response);
      JsonNode said = body.startsWith("{") ? tree(body) : MissingNode.getInstance();
      if (status == 404 && !said.has("message")) {
        // Of an engine it would mean that there is no such container.
        throw strange(what, "404: " + body.strip());
      }
      String message = body.isEmpty() ? "it does not say why" : body;
      message = said.path("message").asText(message).strip();
      throw error(what, status, Text.clip(Text.printable(message), MAX_MESSAGE));
    }
  }

  private static String body(Response response) {
    try {
      return new String(response.getBody().readNBytes(MAX_ERROR), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private JsonNode tree(String body) {
    try {
      return mapper.readTree(body);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  private EngineException error(String what, int status, String message) {
    String text = "Cannot " + what + ": the engine says '" + message + "'";
    return switch (status) {
      case 404 -> new EngineException.NotFound(text, null);
      case 409 -> new EngineException.Conflict(text, null);
      case 400 -> {
        // An engine that was exchanged for another one may speak another range of versions.
        spoken = null;
        yield new EngineException.Refused(text, null);
      }
      case 502, 503, 504 -> new EngineException.Unavailable(text, null);
      default -> new EngineException.Refused(text + " (" + status + ")", null);
    };
  }

  /** Why the connection failed, and what to do. */
  EngineException unavailable(String what, Throwable failure) {
    spoken = null;
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof IOException)) {
      cause = cause.getCause();
    }
    String start = "Cannot " + what + ": ";
    if (options.host().getScheme().equals("unix")) {
      return new EngineException.Unavailable(start + socketProblem(cause), failure);
    }
    String hint =
        cause instanceof ConnectException
            ? "nothing listens at " + options.host() + "; start the engine, or set DOCKER_HOST"
            : "the connection to " + options.host() + " failed (" + cause.getMessage() + ")";
    return new EngineException.Unavailable(start + hint, failure);
  }

  private String socketProblem(Throwable cause) {
    Path socket = Path.of(options.host().getPath());
    if (!Files.exists(socket)) {
      return "there is no engine at " + socket + "; start Docker, or set DOCKER_HOST to its socket";
    }
    if (!Files.isReadable(socket) || !Files.isWritable(socket)) {
      return "no permission on "
          + socket
          + "; run as root, or add this user to the group that owns it (usually docker)";
    }
    if (cause instanceof ConnectException) {
      return "nothing listens at " + socket + "; start Docker (systemctl start docker)";
    }
    return "the connection to " + socket + " broke (" + cause.getMessage() + ")";
  }

  @Override
  public void close() {
    watchdog.close();
    openings.close();
    closeQuietly(calls);
    closeQuietly(streams);
  }

  private static void closeQuietly(DockerHttpClient client) {
    try {
      client.close();
    } catch (IOException e) {
      // The connections are gone either way.
    }
  }
}
