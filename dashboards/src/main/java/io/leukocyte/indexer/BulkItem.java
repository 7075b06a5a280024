package io.leukocyte.indexer;

import co.elastic.clients.elasticsearch._types.ErrorCause;
import co.elastic.clients.json.JsonpDeserializer;
import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.json.JsonpUtils;
import jakarta.json.JsonException;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParser.Event;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a bulk answer says of one document, read from the answer's stream: {@code
 * {"items":[{"create":{"status":201}}, …]}}.
 *
 * @param status as of a request for this document alone
 * @param error why it was not stored
 */
record BulkItem(int status, @Nullable ErrorCause error) {
  /** What to ask for: all that decides about an item. */
  static final String FILTER_PATH = "items.*.status,items.*.error.type,items.*.error.reason";

  /** Reads a whole answer. */
  static final JsonpDeserializer<List<BulkItem>> ANSWER =
      JsonpDeserializer.of(EnumSet.of(Event.START_OBJECT), BulkItem::answer);

  private static List<BulkItem> answer(JsonParser parser, JsonpMapper mapper) {
    JsonpUtils.expectNextEvent(parser, Event.START_OBJECT);
    @Nullable List<BulkItem> items = null;
    while (parser.next() == Event.KEY_NAME) {
      if (parser.getString().equals("items")) {
        items = items(parser, mapper);
      } else {
        JsonpUtils.skipValue(parser);
      }
    }
    if (items == null) {
      // Also what stands for an error that is none of Elasticsearch's comes here.
      throw new JsonException("it has no items");
    }
    return items;
  }

  private static List<BulkItem> items(JsonParser parser, JsonpMapper mapper) {
    List<BulkItem> items = new ArrayList<>();
    JsonpUtils.expectNextEvent(parser, Event.START_ARRAY);
    for (Event event = parser.next(); event != Event.END_ARRAY; event = parser.next()) {
      JsonpUtils.expectEvent(parser, Event.START_OBJECT, event);
      JsonpUtils.expectNextEvent(parser, Event.KEY_NAME); // the operation
      JsonpUtils.expectNextEvent(parser, Event.START_OBJECT);
      items.add(item(parser, mapper));
      JsonpUtils.expectNextEvent(parser, Event.END_OBJECT);
    }
    return items;
  }

  /** One item; the parser is at the start of its object, and at its end afterwards. */
  private static BulkItem item(JsonParser parser, JsonpMapper mapper) {
    int status = 0;
    ErrorCause error = null;
    while (parser.next() == Event.KEY_NAME) {
      switch (parser.getString()) {
        case "status" -> {
          JsonpUtils.expectNextEvent(parser, Event.VALUE_NUMBER);
          status = parser.getInt();
        }
        case "error" -> error = ErrorCause._DESERIALIZER.deserialize(parser, mapper);
        default -> JsonpUtils.skipValue(parser);
      }
    }
    if (status == 0) {
      throw new JsonException("an item has no status");
    }
    return new BulkItem(status, error);
  }
}
