package io.leukocyte.analyzer;

import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** The sets of rules that the analyzer is measured with. */
public enum BenchRules {
  /**
   * The rules that come with Leukocyte: they scan log lines and look at networks. Without the
   * baseline: each container of the stream runs 400 programs and connects to 3,000 addresses, of
   * which nothing can be learned, so nearly each event would be told.
   */
  SHIPPED("the rules shipped"),
  /** A hundred rules that ask whether fields are in sets of words. */
  SETS("100 set filters"),
  /** One rule: a program named sh was executed. */
  ONE("one rule");

  static final String BASELINES = "baselines.yaml";

  private static final int SET_RULES = 100;

  private final String text;

  BenchRules(String text) {
    this.text = text;
  }

  /** In words. */
  public String text() {
    return text;
  }

  /** The rules; the same each time. */
  RuleSet rules() {
    return switch (this) {
      case SHIPPED ->
          load(RuleFile.shipped().stream().filter(f -> !f.name().equals(BASELINES)).toList());
      case SETS -> load(List.of(new RuleFile("sets.yaml", sets(new Random(1)))));
      case ONE ->
          load(
              List.of(
                  new RuleFile(
                      "one.yaml",
                      rule(
                          "Shell",
                          "evt.type = execve and container.id != host and proc.name = sh"))));
    };
  }

  private static RuleSet load(List<RuleFile> files) {
    RuleSet.Loaded loaded = RuleSet.load(files);
    if (!loaded.problems().isEmpty() || !loaded.skipped().isEmpty()) {
      throw new IllegalStateException(loaded.report());
    }
    return loaded.rules();
  }

  private static String sets(Random random) {
    StringBuilder file = new StringBuilder();
    for (int i = 0; i < SET_RULES; i++) {
      boolean exec = i % 2 == 0;
      String condition =
          (exec ? "evt.type = execve" : "evt.type = connect")
              + " and proc.name in ("
              + words(random, "worker-", BenchStream.PROGRAMS, 3)
              + ")"
              + (exec
                  ? " and proc.pname in (" + words(random, "parent-", 400, 20) + ")"
                  : " and fd.sip in (" + words(random, "10.1.2.", 250, 5) + ")")
              + (i % 3 == 0
                  ? " and container.image.repository in ("
                      + words(random, "registry.example/app-", 60, 10)
                      + ")"
                  : "");
      file.append(rule("Set filter " + i, condition));
    }
    return file.toString();
  }

  private static String words(Random random, String prefix, int of, int count) {
    TreeSet<String> words = new TreeSet<>();
    while (words.size() < count) {
      words.add('"' + prefix + random.nextInt(of) + '"');
    }
    return String.join(", ", words);
  }

  private static String rule(String name, String condition) {
    return "- rule: %s\n  desc: For measuring.\n  condition: %s\n  output: Found\n  priority: NOTICE\n"
        .formatted(name, condition);
  }
}
