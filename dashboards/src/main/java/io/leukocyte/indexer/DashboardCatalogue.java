package io.leukocyte.indexer;

import io.leukocyte.indexer.Dashboard.Control;
import io.leukocyte.indexer.Dashboard.Row;
import io.leukocyte.indexer.Panel.Chart;
import io.leukocyte.indexer.Panel.Look;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The dashboards and saved searches that are shipped, made of what the documents carry. */
final class DashboardCatalogue {
  private static final String EVERY = "";
  private static final String EGRESS = "network.direction:egress";
  private static final String WEB = "tags:web AND NOT tags:waf";
  private static final String OF_FIREWALL =
      "container.name:leuko\\-waf\\-* AND leukocyte.log.format:modsecurity";
  private static final String REQUEST =
      "http.response.status_code:* AND NOT container.name:leuko\\-waf\\-*";
  private static final String REFUSED = "http.response.status_code:[400 TO 499]";

  private static final int SHORT = 6;
  private static final int TALL = 14;
  private static final int LIST = 20;
  private static final int TOP = 20;
  private static final int FEW = 8;

  private static final Control CONTAINER = new Control("container.name", "Container", false);
  private static final Control HOST = new Control("host.id", "Host", false);

  private static final Column TIME = new Column.Time();
  private static final Column ALERTS = new Column.Count("Alerts");
  private static final Column STEPS = new Column.Count("Steps");
  private static final Column LINES = new Column.Count("Lines");
  private static final Column REQUESTS = new Column.Count("Requests");
  private static final Column BY_CONTAINER = terms("container.name", "Container", TOP);

  private static final Column SEVERITY =
      new Column.Filters(
          "Severity",
          List.of(
              new Column.Filter("critical", "event.severity:99"),
              new Column.Filter("high", "event.severity:73"),
              new Column.Filter("medium", "event.severity:47"),
              new Column.Filter("low", "event.severity:21")));

  private static final Column ANSWER =
      new Column.Filters(
          "Answer",
          List.of(
              new Column.Filter("2xx", "http.response.status_code:[200 TO 299]"),
              new Column.Filter("3xx", "http.response.status_code:[300 TO 399]"),
              new Column.Filter("4xx", REFUSED),
              new Column.Filter("5xx", "http.response.status_code:[500 TO 599]")));

  private static final Column VERDICT =
      new Column.Filters(
          "By the firewall",
          List.of(
              new Column.Filter("blocked", "http.response.status_code:403"),
              new Column.Filter("let through", "NOT http.response.status_code:403")));

  private static final SavedSearch ALERT_LIST =
      new SavedSearch(
          "leukocyte-search-alerts",
          "Leukocyte: alerts",
          "Every alert, the newest first.",
          DataView.ALERTS,
          EVERY,
          List.of(
              "leukocyte.alert.priority",
              "rule.name",
              "container.name",
              "process.command_line",
              "message"));
  private static final SavedSearch EGRESS_LIST =
      new SavedSearch(
          "leukocyte-search-egress",
          "Leukocyte: alerts of outbound traffic",
          "Alerts whose cause is a connection, a flow or a datagram that left a container.",
          DataView.ALERTS,
          EGRESS,
          List.of(
              "rule.name",
              "container.name",
              "process.executable",
              "destination.ip",
              "destination.port",
              "destination.domain",
              "network.bytes"));
  private static final SavedSearch WEB_LIST =
      new SavedSearch(
          "leukocyte-search-web",
          "Leukocyte: alerts of web attacks",
          "Alerts of rules with the tag web, the firewall's among them.",
          DataView.ALERTS,
          "tags:web",
          List.of("leukocyte.alert.priority", "rule.name", "container.name", "message"));
  private static final SavedSearch FIREWALL_LIST =
      new SavedSearch(
          "leukocyte-search-waf",
          "Leukocyte: the firewalls' logs",
          "Requests that a rule of a web application firewall found, blocked or not.",
          DataView.LOGS,
          OF_FIREWALL,
          List.of(
              "container.name",
              "client.address",
              "http.request.method",
              "url.path",
              "http.response.status_code",
              "message"));
  private static final SavedSearch JOURNAL =
      new SavedSearch(
          "leukocyte-search-journal",
          "Leukocyte: journal of actions",
          "Each step of each action, the newest first.",
          DataView.ACTIONS,
          EVERY,
          List.of(
              "leukocyte.action.type",
              "leukocyte.action.step",
              "leukocyte.action.outcome",
              "container.name",
              "leukocyte.action.policy",
              "user.name",
              "rule.name",
              "event.reason",
              "leukocyte.action.id"));
  private static final SavedSearch LOG_LIST =
      new SavedSearch(
          "leukocyte-search-logs",
          "Leukocyte: container logs",
          "Every line that containers wrote, the newest first.",
          DataView.LOGS,
          EVERY,
          List.of("container.name", "leukocyte.log.stream", "log.level", "message"));

  private DashboardCatalogue() {}

  /** The dashboards, in the order of the links between them. */
  static List<Dashboard> all() {
    return List.of(overview(), container(), egress(), web(), response(), logs());
  }

  private static Dashboard overview() {
    return dashboard(
        "overview",
        "Overview",
        "Alerts, the rules and containers that they come from, and what was done about them.",
        List.of(HOST),
        row(
            SHORT,
            number("Alerts", DataView.ALERTS, EVERY, ALERTS),
            number("High and critical", DataView.ALERTS, "event.severity:[73 TO 99]", ALERTS),
            number(
                "Containers with alerts",
                DataView.ALERTS,
                EVERY,
                new Column.Unique("container.id", "Containers")),
            number("Actions taken", DataView.ACTIONS, "leukocyte.action.step:applied", STEPS),
            number("Actions refused", DataView.ACTIONS, "leukocyte.action.step:refused", STEPS),
            number("Actions failed", DataView.ACTIONS, "leukocyte.action.step:failed", STEPS)),
        row(
            TALL,
            bars("Alerts over time by severity", DataView.ALERTS, EVERY, SEVERITY, TIME, ALERTS),
            bars(
                "Actions over time by step",
                DataView.ACTIONS,
                EVERY,
                terms("leukocyte.action.step", "Step", FEW),
                TIME,
                STEPS)),
        row(
            TALL,
            table(
                "Top rules",
                DataView.ALERTS,
                EVERY,
                terms("rule.name", "Rule", TOP),
                ALERTS,
                new Column.Unique("container.id", "Containers"),
                new Column.Max("event.severity", "Severity")),
            table(
                    "Top containers",
                    DataView.ALERTS,
                    EVERY,
                    BY_CONTAINER,
                    ALERTS,
                    new Column.Unique("rule.name", "Rules"),
                    new Column.Max("event.severity", "Highest severity"))
                .withDrilldown()),
        row(
            TALL,
            table(
                "ATT&CK tactics",
                DataView.ALERTS,
                EVERY,
                terms("threat.tactic.name", "Tactic", TOP),
                ALERTS,
                new Column.Unique("container.id", "Containers")),
            table(
                "ATT&CK techniques",
                DataView.ALERTS,
                EVERY,
                terms("threat.technique.id", "Technique", TOP),
                ALERTS,
                new Column.Unique("rule.name", "Rules"),
                new Column.Unique("container.id", "Containers")),
            table(
                "Actions by type",
                DataView.ACTIONS,
                EVERY,
                terms("leukocyte.action.type", "Action", TOP),
                terms("leukocyte.action.step", "Step", FEW),
                STEPS)),
        row(LIST, new Panel.Documents("Latest alerts", ALERT_LIST)));
  }

  private static Dashboard container() {
    return dashboard(
        "container",
        "Container",
        "One container, chosen at the top: its alerts, what was done to it, and its log.",
        List.of(new Control("container.name", "Container", true)),
        row(
            SHORT,
            number("Alerts", DataView.ALERTS, EVERY, ALERTS),
            number("Steps of actions", DataView.ACTIONS, EVERY, STEPS),
            number("Log lines", DataView.LOGS, EVERY, LINES)),
        row(
            TALL,
            bars("Alerts over time by severity", DataView.ALERTS, EVERY, SEVERITY, TIME, ALERTS),
            bars(
                "Actions over time by type",
                DataView.ACTIONS,
                EVERY,
                terms("leukocyte.action.type", "Action", FEW),
                TIME,
                STEPS),
            bars(
                "Log lines over time by stream",
                DataView.LOGS,
                EVERY,
                terms("leukocyte.log.stream", "Stream", FEW),
                TIME,
                LINES)),
        row(
            TALL,
            table("Rules", DataView.ALERTS, EVERY, terms("rule.name", "Rule", TOP), ALERTS),
            table(
                "Programs",
                DataView.ALERTS,
                EVERY,
                terms("process.executable", "Program", TOP),
                terms("process.parent.name", "Started by", FEW),
                ALERTS),
            table(
                "Containers by id and image",
                DataView.ALL,
                EVERY,
                terms("container.id", "Id", TOP),
                terms("container.image.name", "Image", FEW),
                terms("host.id", "Host", FEW),
                new Column.Count("Documents"))),
        row(LIST, new Panel.Documents("Alerts of the container", ALERT_LIST)),
        row(LIST, new Panel.Documents("Actions on the container", JOURNAL)),
        row(LIST, new Panel.Documents("Log of the container", LOG_LIST)));
  }

  private static Dashboard egress() {
    return dashboard(
        "egress",
        "Egress",
        "Alerts whose cause left a container: connections, flows and datagrams."
            + " Traffic that raised no alert is not in Elasticsearch.",
        List.of(HOST, CONTAINER),
        row(
            SHORT,
            number("Alerts of egress", DataView.ALERTS, EGRESS, ALERTS),
            number(
                "Destinations",
                DataView.ALERTS,
                EGRESS,
                new Column.Unique("destination.ip", "Addresses")),
            number(
                "Containers that send",
                DataView.ALERTS,
                EGRESS,
                new Column.Unique("container.id", "Containers")),
            number(
                "Largest flow", DataView.ALERTS, EGRESS, new Column.Max("network.bytes", "Bytes"))),
        row(
            TALL,
            bars(
                "Egress over time by rule",
                DataView.ALERTS,
                EGRESS,
                terms("rule.name", "Rule", FEW),
                TIME,
                ALERTS),
            new Chart(
                "Transport",
                DataView.ALERTS,
                Look.DONUT,
                EGRESS,
                List.of(terms("network.transport", "Transport", FEW), ALERTS),
                false)),
        row(
            TALL,
            table(
                "Destinations by address",
                DataView.ALERTS,
                EGRESS,
                terms("destination.ip", "Address", TOP),
                terms("destination.port", "Port", FEW),
                ALERTS,
                new Column.Unique("container.id", "Containers"),
                new Column.Max("network.bytes", "Largest flow")),
            table(
                "Destinations by name",
                DataView.ALERTS,
                EGRESS,
                terms("destination.domain", "Name", TOP),
                ALERTS,
                new Column.Unique("container.id", "Containers"))),
        row(
            TALL,
            table(
                    "Containers by destination",
                    DataView.ALERTS,
                    EGRESS,
                    BY_CONTAINER,
                    ALERTS,
                    new Column.Unique("destination.ip", "Addresses"),
                    new Column.Max("network.bytes", "Largest flow"))
                .withDrilldown(),
            table(
                "Programs that connect",
                DataView.ALERTS,
                EGRESS,
                terms("process.executable", "Program", TOP),
                terms("container.name", "Container", FEW),
                ALERTS)),
        row(LIST, new Panel.Documents("Alerts of outbound traffic", EGRESS_LIST)));
  }

  private static Dashboard web() {
    return dashboard(
        "web",
        "Web attacks and WAF",
        "Alerts of web attacks, what the access logs say of requests, and what the web"
            + " application firewalls blocked.",
        List.of(HOST, CONTAINER),
        row(
            SHORT,
            number("Alerts of web attacks", DataView.ALERTS, WEB, ALERTS),
            number("Requests in the logs", DataView.LOGS, REQUEST, REQUESTS),
            number(
                "Blocked by a firewall",
                DataView.LOGS,
                OF_FIREWALL + " AND http.response.status_code:403",
                REQUESTS),
            number(
                "Clients at the firewalls",
                DataView.LOGS,
                OF_FIREWALL,
                new Column.Unique("client.ip", "Addresses"))),
        row(
            TALL,
            bars(
                "Web attacks over time by rule",
                DataView.ALERTS,
                "tags:web",
                terms("rule.name", "Rule", FEW),
                TIME,
                ALERTS),
            bars("Requests over time by answer", DataView.LOGS, REQUEST, ANSWER, TIME, REQUESTS),
            bars("Firewalls over time", DataView.LOGS, OF_FIREWALL, VERDICT, TIME, REQUESTS)),
        row(
            TALL,
            table(
                "Kinds of attack",
                DataView.ALERTS,
                "tags:web",
                terms("rule.name", "Rule", TOP),
                ALERTS,
                new Column.Unique("container.id", "Containers")),
            table(
                "Techniques of web attacks",
                DataView.ALERTS,
                WEB,
                terms("threat.technique.id", "Technique", TOP),
                ALERTS),
            table("Attacked containers", DataView.ALERTS, WEB, BY_CONTAINER, ALERTS)
                .withDrilldown()),
        row(
            TALL,
            table(
                "Clients that were refused",
                DataView.LOGS,
                REQUEST + " AND " + REFUSED,
                terms("client.ip", "Client", TOP),
                REQUESTS,
                new Column.Unique("url.path", "Paths")),
            table(
                "Paths that were refused",
                DataView.LOGS,
                REQUEST + " AND " + REFUSED,
                terms("url.path", "Path", TOP),
                terms("http.response.status_code", "Answer", FEW),
                REQUESTS),
            table(
                "User agents",
                DataView.LOGS,
                REQUEST,
                terms("user_agent.original", "User agent", TOP),
                REQUESTS,
                new Column.Unique("client.ip", "Clients"))),
        row(
            TALL,
            table(
                "Firewalls",
                DataView.LOGS,
                OF_FIREWALL,
                terms("container.name", "Firewall", TOP),
                VERDICT,
                REQUESTS),
            table(
                "Clients that firewalls found",
                DataView.LOGS,
                OF_FIREWALL,
                terms("client.ip", "Client", TOP),
                REQUESTS,
                new Column.Unique("url.path", "Paths")),
            table(
                "Paths that firewalls found",
                DataView.LOGS,
                OF_FIREWALL,
                terms("url.path", "Path", TOP),
                terms("http.request.method", "Method", FEW),
                REQUESTS)),
        row(LIST, new Panel.Documents("Alerts of web attacks, newest first", WEB_LIST)),
        row(LIST, new Panel.Documents("Requests that firewalls found", FIREWALL_LIST)));
  }

  private static Dashboard response() {
    return dashboard(
        "response",
        "Response",
        "What was done: the journal of actions with outcomes, approvals and what was undone.",
        List.of(HOST, CONTAINER),
        row(
            SHORT,
            number("Applied", DataView.ACTIONS, "leukocyte.action.step:applied", STEPS),
            number("Verified", DataView.ACTIONS, "leukocyte.action.step:verified", STEPS),
            number("Undone", DataView.ACTIONS, "leukocyte.action.step:undone", STEPS),
            number("Refused", DataView.ACTIONS, "leukocyte.action.step:refused", STEPS),
            number("Failed", DataView.ACTIONS, "leukocyte.action.step:failed", STEPS),
            number("Asked or queued", DataView.ACTIONS, "leukocyte.action.step:waiting", STEPS)),
        row(
            TALL,
            bars(
                "Steps over time",
                DataView.ACTIONS,
                EVERY,
                terms("leukocyte.action.step", "Step", FEW),
                TIME,
                STEPS),
            bars(
                "Changes over time by type",
                DataView.ACTIONS,
                "leukocyte.action.step:applied",
                terms("leukocyte.action.type", "Action", FEW),
                TIME,
                STEPS)),
        row(
            TALL,
            table(
                "Outcomes by type",
                DataView.ACTIONS,
                EVERY,
                terms("leukocyte.action.type", "Action", TOP),
                terms("leukocyte.action.outcome", "Outcome", FEW),
                STEPS,
                new Column.Unique("leukocyte.action.id", "Actions")),
            table(
                "Policies",
                DataView.ACTIONS,
                EVERY,
                terms("leukocyte.action.policy", "Policy", TOP),
                new Column.Unique("leukocyte.action.id", "Actions"),
                new Column.Unique("container.id", "Containers"),
                new Column.Unique("leukocyte.action.alert", "Alerts")),
            table(
                "Rules that caused actions",
                DataView.ACTIONS,
                EVERY,
                terms("rule.name", "Rule", TOP),
                new Column.Unique("leukocyte.action.id", "Actions"))),
        row(
            TALL,
            table(
                "Why actions were refused or failed",
                DataView.ACTIONS,
                "leukocyte.action.step:(refused OR failed OR skipped)",
                terms("event.reason", "Reason", TOP),
                terms("leukocyte.action.step", "Step", FEW),
                STEPS),
            table(
                "What waited",
                DataView.ACTIONS,
                "leukocyte.action.step:waiting",
                terms("event.reason", "Reason", TOP),
                terms("leukocyte.action.type", "Action", FEW),
                new Column.Unique("leukocyte.action.id", "Actions")),
            new Chart(
                "Tried or done",
                DataView.ACTIONS,
                Look.DONUT,
                EVERY,
                List.of(
                    new Column.Filters(
                        "Mode",
                        List.of(
                            new Column.Filter("dry run", "leukocyte.action.dry_run:true"),
                            new Column.Filter("in force", "NOT leukocyte.action.dry_run:true"))),
                    new Column.Unique("leukocyte.action.id", "Actions")),
                false)),
        row(
            TALL,
            table(
                    "Containers acted on",
                    DataView.ACTIONS,
                    EVERY,
                    BY_CONTAINER,
                    new Column.Unique("leukocyte.action.id", "Actions"))
                .withDrilldown(),
            table(
                "Operators",
                DataView.ACTIONS,
                EVERY,
                terms("user.name", "Operator", TOP),
                terms("leukocyte.action.type", "Action", FEW),
                new Column.Unique("leukocyte.action.id", "Actions"))),
        row(LIST, new Panel.Documents("Journal", JOURNAL)));
  }

  private static Dashboard logs() {
    return dashboard(
        "logs",
        "Logs",
        "What containers wrote, searchable, with their alerts beside it.",
        List.of(HOST, CONTAINER),
        row(
            SHORT,
            number("Lines", DataView.LOGS, EVERY, LINES),
            number(
                "Containers that write",
                DataView.LOGS,
                EVERY,
                new Column.Unique("container.id", "Containers")),
            number("Errors", DataView.LOGS, "log.level:(error OR critical)", LINES),
            number("Alerts", DataView.ALERTS, EVERY, ALERTS)),
        row(
            TALL,
            bars("Lines over time", DataView.LOGS, EVERY, BY_CONTAINER, TIME, LINES),
            bars("Alerts of the same containers", DataView.ALERTS, EVERY, SEVERITY, TIME, ALERTS)),
        row(
            TALL,
            table(
                    "Containers by lines",
                    DataView.LOGS,
                    EVERY,
                    BY_CONTAINER,
                    LINES,
                    new Column.Max("leukocyte.log.original_bytes", "Longest line, bytes"))
                .withDrilldown(),
            table("Levels", DataView.LOGS, EVERY, terms("log.level", "Level", FEW), LINES),
            table("Forms", DataView.LOGS, EVERY, terms("leukocyte.log.format", "Form", FEW), LINES),
            table(
                "Rules of their alerts",
                DataView.ALERTS,
                EVERY,
                terms("rule.name", "Rule", TOP),
                ALERTS)),
        row(LIST, new Panel.Documents("Lines, newest first", LOG_LIST)),
        row(LIST, new Panel.Documents("Alerts, newest first", ALERT_LIST)));
  }

  private static Dashboard dashboard(
      String name, String title, String description, List<Control> controls, Row... rows) {
    Row links = row(3, new Panel.Note("Dashboards", links()));
    return new Dashboard(
        name,
        "Leukocyte: " + title,
        description,
        controls,
        Stream.concat(Stream.of(links), Stream.of(rows)).toList());
  }

  /** Links to all dashboards, as they work inside of Kibana in any space. */
  private static String links() {
    return Stream.of(
            "overview/Overview",
            "container/Container",
            "egress/Egress",
            "web/Web attacks and WAF",
            "response/Response",
            "logs/Logs")
        .map(link -> link.split("/", 2))
        .map(link -> "[%s](#/view/%s)".formatted(link[1], Dashboard.idOf(link[0])))
        .collect(Collectors.joining(" · "));
  }

  private static Row row(int height, Panel... panels) {
    return new Row(height, List.of(panels));
  }

  private static Column terms(String field, String label, int size) {
    return new Column.Terms(field, label, size);
  }

  private static Chart number(String title, DataView view, String query, Column figure) {
    return new Chart(title, view, Look.NUMBER, query, List.of(figure), false);
  }

  private static Chart bars(String title, DataView view, String query, Column... columns) {
    return new Chart(title, view, Look.BARS, query, List.of(columns), false);
  }

  private static Chart table(String title, DataView view, String query, Column... columns) {
    return new Chart(title, view, Look.TABLE, query, List.of(columns), false);
  }
}
