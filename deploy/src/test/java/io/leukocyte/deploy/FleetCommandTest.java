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
        .contains("policies begin nothing new: a drill", "already stopped by", "was stopped by");
  }

  @Test
  void aContainerIsOnlyContainedWhereAResponderHoldsIt() throws IOException {
    assertThat(run("", "quarantine", "web", "--for", "15m")).isEqualTo(ExitCode.ENVIRONMENT);
    assertThat(err.toString()).contains("No responder runs on this host");
  }
}
