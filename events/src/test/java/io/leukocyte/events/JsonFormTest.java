package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class JsonFormTest {
  private static final EventId FALLBACK = EventId.parse("replay:1:2:3");
  private static final String CONTAINER = "c".repeat(64);

  @Test
  void everyEventIsReadBackExactly() throws MalformedJsonException {
    RandomEvents random = new RandomEvents(1);
    for (int i = 0; i < 5_000; i++) {
      Observed observed = random.observed();
      String line = EventJson.line(observed);

      assertThat(line).doesNotContain("\n");
      assertThat(EventJson.read(line)).isEqualTo(observed);
      assertThat(EventJson.read(EventJson.write(observed))).isEqualTo(observed);
      assertThat(EventJson.read(line, FALLBACK)).isEqualTo(observed);
    }
  }

  @Test
  void everyAlertIsReadBackExactly() throws MalformedJsonException {
    RandomEvents random = new RandomEvents(2);
    for (int i = 0; i < 5_000; i++) {
      Alert alert = random.alert();

      assertThat(AlertJson.read(AlertJson.write(alert))).isEqualTo(alert);
    }
  }

  @Test
  void everyStepOfAnActionIsReadBackExactly() throws MalformedJsonException {
    RandomEvents random = new RandomEvents(3);
    for (int i = 0; i < 5_000; i++) {
      Action action = random.action();

      assertThat(ActionJson.read(ActionJson.write(action))).isEqualTo(action);
    }
  }

  @Test
  void foreignEcsEventGetsItsKindFromItsClassesAndItsIdFromTheCaller()
      throws MalformedJsonException {
    Observed exec =
        EventJson.read(
            """
            {"@timestamp":"2026-01-31T23:59:59Z","event.category":["process"],"event.type":"start",
             "event.id":"7c1a","host.id":"web-1","container.id":"%s","container.image.tag":"1.2",
             "process":{"pid":7,"name":"sh","command_line":"sh  -c id"}}
            """
                .formatted(CONTAINER),
            FALLBACK);

    assertThat(exec.id()).hasToString("web-1:1:2:3");
    assertThat(exec.event().time()).isEqualTo(1_769_903_999_000_000_000L);
    assertThat(exec.event())
        .isInstanceOfSatisfying(
            ProcessExec.class,
            e -> {
              assertThat(e.process().args()).containsExactly("sh", "-c", "id");
              assertThat(e.container()).extracting(ContainerRef::tag).isEqualTo("1.2");
            });
  }

  @Test
  void foreignLogLineNeedsOnlyTimeMessageAndContainer() throws MalformedJsonException {
    Observed log =
        EventJson.read(
            "{\"@timestamp\":\"2026-01-31T23:59:59.5+01:00\",\"message\":\"é\",\"container\":{\"id\":\""
                + CONTAINER
                + "\"}}",
            FALLBACK);

    assertThat(log.id()).isEqualTo(FALLBACK);
    assertThat(log.event())
        .isEqualTo(
            new ContainerLog(
                1_769_900_399_500_000_000L,
                ContainerRef.unknown(new ContainerId(CONTAINER)),
                ContainerLog.Stream.STDOUT,
                "é",
                2,
                false));
  }

  @Test
  void whatIsWrongIsToldByField() {
    String time = "\"@timestamp\":\"2026-01-31T23:59:59Z\",";
    assertWrong("", "Not a JSON object");
    assertWrong("[1]", "Not a JSON object");
    assertWrong("{", "Not JSON: Unexpected end-of-input");
    assertWrong("{} {}", "Not JSON: Trailing token");
    assertWrong("{\"a\":1,\"a\":2}", "Not JSON: Duplicate field 'a'");
    assertWrong("{\"a\":".repeat(100), "Not JSON: Document nesting depth");
    assertWrong("{}", "@timestamp: a text is missing");
    assertWrong("{\"@timestamp\":5}", "@timestamp: a text is expected, not 5");
    assertWrong("{\"@timestamp\":\"now\"}", "@timestamp: 'now' cannot be read: not a time");
    assertWrong("{\"@timestamp\":\"2263-01-01T00:00:00Z\"}", "@timestamp: '2263-01-01T00:00:00Z'");
    assertWrong("{" + time + "\"leukocyte\":{}}", "leukocyte.kind: a kind such as process.exec");
    assertWrong("{" + time + "\"leukocyte\":{\"kind\":\"x\"}}", "leukocyte.kind: a kind such as");
    assertWrong(
        "{" + time + "\"leukocyte\":{\"kind\":\"process.exec\"},\"process\":{}}",
        "process.pid: a whole number is missing");
    assertWrong(
        "{" + time + "\"container\":{\"id\":\"abc\"},\"leukocyte\":{\"kind\":\"process.exec\"}}",
        "container.id: 'abc' cannot be read: Not a container id");
    assertWrong(
        "{" + time + "\"leukocyte\":{\"kind\":\"container.log\"}}",
        "container.id: a container id is missing");
    assertWrong(
        "{" + time + "\"destination\":{\"port\":65536},\"leukocyte\":{\"kind\":\"net.connect\"}}",
        "destination.port: a number from 0 to 65535 is expected, not 65536");
    assertWrong(
        "{" + time + "\"process\":{\"pid\":99999999999},\"leukocyte\":{\"kind\":\"process.exec\"}}",
        "process.pid: a number from");
    String ring = "{" + time + "\"process\":{\"pid\":7},\"leukocyte\":{\"kind\":\"kernel.call\",";
    assertWrong(ring + "\"x\":1}}", "leukocyte.call.name: a text is missing");
    ring += "\"call\":{\"name\":\"keyctl\"},\"kernel\":{\"args\":";
    assertWrong(
        ring + "[1,2,3,4,5,6,7]}}}",
        "leukocyte.kernel.args: a list of at most 6 whole numbers is expected, not [1,2,3");
    assertWrong(ring + "[1.5]}}}", "leukocyte.kernel.args: a list of at most 6 whole numbers");
    assertWrong(ring + "5}}}", "leukocyte.kernel.args: a list of at most 6 whole numbers");
    assertWrong(
        "{"
            + time
            + "\"process\":{\"pid\":7},\"file\":{\"mode\":\"9\"},"
            + "\"leukocyte\":{\"kind\":\"file.open\",\"call\":{\"name\":\"open\"}}}",
        "file.mode: '9' cannot be read");
    assertWrong(
        "{"
            + time
            + "\"container\":{\"id\":\""
            + CONTAINER
            + "\"},"
            + "\"leukocyte\":{\"kind\":\"container.stats\",\"stats\":{\"cpu_percent\":\"x\"}}}",
        "leukocyte.stats.cpu_percent: a number is expected, not \"x\"");
    assertWrong("{" + time + "\"event\":\"x\"}", "event: an object is expected, not \"x\"");
    assertWrong("{\"event\":1,\"event.kind\":\"x\"}", "event.kind: an object above it");
  }

  private static void assertWrong(String line, String message) {
    assertThatThrownBy(() -> EventJson.read(line, FALLBACK))
        .as(line)
        .isInstanceOf(MalformedJsonException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void eventWithoutAnIdNeedsOneFromTheCaller() {
    assertThatThrownBy(() -> EventJson.read("{}"))
        .isInstanceOf(MalformedJsonException.class)
        .hasMessage("event.id: a text is missing");
  }

  @Test
  void alteredLinesAreReadOrRefusedButNeverFailOtherwise() {
    RandomEvents random = new RandomEvents(4);
    java.util.Random dice = new java.util.Random(5);
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      StringBuilder line = new StringBuilder(EventJson.line(random.observed()));
      for (int n = dice.nextInt(3); n >= 0; n--) {
        line.setCharAt(dice.nextInt(line.length()), "{}[]\",:0a\\n".charAt(dice.nextInt(10)));
      }
      try {
        EventJson.read(line.toString(), FALLBACK);
      } catch (MalformedJsonException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1_000, 4_999);
  }

  @Test
  void alertOfAHugeCommandIsCutAndSaysSo() throws MalformedJsonException {
    String novel = "\u0001".repeat(32_000);
    ProcessInfo shell = TestEvents.SHELL_IN_WEB_CONTAINER.process();
    ProcessInfo huge =
        new ProcessInfo(
            shell.ref(),
            1,
            novel,
            novel,
            List.of("sh", novel),
            false,
            novel,
            0,
            0,
            0,
            0,
            0,
            ProcessInfo.Flags.NONE,
            new ProcessInfo.Parent(
                shell.ref(), "sh", novel, java.util.Collections.nCopies(10_000, "\u0001")),
            List.of());
    Alert alert = TestEvents.ALERT;
    TreeMap<String, String> labels = new TreeMap<>(alert.labels());
    for (int i = 0; i < 1_000; i++) {
      labels.put("x" + i, "\u0002".repeat(200));
    }
    labels.put("y".repeat(9_000), "");
    byte[] document =
        AlertJson.write(
            new Alert(
                alert.id(),
                alert.rule(),
                alert.message(),
                novel,
                List.of(),
                TestEvents.observed(1, new ProcessExec(1, TestEvents.WEB, huge)),
                labels,
                alert.hostname(),
                alert.bundle()));

    assertThat(document.length).isBetween(1_000, AlertJson.MAX_BYTES);
    assertThat(new String(document, java.nio.charset.StandardCharsets.UTF_8))
        .contains("\"truncated\":true");
    Alert read = AlertJson.read(document);
    assertThat(read.id()).isEqualTo(alert.id());
    assertThat(read.cause().id()).isEqualTo(alert.cause().id());
    assertThat(read.container()).isEqualTo(TestEvents.WEB);
    assertThat(novel).startsWith(read.output()).isNotEqualTo(read.output());
  }

  @Test
  void timesAreReadInEveryIsoFormAndNeverWrongly() {
    java.util.Random random = new java.util.Random(6);
    for (int i = 0; i < 20_000; i++) {
      long nanos = random.nextLong();
      String text = Json.time(nanos);
      assertThat(Json.nanos(text)).isEqualTo(nanos);
      assertThat(Json.nanos(java.time.Instant.parse(text).toString())).isEqualTo(nanos);
    }
    assertThat(Json.time(Long.MIN_VALUE)).isEqualTo("1677-09-21T00:12:43.145224192Z");
    assertThat(Json.nanos(Json.time(Long.MIN_VALUE))).isEqualTo(Long.MIN_VALUE);
    assertThat(Json.nanos(Json.time(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE);
    for (String text :
        List.of(
            "2026-02-30T00:00:00.000000000Z",
            "2026-01-01T24:00:00.000000001Z",
            "2026-01-01T00:60:00.000000000Z",
            "9999-01-01T00:00:00.000000000Z",
            "1677-09-21T00:12:43.145224191Z",
            "2262-04-11T23:47:16.854775808Z",
            "2026-01-01T00:00:00.00000000xZ",
            "2026-01-01")) {
      assertThatThrownBy(() -> Json.nanos(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void loneSurrogatesDoNotStopTheWriter() throws MalformedJsonException {
    Observed observed =
        new Observed(
            FALLBACK,
            new ContainerLifecycle(
                0,
                ContainerRef.unknown(new ContainerId(CONTAINER)),
                "x\ud800",
                null,
                new TreeMap<>()));

    assertThat(EventJson.read(EventJson.write(observed)).event())
        .isInstanceOfSatisfying(
            ContainerLifecycle.class, e -> assertThat(e.action()).isEqualTo("x?"));
  }

  @Test
  void addressesAreToldFromOtherText() {
    for (String text :
        List.of(
            "0.0.0.0",
            "203.0.113.255",
            "::",
            "::1",
            "2001:db8::",
            "1:2:3:4:5:6:7:8",
            "::ffff:192.0.2.1",
            "1:2:3:4:5:6:1.2.3.4",
            "1::8",
            "FE80::A")) {
      assertThat(IpAddress.isLiteral(text)).as(text).isTrue();
    }
    for (String text :
        List.of(
            "",
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "01.1.1.1",
            "1.2.3.x",
            ":",
            ":::",
            "1::2::3",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "12345::",
            "g::",
            "1.2.3.4::",
            "::1.2.3",
            "1:2:3:4:5:6:7::8",
            "fe80::1%eth0",
            "localhost",
            "a".repeat(100_000))) {
      assertThat(IpAddress.isLiteral(text)).as(Text.clip(text, 50)).isFalse();
    }
  }
}
