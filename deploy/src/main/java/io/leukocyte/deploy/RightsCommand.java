package io.leukocyte.deploy;

import io.leukocyte.analyzer.AnalyzerSettings;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.config.Config;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.resource.PatternType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leuko rights}: the least that each role's user has to be allowed in Kafka. */
@Command(
    name = "rights",
    description = "What each role's user may do in Kafka, and no more: shows it, and sees to it.",
    mixinStandardHelpOptions = true,
    subcommands = {RightsCommand.Listing.class, RightsCommand.Grant.class},
    footer = {"", "Example: leuko rights grant --prefix leuko- --revoke"})
final class RightsCommand {

  /** Options of both. */
  static final class Users {
    @Option(
        names = "--prefix",
        paramLabel = "TEXT",
        defaultValue = "",
        description =
            "What the users' names begin with: 'leuko-' for leuko-collector. Default: nothing, as"
                + " in collector, analyzer, responder, indexer, operator, retry.")
    private String prefix = "";
  }

  private static void add(AclBinding right, Table table, String... before) {
    boolean prefixed = right.pattern().patternType() == PatternType.PREFIXED;
    String name = right.pattern().name() + (prefixed ? "*" : "");
    String[] cells = new String[before.length + 4];
    System.arraycopy(before, 0, cells, 0, before.length);
    cells[before.length] = right.entry().principal();
    cells[before.length + 1] = lower(right.entry().operation());
    cells[before.length + 2] = lower(right.pattern().resourceType());
    cells[before.length + 3] = name;
    table.add(cells);
  }

  private static String lower(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** {@code leuko rights list}: without Kafka. */
  @Command(
      name = "list",
      description = "Lists the rights that the roles need, without asking Kafka.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: leuko rights list --format json"})
  static final class Listing implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final Users users = new Users();

    @Option(
        names = "--format",
        defaultValue = "table",
        description = "One of ${COMPLETION-CANDIDATES}. Default: table.")
    private Table.Format format = Table.Format.TABLE;

    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    Listing() {}

    @Override
    public Integer call() {
      common.applyVerbosity();
      String application = common.load().get(AnalyzerSettings.APPLICATION_ID);
      Table table = new Table("user", "right", "of", "name");
      KafkaRights.wanted(users.prefix, application).forEach(right -> add(right, table));
      table.print(spec.commandLine().getOut(), format);
      return ExitCode.FINE;
    }
  }

  /** {@code leuko rights grant}: makes topics and rights that are missing. */
  @Command(
      name = "grant",
      description = {
        "Makes the topics and the rights that are missing, as a user who may: a super user. Running"
            + " it again changes nothing.",
        "Rights of the roles' users that no role needs are told, and taken away with --revoke;"
            + " rights of others to write to our topics are told."
      },
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko rights grant --prefix leuko- --config admin.yaml",
        "Exit codes: 0 all is as it has to be, 1 it is not, 3 Kafka does not take it."
      })
  static final class Grant implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final Users users = new Users();

    @Option(names = "--revoke", description = "Take away what the roles' users need not.")
    private boolean revoke;

    @Option(names = "--dry-run", description = "Say what would be done, and change nothing.")
    private boolean dryRun;

    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    Grant() {}

    @Override
    public Integer call() {
      common.applyVerbosity();
      Config config = common.load();
      KafkaSettings kafka = KafkaAccess.of(common);
      if (!dryRun) {
        KafkaAccess.ensureTopics(kafka, TopicSpecs.from(config));
      }
      String application = config.get(AnalyzerSettings.APPLICATION_ID);
      try (KafkaRights rights = KafkaRights.open(kafka, users.prefix, application)) {
        KafkaRights.Difference difference = rights.difference();
        if (!dryRun) {
          rights.add(difference.missing());
          if (revoke) {
            rights.remove(difference.surplus());
          }
        }
        print(difference, KafkaRights.wanted(users.prefix, application).size());
        return isRight(difference) ? ExitCode.FINE : ExitCode.FINDINGS;
      }
    }

    /** Whether all is as it has to be now. */
    private boolean isRight(KafkaRights.Difference difference) {
      return difference.others().isEmpty()
          && (!dryRun || difference.missing().isEmpty())
          && ((revoke && !dryRun) || difference.surplus().isEmpty());
    }

    private void print(KafkaRights.Difference difference, int needed) {
      PrintWriter out = spec.commandLine().getOut();
      Table table = new Table("what", "user", "right", "of", "name");
      rows(difference.missing(), dryRun ? "missing" : "added", table);
      rows(difference.surplus(), revoke && !dryRun ? "taken away" : "not needed", table);
      rows(difference.others(), "another's", table);
      if (!table.isEmpty()) {
        table.print(out, Table.Format.TABLE);
      }
      out.printf(
          "%d rights: %d %s, %d not needed%s, %d of others%n",
          needed,
          difference.missing().size(),
          dryRun ? "missing" : "added",
          difference.surplus().size(),
          revoke && !dryRun ? " and taken away" : "",
          difference.others().size());
      out.flush();
    }

    private static void rows(Set<AclBinding> rights, String what, Table table) {
      rights.forEach(right -> add(right, table, what));
    }
  }
}
