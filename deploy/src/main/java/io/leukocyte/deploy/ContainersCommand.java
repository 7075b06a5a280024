package io.leukocyte.deploy;

import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.responder.OpenAction;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leuko containers}: what runs on this host or on all, and what Leukocyte holds. */
@Command(
    name = "containers",
    description =
        "Lists the containers of this host, and which actions are in force on them; or those of"
            + " all hosts.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko containers --fleet",
      "All that is known of each: leuko containers --fleet --format json"
    })
final class ContainersCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = "--fleet",
      description =
          "Containers of all hosts, as Kafka has them; those of the last 24 hours are still there.")
  private boolean fleet;

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "One of ${COMPLETION-CANDIDATES}. Default: table.")
  private Table.Format format = Table.Format.TABLE;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  ContainersCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    if (fleet) {
      FleetContainers.read(KafkaAccess.of(common)).print(spec.commandLine().getOut(), format);
      return ExitCode.FINE;
    }
    List<OpenAction> actions = Operator.actions(common);
    Table table = new Table("id", "name", "image", "state", "held");
    try (Engine engine = Engines.fromEnvironment()) {
      for (ContainerSummary container : engine.list()) {
        table.add(
            container.id().brief(),
            container.name(),
            container.image(),
            container.state(),
            held(actions, container));
      }
    } catch (EngineException e) {
      throw new EnvironmentException(String.valueOf(e.getMessage()), e);
    }
    table.print(spec.commandLine().getOut(), format);
    return ExitCode.FINE;
  }

  private static String held(List<OpenAction> actions, ContainerSummary container) {
    return actions.stream()
        .filter(a -> a.containerId().equals(container.id().value()))
        .map(OpenAction::type)
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
