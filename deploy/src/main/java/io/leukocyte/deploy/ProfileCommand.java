package io.leukocyte.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.ProfileOrder;
import io.leukocyte.events.config.UserFile;
import io.leukocyte.rules.Aspect;
import io.leukocyte.rules.Facet;
import io.leukocyte.rules.Profile;
import io.leukocyte.rules.ProfileJson;
import io.leukocyte.rules.Profiler;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko profile}: what is normal for the containers of an image. */
@Command(
    name = "profile",
    description =
        "Shows and changes what baselines have learned: what is normal for the containers of an"
            + " image.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Example: leuko profile show example/web",
      "What is new is accepted by: leuko profile accept example/web process:/usr/bin/curl"
    })
final class ProfileCommand {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  ProfileCommand() {}

  /** What an export is written as. */
  enum As {
    /** What is normal, for people and version control. */
    YAML,
    /** Everything that is known. */
    JSON,
    /** Destinations as rows of a network policy. */
    NETWORK,
    /** A seccomp profile. */
    SECCOMP,
    /** Capabilities. */
    CAPS
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  @Command(
      name = "list",
      description = "Lists the profiles: how far they are, how many values they know.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: leuko profile list --format json"})
  int list(
      @Mixin CommonOptions common,
      @Option(
              names = "--format",
              defaultValue = "table",
              description = "One of ${COMPLETION-CANDIDATES}. Default: table.")
          Table.Format format) {
    common.applyVerbosity();
    table(ProfileBook.read(KafkaAccess.of(common)).all()).print(out(), format);
    return ExitCode.FINE;
  }

  static Table table(List<ProfileBook.Known> all) {
    Table table =
        new Table(
            "image or value",
            "baseline",
            "state",
            "since",
            "learns until",
            "containers",
            "processes",
            "parents",
            "files",
            "destinations",
            "ports",
            "new");
    for (ProfileBook.Known known : all) {
      Profile profile = known.profile();
      JsonNode document = document(known);
      List<String> cells =
          new ArrayList<>(
              List.of(
                  profile.key().subject(),
                  profile.key().baseline(),
                  state(document),
                  time(profile.since()),
                  end(document),
                  profile.containers().count()));
      Map<Aspect, Facet> facets = profile.facets();
      for (Aspect aspect : Aspect.learned()) {
        Facet facet = facets.get(aspect);
        cells.add(
            facet == null
                ? "-"
                : facet.diverse() ? "too many" : Integer.toString(facet.normal().size()));
      }
      cells.add(
          Long.toString(
              facets.values().stream().mapToLong(f -> f.novel().size() + f.dropped()).sum()));
      table.add(cells.toArray(String[]::new));
    }
    return table;
  }

  /** As the analyzer said, or what has come of it since. */
  private static String state(JsonNode document) {
    String end = document.path("learns_until").textValue();
    return end != null && Instant.parse(end).isBefore(Instant.now())
        ? "learned"
        : document.path("state").asText("no such baseline");
  }

  private static String end(JsonNode document) {
    String end = document.path("learns_until").textValue();
    return end == null
        ? "a start is seen"
        : Instant.parse(end).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static JsonNode document(ProfileBook.Known known) {
    try {
      return MAPPER.readTree(known.document());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("It was read before", e);
    }
  }

  private static String time(long nanos) {
    return nanos == 0
        ? "-"
        : Instant.ofEpochSecond(0, nanos).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Command(
      name = "show",
      description = "Shows what a profile knows: what is normal, and what was seen besides.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko profile show web-1",
        "Exit codes: 0 shown, 2 there is no such profile, 3 Kafka does not answer."
      })
  int show(
      @Mixin CommonOptions common,
      @Parameters(
              paramLabel = "IMAGE|CONTAINER",
              description = "An image, the value of a label, or a container's name or id.")
          String what,
      @Option(
              names = "--baseline",
              paramLabel = "NAME",
              description = "Only the profile of this baseline.")
          @Nullable String baseline,
      @Option(
              names = "--format",
              defaultValue = "table",
              description = "One of ${COMPLETION-CANDIDATES}. Default: table.")
          Table.Format format) {
    common.applyVerbosity();
    KafkaSettings kafka = KafkaAccess.of(common);
    List<ProfileBook.Known> found = ProfileBook.read(kafka).of(what, baseline, kafka);
    switch (format) {
      case JSON -> out().print(ProfileFile.json(found));
      case TABLE -> found.forEach(known -> show(out(), known));
    }
    out().flush();
    return ExitCode.FINE;
  }

  static void show(PrintWriter out, ProfileBook.Known known) {
    Profile profile = known.profile();
    JsonNode document = document(known);
    out.printf(
        "%s, baseline %s: %s; since %s, until %s, in %s containers%n",
        profile.key().subject(),
        profile.key().baseline(),
        state(document),
        time(profile.since()),
        end(document),
        profile.containers().count());
    Profile.LastOrder order = profile.order();
    if (order != null) {
      out.printf(
          "last order: %s by %s at %s: %s%n",
          order.text(), order.author(), time(order.created()), order.outcome());
    }
    Table table = new Table("value", "is", "first", "last", "containers");
    profile
        .facets()
        .forEach((aspect, facet) -> {
          if (facet.diverse()) {
            table.add(aspect.item() + ":*", "too many to tell what is new", "-", "-", "-");
          }
          facet
              .normal()
              .forEach((value, seen) ->
                  add(table, aspect, value, seen.accepted() ? "accepted" : "normal", seen));
          facet.novel().forEach((value, seen) -> add(table, aspect, value, "NEW", seen));
          if (facet.dropped() > 0) {
            table.add(aspect.item() + ":…", facet.dropped() + " more NEW", "-", "-", "-");
          }
        });
    table.print(out, Table.Format.TABLE);
  }

  private static void add(Table table, Aspect aspect, String value, String is, Facet.Value seen) {
    table.add(
        new Profiler.Item(aspect, value).toString(),
        is,
        time(seen.first()),
        time(seen.last()),
        seen.containers().count());
  }

  @Command(
      name = "learn",
      description =
          "Lets a profile go on learning, or learn again: what is seen until then is normal.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko profile learn example/web --for 1h",
        "Containers tell all that they do once an hour: learn for an hour at least, or start them"
            + " again.",
        "Exit codes: 0 done, 2 refused, 3 no analyzer answers."
      })
  int learn(
      @Mixin CommonOptions common,
      @Parameters(paramLabel = "IMAGE", description = "An image, a label's value or a container.")
          String what,
      @Option(names = "--baseline", paramLabel = "NAME", description = "Of which baseline.")
          @Nullable String baseline,
      @Option(
              names = "--for",
              paramLabel = "TIME",
              description = "How long; without it, as long as the baseline says.")
          @Nullable Duration length,
      @Option(names = "--anew", description = "Forget what was learned, and begin from nothing.")
          boolean anew)
      throws InterruptedException {
    if (anew && length != null) {
      throw new BadInputException("Learning anew takes as long as the baseline says: drop --for.");
    }
    return give(
        common,
        what,
        baseline,
        anew ? ProfileOrder.Kind.RELEARN : ProfileOrder.Kind.LEARN,
        List.of(),
        Optional.ofNullable(length));
  }

  @Command(
      name = "freeze",
      description = "Ends learning now: what is new from here on is an alert.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko profile freeze example/web",
        "Exit codes: 0 done, 2 refused, 3 no analyzer answers."
      })
  int freeze(
      @Mixin CommonOptions common,
      @Parameters(paramLabel = "IMAGE", description = "An image, a label's value or a container.")
          String what,
      @Option(names = "--baseline", paramLabel = "NAME", description = "Of which baseline.")
          @Nullable String baseline)
      throws InterruptedException {
    return give(common, what, baseline, ProfileOrder.Kind.FREEZE, List.of(), Optional.empty());
  }

  @Command(
      name = "accept",
      description = "Says that values are normal, those that were an alert and others.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko profile accept example/web process:/usr/bin/curl",
        "All that is new: leuko profile accept example/web --all",
        "Exit codes: 0 done, 2 refused, 3 no analyzer answers."
      })
  int accept(
      @Mixin CommonOptions common,
      @Parameters(
              index = "0",
              paramLabel = "IMAGE",
              description = "An image, a label's value or a container.")
          String what,
      @Parameters(
              index = "1..*",
              paramLabel = "ITEM",
              arity = "0..*",
              description = "Values, as leuko profile show has them: process:PATH, port:80/tcp, ….")
          @Nullable List<String> items,
      @Option(names = "--baseline", paramLabel = "NAME", description = "Of which baseline.")
          @Nullable String baseline,
      @Option(names = "--all", description = "All that was seen after learning.") boolean all)
      throws InterruptedException {
    common.applyVerbosity();
    List<String> chosen = new ArrayList<>(checked(items));
    if (all) {
      KafkaSettings kafka = KafkaAccess.of(common);
      Profile profile =
          ProfileBook.only(ProfileBook.read(kafka).of(what, baseline, kafka)).profile();
      profile
          .facets()
          .forEach((aspect, facet) ->
              facet
                  .novel()
                  .keySet()
                  .forEach(value -> chosen.add(new Profiler.Item(aspect, value).toString())));
      if (chosen.isEmpty()) {
        out().println("nothing is new");
        out().flush();
        return ExitCode.FINE;
      }
    }
    return give(common, what, baseline, ProfileOrder.Kind.ACCEPT, chosen, Optional.empty());
  }

  @Command(
      name = "remove",
      description = "Says that values are not normal: an alert again where they are seen.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko profile remove example/web destination:203.0.113.9:443/tcp",
        "Exit codes: 0 done, 2 refused, 3 no analyzer answers."
      })
  int remove(
      @Mixin CommonOptions common,
      @Parameters(
              index = "0",
              paramLabel = "IMAGE",
              description = "An image, a label's value or a container.")
          String what,
      @Parameters(
              index = "1..*",
              paramLabel = "ITEM",
              arity = "1..*",
              description = "Values, as leuko profile show has them.")
          List<String> items,
      @Option(names = "--baseline", paramLabel = "NAME", description = "Of which baseline.")
          @Nullable String baseline)
      throws InterruptedException {
    return give(common, what, baseline, ProfileOrder.Kind.REMOVE, checked(items), Optional.empty());
  }

  private static List<String> checked(@Nullable List<String> items) {
    try {
      return items == null
          ? List.of()
          : items.stream().map(Profiler.Item::of).map(Profiler.Item::toString).toList();
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e.getMessage() + ".");
    }
  }

  private int give(
      CommonOptions common,
      String what,
      @Nullable String baseline,
      ProfileOrder.Kind kind,
      List<String> items,
      Optional<Duration> length)
      throws InterruptedException {
    common.applyVerbosity();
    KafkaSettings kafka = KafkaAccess.of(common);
    Profile profile = ProfileBook.only(ProfileBook.read(kafka).of(what, baseline, kafka)).profile();
    ProfileOrders orders = ProfileOrders.of(common);
    out()
        .println(
            profile.key().subject()
                + ": "
                + orders.give(orders.order(profile.key(), kind, items, length, "")));
    out().flush();
    return ExitCode.FINE;
  }

  @Command(
      name = "export",
      description =
          "Writes profiles: as YAML to be kept and put back, as JSON with all that is known, or as"
              + " what other tools take.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko profile export example/web -o web.yaml",
        "Who it connects to: leuko profile export example/web --as network",
        "Exit codes: 0 written, 2 there is no such profile, 3 what is asked for was not collected."
      })
  int export(
      @Mixin CommonOptions common,
      @Parameters(
              paramLabel = "IMAGE",
              arity = "0..1",
              description = "An image, a label's value or a container; without it, all.")
          @Nullable String what,
      @Option(names = "--baseline", paramLabel = "NAME", description = "Of which baseline.")
          @Nullable String baseline,
      @Option(
              names = "--as",
              defaultValue = "yaml",
              description = "One of ${COMPLETION-CANDIDATES}. Default: yaml.")
          As as,
      @Option(
              names = {"-o", "--output"},
              paramLabel = "FILE",
              description = "Where to; without it, standard output.")
          @Nullable Path output) {
    common.applyVerbosity();
    refuseWhatIsNotCollected(as);
    KafkaSettings kafka = KafkaAccess.of(common);
    ProfileBook book = ProfileBook.read(kafka);
    List<ProfileBook.Known> found = what == null ? book.all() : book.of(what, baseline, kafka);
    if (as == As.NETWORK && what == null) {
      throw new BadInputException("Name the image whose destinations are to be written.");
    }
    String text =
        switch (as) {
          case YAML -> ProfileFile.yaml(found.stream().map(ProfileBook.Known::profile).toList());
          case JSON -> ProfileFile.json(found);
          case NETWORK -> ProfileFile.network(ProfileBook.only(found).profile());
          case SECCOMP, CAPS -> throw new IllegalStateException("It was refused");
        };
    write(text, output);
    return ExitCode.FINE;
  }

  /** What nobody saw is not made up. */
  static void refuseWhatIsNotCollected(As as) {
    switch (as) {
      case SECCOMP ->
          throw new EnvironmentException(
              "Not collected: the sensor reports the system calls that rules ask for, not each one"
                  + " that a container makes, and a seccomp profile made of those would break it."
                  + " Let the runtime log what it would refuse (defaultAction SCMP_ACT_LOG) and"
                  + " make the profile of its audit log.");
      case CAPS ->
          throw new EnvironmentException(
              "Not collected: the sensor reports which capabilities processes have, not which they"
                  + " use. Drop all of them (--cap-drop ALL) in a test and add those that are"
                  + " missed.");
      case YAML, JSON, NETWORK -> {}
    }
  }

  private void write(String text, @Nullable Path output) {
    if (output == null) {
      out().print(text);
      out().flush();
      return;
    }
    try {
      Files.writeString(output, text);
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot write %s: %s; name a file in a folder that exists."
              .formatted(output, UserFile.problem(e)));
    }
  }

  @Command(
      name = "import",
      description =
          "Takes what a file says to be normal: YAML or JSON of leuko profile export. What is there"
              + " already stays.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko profile import web.yaml",
        "Exit codes: 0 done, 2 a problem in the file, or refused, 3 no analyzer answers."
      })
  int importFile(
      @Mixin CommonOptions common,
      @Parameters(paramLabel = "FILE", description = "The file.") Path file)
      throws InterruptedException {
    common.applyVerbosity();
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot read %s: %s; check the name.".formatted(file, UserFile.problem(e)));
    }
    ProfileOrders orders = ProfileOrders.of(common);
    for (ProfileOrder order : orders(file.toString(), text, orders)) {
      out().println(order.subject() + ": " + orders.give(order));
    }
    out().flush();
    return ExitCode.FINE;
  }

  private static List<ProfileOrder> orders(String file, String text, ProfileOrders make) {
    List<ProfileOrder> orders = new ArrayList<>();
    if (text.stripLeading().startsWith("[") || text.stripLeading().startsWith("{")) {
      for (Profile profile : ProfileFile.readJson(file, text)) {
        String document = new String(ProfileJson.write(profile), StandardCharsets.UTF_8);
        orders.add(
            make.order(
                profile.key(), ProfileOrder.Kind.MERGE, List.of(), Optional.empty(), document));
      }
      return orders;
    }
    for (ProfileFile.Normal normal : ProfileFile.readYaml(file, text)) {
      for (int from = 0; from < normal.items().size(); from += ProfileOrder.MOST_ITEMS) {
        int to = Math.min(normal.items().size(), from + ProfileOrder.MOST_ITEMS);
        orders.add(
            make.order(
                normal.key(),
                ProfileOrder.Kind.ACCEPT,
                normal.items().subList(from, to),
                Optional.empty(),
                ""));
      }
    }
    return orders;
  }
}
