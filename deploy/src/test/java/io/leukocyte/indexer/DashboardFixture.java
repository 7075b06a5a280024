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
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import io.leukocyte.events.Topic;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * An afternoon of two hosts, written by what writes it in earnest and read by the indexer: seven
 * alerts, ten steps of six actions, eleven log lines of three containers.
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

  private final Documents documents =
      new Documents("default", InstantSource.fixed(Instant.parse("2026-11-28T15:00:00Z")));
  private final List<Document> made = new ArrayList<>();
  private int number;

  private DashboardFixture() {}

  /** The documents as the indexer sends them. */
  static List<Document> documents() throws Exception {
    DashboardFixture fixture = new DashboardFixture();
    fixture.alerts();
    fixture.actions();
    fixture.logs();
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

  /** Two days earlier: an alert and a log line whose texts are markup. */
  private void hostile() throws Exception {
    ContainerRef container = container("66", HOSTILE, HOSTILE);
    String shell = "Terminal shell in container" + HOSTILE;
    List<String> tags = List.of("container", "mitre_execution", "T1059.004");
    long time = nanos("2026-11-26T10:00:00Z");
    ProcessInfo process = process(HOSTILE, "/bin/" + HOSTILE, HOSTILE);
    alert(ONE, shell, Priority.CRITICAL, tags, new ProcessExec(time, container, process));
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
            + "\"response\":{\"http_code\":%d},\"messages\":[{\"details\":{\"ruleId\":\"949110\"}}]}}")
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
                policy == null ? "alice" : null,
                0,
                dryRun)));
  }

  private void take(Topic topic, byte[] value) throws Exception {
    made.addAll(documents.of(topic, new ConsumerRecord<>(topic.text(), 0, 0, new byte[0], value)));
  }
}
