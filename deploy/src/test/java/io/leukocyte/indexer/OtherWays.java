package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.transforms.Transformation;

/** What the samples for Logstash and for Kafka Connect do with a record of a topic. */
final class OtherWays {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Pattern REFERENCE = Pattern.compile("%\\{((?:\\[[^\\]]+])+)}");

  private OtherWays() {}

  /**
   * A document on its way, as Elasticsearch would be asked to take it.
   *
   * @param index the index or data stream
   * @param id its id
   * @param action of the bulk request
   * @param source the document, dots in names taken for levels, as Elasticsearch takes them
   */
  record Sent(String index, String id, String action, ObjectNode source) {}

  /** What Logstash does: codec json, then the filters, then the one output. */
  static Sent byLogstash(LogstashFile file, byte[] value) throws Exception {
    ObjectNode event = (ObjectNode) MAPPER.readTree(value);
    event.put("@version", "1"); // Logstash puts it into each event
    for (LogstashFile.Plugin filter : file.section("filter")) {
      switch (filter.name()) {
        case "mutate" -> mutate(event, filter);
        case "ruby" -> ruby(event, filter.text("code"));
        default -> throw new IllegalArgumentException("The filter " + filter.name());
      }
    }
    LogstashFile.Plugin output = file.section("output").getFirst();
    return new Sent(
        filled(output.text("index"), event),
        filled(output.text("document_id"), event),
        output.text("action"),
        event);
  }

  /** Within one mutate fields are removed and added after all else, which is nothing here. */
  private static void mutate(ObjectNode event, LogstashFile.Plugin filter) {
    for (Object name : filter.list("remove_field")) {
      event.remove(name.toString());
    }
    filter
        .hash("add_field")
        .forEach((name, value) -> put(event, path(name), filled(value.toString(), event)));
  }

  private static final Pattern SET_NOW =
      Pattern.compile("event\\.set\\('((?:\\[\\w+])+)', LogStash::Timestamp\\.now\\.to_s\\)");

  private static void ruby(ObjectNode event, String code) {
    Matcher matcher = SET_NOW.matcher(code);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("Ruby that is not understood: " + code);
    }
    put(event, path(matcher.group(1)), "2026-11-28T10:00:00.000Z");
  }

  private static String filled(String template, JsonNode event) {
    return REFERENCE
        .matcher(template)
        .replaceAll(found -> {
          JsonNode value = event.at("/" + String.join("/", path(found.group(1))));
          return Matcher.quoteReplacement(value.isMissingNode() ? found.group() : value.asText());
        });
  }

  private static List<String> path(String reference) {
    return List.of(reference.substring(1, reference.length() - 1).split("]\\[", -1));
  }

  private static void put(ObjectNode at, List<String> path, String value) {
    ObjectNode node = at;
    for (String part : path.subList(0, path.size() - 1)) {
      node = node.withObjectProperty(part);
    }
    node.put(path.getLast(), value);
  }

  /**
   * What a worker of Kafka Connect does, with Kafka's own converters and transformations, and then
   * the sink in the way that its source has it: the key is the id, the stream's name is made of
   * three settings, {@code @timestamp} is the field that is named, else the record's time.
   */
  static Sent byConnect(Map<String, String> config, byte[] key, byte[] value) throws Exception {
    String topic = setting(config, "topics");
    Converter keys = converter(config, "key.converter", true);
    Converter values = converter(config, "value.converter", false);
    var converted = values.toConnectData(topic, value);
    var convertedKey = keys.toConnectData(topic, key);
    SinkRecord record =
        new SinkRecord(
            topic,
            0,
            convertedKey.schema(),
            convertedKey.value(),
            converted.schema(),
            converted.value(),
            17,
            1_795_860_000_123L,
            TimestampType.CREATE_TIME);
    for (String name : setting(config, "transforms").split(",", -1)) {
      record = transformed(config, name, record);
    }
    return sent(config, record);
  }

  private static String setting(Map<String, String> config, String name) {
    String value = config.get(name);
    if (value == null) {
      throw new IllegalArgumentException("There is no " + name);
    }
    return value;
  }

  private static Converter converter(Map<String, String> config, String name, boolean isKey)
      throws Exception {
    Converter converter =
        Class.forName(setting(config, name))
            .asSubclass(Converter.class)
            .getDeclaredConstructor()
            .newInstance();
    converter.configure(below(config, name + "."), isKey);
    return converter;
  }

  @SuppressWarnings("unchecked") // every transformation of Kafka takes every record
  private static SinkRecord transformed(Map<String, String> config, String name, SinkRecord record)
      throws Exception {
    Map<String, Object> own = below(config, "transforms." + name + ".");
    own.remove("type");
    Class<?> type = Class.forName(setting(config, "transforms." + name + ".type"));
    try (Transformation<SinkRecord> transformation =
        (Transformation<SinkRecord>) type.getDeclaredConstructor().newInstance()) {
      List<String> unknown = new ArrayList<>(own.keySet());
      unknown.removeAll(transformation.config().names());
      if (!unknown.isEmpty()) {
        throw new IllegalArgumentException(name + " has no setting " + unknown);
      }
      AbstractConfig checked = new AbstractConfig(transformation.config(), own, false);
      transformation.configure(checked.originals());
      return transformation.apply(record);
    }
  }

  private static Map<String, Object> below(Map<String, String> config, String prefix) {
    Map<String, Object> below = new TreeMap<>();
    config.forEach((name, value) -> {
      if (name.startsWith(prefix)) {
        below.put(name.substring(prefix.length()), value);
      }
    });
    return below;
  }

  private static Sent sent(Map<String, String> config, SinkRecord record) throws Exception {
    byte[] bytes;
    try (JsonConverter json = new JsonConverter()) {
      json.configure(Map.of("schemas.enable", "false"), false);
      bytes = json.fromConnectData(record.topic(), record.valueSchema(), record.value());
    }
    ObjectNode source = (ObjectNode) MAPPER.readTree(bytes);
    String time = config.get("data.stream.timestamp.field");
    if (time == null) {
      source.put("@timestamp", record.timestamp());
    } else {
      source.put("@timestamp", source.path(time).asText());
    }
    String id =
        setting(config, "key.ignore").equals("false")
            ? String.valueOf(record.key())
            : record.topic() + "+" + record.kafkaPartition() + "+" + record.kafkaOffset();
    boolean stream =
        config.get("data.stream.type") != null && setting(config, "write.method").equals("INSERT");
    return new Sent(
        "%s-%s-%s"
            .formatted(
                setting(config, "data.stream.type").toLowerCase(Locale.ROOT),
                config.get("data.stream.dataset"),
                config.get("data.stream.namespace")),
        id,
        stream ? "create" : "index",
        levels(source));
  }

  /** Dots in names as levels. */
  private static ObjectNode levels(ObjectNode from) {
    ObjectNode to = MAPPER.createObjectNode();
    from.properties()
        .forEach(field -> {
          String[] parts = field.getKey().split("\\.", -1);
          ObjectNode at = to;
          for (int i = 0; i < parts.length - 1; i++) {
            at = at.withObjectProperty(parts[i]);
          }
          if (at.get(parts[parts.length - 1]) instanceof ObjectNode there
              && field.getValue() instanceof ObjectNode more) {
            there.setAll(more);
          } else {
            at.set(parts[parts.length - 1], field.getValue());
          }
        });
    return to;
  }
}
