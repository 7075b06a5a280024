package io.leukocyte.indexer;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.EventId;
import io.leukocyte.events.Finding;
import io.leukocyte.events.FindingJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * An afternoon of two hosts, written by what writes it in earnest and read by the indexer: seven
 * alerts, thirteen steps of six actions, twelve log lines of three containers, what both sensors
 * reported and some of the events they sent, two incidents, six findings.
 */
final class DashboardFixture {
  private static final HostId ONE = new HostId("host-1");
  private static final HostId TWO = new HostId("host-2");
  private static final ContainerRef WEB = container("ab", "web", "shop/web");
  private static final ContainerRef DB = container("cd", "db", "shop/db");
  private static final ContainerRef WAF = container("ef", "leuko-waf-web-80-0f3c", "leuko/waf");
  private static final String ATTACKER = "203.0.113.9";

  /** What would run, end an element, or turn the reading direction in a page that let it. */
  static final String HOSTILE =
      "</script></table><script>document.title='owned'</script><img src=x onerror=alert(1)>"
          + "<!--\"'`&lt;{{7*7}}\u202e";

  private static final ProcessInfo SHELL = process("sh", "/bin/sh", "nginx");
  private static final ProcessInfo NETCAT = process("nc", "/usr/bin/nc", "sh");

  private Instant now = Instant.parse("2026-11-28T15:00:00Z");
  private final Documents documents =
      new Documents(
          "default",
          new Selection(
              Selection.Logs.ALL,
              true,
              Duration.ofMinutes(1),
              new Selection.Events(
                  Selection.Mode.FILTERED,
                  Set.of(Kind.NET_FLOW, Kind.NET_CONNECT, Kind.PROCESS_EXEC),
                  Optional.empty(),
                  1,
                  1_000)),
          () -> now,
          reason -> {});
  private final List<Document> made = new ArrayList<>();
  private int number;

  private DashboardFixture() {}

  /**
   * The documents as the indexer sends them.
   *
   * @param incidents as they stand on their topic
   */
  static List<Document> documents(List<byte[]> incidents) throws Exception {
    DashboardFixture fixture = new DashboardFixture();
    fixture.alerts();
    fixture.actions();
    fixture.logs();
    fixture.sensors();
    for (byte[] incident : incidents) {
      fixture.take(Topic.INCIDENTS, incident);
    }
    fixture.findings();
    fixture.hostile();
    return fixture.made;
  }

  private void alerts() throws Exception {
    String shell = "Terminal shell in container";
    List<String> execution = List.of("container", "shell", "mitre_execution", "T1059.004");
    alert(ONE, shell, Priority.WARNING, execution, new ProcessExec(at("10:05"), WEB, SHELL));
    alert(ONE, shell, Priority.WARNING, execution, new ProcessExec(at("10:20"), DB, SHELL));
    alert(
        ONE,
        "Connection to an odd port",
        Priority.CRITICAL,
        List.of("container", "network", "mitre_command_and_control", "T1571"),
        new NetConnect(
            at("11:05"),
            DB,
            NETCAT,
            Protocol.TCP,
            new Endpoint("192.0.2.4", 40_000),
            new Endpoint(ATTACKER, 4444),
            "evil.example"));
    alert(
        ONE,
        "Much egress",
        Priority.ERROR,
        List.of("container", "network", "mitre_exfiltration", "T1048"),
        new NetFlow(
            at("11:40"),
            WEB,
            Protocol.TCP,
            new Endpoint("198.51.100.7", 443),
            5_000_000,
            4_000,
            1));
    alert(
        ONE,
        "Web attack in a log line",
        Priority.WARNING,
        List.of("container", "web", "mitre_initial_access", "T1190", "T1595.002"),
        line(at("12:05"), WEB, ContainerLog.Stream.STDOUT, access("GET", "/?id=1%27", 404)));
    alert(
        ONE,
        "Attack blocked by a WAF",
        Priority.NOTICE,
        List.of("container", "web", "waf", "mitre_initial_access", "T1190"),
        line(at("12:06"), WAF, ContainerLog.Stream.STDOUT, audit(403)));
    alert(
        TWO,
        "Connection to an odd port",
        Priority.NOTICE,
        List.of("container", "network", "mitre_command_and_control", "T1571"),
        new NetConnect(
            at("13:00"),
            DB,
            NETCAT,
            Protocol.UDP,
            new Endpoint("192.0.2.4", 40_001),
            new Endpoint(ATTACKER, 5353)));
  }

  private void actions() throws Exception {
    String policy = "quarantine the talkative";
    step(1, Action.Step.INTENDED, "11:05", "quarantine", new Outcome.Done(""), policy, false);
    step(1, Action.Step.APPLIED, "11:05", "quarantine", new Outcome.Done("cut off"), policy, false);
    step(1, Action.Step.VERIFIED, "11:05", "quarantine", new Outcome.Done("holds"), policy, false);
    step(1, Action.Step.UNDONE, "12:30", "quarantine", new Outcome.Done("let go"), policy, false);
    Outcome refused = new Outcome.Refused("on the protect list");
    step(2, Action.Step.REFUSED, "11:06", "pause", refused, policy, false);
    Outcome failed = new Outcome.Failed("the engine is away");
    step(3, Action.Step.FAILED, "11:07", "stop", failed, "stop them", false);
    Outcome asked = new Outcome.Done("asks for an approval");
    step(4, Action.Step.WAITING, "12:06", "waf", asked, "shield", false);
    Outcome tried = new Outcome.Skipped("only tried");
    step(5, Action.Step.SKIPPED, "12:07", "notify", tried, "tell", true);
    step(6, Action.Step.INTENDED, "13:01", "kill", new Outcome.Done(""), null, false);
    step(6, Action.Step.APPLIED, "13:01", "kill", new Outcome.Done("ended"), null, false);
    Outcome approved = new Outcome.Done("approved by bob");
    stepBy(4, Action.Step.INTENDED, "12:10", "waf", approved, "shield", "bob", false);
    stepBy(4, Action.Step.APPLIED, "12:10", "waf", new Outcome.Done("on"), "shield", "bob", false);
    stepBy(4, Action.Step.UNDONE, "13:30", "waf", new Outcome.Done("off"), "shield", "bob", false);
  }

  private void logs() throws Exception {
    BatchWriter writer = new BatchWriter(ONE, 1);
    ContainerLog.Stream out = ContainerLog.Stream.STDOUT;
    writer.add(line(at("10:00"), WEB, out, access("GET", "/", 200)));
    writer.add(line(at("10:01"), WEB, out, access("POST", "/login", 302)));
    writer.add(line(at("12:05"), WEB, out, access("GET", "/?id=1%27", 404)));
    writer.add(line(at("12:05"), WEB, out, access("GET", "/.env", 404)));
    writer.add(line(at("12:07"), WEB, out, access("GET", "/admin", 403)));
    writer.add(line(at("13:00"), WEB, out, access("GET", "/", 500)));
    writer.add(line(at("10:30"), DB, out, "{\"level\":\"error\",\"message\":\"no space\"}"));
    writer.add(line(at("10:31"), DB, ContainerLog.Stream.STDERR, "checkpoint complete"));
    writer.add(line(at("12:06"), WAF, out, audit(403)));
    writer.add(line(at("12:08"), WAF, out, audit(403)));
    writer.add(line(at("13:02"), WAF, out, audit(200)));
    take(Topic.EVENTS, writer.finish(0));
  }

  /** Reports of both hosts' sensors, with what happened between them, and one loss. */
  private void sensors() throws Exception {
    sensor(ONE, 0, "10:00", 200, beat("10:00", "one", 1_000, 900, 100, 0));
    sensor(
        ONE,
        1,
        "10:30",
        400,
        new ProcessExec(at("10:05"), WEB, SHELL),
        new ProcessExec(at("10:20"), DB, SHELL),
        use("10:29", WEB, 12.5, 64_000_000, 900_000),
        use("10:29", DB, 80, 512_000_000, 100_000),
        beat("10:30", "one", 5_000, 4_500, 490, 10));
    sensor(
        ONE,
        2,
        "12:00",
        1_600,
        new SensorLoss(
            at("11:00"), null, "ring", "file.open", "full", 10, at("10:55"), at("11:00")),
        flow("11:10", DB, new Endpoint(ATTACKER, 4444), 2_000),
        flow("11:40", WEB, new Endpoint("198.51.100.7", 443), 5_000_000),
        use("11:59", WEB, 250, 96_000_000, 6_000_000),
        beat("12:00", "one", 9_000, 8_000, 970, 30));
    sensor(TWO, 0, "10:10", 300, beat("10:10", "two", 50, 50, 0, 0));
    sensor(
        TWO,
        1,
        "13:00",
        300,
        flow("12:50", DB, new Endpoint("198.51.100.7", 443), 70_000),
        line(at("12:55"), DB, ContainerLog.Stream.STDERR, "checkpoint starting"),
        beat("13:00", "two", 150, 150, 0, 0));
    now = Instant.parse("2026-11-28T15:00:00Z");
  }

  /** A batch that the indexer has so many milliseconds after that time. */
  private void sensor(HostId host, long sequence, String time, long later, Event... events)
      throws Exception {
    now = Instant.parse("2026-11-28T" + time + ":00Z").plusMillis(later);
    BatchWriter writer = new BatchWriter(host, 9);
    for (Event event : events) {
      writer.add(event);
    }
    take(Topic.EVENTS, writer.finish(sequence));
  }

  private static SensorHeartbeat beat(
      String time, String name, long received, long published, long filtered, long lost) {
    return beat(at(time), name, received, published, filtered, lost);
  }

  private static SensorHeartbeat beat(
      long time, String name, long received, long published, long filtered, long lost) {
    return new SensorHeartbeat(
        time,
        name,
        name.equals("one") ? "ebpf" : "reduced",
        name.equals("one") ? List.of() : List.of("file.open"),
        "b1",
        "0.1",
        1_000_000,
        received,
        published,
        filtered,
        lost);
  }

  private static ContainerStats use(
      String time, ContainerRef container, double cpu, long memory, long sent) {
    return new ContainerStats(
        at(time), container, 1, cpu, 0, memory, 1L << 30, 7, 100, 0, 0, sent / 2, sent, 0, 0);
  }

  private static NetFlow flow(String time, ContainerRef container, Endpoint to, long bytes) {
    return new NetFlow(at(time), container, Protocol.TCP, to, bytes, bytes / 1_000, 1);
  }

  private void findings() throws Exception {
    Finding.State open = Finding.State.OPEN;
    finding(1, Finding.Severity.CRITICAL, 9.8, "openssl", "3.0.16", WEB, open, "10:00");
    finding(2, Finding.Severity.HIGH, 7.5, "zlib1g", null, WEB, open, "10:00");
    finding(3, Finding.Severity.MEDIUM, 5.3, "libxml2", "2.9.15", DB, open, "10:10");
    finding(4, Finding.Severity.LOW, 3.1, "tar", null, DB, Finding.State.REOPENED, "11:10");
    finding(5, Finding.Severity.HIGH, 8.1, "curl", "7.88.2", WEB, Finding.State.FIXED, "12:10");
    finding(6, Finding.Severity.LOW, 2.2, "bash", "5.3", DB, Finding.State.FIXED, "12:20");
  }

  /** A finding of host 1; what is fixed in web, Leukocyte patched. */
  private void finding(
      int id,
      Finding.Severity severity,
      double score,
      String name,
      @Nullable String fix,
      ContainerRef container,
      Finding.State state,
      String time)
      throws Exception {
    boolean patched = state == Finding.State.FIXED && container.equals(WEB);
    take(
        Topic.FINDINGS,
        FindingJson.write(
            new Finding(
                new Finding.Advisory(
                    "CVE-2026-000" + id, severity, score, "3.1", "A flaw.", null, "fixture"),
                new Finding.Software(
                    "deb", name, "1.0", "pkg:deb/debian/" + name + "@1.0", "amd64", null),
                fix,
                new Finding.Image(container.image(), "1", null),
                container,
                ONE,
                state,
                at("10:00"),
                at(time),
                patched ? new ActionId("%032x".formatted(99)) : null)));
  }

  /** Two days earlier: an alert and a log line whose texts are markup, and a silent sensor. */
  private void hostile() throws Exception {
    ContainerRef container = container("66", HOSTILE, HOSTILE);
    String shell = "Terminal shell in container" + HOSTILE;
    List<String> tags = List.of("container", "mitre_execution", "T1059.004");
    long time = nanos("2026-11-26T10:00:00Z");
    ProcessInfo process = process(HOSTILE, "/bin/" + HOSTILE, HOSTILE);
    alert(ONE, shell, Priority.CRITICAL, tags, new ProcessExec(time, container, process));
    alert(TWO, "Sensor silent", Priority.ERROR, List.of(), beat(time, "two", 50, 50, 0, 0));
    BatchWriter writer = new BatchWriter(ONE, 2);
    writer.add(line(time, container, ContainerLog.Stream.STDOUT, HOSTILE));
    take(Topic.EVENTS, writer.finish(0));
  }

  /** Nanoseconds of that time of 28 November 2026. */
  private static long at(String time) {
    return nanos("2026-11-28T" + time + ":00Z");
  }

  private static long nanos(String time) {
    return Instant.parse(time).getEpochSecond() * 1_000_000_000;
  }

  private static ContainerRef container(String id, String name, String image) {
    return new ContainerRef(new ContainerId(id.repeat(32)), name, image, "1", null, false);
  }

  private static ProcessInfo process(String name, String executable, String parent) {
    return new ProcessInfo(
        new ProcessRef(4711, 1),
        42,
        name,
        executable,
        List.of(name),
        false,
        "/",
        0,
        0,
        0,
        -1,
        0,
        ProcessInfo.Flags.NONE,
        new ProcessInfo.Parent(new ProcessRef(4000, 1), parent, "/usr/sbin/" + parent, List.of()),
        List.of());
  }

  private static ContainerLog line(
      long time, ContainerRef container, ContainerLog.Stream stream, String text) {
    return new ContainerLog(time, container, stream, text, text.length(), false);
  }

  private static String access(String method, String target, int status) {
    return "%s - - [28/Nov/2026:10:00:00 +0000] \"%s %s HTTP/1.1\" %d 9 \"-\" \"curl/8\""
        .formatted(ATTACKER, method, target, status);
  }

  private static String audit(int status) {
    return ("{\"transaction\":{\"client_ip\":\"%s\",\"request\":{\"method\":\"GET\",\"uri\":\"/?id=1%%27\"},"
            + "\"response\":{\"http_code\":%d},\"messages\":[{\"details\":{\"ruleId\":\"942100\"}},"
            + "{\"details\":{\"ruleId\":\"949110\"}}]}}")
        .formatted(ATTACKER, status);
  }

  private void alert(HostId host, String rule, Priority priority, List<String> tags, Event cause)
      throws Exception {
    number++;
    Alert alert =
        new Alert(
            new AlertId("%032x".formatted(number)),
            new Alert.RuleInfo(rule, "A rule of the fixture.", priority, tags, "fixture.yaml"),
            rule,
            rule,
            List.of(),
            new Observed(new EventId(host, 1, number, 0), cause),
            new TreeMap<>(),
            host.value(),
            "b1");
    take(Topic.ALERTS, AlertJson.write(alert));
  }

  /** A step of an action on db; without a policy an operator's, on host 2. */
  private void step(
      int action,
      Action.Step step,
      String time,
      String type,
      Outcome outcome,
      @Nullable String policy,
      boolean dryRun)
      throws Exception {
    stepBy(action, step, time, type, outcome, policy, policy == null ? "alice" : null, dryRun);
  }

  private void stepBy(
      int action,
      Action.Step step,
      String time,
      String type,
      Outcome outcome,
      @Nullable String policy,
      @Nullable String operator,
      boolean dryRun)
      throws Exception {
    take(
        Topic.ACTIONS,
        ActionJson.write(
            new Action(
                    new ActionId("%032x".formatted(action)),
                    step,
                    made.size(),
                    at(time),
                    policy == null ? TWO : ONE,
                    type,
                    DB,
                    outcome,
                    policy == null ? null : new AlertId("%032x".formatted(3)),
                    policy == null ? null : "Connection to an odd port",
                    policy,
                    policy == null ? null : "policies.yaml:1",
                    operator,
                    0,
                    dryRun)
                .alertedAt(policy == null ? 0 : at("11:05") - 250_000_000L)));
  }

  private void take(Topic topic, byte[] value) throws Exception {
    made.addAll(documents.of(topic, new ConsumerRecord<>(topic.text(), 0, 0, new byte[0], value)));
  }
}
