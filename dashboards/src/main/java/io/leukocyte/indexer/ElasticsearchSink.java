package io.leukocyte.indexer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.Text;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.http.HttpEntity;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.entity.ContentType;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.jspecify.annotations.Nullable;

/**
 * Elasticsearch by one synchronous bulk request at a time, each item looked at. Documents go into
 * the request as the bytes that they are, and of the answer only what decides about an item is
 * asked for: the client that makes objects of both takes longer than the node.
 */
final class ElasticsearchSink implements BulkSink {
  private static final int CONFLICT = 409;
  private static final int TOO_LARGE = 413;
  private static final ContentType NDJSON = ContentType.create("application/x-ndjson");
  private static final String DECISIVE = "items.*.status,items.*.error.type,items.*.error.reason";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonFactory JSON = new JsonFactory();

  private final RestClient rest;
  private final Map<DataStream, byte[]> heads = new EnumMap<>(DataStream.class);

  ElasticsearchSink(RestClient rest, String namespace) {
    this.rest = rest;
    for (DataStream stream : DataStream.values()) {
      heads.put(
          stream, utf8("{\"create\":{\"_index\":\"" + stream.name(namespace) + "\",\"_id\":\""));
    }
  }

  @Override
  public BulkAnswer send(List<Document> documents) {
    Request request = new Request("POST", "/_bulk");
    request.addParameter("filter_path", DECISIVE);
    request.setEntity(new ByteArrayEntity(body(documents), NDJSON));
    try {
      Response response = rest.performRequest(request);
      List<BulkAnswer.Item> items = items(response.getEntity());
      return items.size() == documents.size()
          ? new BulkAnswer.Taken(items)
          : strange("an answer with " + items.size() + " items");
    } catch (ResponseException e) {
      return refused(e.getResponse());
    } catch (JsonProcessingException e) {
      return strange(message(e));
    } catch (IOException e) {
      return new BulkAnswer.Away(
          "Elasticsearch cannot be reached: " + message(e),
          "check elasticsearch.url and that the node runs; nothing is lost meanwhile");
    }
  }

  // ---- the request ----

  private byte[] body(List<Document> documents) {
    int size = documents.stream().mapToInt(Document::bulkBytes).sum();
    ByteArrayOutputStream body = new ByteArrayOutputStream(size);
    for (Document document : documents) {
      body.writeBytes(heads.get(document.stream()));
      body.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(document.id()));
      body.writeBytes(utf8("\"}}\n"));
      body.writeBytes(document.source());
      body.write('\n');
    }
    return body.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  // ---- the answer ----

  /** What became of each document: {@code {"items":[{"create":{"status":201}}, …]}}. */
  private static List<BulkAnswer.Item> items(@Nullable HttpEntity entity) throws IOException {
    List<BulkAnswer.Item> items = new ArrayList<>();
    if (entity == null) {
      return items;
    }
    try (InputStream in = entity.getContent();
        JsonParser parser = JSON.createParser(in)) {
      if (parser.nextToken() != JsonToken.START_OBJECT
          || !"items".equals(parser.nextFieldName())
          || parser.nextToken() != JsonToken.START_ARRAY) {
        return items;
      }
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        parser.nextToken(); // the operation's name
        parser.nextToken();
        items.add(item(parser));
        parser.nextToken(); // the end of the operation's object
      }
    }
    return items;
  }

  /** One item; the parser is at its beginning, and at its end afterwards. */
  private static BulkAnswer.Item item(JsonParser parser) throws IOException {
    int status = 0;
    JsonNode error = MAPPER.missingNode();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      switch (name) {
        case "status" -> status = parser.getIntValue();
        case "error" -> error = MAPPER.readTree(parser);
        default -> parser.skipChildren();
      }
    }
    return item(status, error);
  }

  private static BulkAnswer.Item item(int status, JsonNode error) {
    if (status >= 200 && status < 300) {
      return new BulkAnswer.Item.Created();
    }
    if (status == CONFLICT) {
      return new BulkAnswer.Item.Known();
    }
    String problem = status + " " + reason(error);
    return isPassing(status)
        ? new BulkAnswer.Item.Busy(problem)
        : new BulkAnswer.Item.Rejected(problem);
  }

  /** Statuses that a later try may not meet: too busy, not ready, or not allowed for now. */
  private static boolean isPassing(int status) {
    return status < 200 || status == 429 || status >= 500 || status == 401 || status == 403;
  }

  /** A status that is no success, for the request as a whole. */
  private static BulkAnswer refused(Response response) {
    int status = response.getStatusLine().getStatusCode();
    JsonNode error = error(response.getEntity());
    if (error.isMissingNode() && status != TOO_LARGE) {
      return strange("status " + status + " without an error in JSON");
    }
    String problem = "Elasticsearch answered " + status + ": " + reason(error);
    return switch (status) {
      case 401 ->
          new BulkAnswer.Away(
              problem, "check elasticsearch.username and password, or elasticsearch.api-key");
      case 403 ->
          new BulkAnswer.Away(
              problem, "give the user create_doc and auto_configure on logs-leukocyte.*");
      case 400, TOO_LARGE -> new BulkAnswer.Refused(problem);
      default -> new BulkAnswer.Away(problem, "look at the node's log; it is tried again");
    };
  }

  /** What is wrong, as the node says it; missing when it was not the node that answered. */
  private static JsonNode error(@Nullable HttpEntity entity) {
    if (entity == null) {
      return MAPPER.missingNode();
    }
    try (InputStream in = entity.getContent()) {
      JsonNode answer = MAPPER.readTree(in);
      return answer == null ? MAPPER.missingNode() : answer.path("error");
    } catch (IOException e) {
      return MAPPER.missingNode();
    }
  }

  private static BulkAnswer strange(String what) {
    return new BulkAnswer.Away(
        "Elasticsearch answered with what is not a bulk answer: " + what,
        "check that elasticsearch.url names an Elasticsearch node and not a proxy's error page");
  }

  private static String reason(JsonNode error) {
    if (error.isMissingNode() || error.isNull()) {
      return "without a reason";
    }
    return error.isObject()
        ? Text.clip(error.path("type").asText() + ": " + error.path("reason").asText(), 500)
        : Text.clip(error.asText(), 500);
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : Text.clip(e.getMessage(), 300);
  }
}
