package io.leukocyte.deploy;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leuko up}: everything on this machine. */
@Command(
    name = "up",
    description = {
      "Runs everything on this machine: Kafka in this process, Elasticsearch as its child, all"
          + " roles. Prints a line as each is ready, then alerts and actions as they come.",
      "What is missing on the machine is said, and the rest runs: without root or BPF no kernel"
          + " events, without a Docker engine no containers, without nft no quarantine."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: sudo leuko up --data /srv/leuko",
      "Ctrl-C stops all of it; started again it goes on where it was."
    })
final class UpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = "--insecure",
      description = "Leave Kafka and Elasticsearch open on loopback, for trials.")
  private boolean insecure;

  @Option(names = "--kafka-port", defaultValue = "9092", description = "Default: ${DEFAULT-VALUE}.")
  private int kafkaPort;

  @Option(
      names = "--controller-port",
      defaultValue = "9093",
      description = "Port of Kafka's controller. Default: ${DEFAULT-VALUE}.")
  private int controllerPort;

  @Option(
      names = "--elasticsearch-port",
      defaultValue = "9200",
      description = "Default: ${DEFAULT-VALUE}.")
  private int elasticsearchPort;

  @Option(
      names = "--http-port",
      defaultValue = "7070",
      description = "Port of /health and /metrics. Default: ${DEFAULT-VALUE}.")
  private int httpPort;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  UpCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    common.applyVerbosity();
    HealthServer.requirePort(httpPort);
    Access access = insecure ? Access.OPEN : Access.PASSWORD;
    Up.Options options =
        new Up.Options(
            PrivateFiles.folder(common.dataFolder()),
            new EmbeddedKafka.Settings(kafkaPort, controllerPort, access),
            EmbeddedElasticsearch.Settings.defaults()
                .withPort(elasticsearchPort)
                .withAccess(access),
            httpPort);
    Logs.toFile(options.data().resolve("log/leuko.log"));
    Screen screen = Screen.standard(spec.commandLine().getOut());
    new Up(options, common.load(), screen).run();
    return ExitCode.FINE;
  }
}
