package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Rules of the situations that rule files people have are about, in the words they use: each loads,
 * or is skipped for what it needs, and matches where its events are collected.
 */
class SituationsTest {
  private static final Path FOLDER = Path.of("src/test/resources/situations");

  /** The operators that such files use. */
  private static final Set<Operator> OPERATORS =
      EnumSet.of(
          Operator.EQUAL,
          Operator.IN,
          Operator.STARTSWITH,
          Operator.CONTAINS,
          Operator.ENDSWITH,
          Operator.NOT_EQUAL,
          Operator.AT_LEAST,
          Operator.ICONTAINS,
          Operator.GLOB,
          Operator.PMATCH,
          Operator.EXISTS,
          Operator.INTERSECTS,
          Operator.BCONTAINS);

  /** The types of events that they ask for. */
  private static final List<String> TYPES =
      Arrays.asList(
          """
          accept accept4 bpf chmod connect container creat dup dup2 dup3 execve execveat fchmod \
          fchmodat finit_module init_module link linkat listen mkdir mkdirat open open_by_handle_at \
          openat openat2 procexit ptrace recvfrom recvmsg rename renameat renameat2 rmdir send \
          sendmsg sendto setns setuid socket symlink symlinkat unlink unlinkat unshare userfaultfd\
          """
              .split(" ", -1));

  private record Situation(String name, String condition, String outcome) {
    boolean isSkipped() {
      return outcome.startsWith("! ");
    }

    boolean hasEvent() {
      return !isSkipped() && !outcome.equals("-");
    }

    String rule() {
      String rule =
          """
          - rule: %s
            desc: d
            output: "%%proc.name %%evt.type"
            priority: WARNING
            condition: >
              %s
          """
              .formatted(name, condition);
      return hasEvent() ? rule + "  tests: [{events: [{" + outcome + "}], matches: 1}]\n" : rule;
    }
  }

  private static List<Situation> situations() throws IOException {
    return Files.readAllLines(FOLDER.resolve("situations.txt")).stream()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .map(line -> line.split(" \\|\\| ", -1))
        .map(parts -> new Situation(parts[0], parts[1], parts[2]))
        .toList();
  }

  private static RuleSet.Loaded load(List<Situation> situations) throws IOException {
    String rules = situations.stream().map(Situation::rule).collect(Collectors.joining());
    return RuleSet.load(
        List.of(
            new RuleFile("prelude.yaml", Files.readString(FOLDER.resolve("prelude.yaml"))),
            new RuleFile("situations.yaml", rules)));
  }

  @Test
  void eachSituationLoadsOrIsSkippedForWhatItNeeds() throws IOException {
    List<Situation> situations = situations();
    RuleSet.Loaded loaded = load(situations);
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.skipped().stream().map(s -> s.rule() + " | ! " + s.reason()))
        .containsExactlyElementsOf(
            situations.stream()
                .filter(Situation::isSkipped)
                .map(s -> s.name() + " | " + s.outcome())
                .toList());
    assertThat(situations).hasSizeGreaterThanOrEqualTo(93);
  }

  @TestFactory
  Stream<DynamicTest> eachSituationIsSeenWhereItsEventsAreCollected() throws IOException {
    RuleSet.Loaded loaded = load(situations());
    return loaded.rules().tests().stream()
        .map(test ->
            DynamicTest.dynamicTest(
                test.rule(), () -> assertThat(test.run(loaded.rules())).isEqualTo(1)));
  }

  @Test
  void everyFieldOperatorAndTypeThatSuchFilesUseIsAmongThem() throws IOException {
    List<Situation> situations = situations();
    String prelude = Files.readString(FOLDER.resolve("prelude.yaml"));
    String text =
        prelude + situations.stream().map(Situation::condition).collect(Collectors.joining("\n"));
    List<String> missing = new ArrayList<>();
    for (String field : StockFields.names()) {
      if (!text.contains(field)) {
        missing.add(field);
      }
    }
    for (Operator operator : OPERATORS) {
      if (!text.contains(operator.text())) {
        missing.add(operator.text());
      }
    }
    Set<String> words = new TreeSet<>();
    Matcher matcher = Pattern.compile("[a-z0-9_]+").matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    TYPES.stream().filter(type -> !words.contains(type)).forEach(missing::add);
    assertThat(missing).isEmpty();
  }
}
