package io.leukocyte.indexer;

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

import io.leukocyte.indexer.Panel.Chart;
import io.leukocyte.indexer.Panel.Look;
import java.util.List;

/** The dashboards of how things are: packages with known flaws, and the sensors. */
final class StateDashboards {
  private static final String OPEN = "NOT leukocyte.finding.state:fixed";
  private static final String FIXED = "leukocyte.finding.state:fixed";
  private static final String WITH_FIX = OPEN + " AND leukocyte.finding.fix_available:true";
  private static final String BEAT = "leukocyte.kind:sensor.heartbeat";
  private static final String LOSS = "leukocyte.kind:sensor.loss";

  private static final Column FINDINGS = new Column.Count("Findings");
  private static final Column WORST = new Column.Max("event.severity", "Worst");
  private static final Column CONTAINERS = new Column.Unique("container.id", "Containers");
  private static final Column HOSTS = new Column.Unique("host.id", "Hosts");
  private static final Column LOST = new Column.Sum("leukocyte.loss.count", "Lost");

  private static final Column FIX =
      new Column.Filters(
          "Fix",
          List.of(
              new Column.Filter("a fix is there", "leukocyte.finding.fix_available:true"),
              new Column.Filter("no fix yet", "NOT leukocyte.finding.fix_available:true")));

  private static final Column BY_WHOM =
      new Column.Filters(
          "By",
          List.of(
              new Column.Filter("patched by Leukocyte", "leukocyte.finding.fixed_by:*"),
              new Column.Filter("otherwise", "NOT leukocyte.finding.fixed_by:*")));

  private static final SavedSearch FINDING_LIST =
      new SavedSearch(
          "leukocyte-search-findings",
          "Leukocyte: findings",
          "Packages with known flaws, what changed last first.",
          DataView.FINDINGS,
          EVERY,
          List.of(
              "vulnerability.id",
              "vulnerability.severity",
              "leukocyte.finding.state",
              "package.name",
              "package.version",
              "leukocyte.finding.fixed_version",
              "container.image.name",
              "container.name",
              "leukocyte.finding.fixed_by"));
  private static final SavedSearch LOSS_LIST =
      new SavedSearch(
          "leukocyte-search-losses",
          "Leukocyte: losses of sensors",
          "What sensors lost, the newest first.",
          DataView.SENSOR,
          LOSS,
          List.of(
              "host.id",
              "leukocyte.loss.source",
              "leukocyte.loss.kind",
              "leukocyte.loss.reason",
              "leukocyte.loss.count",
              "leukocyte.loss.from",
              "leukocyte.loss.to"));

  private StateDashboards() {}

  static Dashboard vulnerabilities() {
    return dashboard(
        "vulnerabilities",
        "Packages with known flaws in images and containers: how bad, whether there is a fix, and"
            + " what was patched.",
        List.of(HOST, CONTAINER),
        "90d",
        row(
            SHORT,
            number("Open findings", DataView.FINDINGS, OPEN, FINDINGS),
            number(
                "Open, high and critical",
                DataView.FINDINGS,
                OPEN + " AND event.severity:[73 TO 99]",
                FINDINGS),
            number("Open, with a fix", DataView.FINDINGS, WITH_FIX, FINDINGS),
            number(
                "Patched by Leukocyte",
                DataView.FINDINGS,
                FIXED + " AND leukocyte.finding.fixed_by:*",
                FINDINGS),
            number("Containers with open findings", DataView.FINDINGS, OPEN, CONTAINERS),
            number(
                "Images with open findings",
                DataView.FINDINGS,
                OPEN,
                new Column.Unique("container.image.name", "Images"))),
        row(
            TALL,
            donut("Open findings by severity", OPEN, SEVERITY),
            donut("Open findings by fix", OPEN, FIX),
            donut("How findings were fixed", FIXED, BY_WHOM),
            bars(
                "Findings over time by state",
                DataView.FINDINGS,
                EVERY,
                terms("leukocyte.finding.state", "State", FEW),
                TIME,
                FINDINGS)),
        row(
            TALL,
            table(
                "Flaws",
                DataView.FINDINGS,
                OPEN,
                terms("vulnerability.id", "Flaw", TOP),
                FINDINGS,
                WORST,
                new Column.Max("vulnerability.score.base", "CVSS"),
                CONTAINERS),
            table(
                "Packages",
                DataView.FINDINGS,
                OPEN,
                terms("package.name", "Package", TOP),
                terms("package.version", "Version", FEW),
                FINDINGS,
                WORST),
            table(
                "Images",
                DataView.FINDINGS,
                OPEN,
                terms("container.image.name", "Image", TOP),
                FIX,
                FINDINGS,
                WORST),
            table("Containers by findings", DataView.FINDINGS, OPEN, BY_CONTAINER, FINDINGS, WORST)
                .leadingTo("container")),
        row(LIST, new Panel.Documents("Findings, newest first", FINDING_LIST)));
  }

  static Dashboard sensors() {
    return dashboard(
        "sensors",
        "Whether each host's sensor is heard, what it sends, and what was lost. A host that was not"
            + " heard in the period is not in it: look back further.",
        List.of(HOST),
        row(
            SHORT,
            number("Hosts heard", DataView.SENSOR, BEAT, HOSTS),
            number("Events received", DataView.SENSOR, BEAT, sensor("received", "Events")),
            number("Events published", DataView.SENSOR, BEAT, sensor("published", "Events")),
            number("Events lost", DataView.SENSOR, BEAT, sensor("lost", "Events")),
            number("Reports of losses", DataView.SENSOR, LOSS, new Column.Count("Reports")),
            number("95 % indexed within", DataView.SENSOR, BEAT, lag(95))),
        row(
            TALL,
            bars(
                "Events per second by kind",
                DataView.SENSOR,
                BEAT,
                TIME,
                rate("process.exec", "exec"),
                rate("process.exit", "exit"),
                rate("file.open", "file open"),
                rate("file.change", "file change"),
                rate("net.connect", "connect"),
                rate("net.flow", "flow"),
                rate("container.log", "log line")),
            bars(
                "Losses over time by reason",
                DataView.SENSOR,
                LOSS,
                terms("leukocyte.loss.reason", "Reason", FEW),
                TIME,
                LOST)),
        row(
            TALL,
            table(
                    "Hosts, the longest silent first",
                    DataView.SENSOR,
                    BEAT,
                    new Column.Terms("host.id", "Host", TOP, true),
                    new Column.Max("@timestamp", "Last heard"),
                    sensor("received", "Received"),
                    sensor("lost", "Lost"),
                    lag(95))
                .leadingTo("overview"),
            bars(
                "Lag over time by host",
                DataView.SENSOR,
                BEAT,
                terms("host.id", "Host", FEW),
                TIME,
                new Column.Max("leukocyte.sensor.lag", "Lag"))),
        row(
            TALL,
            table(
                "Losses",
                DataView.SENSOR,
                LOSS,
                terms("leukocyte.loss.source", "Where", FEW),
                terms("leukocyte.loss.kind", "Kind", FEW),
                terms("leukocyte.loss.reason", "Reason", FEW),
                LOST),
            table(
                "Sensors",
                DataView.SENSOR,
                BEAT,
                terms("leukocyte.heartbeat.mode", "Mode", FEW),
                terms("leukocyte.heartbeat.version", "Version", FEW),
                HOSTS),
            table(
                "Kinds that sensors cannot deliver",
                DataView.SENSOR,
                BEAT,
                terms("leukocyte.heartbeat.missing", "Kind", TOP),
                HOSTS)),
        row(LIST, new Panel.Documents("Losses, newest first", LOSS_LIST)));
  }

  private static Column sensor(String what, String label) {
    return new Column.Sum("leukocyte.sensor." + what, label);
  }

  private static Column rate(String kind, String label) {
    return new Column.Rate("leukocyte.sensor.events." + kind, label);
  }

  private static Column lag(int percent) {
    return new Column.Percentile("leukocyte.sensor.lag", percent + " % within", percent);
  }

  private static Chart donut(String title, String query, Column by) {
    return new Chart(title, DataView.FINDINGS, Look.DONUT, query, List.of(by, FINDINGS), "");
  }
}
