package io.leukocyte.indexer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.CheckResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.http.HttpEntity;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.entity.ContentType;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indices of a data stream that are written to no more. An id is taken once in each index, so
 * after a rollover the same document would be taken a second time; here is looked whether it is
 * there already, by its id and in real time, without waiting for a refresh.
 */
final class EarlierIndices {
  private static final Logger LOG = LoggerFactory.getLogger(EarlierIndices.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String NAME = "doubles";

  /** Ids asked for in one request. */
  private static final int MOST = 2_000;

  /** What a record says that is not in an index any more. */
  private static final Set<String> GONE =
      Set.of("index_closed_exception", "index_not_found_exception");

  private final RestClient rest;
  private volatile CheckResult state =
      new CheckResult.Ok(NAME, "documents that may be stored already are looked for");

  EarlierIndices(RestClient rest) {
    this.rest = rest;
  }

  /** Whether they may be asked. */
  CheckResult state() {
    return state;
  }

  /**
   * Which of some ids are in them.
   *
   * @param stream the name of the data stream
   * @return none also when the node does not let us look, which {@link #state} says
   * @throws IOException when the node is away or cannot say
   */
  Set<String> stored(String stream, Collection<String> ids) throws IOException {
    try {
      Set<String> found = new HashSet<>();
      List<String> left = new ArrayList<>(ids);
      for (String index : of(stream).reversed()) { // most were stored not long ago
        for (int from = 0; from < left.size(); from += MOST) {
          found.addAll(in(index, left.subList(from, Math.min(left.size(), from + MOST))));
        }
        left.removeAll(found);
      }
      state = new CheckResult.Ok(NAME, "documents that may be stored already are looked for");
      return found;
    } catch (ResponseException e) {
      if (e.getResponse().getStatusLine().getStatusCode() != 403) {
        throw e;
      }
      forbidden();
      return Set.of();
    }
  }

  private void forbidden() {
    CheckResult.Degraded said =
        new CheckResult.Degraded(
            NAME,
            "the user may not look whether a document is stored already; what is sent again after"
                + " a rollover is there twice",
            "give the user read and view_index_metadata on logs-leukocyte.* and"
                + " metrics-leukocyte.*, too");
    if (!said.equals(state)) {
      LOG.warn("{}; {}", said.problem(), said.todo());
    }
    state = said;
  }

  /** The indices before the one that is written to, oldest first; none of a stream that is none. */
  private List<String> of(String stream) throws IOException {
    try {
      JsonNode answer =
          read(rest.performRequest(new Request("GET", "/_resolve/index/" + stream)).getEntity());
      List<String> indices = new ArrayList<>();
      answer.at("/data_streams/0/backing_indices").forEach(index -> indices.add(index.asText()));
      return indices.isEmpty() ? indices : indices.subList(0, indices.size() - 1);
    } catch (ResponseException e) {
      if (e.getResponse().getStatusLine().getStatusCode() == 404) {
        return List.of();
      }
      throw e;
    }
  }

  private Set<String> in(String index, List<String> ids) throws IOException {
    Request request = new Request("POST", "/" + index + "/_mget");
    request.addParameter("_source", "false");
    request.addParameter("filter_path", "docs._id,docs.found,docs.error.type,docs.error.reason");
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = MAPPER.createGenerator(body)) {
      json.writeStartObject();
      json.writeArrayFieldStart("ids");
      for (String id : ids) {
        json.writeString(id);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    request.setEntity(new ByteArrayEntity(body.toByteArray(), ContentType.APPLICATION_JSON));
    Set<String> found = new HashSet<>();
    for (JsonNode document : read(rest.performRequest(request).getEntity()).path("docs")) {
      if (document.path("found").asBoolean()) {
        found.add(document.path("_id").asText());
      } else if (document.has("error")) {
        requireGone(document.path("error"));
      }
    }
    return found;
  }

  private static void requireGone(JsonNode error) throws IOException {
    if (!GONE.contains(error.path("type").asText())) {
      throw new IOException(
          "it does not say what is stored: "
              + error.path("type").asText()
              + ": "
              + error.path("reason").asText());
    }
  }

  private static JsonNode read(@Nullable HttpEntity entity) throws IOException {
    return entity == null ? MAPPER.missingNode() : MAPPER.readTree(EntityUtils.toByteArray(entity));
  }
}
