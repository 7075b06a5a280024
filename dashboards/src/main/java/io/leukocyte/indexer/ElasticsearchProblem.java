package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.http.ConnectionClosedException;
import org.apache.http.HttpEntity;
import org.apache.http.HttpException;
import org.apache.http.conn.ConnectTimeoutException;
import org.elasticsearch.client.ResponseException;
import org.jspecify.annotations.Nullable;

/**
 * Why Elasticsearch does not do what it was asked for, in words for whoever runs it.
 *
 * @param problem what happened, with what the node said
 * @param todo what to do about it when it lasts
 */
record ElasticsearchProblem(String problem, String todo) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String CANNOT = "Elasticsearch cannot be reached: ";
  private static final String KEPT = "nothing is lost meanwhile";
  private static final String OURS = "logs-leukocyte.*,metrics-leukocyte.*,leukocyte-*";
  private static final int MOST_CAUSES = 12;

  /** A request that has no answer, or one that is an error. */
  static ElasticsearchProblem of(Exception e) {
    Throwable cause = e;
    for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
      ElasticsearchProblem known = known(cause);
      if (known != null) {
        return known;
      }
      cause = cause.getCause();
    }
    return new ElasticsearchProblem(
        CANNOT + message(e), "check elasticsearch.url and that the node runs; " + KEPT);
  }

  private static @Nullable ElasticsearchProblem known(Throwable cause) {
    return switch (cause) {
      case ResponseException answer -> ofAnswer(answer);
      case CertificateExpiredException expired ->
          new ElasticsearchProblem(
              "the certificate of Elasticsearch has expired: " + message(expired),
              "renew the node's certificate, or its authority's (elasticsearch-certutil http);"
                  + " the indexer goes on by itself, and "
                  + KEPT);
      case CertificateNotYetValidException early ->
          new ElasticsearchProblem(
              "the certificate of Elasticsearch is not valid yet: " + message(early),
              "set the clock of this host, or renew the certificate; " + KEPT);
      case CertPathBuilderException unknown ->
          new ElasticsearchProblem(
              "the certificate of Elasticsearch is of an authority that is not trusted here: "
                  + message(unknown),
              "set elasticsearch.ca-file to that authority's certificate as PEM (a node that made"
                  + " its own has it in config/certs/http_ca.crt) and start the indexer again; "
                  + KEPT);
      case SSLPeerUnverifiedException other ->
          new ElasticsearchProblem(
              "the certificate of Elasticsearch is for another host: " + message(other),
              "use a name in elasticsearch.url that the certificate has, or add this one to the"
                  + " certificate's subject alternative names; "
                  + KEPT);
      // Others have a cause that says more, but for what is no TLS at all.
      case SSLException plain when message(plain).contains("SSL message") ->
          new ElasticsearchProblem(
              CANNOT + "it does not speak TLS: " + message(plain),
              "write http:// into elasticsearch.url, or switch TLS on at the node; " + KEPT);
      case UnknownHostException name ->
          new ElasticsearchProblem(
              CANNOT + "there is no host " + message(name),
              "check the names in elasticsearch.url and this host's name server; " + KEPT);
      case ConnectTimeoutException silent ->
          new ElasticsearchProblem(
              CANNOT + "no connection within 5 s: " + message(silent),
              "check elasticsearch.url and firewalls on the way; " + KEPT);
      case SocketTimeoutException slow ->
          new ElasticsearchProblem(
              "Elasticsearch did not answer in time: " + message(slow),
              "look at the node's load, disk and collections of garbage (GET _nodes/hot_threads);"
                  + " the request is sent again, and what is stored already is not stored twice");
      case ConnectException refused ->
          new ElasticsearchProblem(
              CANNOT + message(refused),
              "start the node, or check host and port in elasticsearch.url; " + KEPT);
      case NoRouteToHostException far ->
          new ElasticsearchProblem(
              CANNOT + message(far), "check elasticsearch.url and the network; " + KEPT);
      case ConnectionClosedException closed ->
          new ElasticsearchProblem(
              CANNOT + "it closed the connection without an answer: " + message(closed),
              "see whether the node is being restarted; if it speaks TLS, write https:// into"
                  + " elasticsearch.url; "
                  + KEPT);
      case HttpException strange ->
          new ElasticsearchProblem(
              CANNOT + "it does not speak HTTP there: " + message(strange),
              "write https:// into elasticsearch.url if the node speaks TLS, or check the port; "
                  + KEPT);
      default -> null;
    };
  }

  /** An answer of the node, or of what stands in front of it. */
  private static ElasticsearchProblem ofAnswer(ResponseException answer) {
    int status = answer.getResponse().getStatusLine().getStatusCode();
    JsonNode error = error(answer.getResponse().getEntity());
    String type = error.path("type").asText("");
    String reason = error.path("reason").asText("");
    return new ElasticsearchProblem(
        "Elasticsearch answered "
            + status
            + ": "
            + (type.isEmpty() ? "without a reason" : Text.clip(type + ": " + reason, 500)),
        todo(status, type, reason));
  }

  private static JsonNode error(@Nullable HttpEntity entity) {
    if (entity != null) {
      try (InputStream in = entity.getContent()) {
        return MAPPER.readTree(in).path("error");
      } catch (IOException e) {
        // Another server's page; the status has to do.
      }
    }
    return MAPPER.missingNode();
  }

  /**
   * What to do about an answer that is an error.
   *
   * @param status of the request, or of one item
   * @param type of the error, as Elasticsearch names it; empty when it said none
   * @param reason its text; empty when it said none
   */
  static String todo(int status, String type, String reason) {
    String text = reason.toLowerCase(Locale.ROOT);
    return switch (type) {
      case "cluster_block_exception" -> blocked(text);
      case "index_not_found_exception" ->
          "let the node make data streams: action.auto_create_index has to allow logs-leukocyte.*"
              + " and metrics-leukocyte.*; it is tried again";
      case "validation_exception" ->
          "raise cluster.max_shards_per_node, delete old indices, or add a node; it is tried again";
      case "es_rejected_execution_exception", "circuit_breaking_exception" ->
          "the node has more to do than it can: give it processors, memory or a faster disk; it is"
              + " tried again";
      case "unavailable_shards_exception", "no_shard_available_action_exception" ->
          "see why the shard is not there: GET _cluster/allocation/explain; it is tried again";
      default -> byStatus(status, text);
    };
  }

  private static String blocked(String text) {
    if (text.contains("flood") || text.contains("allow delete") || text.contains("allow-delete")) {
      return "the disk of Elasticsearch is full: make room or add a node, then it lifts the block"
          + " by itself (or, set by hand: PUT "
          + OURS
          + "/_settings"
          + " {\"index.blocks.read_only_allow_delete\": null}); nothing is lost";
    }
    if (text.contains("forbidden/")) {
      return "somebody has blocked writing: PUT "
          + OURS
          + "/_settings {\"index.blocks.write\":"
          + " null, \"index.blocks.read_only\": null} allows it again; nothing is lost";
    }
    return "the cluster is not ready: GET _cluster/health says more; it is tried again";
  }

  private static String byStatus(int status, String text) {
    return switch (status) {
      case 401 ->
          text.contains("expired") || text.contains("invalidated")
              ? "make a new API key, put it into elasticsearch.api-key and start the indexer again;"
                  + " nothing is lost meanwhile"
              : "check elasticsearch.username and password, or elasticsearch.api-key, and start the"
                  + " indexer again; nothing is lost meanwhile";
      case 403 ->
          "give the user create_doc, auto_configure, read and view_index_metadata on"
              + " logs-leukocyte.* and metrics-leukocyte.*, index and auto_configure on"
              + " leukocyte-incidents-* and leukocyte-findings-*; nothing is lost meanwhile";
      default -> "look at the node's log; it is tried again";
    };
  }

  private static String message(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : Text.clip(e.getMessage(), 300);
  }
}
