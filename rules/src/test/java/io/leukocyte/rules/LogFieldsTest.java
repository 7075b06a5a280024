package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Conditions over log lines that have a form, as the tests of rule files ask them. */
class LogFieldsTest {
  private static final String ACCESS =
      "203.0.113.9 - - [28/Nov/2026:07:13:37 +0000] \"GET /a%2e%252e/b?id=%2527+or HTTP/1.1\" 404 1"
          + " \"-\" \"scan/1\"";
  private static final String AUDIT =
      "{\"transaction\":{\"client_ip\":\"2001:db8::1\",\"request\":{\"method\":\"POST\",\"uri\":\"/\"},"
          + "\"response\":{\"http_code\":403},\"messages\":[{\"message\":\"A\",\"details\":{\"ruleId\":\"1\"}},"
          + "{\"message\":\"B\",\"details\":{\"ruleId\":\"949110\"}}]}}";

  private static void matches(String line, String condition, boolean expected) {
    String file =
        """
        - rule: asked
          desc: d
          condition: evt.type = log and (%s)
          output: "%%http.path %%http.status %%log.line"
          priority: INFO
          tests:
            - title: t
              events:
                - {evt.type: log, log.line: '%s'}
              matches: %d
        """
            .formatted(condition, line.replace("'", "''"), expected ? 1 : 0);
    RuleSet.Loaded loaded = TestRules.load(file);
    assertThat(loaded.report()).isEqualTo("1 rules loaded, 0 skipped, 0 problems");
    assertThat(loaded.rules().tests())
        .singleElement()
        .as("%s of %s", condition, line)
        .matches(test -> test.passes(loaded.rules()));
  }

  @Test
  void fieldsOfAnAccessLineAreCompared() {
    matches(ACCESS, "http.method = GET and http.version = HTTP/1.1", true);
    matches(ACCESS, "http.path = /a%2e%252e/b", true);
    matches(ACCESS, "http.path_decoded = /a.%2e/b", true);
    matches(ACCESS, "http.path_decoded2 contains ..", true);
    matches(ACCESS, "http.path contains ..", false);
    matches(ACCESS, "http.query = 'id=%2527+or'", true);
    matches(ACCESS, "http.query_decoded = 'id=%27 or'", true);
    matches(ACCESS, "http.query_decoded2 icontains \"' OR\"", true);
    matches(
        ACCESS, "http.status >= 400 and http.status != 403 and http.status in (404, 500)", true);
    matches(ACCESS, "http.status < 400", false);
    matches(ACCESS, "http.client in (203.0.113.0/24)", true);
    matches(ACCESS, "http.client = 203.0.113.10", false);
    matches(ACCESS, "http.user_agent startswith scan and not http.referer exists", true);
    matches(ACCESS, "http.host exists", false);
    matches(ACCESS, "log.format = combined", true);
    matches(ACCESS, "log.json[id] exists or waf.rule_id exists", false);
  }

  @Test
  void fieldsOfJsonAndOfAnAuditLogAreCompared() {
    matches(AUDIT, "waf.rule_id = 949110 and waf.message in (B)", true);
    matches(AUDIT, "waf.rule_id = 94911", false);
    matches(AUDIT, "http.status = 403 and http.client in (2001:db8::/32)", true);
    matches(AUDIT, "log.format = modsecurity and http.method = POST", true);
    String json =
        "{\"severity\":\"ERROR\",\"msg\":\"no\",\"User\":{\"Name\":\"eve\",\"ids\":[7,8]}}";
    matches(json, "log.level = error and log.message = no", true);
    matches(json, "log.json[user.name] = eve and log.json[USER.ids] = 8", true);
    matches(json, "log.json[user.ids] = 9 or log.json[user] exists", false);
    matches(json, "http.method exists or http.path exists", false);
    matches("[error] no", "log.level = error and not log.format exists", true);
  }
}
