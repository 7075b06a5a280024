package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.bench.Machine;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchCommandTest {
  private static final Machine IDLE = new Machine(2, "p", 4096, "Linux 6", "25", 0.1);
  private static final Machine BUSY = new Machine(2, "p", 4096, "Linux 6", "25", 3);

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Leuko.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  @Test
  void everyBenchExplainsItselfInALineWithItsLength() {
    Map<String, CommandLine> benches = new CommandLine(new BenchCommand()).getSubcommands();
    assertThat(benches).isNotEmpty();
    benches.forEach((name, command) -> {
      String[] lines = command.getCommandSpec().usageMessage().description();
      assertThat(lines[0]).as(name).matches(".*; \\d+ (s|min)\\.");
      assertThat(run("bench", name, "--help")).isZero();
      assertThat(out.toString()).containsPattern("Example: (sudo )?leuko bench " + name);
    });
  }

  @Test
  void benchWithoutANameNamesThemAll() {
    assertThat(run("bench")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("latency, sensor");
  }

  @Test
  void shortFormSaysWhatItDoesAndPrintsOneReport() throws IOException {
    assertThat(run("bench", "codec", "--short", "--format", "json")).isZero();
    assertThat(err.toString()).startsWith("codec: 20,000 events in memory").contains("About 2 s.");
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.at("/bench").asText()).isEqualTo("codec");
    assertThat(report.at("/figures")).hasSize(5);
    assertThat(report.at("/figures/0/n").asInt()).isEqualTo(2);
    assertThat(report.at("/ratios/0/coverage").asDouble()).isEqualTo(0.5);
  }

  @Test
  void negativeRepeatsAreBadInput() {
    assertThat(run("bench", "codec", "--repeats", "-1")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("--repeats");
  }

  @Test
  void tablesShowSpreadIntervalAndWhichGoalWasMissed() {
    print(report(IDLE), true);
    assertThat(out.toString())
        .containsPattern("reading +ns/event +6 +3\\.50 +- +- +1\\.00 +6\\.00")
        .containsPattern("reading +limit +6 +1\\.500 +1\\.000 to 2\\.000 +96 %")
        .containsPattern("events +12,345")
        .containsPattern("delay +251 ms +at most 250 ms +MISSED")
        .containsPattern("rate +0\\.900 +at least 0\\.800 +met")
        .contains("a word")
        .doesNotContain("busy");
  }

  @Test
  void shortFormJudgesNoGoalAndBusyMachineIsSaid() {
    print(report(BUSY), false);
    assertThat(out.toString()).contains("The machine is busy").doesNotContain("MISSED");
  }

  private static Report report(Machine machine) {
    return new Report("x", machine)
        .figure("reading", "ns/event", Samples.of(1, 2, 3, 4, 5, 6))
        .ratio("reading", "limit", Samples.of(1, 1.2, 1.4, 1.6, 1.8, 2))
        .count("events", 12_345)
        .atMost("delay", 251, 250, "ms")
        .atLeast("rate", 0.9, 0.8, "")
        .note("a word");
  }

  private void print(Report report, boolean judge) {
    BenchPrinter.print(report, judge, Table.Format.TABLE, new PrintWriter(out, true));
  }
}
