package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MalformedBatchException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is looked for in the text of a line first changes no answer about its parts. */
class LogHintsTest {
  private static final int ROUNDS = Integer.getInteger("leuko.equivalence.rounds", 60);
  private static final int RULES = 40;
  private static final int LINES = 60;
  private static final ContainerRef WEB =
      ContainerRef.unknown(new ContainerId("%064x".formatted(7)));

  /** Words that patterns and lines are made of. */
  private static final List<String> WORDS =
      List.of(
          "union select",
          "UNION",
          "select",
          "../",
          "/etc/passwd",
          "' or 1=1",
          "<script",
          "ü",
          "a",
          "login",
          "%27",
          "+",
          " ",
          "401",
          "x#41",
          "\\",
          "\"");

  private static final List<String> TEXT_FIELDS =
      List.of(
          "http.path",
          "http.path_decoded",
          "http.path_decoded2",
          "http.query",
          "http.query_decoded",
          "http.query_decoded2",
          "http.user_agent",
          "http.referer",
          "http.host",
          "http.method",
          "log.message",
          "log.json[msg]",
          "log.level",
          "log.format",
          "log.line");

  private Random random = new Random(0);

  @Test
  void linesAnswerTheSameWhateverIsLookedForInTheirTextFirst() throws MalformedBatchException {
    long pairs = 0;
    long matches = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      random = new Random(seed);
      RuleSet rules = rules();
      Matcher matcher = new Matcher(rules, FactsLookup.NONE, seed);
      BatchWriter writer = new BatchWriter(new HostId("h"), 1);
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < LINES; i++) {
        String line = line();
        lines.add(line);
        writer.add(
            new ContainerLog(1, WEB, ContainerLog.Stream.STDOUT, line, line.length(), false));
      }
      BatchCursor row = BatchCursor.over(writer.finish(1));
      matcher.open(row);
      for (String line : lines) {
        assertThat(row.next()).isTrue();
        Set<Rule> found = new HashSet<>();
        matcher.match(row, found::add);
        for (Rule rule : rules.rules()) {
          Node condition = Objects.requireNonNull(rule.conditions().get(Kind.CONTAINER_LOG));
          boolean expected = Walk.holds(condition, row, FactsLookup.NONE);
          pairs++;
          matches += expected ? 1 : 0;
          if (found.contains(rule) != expected) {
            assertThat(found.contains(rule))
                .as("seed %s, %s on %s", seed, condition, line)
                .isEqualTo(expected);
          }
        }
      }
    }
    assertThat(pairs).isEqualTo((long) ROUNDS * RULES * LINES);
    assertThat(matches).isBetween(pairs / 50, pairs / 2);
  }

  private RuleSet rules() {
    StringBuilder file = new StringBuilder();
    for (int i = 0; i < RULES; i++) {
      file.append(TestRules.rule("r" + i, "evt.type = log and (" + condition(2) + ")"));
    }
    RuleSet.Loaded loaded = TestRules.load(file.toString());
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.skipped()).isEmpty();
    return loaded.rules();
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }

  private static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private String condition(int depth) {
    int kind = depth == 0 ? 9 : random.nextInt(10);
    if (kind < 5) {
      String with = kind < 2 ? " and " : " or ";
      return "(" + condition(depth - 1) + with + condition(depth - 1) + ")";
    }
    return kind == 5 ? "not (" + condition(depth - 1) + ")" : check();
  }

  private String check() {
    String field = pick(TEXT_FIELDS);
    return switch (random.nextInt(9)) {
      case 0 -> pick(List.of("http.path", "http.status", "http.query")) + " exists";
      case 1 -> pick(List.of("http.status in (401, 403)", "http.client = 10.0.0.1"));
      case 2 -> "http.status " + pick(List.of("= 404", "!= 200", ">= 400"));
      case 3 -> field + " in (POST, error, json, 10.0.0.1, " + quoted(pick(WORDS)) + ")";
      case 4 -> field + pick(List.of(" startswith ", " endswith ", " = ", " != ")) + quoted(word());
      case 5 -> field + " regex \".*" + pick(List.of("select", "login", "etc/p")) + ".*\"";
      case 6 -> field + " glob " + quoted("*" + pick(List.of("select", "login", "a")) + "*");
      case 7 -> "tolower(" + field + ") contains " + quoted(pick(List.of("union", "a", "<script")));
      default -> field + pick(List.of(" contains ", " icontains ", " icontains ")) + quoted(word());
    };
  }

  private String word() {
    return random.nextInt(3) == 0 ? pick(WORDS) + pick(WORDS) : pick(WORDS);
  }

  // Lines.

  private String line() {
    String target = "/" + encoded(text()) + (random.nextBoolean() ? "?q=" + encoded(text()) : "");
    String method = pick(List.of("GET", "POST", "get"));
    String status = pick(List.of("200", "401", "404", "500", "12"));
    return switch (random.nextInt(5)) {
      case 0 -> text() + pick(List.of("", " ERROR ", " level=warn "));
      case 1, 2 -> {
        String line =
            "10.0.0.1 - - [22/Sep/2026:12:00:00 +0000] \"%s %s HTTP/1.1\" %s 12"
                .formatted(method, target.replace("\"", "\\x22"), status);
        yield random.nextBoolean()
            ? line
            : line + " \"" + escaped(text()) + "\" \"" + escaped(text()) + "\"";
      }
      case 3 ->
          "{\"level\":\"error\",\"msg\":\"%s\",\"method\":\"%s\",\"path\":\"%s\",\"status\":%s}"
              .formatted(escaped(text()), method, escaped(target), status);
      default -> "{\"message\":\"" + escaped(text()) + "\",\"status\":\"" + status + "\"}";
    };
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      text.append(pick(WORDS));
    }
    return text.toString();
  }

  /** Percent-encoded here and there, at times twice; blanks as plus signs at times. */
  private String encoded(String text) {
    StringBuilder encoded = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean always = c == ' ' || c == '"' || c == '\\';
      int dice = random.nextInt(12);
      if (c == ' ' && dice < 6) {
        encoded.append('+');
      } else if (c < 0x80 && (always || dice == 0)) {
        encoded.append("%%%02x".formatted((int) c));
      } else if (c < 0x80 && dice == 1) {
        encoded.append("%%25%02x".formatted((int) c));
      } else {
        encoded.append(c);
      }
    }
    return encoded.toString();
  }

  /** As JSON and nginx write what they must, and a letter in addition here and there. */
  private String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean must = c == '"' || c == '\\';
      escaped.append(must || random.nextInt(15) == 0 ? "\\u%04x".formatted((int) c) : c + "");
    }
    return escaped.toString();
  }
}
