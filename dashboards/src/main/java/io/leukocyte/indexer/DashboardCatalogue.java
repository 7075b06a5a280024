package io.leukocyte.indexer;

import static io.leukocyte.indexer.DashboardParts.ALERTS;
import static io.leukocyte.indexer.DashboardParts.BY_CONTAINER;
import static io.leukocyte.indexer.DashboardParts.CONTAINER;
import static io.leukocyte.indexer.DashboardParts.EVERY;
import static io.leukocyte.indexer.DashboardParts.FEW;
import static io.leukocyte.indexer.DashboardParts.HOST;
import static io.leukocyte.indexer.DashboardParts.LIST;
import static io.leukocyte.indexer.DashboardParts.SEVERITY;
import static io.leukocyte.indexer.DashboardParts.SHORT;
import static io.leukocyte.indexer.DashboardParts.TALL;
import static io.leukocyte.indexer.DashboardParts.TIME;
import static io.leukocyte.indexer.DashboardParts.TOP;
import static io.leukocyte.indexer.DashboardParts.bars;
import static io.leukocyte.indexer.DashboardParts.dashboard;
import static io.leukocyte.indexer.DashboardParts.number;
import static io.leukocyte.indexer.DashboardParts.row;
import static io.leukocyte.indexer.DashboardParts.table;
import static io.leukocyte.indexer.DashboardParts.terms;

import io.leukocyte.indexer.Dashboard.Control;
import io.leukocyte.indexer.Panel.Chart;
import io.leukocyte.indexer.Panel.Look;
import java.util.List;

/** The dashboards and saved searches that are shipped, made of what the documents carry. */
final class DashboardCatalogue {
  private static final String EGRESS = "network.direction:egress";
  private static final String FLOW = "leukocyte.kind:net.flow AND network.direction:egress";
  private static final String CONNECT =
      "leukocyte.kind:(net.connect OR net.flow) AND network.direction:egress";
  private static final String APPLIED =
      "leukocyte.action.step:applied AND leukocyte.action.latency:*";
  private static final String APPROVED =
      "leukocyte.action.step:intended AND leukocyte.action.policy:* AND user.name:*";
  private static final String UNDONE = "leukocyte.action.step:undone";
  private static final String WEB = "tags:web AND NOT tags:waf";
  private static final String OF_FIREWALL =
      "container.name:leuko\\-waf\\-* AND leukocyte.log.format:modsecurity";
  private static final String REQUEST =
      "http.response.status_code:* AND NOT container.name:leuko\\-waf\\-*";
  private static final String REFUSED = "http.response.status_code:[400 TO 499]";

  private static final Column BYTES = new Column.Sum("source.bytes", "Bytes");
  private static final Column STEPS = new Column.Count("Steps");
  private static final Column LINES = new Column.Count("Lines");
  private static final Column REQUESTS = new Column.Count("Requests");
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
  private static final SavedSearch INCIDENT_LIST =
      new SavedSearch(
          "leukocyte-search-incidents",
          "Leukocyte: incidents",
          "The alerts of each container folded, the one that changed last first.",
          DataView.INCIDENTS,
          EVERY,
          List.of(
              "leukocyte.incident.state",
              "leukocyte.incident.priority",
              "container.name",
              "host.name",
              "leukocyte.incident.alerts",
              "leukocyte.incident.matches",
              "leukocyte.incident.rules",
              "leukocyte.incident.id"));
  private static final SavedSearch OPEN_INCIDENTS =
      new SavedSearch(
          "leukocyte-search-open-incidents",
          "Leukocyte: open incidents",
          "Incidents to which alerts may still be added.",
          DataView.INCIDENTS,
          "leukocyte.incident.state:open",
          List.of(
              "leukocyte.incident.priority",
              "container.name",
              "host.name",
              "leukocyte.incident.alerts",
              "leukocyte.incident.rules",
              "leukocyte.incident.id"));
  private static final SavedSearch FLOW_LIST =
      new SavedSearch(
          "leukocyte-search-flows",
          "Leukocyte: flows",
          "What containers sent and to whom, where events are indexed.",
          DataView.EVENTS,
          FLOW,
          List.of(
              "container.name",
              "destination.ip",
              "destination.port",
              "network.transport",
              "source.bytes",
              "source.packets"));
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
              "source.bytes"));
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
    return List.of(
        overview(),
        container(),
        egress(),
        web(),
        response(),
        StateDashboards.vulnerabilities(),
        StateDashboards.sensors(),
        logs());
  }

  private static Dashboard overview() {
    return dashboard(
        "overview",
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
            number(
                "Open incidents",
                DataView.INCIDENTS,
                "leukocyte.incident.state:open",
                new Column.Count("Incidents")),
            number(
                "Hosts with a sensor",
                DataView.SENSOR,
                "leukocyte.kind:sensor.heartbeat",
                new Column.Unique("host.id", "Hosts")),
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
                .leadingTo("container")),
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
                    STEPS)
                .leadingTo("response")),
        row(TALL, new Panel.Documents("Incidents that are open", OPEN_INCIDENTS)),
        row(LIST, new Panel.Documents("Latest alerts", ALERT_LIST)));
  }

  private static Dashboard container() {
    return dashboard(
        "container",
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
        row(
            TALL,
            bars(
                "Processes and connections over time",
                DataView.EVENTS,
                EVERY,
                terms("leukocyte.kind", "Kind", FEW),
                TIME,
                new Column.Count("Events")),
            bars(
                "Processor over time",
                DataView.STATS,
                EVERY,
                TIME,
                new Column.Max("leukocyte.stats.cpu_percent", "Percent of a core")),
            bars(
                "Memory over time",
                DataView.STATS,
                EVERY,
                TIME,
                new Column.Max("leukocyte.stats.memory", "Bytes"))),
        row(TALL, new Panel.Documents("Incidents of the container", INCIDENT_LIST)),
        row(LIST, new Panel.Documents("Alerts of the container", ALERT_LIST)),
        row(LIST, new Panel.Documents("Actions on the container", JOURNAL)),
        row(LIST, new Panel.Documents("Log of the container", LOG_LIST)));
  }

  private static Dashboard egress() {
    return dashboard(
        "egress",
        "What left containers: alerts, what each container sent in all, and by destination where"
            + " indexer.events has net.flow and net.connect.",
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
                "Largest flow", DataView.ALERTS, EGRESS, new Column.Max("source.bytes", "Bytes"))),
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
                "")),
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
                new Column.Max("source.bytes", "Largest flow")),
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
                    new Column.Max("source.bytes", "Largest flow"))
                .leadingTo("container"),
            table(
                "Programs that connect",
                DataView.ALERTS,
                EGRESS,
                terms("process.executable", "Program", TOP),
                terms("container.name", "Container", FEW),
                ALERTS)),
        row(
            TALL,
            bars("Bytes over time by container", DataView.EVENTS, FLOW, BY_CONTAINER, TIME, BYTES),
            table(
                    "Sent and received by container",
                    DataView.STATS,
                    EVERY,
                    BY_CONTAINER,
                    new Column.Max("leukocyte.stats.network_sent", "Sent since its start"),
                    new Column.Max("leukocyte.stats.network_received", "Received since its start"))
                .leadingTo("container")),
        row(
            TALL,
            table(
                "Bytes by destination",
                DataView.EVENTS,
                FLOW,
                terms("destination.ip", "Address", TOP),
                terms("destination.port", "Port", FEW),
                BYTES,
                new Column.Unique("container.id", "Containers")),
            table(
                    "Top talkers",
                    DataView.EVENTS,
                    FLOW,
                    BY_CONTAINER,
                    BYTES,
                    new Column.Unique("destination.ip", "Addresses"))
                .leadingTo("container"),
            table(
                "New destinations",
                DataView.EVENTS,
                CONNECT,
                terms("destination.ip", "Address", TOP),
                new Column.Min("@timestamp", "First seen"),
                new Column.Unique("container.id", "Containers"),
                new Column.Count("Events"))),
        row(LIST, new Panel.Documents("Alerts of outbound traffic", EGRESS_LIST)),
        row(LIST, new Panel.Documents("Flows", FLOW_LIST)));
  }

  private static Dashboard web() {
    return dashboard(
        "web",
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
                .leadingTo("container")),
        row(
            TALL,
            table(
                    "Clients that were refused",
                    DataView.LOGS,
                    REQUEST + " AND " + REFUSED,
                    terms("client.ip", "Client", TOP),
                    REQUESTS,
                    new Column.Unique("url.path", "Paths"))
                .leadingTo("logs"),
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
        row(
            TALL,
            bars(
                "Classes of attack over time",
                DataView.LOGS,
                OF_FIREWALL,
                terms("leukocyte.log.attacks", "Class", FEW),
                TIME,
                REQUESTS),
            table(
                "Classes of attack",
                DataView.LOGS,
                OF_FIREWALL,
                terms("leukocyte.log.attacks", "Class", TOP),
                VERDICT,
                REQUESTS,
                new Column.Unique("client.ip", "Clients")),
            table(
                "Rules of the firewalls",
                DataView.LOGS,
                OF_FIREWALL,
                terms("leukocyte.log.waf_rules", "Rule", TOP),
                REQUESTS)),
        row(LIST, new Panel.Documents("Alerts of web attacks, newest first", WEB_LIST)),
        row(LIST, new Panel.Documents("Requests that firewalls found", FIREWALL_LIST)));
  }

  private static Dashboard response() {
    return dashboard(
        "response",
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
                    new Column.Unique("leukocyte.action.id", "Actions"))
                .leadingTo("overview")),
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
                "")),
        row(
            TALL,
            table(
                    "Containers acted on",
                    DataView.ACTIONS,
                    EVERY,
                    BY_CONTAINER,
                    new Column.Unique("leukocyte.action.id", "Actions"))
                .leadingTo("container"),
            table(
                "Operators",
                DataView.ACTIONS,
                EVERY,
                terms("user.name", "Operator", TOP),
                terms("leukocyte.action.type", "Action", FEW),
                new Column.Unique("leukocyte.action.id", "Actions"))),
        row(
            SHORT,
            number("Half applied within", DataView.ACTIONS, APPLIED, latency(50)),
            number("95 % applied within", DataView.ACTIONS, APPLIED, latency(95)),
            number("99 % applied within", DataView.ACTIONS, APPLIED, latency(99)),
            number(
                "Slowest",
                DataView.ACTIONS,
                APPLIED,
                new Column.Max("leukocyte.action.latency", "Latency"))),
        row(
            TALL,
            table(
                "From the event to the change",
                DataView.ACTIONS,
                APPLIED,
                terms("leukocyte.action.type", "Action", TOP),
                latency(50),
                latency(95),
                latency(99),
                STEPS),
            table(
                "Approvals",
                DataView.ACTIONS,
                APPROVED,
                terms("user.name", "Approved by", TOP),
                terms("leukocyte.action.type", "Action", FEW),
                STEPS),
            table(
                "What was taken back",
                DataView.ACTIONS,
                UNDONE,
                terms("leukocyte.action.type", "Action", TOP),
                new Column.Filters(
                    "By",
                    List.of(
                        new Column.Filter("an operator", "user.name:*"),
                        new Column.Filter("itself, in time", "NOT user.name:*"))),
                STEPS)),
        row(LIST, new Panel.Documents("Journal", JOURNAL)));
  }

  private static Column latency(int percent) {
    return new Column.Percentile("leukocyte.action.latency", percent + " % within", percent);
  }

  private static Dashboard logs() {
    return dashboard(
        "logs",
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
                .leadingTo("container"),
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
}
