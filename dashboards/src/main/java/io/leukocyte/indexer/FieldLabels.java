package io.leukocyte.indexer;

import java.util.Locale;
import java.util.Map;

/** What people call fields: headings of lists. */
final class FieldLabels {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("rule.name", "Rule"),
          Map.entry("container.name", "Container"),
          Map.entry("container.id", "Container id"),
          Map.entry("container.image.name", "Image"),
          Map.entry("process.executable", "Program"),
          Map.entry("process.command_line", "Command line"),
          Map.entry("destination.ip", "Address"),
          Map.entry("destination.port", "Port"),
          Map.entry("destination.domain", "Destination"),
          Map.entry("client.address", "Client"),
          Map.entry("http.request.method", "Method"),
          Map.entry("http.response.status_code", "Answer"),
          Map.entry("url.path", "Path"),
          Map.entry("user.name", "Operator"),
          Map.entry("event.reason", "Detail"),
          Map.entry("host.id", "Host"),
          Map.entry("host.name", "Host"),
          Map.entry("leukocyte.action.id", "Id"),
          Map.entry("leukocyte.action.type", "Action"));

  private FieldLabels() {}

  /** A name known here, or the end of the field's: {@code log.level} is Level. */
  static String of(String field) {
    String known = NAMES.get(field);
    if (known != null) {
      return known;
    }
    String last = field.substring(field.lastIndexOf('.') + 1).replace('_', ' ');
    return last.substring(0, 1).toUpperCase(Locale.ROOT) + last.substring(1);
  }
}
