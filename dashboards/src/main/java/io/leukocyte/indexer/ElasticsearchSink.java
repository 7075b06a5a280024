package io.leukocyte.indexer;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.ErrorCause;
import co.elastic.clients.elasticsearch._types.ErrorResponse;
import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.transport.ElasticsearchTransport;
import co.elastic.clients.transport.Endpoint;
import co.elastic.clients.transport.TransportException;
import co.elastic.clients.transport.endpoints.EndpointBase;
import co.elastic.clients.transport.endpoints.SimpleEndpoint;
import co.elastic.clients.util.BinaryData;
import co.elastic.clients.util.ContentType;
import co.elastic.clients.util.MissingRequiredPropertyException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.leukocyte.events.Text;
import jakarta.json.JsonException;
import jakarta.json.stream.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.http.HttpEntity;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.jspecify.annotations.Nullable;

/**
 * Elasticsearch by one synchronous bulk request at a time, each item looked at. Documents go into
 * the request as the bytes that they are, and of the answer only what decides about an item is
 * asked for: the client's own bulk request makes objects of both, which takes longer than the node.
 */
final class ElasticsearchSink implements BulkSink {
  private static final int CONFLICT = 409;
  private static final int TOO_LARGE = 413;
  private static final byte[] HEAD_END = utf8("\"}}\n");
  private static final byte[] VERSION = utf8("\",\"version_type\":\"external_gte\",\"version\":");
  private static final byte[] VERSION_END = utf8("}}\n");
  private static final Endpoint<BinaryData, List<BulkItem>, ?> BULK =
      new SimpleEndpoint<>(
          "es/bulk",
          body -> "POST",
          body -> "/_bulk",
          EndpointBase.emptyMap(),
          body -> Map.of("filter_path", BulkItem.FILTER_PATH),
          EndpointBase.emptyMap(),
          body -> body,
          BulkItem.ANSWER);

  private final ElasticsearchTransport transport;
  private final Map<DataStream, byte[]> heads = new EnumMap<>(DataStream.class);

  ElasticsearchSink(ElasticsearchTransport transport, String namespace) {
    this.transport = transport;
    for (DataStream stream : DataStream.values()) {
      String verb = stream.isLatest() ? "index" : "create";
      heads.put(
          stream,
          utf8("{\"" + verb + "\":{\"_index\":\"" + stream.name(namespace) + "\",\"_id\":\""));
    }
  }

  @Override
  public BulkAnswer send(List<Document> documents) {
    try {
      List<BulkItem> items = transport.performRequest(body(documents), BULK, null);
      return items.size() == documents.size()
          ? new BulkAnswer.Taken(items.stream().map(ElasticsearchSink::item).toList())
          : strange("an answer with " + items.size() + " items");
    } catch (ElasticsearchException e) {
      return refused(e.status(), e.error());
    } catch (ResponseException e) {
      return refused(e.getResponse()); // of most statuses the transport makes nothing else
    } catch (TransportException e) {
      return e.statusCode() == TOO_LARGE ? tooLarge() : strange(message(e));
    } catch (IOException e) {
      return new BulkAnswer.Away(
          "Elasticsearch cannot be reached: " + message(e),
          "check elasticsearch.url and that the node runs; nothing is lost meanwhile");
    }
  }

  /** The documents with an action line each; a stream's name needs no escapes, an id may. */
  private BinaryData body(List<Document> documents) {
    Body body = new Body(documents.stream().mapToInt(Document::bulkBytes).sum());
    for (Document document : documents) {
      body.writeBytes(heads.get(document.stream()));
      body.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(document.id()));
      if (document.version() == Document.FIXED) {
        body.writeBytes(HEAD_END);
      } else {
        body.writeBytes(VERSION);
        body.writeBytes(utf8(Long.toString(document.version())));
        body.writeBytes(VERSION_END);
      }
      body.writeBytes(document.source());
      body.write('\n');
    }
    return body.data();
  }

  /** Bytes that are not copied once more when they are all there. */
  private static final class Body extends ByteArrayOutputStream {
    Body(int size) {
      super(size);
    }

    BinaryData data() {
      return BinaryData.of(buf, 0, count, ContentType.APPLICATION_JSON);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Something in front of the node said so, which speaks no JSON. */
  private static BulkAnswer tooLarge() {
    return new BulkAnswer.Refused("Elasticsearch answered 413: the request is too large");
  }

  private static BulkAnswer strange(String what) {
    return new BulkAnswer.Away(
        "Elasticsearch answered with what is not a bulk answer: " + what,
        "check that elasticsearch.url names an Elasticsearch node and not a proxy's error page");
  }

  private static BulkAnswer.Item item(BulkItem item) {
    int status = item.status();
    if (status >= 200 && status < 300) {
      return new BulkAnswer.Item.Created();
    }
    if (status == CONFLICT) {
      return new BulkAnswer.Item.Known();
    }
    String problem = status + " " + reason(item.error());
    return isPassing(status)
        ? new BulkAnswer.Item.Busy(problem)
        : new BulkAnswer.Item.Rejected(problem);
  }

  /** Statuses that a later try may not meet: too busy, not ready, or not allowed for now. */
  private static boolean isPassing(int status) {
    return status == 429 || status >= 500 || status == 401 || status == 403;
  }

  /** What a status means that is no success, for the request as a whole. */
  private BulkAnswer refused(Response response) {
    int status = response.getStatusLine().getStatusCode();
    ErrorCause cause = cause(response.getEntity());
    if (cause != null) {
      return refused(status, cause);
    }
    return status == TOO_LARGE ? tooLarge() : strange("status " + status + " without its error");
  }

  /** What is wrong, as the node says it; null when it was not the node that answered. */
  private @Nullable ErrorCause cause(@Nullable HttpEntity entity) {
    if (entity == null) {
      return null;
    }
    JsonpMapper mapper = transport.jsonpMapper();
    try (InputStream in = entity.getContent();
        JsonParser parser = mapper.jsonProvider().createParser(in)) {
      return ErrorResponse._DESERIALIZER.deserialize(parser, mapper).error();
    } catch (IOException | JsonException | MissingRequiredPropertyException e) {
      return null;
    }
  }

  private static BulkAnswer refused(int status, @Nullable ErrorCause error) {
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

  private static String reason(@Nullable ErrorCause cause) {
    if (cause == null) {
      return "without a reason";
    }
    return Text.clip(cause.type() + ": " + cause.reason(), 500);
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : Text.clip(e.getMessage(), 300);
  }
}
