package io.leukocyte.indexer;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.ErrorCause;
import co.elastic.clients.elasticsearch.core.BulkRequest;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import co.elastic.clients.transport.TransportException;
import co.elastic.clients.util.BinaryData;
import io.leukocyte.events.Text;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Elasticsearch by one synchronous bulk request at a time, each item looked at. Of the answer only
 * what decides about an item is asked for: objects are made of all that comes.
 */
final class ElasticsearchSink implements BulkSink {
  private static final int CONFLICT = 409;
  private static final int TOO_LARGE = 413;
  private static final String DECISIVE =
      "took,errors,items.*._index,items.*.status,items.*.error.type,items.*.error.reason";

  private final ElasticsearchClient client;
  private final String namespace;

  ElasticsearchSink(ElasticsearchClient client, String namespace) {
    this.client =
        client.withTransportOptions(options -> options.setParameter("filter_path", DECISIVE));
    this.namespace = namespace;
  }

  @Override
  public BulkAnswer send(List<Document> documents) {
    BulkRequest.Builder request = new BulkRequest.Builder();
    for (Document document : documents) {
      request.operations(op ->
          op.create(create ->
              create
                  .index(document.stream().name(namespace))
                  .id(document.id())
                  .document(BinaryData.of(document.source(), "application/json"))));
    }
    try {
      BulkResponse response = client.bulk(request.build());
      return response.items().size() == documents.size()
          ? new BulkAnswer.Taken(response.items().stream().map(ElasticsearchSink::item).toList())
          : strange("an answer with " + response.items().size() + " items");
    } catch (ElasticsearchException e) {
      return refused(e);
    } catch (TransportException e) {
      return e.statusCode() == TOO_LARGE ? tooLarge() : strange(message(e));
    } catch (IOException e) {
      return new BulkAnswer.Away(
          "Elasticsearch cannot be reached: " + message(e),
          "check elasticsearch.url and that the node runs; nothing is lost meanwhile");
    }
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

  private static BulkAnswer.Item item(BulkResponseItem item) {
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

  private static BulkAnswer refused(ElasticsearchException e) {
    String problem = "Elasticsearch answered " + e.status() + ": " + reason(e.error());
    return switch (e.status()) {
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
