package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Puts the dashboards into Kibana through its import of saved objects ({@code POST
 * /api/saved_objects/_import}); what is there with the same ids is overwritten. Kibana has
 * Elasticsearch's users, hence user, password, API key and CA file are those of the indexer.
 */
public final class KibanaImport {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]+");
  private static final long MOST_BYTES = 4 << 20;
  private static final int MOST_TOLD = 5;
  private static final int MOST_CAUSES = 12;
  private static final int MOST_CHARACTERS = 300;

  private final URI base;
  private final IndexerSettings settings;

  /**
   * An import that sends nothing yet.
   *
   * @param url Kibana's, {@code https://kibana:5601}, with {@code /s/NAME} behind it for a space
   * @param settings for user and password or API key, and the CA file
   * @throws IllegalArgumentException when it is no such URL; the message says what is expected
   */
  public KibanaImport(String url, IndexerSettings settings) {
    this.base = checked(url);
    this.settings = settings;
  }

  private static URI checked(String url) {
    URI uri;
    try {
      uri = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("The URL of Kibana is none: " + e.getMessage(), e);
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "The URL of Kibana has a user in it; set elasticsearch.username and"
              + " elasticsearch.password, or LEUKO_ELASTICSEARCH_… in the environment");
    }
    boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!web
        || uri.getHost() == null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "The URL of Kibana is '"
              + url
              + "'; such as https://kibana:5601 or, with a space,"
              + " https://kibana:5601/s/NAME is expected");
    }
    return uri;
  }

  /**
   * Imports all dashboards, saved searches and data views.
   *
   * @return how many objects Kibana took
   * @throws IOException when Kibana is away or refuses; the message says why and what to do
   * @throws IllegalArgumentException when the CA file or the API key cannot be used
   */
  public int run() throws IOException, InterruptedException {
    String boundary = "leukocyte-" + UUID.randomUUID();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + "/api/saved_objects/_import?overwrite=true"))
            .timeout(ANSWER)
            .header("kbn-xsrf", "true")
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .POST(BodyPublishers.ofString(body(boundary), UTF_8));
    authorization().ifPresent(value -> request.header("Authorization", value));
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT);
    settings.caFile().map(ElasticsearchConnection::trusting).ifPresent(builder::sslContext);
    try (HttpClient client = builder.build()) {
      return taken(answer(client, request.build()));
    }
  }

  private HttpResponse<String> answer(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    try {
      return client.send(request, BodyHandlers.limiting(BodyHandlers.ofString(UTF_8), MOST_BYTES));
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new IOException(
          "Kibana at %s cannot be reached: %s; %s".formatted(base, why, advice(e)), e);
    }
  }

  /** What to do about a Kibana that does not answer. */
  private String advice(IOException e) {
    Throwable cause = e;
    for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
      String message = String.valueOf(cause.getMessage());
      String known =
          switch (cause) {
            case CertificateExpiredException expired -> "renew Kibana's certificate";
            case CertificateNotYetValidException early ->
                "set the clock of this host, or renew Kibana's certificate";
            case CertPathBuilderException unknown ->
                "set elasticsearch.ca-file to the certificate of the authority that vouches for"
                    + " Kibana, as PEM";
            case CertificateException other when message.contains(" matching ") ->
                "use a name in the URL that Kibana's certificate has";
            case SSLException plain when message.contains("SSL message") ->
                "it does not speak TLS: write http://, or switch TLS on in Kibana";
            default -> "";
          };
      if (!known.isEmpty()) {
        return known;
      }
      cause = cause.getCause();
    }
    return "check the URL and that Kibana runs"
        + ("https".equals(base.getScheme()) ? "" : "; if it speaks TLS, write https://");
  }

  private static String body(String boundary) {
    return "--"
        + boundary
        + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"leukocyte.ndjson\""
        + "\r\nContent-Type: application/ndjson\r\n\r\n"
        + Dashboards.everything()
        + "\r\n--"
        + boundary
        + "--\r\n";
  }

  private Optional<String> authorization() {
    return settings
        .apiKey()
        .map(KibanaImport::keyHeader)
        .or(() ->
            settings
                .username()
                .map(user -> {
                  String both = user + ":" + settings.password().orElse("");
                  return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(UTF_8));
                }));
  }

  /** The client's own complaint would show the key. */
  private static String keyHeader(String key) {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "elasticsearch.api-key has characters that no key has; give it as Kibana shows it"
              + " encoded");
    }
    return "ApiKey " + key;
  }

  private int taken(HttpResponse<String> response) throws IOException {
    JsonNode answer = json(response.body());
    if (response.statusCode() != 200) {
      throw new IOException(refusal(response.statusCode(), answer));
    }
    if (!answer.path("success").asBoolean(false)) {
      throw new IOException(
          "Kibana at " + base + " did not take the dashboards: " + problems(answer));
    }
    return answer.path("successCount").asInt();
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      return MAPPER.createObjectNode(); // a page of a proxy's
    }
  }

  private String refusal(int status, JsonNode answer) {
    String said = brief(answer.path("message").asText(""));
    String advice =
        switch (status) {
          case 301, 302, 303, 307, 308 -> "it leads elsewhere; give the address that it leads to";
          case 401 ->
              "set elasticsearch.username and elasticsearch.password, or elasticsearch.api-key";
          case 403 -> "the user needs the privilege to manage saved objects in that space";
          case 404 -> "check the URL, Kibana's base path and the space";
          default -> "see Kibana's log";
        };
    return "Kibana at %s answered %d%s; %s"
        .formatted(base, status, said.isEmpty() ? "" : ": " + said, advice);
  }

  private static String problems(JsonNode answer) {
    List<String> problems = new ArrayList<>();
    for (JsonNode error : answer.path("errors")) {
      if (problems.size() == MOST_TOLD) {
        problems.add("and " + (answer.path("errors").size() - MOST_TOLD) + " more");
        break;
      }
      String message = error.at("/error/message").asText("");
      problems.add(
          "%s %s: %s%s"
              .formatted(
                  brief(error.path("type").asText("object")),
                  brief(error.path("id").asText("")),
                  brief(error.at("/error/type").asText("unknown")),
                  message.isEmpty() ? "" : " (" + brief(message) + ")"));
    }
    return problems.isEmpty() ? "it does not say why" : String.join("; ", problems);
  }

  /** What others wrote, bounded and without control characters. */
  private static String brief(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "…";
  }
}
