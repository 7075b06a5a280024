package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what is too old where Elasticsearch does not: single incidents and findings always, for
 * no lifecycle knows of single documents; and the oldest indices of data streams on a node that has
 * no lifecycle of data streams, whose newest index it rolls over for that.
 */
final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int AT_ONCE = 500;
  private static final int MOST_TURNS = 200;

  private final RestClient rest;
  private final String namespace;
  private final Keeping keeping;
  private final InstantSource clock;
  private boolean saidForbidden;

  /**
   * A sweep that removes nothing yet.
   *
   * @param rest connection to the node
   * @param namespace whose documents
   * @param keeping how long they are kept
   * @param clock what is old
   */
  Sweep(RestClient rest, String namespace, Keeping keeping, InstantSource clock) {
    this.rest = rest;
    this.namespace = namespace;
    this.keeping = keeping;
    this.clock = clock;
  }

  /**
   * Removes what is too old by now. What it may not do it says once and leaves.
   *
   * @param streams whether data streams are its business, too
   */
  void run(boolean streams) {
    if (keeping.lifecycle() == Keeping.Lifecycle.OFF) {
      return;
    }
    for (DataStream stream : DataStream.values()) {
      try {
        if (stream.isLatest()) {
          documents(stream);
        } else if (streams) {
          indices(stream);
        }
      } catch (ResponseException e) {
        int status = e.getResponse().getStatusLine().getStatusCode();
        if (status == FORBIDDEN && !saidForbidden) {
          saidForbidden = true;
          LOG.info(
              "{}: what is older than {} stays, for this user may not remove it;"
                  + " docs/elasticsearch.md says what that takes",
              stream.name(namespace),
              Templates.time(keeping.of(stream)));
        } else if (status != FORBIDDEN && status != NOT_FOUND) {
          LOG.warn("{}: removing what is old failed: {}", stream.name(namespace), e.getMessage());
        }
      } catch (IOException e) {
        LOG.debug("{}: removing what is old failed", stream.name(namespace), e);
      }
    }
  }

  /** An index is as old as its last document, which came before the next index was made. */
  private void indices(DataStream stream) throws IOException {
    String name = stream.name(namespace);
    Duration retention = keeping.of(stream);
    Instant oldest = clock.instant().minus(retention);
    ObjectNode conditions = MAPPER.createObjectNode();
    conditions
        .putObject("conditions")
        .put("max_age", Templates.time(Templates.turn(retention)))
        .put("max_primary_shard_size", "20gb")
        .put("min_docs", 1);
    send("POST", "/" + name + "/_rollover", conditions);
    List<Index> indices = new ArrayList<>();
    JsonNode settings = send("GET", "/" + name + "/_settings/index.creation_date", null);
    for (Map.Entry<String, JsonNode> index : settings.properties()) {
      JsonNode created = index.getValue().at("/settings/index/creation_date");
      indices.add(new Index(created.asLong(Long.MAX_VALUE), index.getKey()));
    }
    indices.sort(Comparator.comparingLong(Index::created).thenComparing(Index::name));
    for (int i = 0; i < indices.size() - 1; i++) {
      if (indices.get(i + 1).created() < oldest.toEpochMilli()) {
        send("DELETE", "/" + indices.get(i).name(), null);
        LOG.info("{}: removed with all in it, which is too old", indices.get(i).name());
      }
    }
  }

  /**
   * An index of a data stream.
   *
   * @param created when, unix milliseconds
   * @param name its own
   */
  private record Index(long created, String name) {}

  /** A document that changed meanwhile is not old any more, and stays. */
  private void documents(DataStream stream) throws IOException {
    String name = stream.name(namespace);
    ObjectNode search = MAPPER.createObjectNode();
    search.put("size", AT_ONCE).put("_source", false).put("seq_no_primary_term", true);
    search
        .withObject("/query/range/@timestamp")
        .put("lt", clock.instant().minus(keeping.of(stream)).toString());
    for (int turn = 0; turn < MOST_TURNS; turn++) {
      JsonNode hits = send("POST", "/" + name + "/_search", search).at("/hits/hits");
      if (hits.isEmpty()) {
        return;
      }
      StringBuilder bulk = new StringBuilder();
      for (JsonNode hit : hits) {
        ObjectNode line = MAPPER.createObjectNode();
        line.putObject("delete")
            .put("_index", hit.path("_index").asText())
            .put("_id", hit.path("_id").asText())
            .put("if_seq_no", hit.path("_seq_no").asLong())
            .put("if_primary_term", hit.path("_primary_term").asLong());
        bulk.append(line).append('\n');
      }
      Request request = new Request("POST", "/_bulk?refresh=true");
      request.setJsonEntity(bulk.toString());
      JsonNode answer = answer(request);
      if (answer.path("errors").asBoolean(true)) {
        LOG.debug("{}: some were not removed; they are looked at next time", name);
        return;
      }
      LOG.info(
          "{}: removed {} older than {}", name, hits.size(), Templates.time(keeping.of(stream)));
    }
  }

  private JsonNode send(String method, String path, @Nullable ObjectNode body) throws IOException {
    Request request = new Request(method, path);
    if (body != null) {
      request.setJsonEntity(MAPPER.writeValueAsString(body));
    }
    return answer(request);
  }

  private JsonNode answer(Request request) throws IOException {
    return MAPPER.readTree(EntityUtils.toString(rest.performRequest(request).getEntity()));
  }
}
