package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.Secrets;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the shipped web-attack rule looks for is still there when it stood in a secret's place. */
class MaskedAttackTest {
  private static final String RULE = "Web attack in a log line";

  private final RuleSet rules = RuleSet.load(RuleFile.shipped()).rules();

  private static List<String> patterns() {
    List<String> patterns = new ArrayList<>();
    boolean inList = false;
    for (RuleFile file : RuleFile.shipped()) {
      for (String line : file.text().lines().toList()) {
        if (line.startsWith("- ")) {
          inList =
              line.matches("- list: (\\w+_)?(injection|scripting|traversal|log4shell)_patterns");
        } else if (inList && line.startsWith("    - ")) {
          String item = line.substring(6);
          patterns.add(
              item.startsWith("\"")
                  ? item.substring(1, item.length() - 1).replace("\\\\", "\\").replace("\\\"", "\"")
                  : item);
        }
      }
    }
    return patterns;
  }

  private boolean isFound(String line) {
    return TestRules.matched(
            rules,
            new ContainerLog(
                1, TestRules.WEB_REF, ContainerLog.Stream.STDOUT, line, line.length(), false))
        .contains(RULE);
  }

  @Test
  void eachPatternIsFoundBehindAMask() {
    assertThat(patterns()).hasSizeGreaterThan(80);
    List<String> unseen = new ArrayList<>();
    for (String pattern : patterns()) {
      String value = "hunter2" + pattern.replace(" ", "%20").replace("\"", "%22");
      String access =
          "203.0.113.9 - - [28/Nov/2026:07:13:37 +0000] \"GET /?token="
              + value
              + " HTTP/1.1\" 200 1";
      String twice =
          "{\"method\":\"GET\",\"uri\":\"/?password="
              + URLEncoder.encode(value, StandardCharsets.UTF_8)
              + "\",\"status\":200}";
      List<String> lines = new ArrayList<>(List.of(access, Secrets.maskLine(access)));
      if (!pattern.contains("%")) {
        lines.add(Secrets.maskLine(twice));
      }
      for (String line : lines) {
        if (!isFound(line)) {
          unseen.add(line);
        }
      }
      assertThat(Secrets.maskLine(access) + Secrets.maskLine(twice)).doesNotContain("hunter");
    }
    assertThat(unseen).isEmpty();
  }

  @Test
  void anOrdinarySecretIsNoAttack() {
    assertThat(
            isFound(
                Secrets.maskLine(
                    "203.0.113.9 - - [28/Nov/2026:07:13:37 +0000] \"GET /?token=a%20or%20b"
                        + " HTTP/1.1\" 200 1")))
        .isFalse();
  }
}
