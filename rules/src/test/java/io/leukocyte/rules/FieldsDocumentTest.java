package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Kind;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Yaml;
import io.leukocyte.events.config.YamlNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** docs/fields.md says what the code does; {@code -Dgolden=write} writes it anew. */
class FieldsDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/fields.md");

  /** Fields of which the type of their source does not tell that they are always there. */
  private static final Set<String> ALWAYS =
      Set.of("evt.type", "evt.num", "evt.res", "evt.rawres", "fd.l4proto");

  /** Arguments that only some of a kind's calls have, as regular expressions. */
  private static final Map<String, String> CALLS_WITH =
      Map.of(
          "evt.arg.mode", ".*chmod.*|mk.*|open.*|creat",
          "evt.arg.uid", ".*chown.*|cap.*|set.*",
          "evt.arg.gid", ".*chown.*|cap.*|set.*",
          "evt.arg.type", "mount|socket.*");

  /** A call with everything that a test can set. */
  private static final String EVENT =
      """
      {evt.type: TYPE, proc.name: sh, proc.args: [x], proc.env: [A=b], proc.aname: [a, b, c],
       fd.name: /d/f, fd.nameraw: ../f, fd.cip: 192.0.2.1, fd.cport: 1, fd.sip: 192.0.2.2,
       fd.sport: 2, evt.arg.cmd: 5, evt.arg.dev: /dev/x, evt.arg.dir: /m, evt.arg.domain: AF_INET,
       evt.arg.flags: 2147483647, evt.arg.gid: 5, evt.arg.mode: 0755, evt.arg.name: n,
       evt.arg.newpath: /n, evt.arg.oldpath: /o, evt.arg.option: 15, evt.arg.path: /p,
       evt.arg.pid: 7, evt.arg.proto: 6, evt.arg.request: 16, evt.arg.sig: 9, evt.arg.target: /t,
       evt.arg.type: 1, evt.arg.uid: 5}
      """;

  @Test
  void theDocumentIsThatOfTheCode() throws IOException {
    String document = document();
    if ("write".equals(System.getProperty("golden"))) {
      Files.writeString(DOCUMENT, document);
    }
    assertThat(Files.readString(DOCUMENT)).isEqualTo(document);
  }

  @Test
  void everyCallIsInTheTableAndHasAFieldOfItsOwnOrNoArgumentWorthOne() {
    Map<String, Set<String>> calls = calls();
    List<String> all = Arrays.stream(Kind.values()).flatMap(kind -> kind.calls().stream()).toList();
    assertThat(calls.keySet()).containsExactlyInAnyOrderElementsOf(all);
    assertThat(calls.get("openat")).contains("fd.name", "evt.arg.flags", "evt.is_open_write");
    assertThat(calls.get("renameat2")).contains("evt.arg.oldpath", "evt.arg.newpath");
    assertThat(calls.get("unlink")).contains("evt.arg.path").doesNotContain("evt.arg.newpath");
  }

  @Test
  void everyFieldOfPublishedRuleFilesIsKnown() {
    for (String name : StockFields.names()) {
      String bare = bare(name);
      assertThat(Fields.find(bare) != null || ForeignFields.has(bare)).as(name).isTrue();
    }
  }

  private static String bare(String name) {
    int bracket = name.indexOf('[');
    return bracket < 0 ? name : name.substring(0, bracket);
  }

  private static String document() {
    return """
    # Fields, events and system calls

    This page is written by `FieldsDocumentTest` out of the code. What each field means is in [rules.md](rules.md#fields).

    ## The fields that Falco's own rule files read

    A field is missing in events of other kinds than those named, and a check of a missing field is false. A rule that needs what no collector has is skipped by name.
    *process* and *call* are kinds of events as in [rules.md](rules.md#fields).

    | field | type | in events | missing there |
    |---|---|---|---|
    %s

    `evt.buffer`, what a process writes, is left out on purpose: it would cost each write and send of each container a copy of its data, and carry that (keys, passwords, whatever the container handles) off the host. The one place where content is read is a question to a
    name server, `dns.question.name`; what a container is asked and says is in its logs, `log.line` and `http.*`.

    ## What each system call has

    Beside what every system call has: %s.

    | call | kind | fields |
    |---|---|---|
    %s

    ## Fields that are known and that no collector has

    A rule with one of them is skipped (`needs the field …`); in an output it is `<NA>`.

    %s

    So are all fields of these classes, where they are not listed in [rules.md](rules.md#fields): %s.
    """
        .formatted(
            StockFields.names().stream()
                .map(FieldsDocumentTest::row)
                .collect(Collectors.joining("\n")),
            code(common()),
            callRows(),
            code(
                ForeignFields.names().stream()
                    .filter(name -> Fields.find(name) == null)
                    .sorted()
                    .toList()),
            code(ForeignFields.classes().stream().sorted().toList()));
  }

  private static String code(Iterable<String> names) {
    List<String> all = new ArrayList<>();
    names.forEach(name -> all.add("`" + name + "`"));
    return String.join(", ", all);
  }

  private static String row(String name) {
    Field field = Fields.find(bare(name));
    String argument =
        bare(name).equals(name) ? null : name.substring(name.indexOf('[') + 1, name.length() - 1);
    if (field == null || !field.isKept(argument)) {
      return "| `%s` | | none | a rule that reads it is skipped |".formatted(name);
    }
    Set<Kind> kinds =
        Arrays.stream(Kind.values())
            .filter(kind -> !field.sources(kind, argument).isEmpty())
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Kind.class)));
    return "| `%s` | %s | %s | %s |"
        .formatted(
            name,
            field.type().text(),
            RulesDocumentTest.kinds(EnumSet.copyOf(kinds)),
            missing(field, argument));
  }

  /** When events of the kinds that have a field lack it. */
  private static String missing(Field field, @Nullable String argument) {
    Set<String> reasons = new TreeSet<>();
    for (Kind kind : Kind.values()) {
      for (Source source : field.sources(kind, argument)) {
        reasons.add(missing(field, kind, source));
      }
    }
    reasons.remove("");
    return reasons.isEmpty() || ALWAYS.contains(field.name())
        ? "never"
        : String.join("; ", reasons);
  }

  private static String missing(Field field, Kind kind, Source source) {
    return switch (source) {
      case Source.Constant c -> "";
      case Source.OfContainer c ->
          c.reader().read(null, null, c.argument()) != null
              ? ""
              : "of the host itself, and where the container's facts do not say it";
      case Source.Symbol s when s.column().name().equals("process.names") -> ""; // else a number's
      case Source.Symbol s -> "where it could not be read";
      case Source.CommandLine c -> "where it could not be read";
      case Source.Numeral n when field.type() == Field.Type.BOOL ->
          kind == Kind.NET_CONNECT ? "in a connect without a process" : "";
      case Source.Numeral n -> "where it is not known";
      case Source.Line l -> "";
      case Source.Part p -> "where the line has no such form or part";
      case Source.Computed c -> "where the call has none";
      case Source.Joint j -> throw new IllegalStateException("No field's: " + j);
      case Source.Made m -> throw new IllegalStateException("No field's: " + m);
    };
  }

  // System calls.

  /** The fields that each call has. */
  private static Map<String, Set<String>> calls() {
    Map<String, Set<String>> calls = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      for (String call : kind.calls()) {
        calls.put(call, fields(kind, call));
      }
    }
    return calls;
  }

  private static Set<String> fields(Kind kind, String call) {
    List<Problem> problems = new ArrayList<>();
    String fields = EVENT.replace("TYPE", call);
    for (Map.Entry<String, String> only : CALLS_WITH.entrySet()) {
      if (!call.matches(only.getValue())) {
        fields = fields.replaceAll(",\\s*" + only.getKey() + ": [^,}]+", "");
      }
    }
    YamlNode node = Yaml.read("event", fields, problems).orElseThrow();
    TestEvent event = TestEvent.read((YamlNode.Mapping) node, 0, problems).orElseThrow();
    assertThat(problems).isEmpty();
    BatchCursor row = Rows.of(event.observed());
    Set<String> names = new TreeSet<>();
    for (Field field : Fields.all()) {
      boolean there =
          field.sources(kind, null).stream()
              .anyMatch(source -> source.read(row, id -> event.facts()) != null);
      if (there && field.argument() != Field.Argument.KEY) {
        names.add(field.name());
      }
    }
    return names;
  }

  private static Set<String> common() {
    Set<String> common = new TreeSet<>();
    calls().values().stream().findFirst().ifPresent(common::addAll);
    calls().values().forEach(common::retainAll);
    return common;
  }

  private static String callRows() {
    Set<String> common = common();
    Map<String, Set<String>> calls = calls();
    List<String> rows = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      Map<String, List<String>> alike = new LinkedHashMap<>();
      for (String call : kind.calls()) {
        Set<String> own = new TreeSet<>(calls.getOrDefault(call, Set.of()));
        own.removeAll(common);
        alike.computeIfAbsent(code(own), f -> new ArrayList<>()).add(call);
      }
      alike.forEach((fields, names) ->
          rows.add("| %s | %s | %s |".formatted(code(names), kind.text(), fields)));
    }
    return String.join("\n", rows);
  }
}
