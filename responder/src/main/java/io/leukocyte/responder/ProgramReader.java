package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts.Limits;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.UserFile;
import io.leukocyte.events.config.Yaml;
import io.leukocyte.events.config.YamlNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads the file of programs that policies may run: a list, {@code - run: name} each. */
final class ProgramReader {
  private static final List<String> ON_HOST =
      List.of("run", "command", "user", "directory", "environment", "timeout");
  private static final List<String> IN_CONTAINER =
      List.of(
          "run",
          "image",
          "command",
          "user",
          "network",
          "memory",
          "cpus",
          "pids",
          "environment",
          "timeout");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern USER = Pattern.compile("[A-Za-z0-9_.][A-Za-z0-9_.-]{0,31}");

  /** The prefix of variables that say what it is about. */
  private static final String OWN = "LEUKO_";

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final long MEMORY = 256L << 20;
  private static final long NANO_CPUS = 1_000_000_000L;
  private static final long PIDS = 100;

  private final List<Problem> problems;
  private final SortedMap<String, Program> programs = new TreeMap<>();

  private ProgramReader(List<Problem> problems) {
    this.problems = problems;
  }

  /**
   * Reads a file.
   *
   * @param problems gets everything that is wrong
   * @return the programs without a problem
   */
  static Programs read(Path file, List<Problem> problems) {
    ProgramReader reader = new ProgramReader(problems);
    try {
      Optional<String> risk = risk(file);
      if (risk.isPresent()) {
        Position at = new Position(file.toString(), 1, 1);
        problems.add(new Problem(at, risk.get(), "chown root FILE; chmod go-w FILE"));
      }
      Yaml.read(file.toString(), UserFile.read(file), problems).ifPresent(reader::file);
    } catch (IOException e) {
      Position at = new Position(file.toString(), 1, 1);
      problems.add(new Problem(at, "cannot be read: " + e, "set responder.run-file right"));
    }
    return new Programs(reader.programs, Programs.NONE.folder());
  }

  /** Why somebody else could have written it; he would run what he likes as whom he likes. */
  private static Optional<String> risk(Path file) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
    String owner = attributes.owner().getName();
    Set<PosixFilePermission> permissions = attributes.permissions();
    if (!owner.equals("root") && !owner.equals(System.getProperty("user.name"))) {
      return Optional.of("it is " + owner + "'s, who could have anything run");
    }
    return permissions.contains(PosixFilePermission.GROUP_WRITE)
            || permissions.contains(PosixFilePermission.OTHERS_WRITE)
        ? Optional.of("others than its owner may write to it, and could have anything run")
        : Optional.empty();
  }

  private void file(YamlNode root) {
    if (root instanceof YamlNode.Scalar scalar && scalar.isNull()) {
      return;
    }
    if (!(root instanceof YamlNode.Sequence list)) {
      problems.add(
          new Problem(
              root.at(),
              "a list of programs is expected, not " + root.description(),
              "begin each with '- run: its name'"));
      return;
    }
    list.items().forEach(this::program);
  }

  private void program(YamlNode item) {
    int before = problems.size();
    boolean inContainer =
        item instanceof YamlNode.Mapping mapping && mapping.get("image").isPresent();
    Optional<Fields> found =
        Fields.of(item, "a program", inContainer ? IN_CONTAINER : ON_HOST, problems);
    if (found.isEmpty()) {
      return;
    }
    Fields fields = found.get();
    Optional<String> name = name(fields);
    Program program = inContainer ? inContainer(fields) : onHost(fields);
    if (problems.size() == before && name.isPresent()) {
      programs.put(name.get(), program);
    }
  }

  private Optional<String> name(Fields fields) {
    Optional<String> name = fields.text("run");
    if (fields.node("run").isEmpty()) {
      fields.missing("run", "name it, such as '- run: page-somebody'");
    }
    if (name.isPresent() && !NAME.matcher(name.get()).matches()) {
      wrong(fields, "run", name.get(), "write letters, digits, dots and dashes");
    }
    if (name.isPresent() && programs.containsKey(name.get())) {
      wrong(fields, "run", name.get(), "it stands twice; rename one");
    }
    return name;
  }

  private Program onHost(Fields fields) {
    List<String> command = fields.texts("command");
    if (fields.node("command").isEmpty()) {
      fields.missing("command", "write command: [/path/to/program, argument], or image: NAME");
    } else if (!command.isEmpty() && !command.getFirst().startsWith("/")) {
      wrong(fields, "command", command.getFirst(), "write the program's absolute path first");
    }
    if (fields.node("user").isEmpty()) {
      fields.missing("user", "say as whom it runs, such as 'user: nobody'");
    }
    String directory = fields.text("directory").orElse("/");
    if (!directory.startsWith("/") || directory.indexOf('\0') >= 0) {
      wrong(fields, "directory", directory, "write an absolute path");
      directory = "/";
    }
    return new Program.OnHost(
        command, user(fields), Path.of(directory), environment(fields), timeout(fields));
  }

  private Program inContainer(Fields fields) {
    String network = fields.text("network").orElse("none");
    if (network.equals("host") || network.startsWith("container:")) {
      wrong(fields, "network", network, "write none, or the name of a network");
    }
    ChangeReader changes = new ChangeReader("a program", problems);
    return new Program.InContainer(
        fields.text("image").orElse(""),
        fields.texts("command"),
        user(fields),
        network,
        new Limits(
            or(changes.memory(fields), MEMORY),
            or(changes.cpus(fields), NANO_CPUS),
            or(ChangeReader.pids(fields), PIDS)),
        environment(fields),
        timeout(fields));
  }

  private static long or(OptionalLong value, long otherwise) {
    return value.orElse(otherwise);
  }

  private String user(Fields fields) {
    String user = fields.text("user").orElse("");
    if (!user.isEmpty() && !USER.matcher(user).matches()) {
      wrong(fields, "user", user, "write the name or the number of a user");
    }
    return user;
  }

  private static Duration timeout(Fields fields) {
    return fields.duration("timeout", Duration.ofSeconds(1), LONGEST).orElse(TIMEOUT);
  }

  private SortedMap<String, String> environment(Fields fields) {
    SortedMap<String, String> variables = new TreeMap<>();
    Optional<YamlNode> node = fields.node("environment");
    if (node.isPresent() && !(node.get() instanceof YamlNode.Mapping)) {
      problems.add(
          new Problem(
              node.get().at(),
              "environment must be a mapping, not " + node.get().description(),
              "write {NAME: value}"));
    }
    if (node.isPresent() && node.get() instanceof YamlNode.Mapping mapping) {
      for (YamlNode.Entry entry : mapping.entries()) {
        String key = entry.key().text();
        if (!VARIABLE.matcher(key).matches()
            || key.startsWith(OWN)
            || !(entry.value() instanceof YamlNode.Scalar value)
            || value.text().indexOf('\0') >= 0) {
          problems.add(
              new Problem(
                  entry.key().at(),
                  "'" + Fields.shown(key) + "' cannot be set in environment",
                  "write NAME: text; what begins with " + OWN + " is ours"));
        } else {
          variables.put(key, value.text());
        }
      }
    }
    return variables;
  }

  private void wrong(Fields fields, String key, String text, String todo) {
    problems.add(fields.problem(key, key + " of a program is '" + Fields.shown(text) + "'", todo));
  }
}
