package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ParsedLineTest {
  private static final String TIME = "[28/Nov/2026:07:13:37 +0000]";

  private final ParsedLine parsed = new ParsedLine();

  private Map<LogPart, String> parts(String line) {
    byte[] bytes = ("before" + line + "after").getBytes(StandardCharsets.UTF_8);
    parsed.line(bytes, 6, bytes.length - 5);
    Map<LogPart, String> parts = new EnumMap<>(LogPart.class);
    for (LogPart part : LogPart.values()) {
      String text = parsed.text(part);
      assertThat(parsed.has(part)).isEqualTo(text != null);
      if (text != null) {
        parts.put(part, text);
      }
    }
    return parts;
  }

  private static Map<LogPart, String> request(String path, Map<LogPart, String> more) {
    Map<LogPart, String> parts = new EnumMap<>(LogPart.class);
    parts.put(LogPart.METHOD, "GET");
    parts.put(LogPart.PATH, path);
    parts.put(LogPart.PATH_DECODED, path);
    parts.put(LogPart.PATH_DECODED2, path);
    parts.put(LogPart.VERSION, "HTTP/1.1");
    parts.put(LogPart.STATUS, "200");
    parts.putAll(more);
    return parts;
  }

  @Test
  void aLineOfNginxHasAllItsParts() {
    assertThat(
            parts(
                "203.0.113.9 - bob "
                    + TIME
                    + " \"POST /a%20b?id=1%2527+x HTTP/2.0\" 403 512 \"https://example.com/?r=%20\""
                    + " \"curl/8.1 (\\x22quoted\\x22)\" \"198.51.100.7\" rt=0.003"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry(LogPart.FORMAT, "combined"),
                Map.entry(LogPart.METHOD, "POST"),
                Map.entry(LogPart.PATH, "/a%20b"),
                Map.entry(LogPart.PATH_DECODED, "/a b"),
                Map.entry(LogPart.PATH_DECODED2, "/a b"),
                Map.entry(LogPart.QUERY, "id=1%2527+x"),
                Map.entry(LogPart.QUERY_DECODED, "id=1%27 x"),
                Map.entry(LogPart.QUERY_DECODED2, "id=1' x"),
                Map.entry(LogPart.VERSION, "HTTP/2.0"),
                Map.entry(LogPart.STATUS, "403"),
                Map.entry(LogPart.CLIENT, "203.0.113.9"),
                Map.entry(LogPart.REFERER, "https://example.com/?r=%20"),
                Map.entry(LogPart.USER_AGENT, "curl/8.1 (\"quoted\")")));
    assertThat(parsed.status()).isEqualTo(403);
  }

  @Test
  void formsOfAccessLogsAreKnown() {
    Map<LogPart, String> client = Map.of(LogPart.CLIENT, "203.0.113.9", LogPart.FORMAT, "common");
    assertThat(parts("203.0.113.9 - - " + TIME + " \"GET /i HTTP/1.1\" 200 15"))
        .isEqualTo(request("/i", client));
    assertThat(parts("203.0.113.9 - - \"GET /i HTTP/1.1\" 200 15"))
        .isEqualTo(request("/i", client));
    assertThat(parts("INFO:     203.0.113.9:50112 - \"GET /i HTTP/1.1\" 200 OK"))
        .isEqualTo(request("/i", client));
    assertThat(parts("203.0.113.9 - - [28/Nov/2026 07:13:37] \"GET /i HTTP/1.1\" 200 -"))
        .isEqualTo(request("/i", client));
    assertThat(
            parts(
                "shop.example:443 203.0.113.9 - - "
                    + TIME
                    + " \"GET /i HTTP/1.1\" 200 15 \"-\" \"a \\\"b\\\" c\""))
        .isEqualTo(
            request(
                "/i",
                Map.of(
                    LogPart.CLIENT, "203.0.113.9",
                    LogPart.FORMAT, "combined",
                    LogPart.HOST, "shop.example",
                    LogPart.USER_AGENT, "a \"b\" c")));
    assertThat(
            parts(
                "2001:db8::9 - - "
                    + TIME
                    + " \"GET /i HTTP/1.1\" 200 15 \"-\" \"-\" 12 \"web@docker\""
                    + " \"http://172.18.0.2:80\" 3ms"))
        .isEqualTo(
            request("/i", Map.of(LogPart.CLIENT, "2001:db8::9", LogPart.FORMAT, "combined")));
    assertThat(
            parts(
                "<134>Nov 28 07:13:37 haproxy[14]: 203.0.113.9:33317 [28/Nov/2026:07:13:37.655] in"
                    + " app/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {a|b} {}"
                    + " \"GET /i#3C HTTP/1.1\""))
        .isEqualTo(
            request(
                "/i<",
                Map.of(
                    LogPart.CLIENT, "203.0.113.9",
                    LogPart.FORMAT, "haproxy")));
  }

  @Test
  void requestsThatAreNoneLeaveWhatElseIsThere() {
    String head = "203.0.113.9 - - " + TIME + " ";
    Map<LogPart, String> rest =
        Map.of(LogPart.CLIENT, "203.0.113.9", LogPart.FORMAT, "combined", LogPart.STATUS, "400");
    assertThat(parts(head + "\"-\" 400 0 \"-\" \"-\"")).isEqualTo(rest);
    assertThat(parts(head + "\"\" 400 0 \"-\" \"-\"")).isEqualTo(rest);
    assertThat(parts(head + "\"\\x16\\x03\\x01\\x02\" 400 0 \"-\" \"-\"")).isEqualTo(rest);
    assertThat(parts(head + "\"PRI * HTTP/2.0\" 400 0 \"-\" \"-\""))
        .containsEntry(LogPart.METHOD, "PRI")
        .containsEntry(LogPart.PATH, "*");
    assertThat(parts(head + "\"GET /a b c HTTP/1.1\" 400 0 \"-\" \"-\""))
        .containsEntry(LogPart.PATH, "/a b c");
    assertThat(parts(head + "\"GET /a\" 400 0 \"-\" \"-\""))
        .containsEntry(LogPart.PATH, "/a")
        .doesNotContainKey(LogPart.VERSION);
    assertThat(parts(head + "\"GET http://shop.example:81/a?b=1 HTTP/1.1\" 400 0 \"-\" \"-\""))
        .containsEntry(LogPart.PATH, "/a")
        .containsEntry(LogPart.QUERY, "b=1")
        .containsEntry(LogPart.HOST, "shop.example");
    assertThat(parts(head + "\"CONNECT shop.example:443 HTTP/1.1\" 400 0 \"-\" \"-\""))
        .containsEntry(LogPart.HOST, "shop.example")
        .doesNotContainKey(LogPart.PATH);
    assertThat(parts(head + "\"GET ../../etc/passwd HTTP/1.1\" 400 0 \"-\" \"-\""))
        .containsEntry(LogPart.PATH, "../../etc/passwd");
  }

  @Test
  void whatOnlyLooksLikeAnAccessLineIsText() {
    for (String line :
        List.of(
            "",
            " ",
            "\"",
            "\"GET / HTTP/1.1\" 200 1",
            "said \"GET / HTTP/1.1\" 200 1",
            "user - said \"GET / HTTP/1.1\" 2000",
            "203.0.113.9 - - " + TIME + " \"GET / HTTP/1.1\"",
            "203.0.113.9 - - " + TIME + " \"GET / HTTP/1.1",
            "203.0.113.9 - - " + TIME + " \"GET /\" \" 200 1 HTTP/1.1\" 200 1",
            "{\"message\":\"x\"} and more",
            "{\"message\":}",
            "{message:1}")) {
      assertThat(parts(line)).as(line).isEmpty();
    }
  }

  @Test
  void accessLogsInJsonAreRead() {
    Map<LogPart, String> expected =
        request(
            "/i",
            Map.of(
                LogPart.CLIENT, "203.0.113.9",
                LogPart.FORMAT, "json",
                LogPart.QUERY, "a=%31",
                LogPart.QUERY_DECODED, "a=1",
                LogPart.QUERY_DECODED2, "a=1",
                LogPart.USER_AGENT, "curl/8",
                LogPart.HOST, "shop.example"));
    assertThat(
            parts(
                "{\"remote_addr\":\"203.0.113.9\",\"request\":\"GET /i?a=%31 HTTP/1.1\","
                    + "\"status\":\"200\",\"http_user_agent\":\"curl/8\","
                    + "\"http_referer\":\"\",\"http_host\":\"shop.example\"}"))
        .isEqualTo(expected);
    assertThat(
            parts(
                "{\"remote_addr\":\"203.0.113.9\",\"request_method\":\"GET\",\"uri\":\"/i\","
                    + "\"args\":\"a=%31\",\"status\":200,\"server_protocol\":\"HTTP/1.1\","
                    + "\"http_user_agent\":\"curl/8\",\"host\":\"shop.example\"}"))
        .isEqualTo(expected);
    Map<LogPart, String> caddy = new EnumMap<>(expected);
    caddy.put(LogPart.LEVEL, "info");
    caddy.put(LogPart.MESSAGE, "handled request");
    assertThat(
            parts(
                "{\"level\":\"info\",\"ts\":1.5,\"logger\":\"http\",\"msg\":\"handled request\","
                    + "\"request\":{\"remote_ip\":\"203.0.113.9\",\"remote_port\":\"41000\","
                    + "\"proto\":\"HTTP/1.1\",\"method\":\"GET\",\"host\":\"shop.example\","
                    + "\"uri\":\"/i?a=%31\",\"headers\":{\"User-Agent\":[\"curl/8\"]}},"
                    + "\"bytes_read\":0,\"status\":200}"))
        .isEqualTo(caddy);
    assertThat(
            parts(
                "{\"ClientAddr\":\"203.0.113.9:41000\",\"ClientHost\":\"203.0.113.9\","
                    + "\"DownstreamStatus\":200,\"RequestHost\":\"shop.example\","
                    + "\"RequestMethod\":\"GET\",\"RequestPath\":\"/i?a=%31\","
                    + "\"RequestProtocol\":\"HTTP/1.1\",\"request_User-Agent\":\"curl/8\"}"))
        .isEqualTo(expected);
    assertThat(
            parts(
                "{\"method\":\"GET\",\"path\":\"/i?a=%31\",\"protocol\":\"HTTP/1.1\","
                    + "\"response_code\":200,\"user_agent\":\"curl\\/8\","
                    + "\"authority\":\"shop.example\","
                    + "\"downstream_remote_address\":\"203.0.113.9:1\"}"))
        .isEqualTo(expected);
    assertThat(
            parts(
                "{\"@timestamp\":\"2026-11-28T07:13:37Z\","
                    + "\"http\":{\"request\":{\"method\":\"GET\"},\"version\":\"HTTP/1.1\","
                    + "\"response\":{\"status_code\":200}},"
                    + "\"url\":{\"path\":\"/i\",\"query\":\"a=%31\",\"domain\":\"shop.example\"},"
                    + "\"source.ip\":\"203.0.113.9\",\"user_agent\":{\"original\":\"curl/8\"}}"))
        .isEqualTo(expected);
  }

  @Test
  void anObjectThatIsNotAboutARequestHasNone() {
    assertThat(
            parts(
                "{\"level\":50,\"msg\":\"a \\\"b\\\"\\n\\u00e9\\ud83d\\ude00\",\"method\":\"save\","
                    + "\"path\":\"/x\",\"status\":500,\"host\":\"db\"}"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                LogPart.FORMAT, "json",
                LogPart.LEVEL, "error",
                LogPart.MESSAGE, "a \"b\"\né😀"));
    assertThat(parts("{\"method\":\"GET\",\"status\":200}"))
        .containsExactlyEntriesOf(Map.of(LogPart.FORMAT, "json"));
  }

  @Test
  void anObjectThatWasCutIsReadAsFarAsItGoes() {
    assertThat(parts("{\"level\":\"warn\",\"a\":{\"b\":[1,{\"c\":\"x"))
        .containsExactlyInAnyOrderEntriesOf(Map.of(LogPart.FORMAT, "json", LogPart.LEVEL, "warn"));
  }

  @Test
  void auditLogsOfModSecurityNameTheirRules() {
    assertThat(
            parts(
                "{\"transaction\":{\"client_ip\":\"203.0.113.9\",\"unique_id\":\"1\","
                    + "\"request\":{\"method\":\"GET\",\"http_version\":1.1,\"uri\":\"/i?q=%3C\","
                    + "\"headers\":{\"Host\":\"shop.example\",\"User-Agent\":\"sqlmap\"}},"
                    + "\"response\":{\"http_code\":403,\"headers\":{}},\"messages\":["
                    + "{\"message\":\"SQL\",\"details\":{\"ruleId\":\"942100\"}},"
                    + "{\"message\":\"Score\",\"details\":{\"ruleId\":\"949110\"}}]}}"))
        .containsEntry(LogPart.FORMAT, "modsecurity")
        .containsEntry(LogPart.METHOD, "GET")
        .containsEntry(LogPart.PATH, "/i")
        .containsEntry(LogPart.QUERY_DECODED, "q=<")
        .containsEntry(LogPart.STATUS, "403")
        .containsEntry(LogPart.CLIENT, "203.0.113.9")
        .containsEntry(LogPart.HOST, "shop.example")
        .containsEntry(LogPart.USER_AGENT, "sqlmap");
    assertThat(all(LogPart.WAF_RULE)).containsExactly("942100", "949110");
    assertThat(all(LogPart.WAF_MESSAGE)).containsExactly("SQL", "Score");
    assertThat(
            parts(
                "{\"transaction\":{\"transaction_id\":\"x\",\"remote_address\":\"203.0.113.9\"},"
                    + "\"request\":{\"request_line\":\"GET /i HTTP/1.1\","
                    + "\"headers\":{\"User-Agent\":\"sqlmap\"}},\"response\":{\"status\":403},"
                    + "\"audit_data\":{\"messages\":[\"Access denied. [id \\\"949110\\\"]"
                    + " [msg \\\"Score\\\"]\"]}}"))
        .containsEntry(LogPart.FORMAT, "modsecurity")
        .containsEntry(LogPart.PATH, "/i")
        .containsEntry(LogPart.STATUS, "403")
        .containsEntry(LogPart.WAF_RULE, "949110")
        .containsEntry(LogPart.WAF_MESSAGE, "Score");
  }

  private List<String> all(LogPart part) {
    List<String> all = new ArrayList<>();
    parsed.each(
        part, (b, from, to) -> all.add(new String(b, from, to - from, StandardCharsets.UTF_8)));
    return all;
  }

  @Test
  void valuesOfAnyNameAreFound() {
    parts("{\"a\":{\"B\":[1,{\"c\":\"x\\ty\"},true,null]},\"a.b\":\"dotted\"}");
    assertThat(json("a.b")).containsExactly("1", "true", "dotted");
    assertThat(json("a.b.c")).containsExactly("x\ty");
    assertThat(json("a")).isEmpty();
    parts("text");
    assertThat(json("a.b")).isEmpty();
  }

  private List<String> json(String name) {
    List<String> all = new ArrayList<>();
    parsed.eachJson(
        name.getBytes(StandardCharsets.UTF_8),
        (b, from, to) -> all.add(new String(b, from, to - from, StandardCharsets.UTF_8)));
    return all;
  }

  @Test
  void aClientIsAnAddressOrAName() {
    for (String address :
        List.of("203.0.113.9", "0.0.0.255", "2001:db8::9", "::ffff:203.0.113.9")) {
      parts(address + " - - \"GET / HTTP/1.1\" 200 1");
      assertThat(parsed.hasClientAddress()).as(address).isTrue();
    }
    for (String name :
        List.of(
            "localhost",
            "203.0.113.256",
            "203.0.113",
            "1.2.3.4.5",
            "01.2.3.4",
            "1..2.3",
            "g:b::c")) {
      parts(name + " - - \"GET / HTTP/1.1\" 200 1");
      assertThat(parsed.has(LogPart.CLIENT)).isTrue();
      assertThat(parsed.hasClientAddress()).as(name).isFalse();
    }
    parts("text");
    assertThat(parsed.hasClientAddress()).isFalse();
  }

  @Test
  void levelsOfTextAreFound() {
    assertThat(parts("2026/11/28 07:13:37 [error] 7#7: *1 open() failed"))
        .containsEntry(LogPart.LEVEL, "error");
    assertThat(parts("INFO: Started server process")).containsEntry(LogPart.LEVEL, "info");
    assertThat(parts("ts=1 level=warn msg=\"x\"")).containsEntry(LogPart.LEVEL, "warn");
    assertThat(parts("ts=1 level=\"WARNING\" msg=\"x\"")).containsEntry(LogPart.LEVEL, "warn");
    assertThat(parts("2026-11-28 FATAL: no")).containsEntry(LogPart.LEVEL, "critical");
    assertThat(parts("an error of an ordinary sentence")).isEmpty();
    assertThat(parts("ERRORS are no level")).isEmpty();
  }

  @Test
  void deepAndLongLinesAreBounded() {
    String deep = "{\"a\":".repeat(20_000);
    assertThat(parts(deep)).containsExactlyEntriesOf(Map.of(LogPart.FORMAT, "json"));
    assertThat(parts("{\"level\":\"info\",\"a\":" + "[".repeat(60_000)))
        .containsEntry(LogPart.LEVEL, "info");
    String path = "/" + "%2561".repeat(10_000);
    assertThat(parts("203.0.113.9 - - " + TIME + " \"GET " + path + " HTTP/1.1\" 200 1"))
        .containsEntry(LogPart.PATH, path)
        .containsEntry(LogPart.PATH_DECODED2, "/" + "a".repeat(10_000));
    String rules = "{\"ruleId\":\"1\"},".repeat(1000);
    parts("{\"transaction\":{\"messages\":[{\"details\":[" + rules);
    assertThat(all(LogPart.WAF_RULE)).hasSize(ParsedLine.MOST_RULES);
  }

  /** Any bytes, and good lines with bytes changed, cut and doubled. */
  @Test
  void noLineMakesItFail() {
    List<String> seeds =
        List.of(
            "shop:80 203.0.113.9 - - "
                + TIME
                + " \"GET /%u00e9?%c0%af=%2 HTTP/1.1\" 200 1 \"-\" \"\\x2",
            "203.0.113.9:1 [28/Nov/2026:07:13:37.655] in a/b 1/0/3/6/1 200 2 - - ---- 1/1 0/0 \"GET"
                + " /#3 H",
            "{\"transaction\":{\"request\":{\"method\":\"GET\",\"uri\":\"/\\u12\"},\"messages\":[{\"a\":1}]}}",
            "{\"level\":30,\"method\":\"GET\",\"url\":\"http://a/b?c\",\"args\":\"?\",\"request\":\"GET"
                + "  \"}");
    Random random = new Random(11);
    for (int i = 0; i < 60_000; i++) {
      byte[] bytes = seeds.get(i % seeds.size()).getBytes(StandardCharsets.UTF_8);
      for (int k = random.nextInt(6); k >= 0; k--) {
        bytes[random.nextInt(bytes.length)] =
            (byte)
                (random.nextBoolean()
                    ? random.nextInt(256)
                    : "\"\\%{}[]:,#- /?".charAt(random.nextInt(14)));
      }
      int from = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : 0;
      int to =
          random.nextInt(4) == 0 ? from + random.nextInt(bytes.length - from + 1) : bytes.length;
      parsed.line(bytes, from, to);
      for (LogPart part : LogPart.values()) {
        parsed.each(
            part,
            (b, start, end) -> {
              assertThat(start).isBetween(0, end);
              assertThat(end).isLessThanOrEqualTo(b.length);
              assertThat(end - start).isLessThanOrEqualTo(60 + bytes.length);
            });
      }
      assertThat(parsed.hasClientAddress()).isIn(parsed.has(LogPart.CLIENT), false);
      int status = parsed.status();
      assertThat(status == -1 || (status >= 100 && status <= 999)).isTrue();
      parsed.eachJson(
          new byte[] {'a'}, (b, start, end) -> assertThat(start).isLessThanOrEqualTo(end));
    }
  }
}
