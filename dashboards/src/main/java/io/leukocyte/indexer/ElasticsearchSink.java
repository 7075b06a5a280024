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
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Text;
import jakarta.json.JsonException;
import jakarta.json.stream.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final EarlierIndices earlier;
  private final String namespace;
  private final Map<DataStream, byte[]> heads = new EnumMap<>(DataStream.class);

  ElasticsearchSink(ElasticsearchConnection connection, String namespace) {
    this.transport = connection.transport();
    this.earlier = new EarlierIndices(connection.rest());
    this.namespace = namespace;
    for (DataStream stream : DataStream.values()) {
      String verb = stream.isLatest() ? "index" : "create";
      heads.put(
          stream,
          utf8("{\"" + verb + "\":{\"_index\":\"" + stream.name(namespace) + "\",\"_id\":\""));
    }
  }

  /** Whether documents that may be stored already can be found. */
  CheckResult lookups() {
    return earlier.state();
  }

  @Override
  public BulkAnswer send(List<Document> documents, BitSet doubtful) {
    if (doubtful.isEmpty()) {
      return send(documents);
    }
    BitSet known;
    try {
      known = known(documents, doubtful);
    } catch (IOException | RuntimeException e) {
      return away(e, BulkAnswer.Outcome.NOTHING_STORED);
    }
    if (known.isEmpty()) {
      return send(documents);
    }
    List<Document> others = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      if (!known.get(i)) {
        others.add(documents.get(i));
      }
    }
    BulkAnswer answer = others.isEmpty() ? new BulkAnswer.Taken(List.of()) : send(others);
    return switch (answer) {
      case BulkAnswer.Taken taken -> merged(documents.size(), known, taken);
      case BulkAnswer.Away away -> away;
      case BulkAnswer.Refused refused -> refused;
    };
  }

  /**
   * Which of the doubtful documents are stored in an index that is written to no more. What has
   * versions lives in one index.
   */
  private BitSet known(List<Document> documents, BitSet doubtful) throws IOException {
    Map<DataStream, List<String>> ids = new EnumMap<>(DataStream.class);
    doubtful.stream()
        .mapToObj(documents::get)
        .filter(d -> !d.stream().isLatest())
        .forEach(d -> ids.computeIfAbsent(d.stream(), s -> new ArrayList<>()).add(d.id()));
    Map<DataStream, Set<String>> stored = new EnumMap<>(DataStream.class);
    for (Map.Entry<DataStream, List<String>> entry : ids.entrySet()) {
      stored.put(entry.getKey(), earlier.stored(entry.getKey().name(namespace), entry.getValue()));
    }
    BitSet known = new BitSet();
    doubtful.stream()
        .filter(i -> {
          Document document = documents.get(i);
          return stored.getOrDefault(document.stream(), Set.of()).contains(document.id());
        })
        .forEach(known::set);
    return known;
  }

  private static BulkAnswer merged(int size, BitSet known, BulkAnswer.Taken others) {
    Iterator<BulkAnswer.Item> rest = others.items().iterator();
    List<BulkAnswer.Item> items = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      items.add(known.get(i) ? new BulkAnswer.Item.Known() : rest.next());
    }
    return new BulkAnswer.Taken(items);
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
    } catch (IOException | RuntimeException e) { // the second is what is no HTTP
      return away(e, BulkAnswer.Outcome.PERHAPS_STORED);
    }
  }

  /** No answer at all. */
  private static BulkAnswer.Away away(Exception e, BulkAnswer.Outcome outcome) {
    ElasticsearchProblem problem = ElasticsearchProblem.of(e);
    return new BulkAnswer.Away(problem.problem(), problem.todo(), outcome);
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
        "check that elasticsearch.url names an Elasticsearch node and not a proxy's error page",
        BulkAnswer.Outcome.PERHAPS_STORED);
  }

  private static BulkAnswer.Item item(BulkItem item) {
    int status = item.status();
    if (status >= 200 && status < 300) {
      return new BulkAnswer.Item.Created();
    }
    if (status == CONFLICT) {
      return new BulkAnswer.Item.Known();
    }
    ErrorCause error = item.error();
    String problem = status + " " + reason(error);
    String type = error == null ? "" : orEmpty(error.type());
    String why = error == null ? "" : orEmpty(error.reason());
    return isPassing(status, type, why)
        ? new BulkAnswer.Item.Busy(problem, ElasticsearchProblem.todo(status, type, why))
        : new BulkAnswer.Item.Rejected(problem);
  }

  /**
   * What a later try may not meet: the node is too busy, not ready, full, does not allow it for
   * now, or may not make the data stream, or a shard more. It is not the document's fault.
   */
  private static boolean isPassing(int status, String type, String reason) {
    return switch (status) {
      case 401, 403, 404, 429 -> true;
      case 400 -> type.equals("validation_exception") && reason.contains("shards");
      default -> status >= 500;
    };
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
    if (status == 400 || status == TOO_LARGE) {
      return new BulkAnswer.Refused(problem);
    }
    String type = error == null ? "" : orEmpty(error.type());
    String why = error == null ? "" : orEmpty(error.reason());
    return new BulkAnswer.Away(problem, ElasticsearchProblem.todo(status, type, why), of(status));
  }

  private static BulkAnswer.Outcome of(int status) {
    return switch (status) {
      case 401, 403 -> BulkAnswer.Outcome.NOT_ALLOWED;
      case 429 -> BulkAnswer.Outcome.NOTHING_STORED;
      default -> BulkAnswer.Outcome.PERHAPS_STORED;
    };
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
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
