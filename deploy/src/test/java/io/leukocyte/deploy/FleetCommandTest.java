package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class FleetCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String settings, String... args) throws IOException {
    Path config = folder.resolve("leukocyte.yaml");
    Files.writeString(config, settings);
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("-c", config.toString(), "--data", folder.resolve("data").toString()));
    CommandLine command = Leuko.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(all.toArray(String[]::new));
  }

  @Test
  void aResponderOfAFleetDoesNotActWithoutOrdersItCanTrust() throws IOException {
    Path policy = folder.resolve("policy.yaml");
    Files.writeString(
        policy,
        "- policy: p\n"
            + "  match: {tags: [shell]}\n"
            + "  actions: [pause: {}]\n"
            + "  guard: {mode: enforce}\n");
    int code = run("responder.policies: " + policy + "\nkafka.bootstrap: 127.0.0.1:9\n", "respond");
    assertThat(code).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString())
        .startsWith("1 policies act, but no order over Kafka could be trusted");
  }

  @Test
  void anOrderOverKafkaNeedsAKey() throws IOException {
    assertThat(run("kafka.bootstrap: 127.0.0.1:9\n", "stop", "--fleet"))
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("set commands.keys-file");
  }

  @Test
  void anOrderGoesToAllOrToOne() throws IOException {
    assertThat(run("", "resume", "--fleet", "--host", "a")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("not both");
  }

  @Test
  void theEmergencyStopWorksOnAHostWhereNothingRuns() throws IOException {
    assertThat(run("", "stop", "--reason", "a drill")).isZero();
    assertThat(run("", "stop")).isZero();
    assertThat(run("", "resume")).isZero();
    assertThat(out.toString())
        .contains(
            "policies begin nothing new: a drill; no responder runs with this data folder now",
            "already stopped by",
            "was stopped by");
  }

  @Test
  void aContainerIsOnlyContainedWhereAResponderHoldsIt() throws IOException {
    assertThat(run("", "quarantine", "web", "--for", "15m")).isEqualTo(ExitCode.ENVIRONMENT);
    assertThat(err.toString()).contains("No responder runs on this host");
  }

  /** What is wrong with an order is said before a responder is asked. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "quarantine web --allow nowhere|'nowhere' cannot be let through: not an address",
        "quarantine web --allow 192.0.2.7,port=0|no port 0",
        "quarantine web --interface lo|'lo' is no interface that can be cut",
        "quarantine web --for 31d|A container cannot be held for 31d",
        "pause web --for 0s|A container cannot be held for",
        "waf web --paranoia 9|A WAF's paranoia is 1 to 4, not 9",
        "kill-process web 1|'1' is not a pid",
        "kill-process web x|'x' is not",
        "quarantine web --allow 192.0.2.7 --fleet|does not carry --allow and --interface",
        "waf web --detection-only --fleet|does not carry --paranoia and --detection-only",
        "evidence delete 3f0c2a9b41de|There is no evidence '3f0c2a9b41de'",
        "evidence show 3f0c2a9b41de|There is no evidence '3f0c2a9b41de'",
        "images block web --running dance|--running"
      })
  void anOrderThatCannotBeIsRefusedWithTheReason(String line, String reason) throws IOException {
    assertThat(run("kafka.bootstrap: 127.0.0.1:9\n", line.split(" ", -1)))
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pause web",
        "waf web",
        "kill web",
        "kill-process web 4711",
        "run page-somebody web",
        "quarantine web --allow 192.0.2.7,port=22 --interface eth0"
      })
  void whatIsDoneByHandNeedsAResponderThatTakesItBack(String line) throws IOException {
    assertThat(run("", line.split(" ", -1))).isEqualTo(ExitCode.ENVIRONMENT);
    assertThat(err.toString()).contains("No responder runs on this host");
  }

  /** Each subcommand has a help text with an example. */
  @Test
  void eachCommandHasHelpWithAnExample() {
    List<String> without = new ArrayList<>();
    collect(Leuko.commandLine(), without);
    assertThat(without).isEmpty();
  }

  private static void collect(CommandLine command, List<String> without) {
    for (CommandLine sub : command.getSubcommands().values()) {
      String help = sub.getUsageMessage();
      boolean group = !sub.getSubcommands().isEmpty();
      if (!sub.getCommandName().equals("help") && !group && !help.contains("Example: ")) {
        without.add(sub.getCommandSpec().qualifiedName());
      }
      collect(sub, without);
    }
  }
}
