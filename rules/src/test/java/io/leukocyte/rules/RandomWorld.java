package io.leukocyte.rules;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.FileChange;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.NetAccept;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.NetListen;
import io.leukocyte.events.NetSend;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.ProgramFile;
import io.leukocyte.events.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Events and conditions by chance, from few values, so that many conditions hold. */
final class RandomWorld {
  private static final List<String> WORDS =
      List.of(
          "sh", "bash", "nginx", "curl", "SH", "php-fpm", "x y", "-c", "-ce", "/bin/sh", "ü", "",
          "=");
  private static final List<String> ADDRESSES =
      List.of("10.0.0.1", "10.9.9.9", "203.0.113.9", "2001:db8::9", "::1", "fd00::5", "");
  private static final List<String> NETWORKS =
      List.of("10.0.0.0/8", "10.0.0.1", "203.0.113.0/25", "::1", "2001:db8::/32", "fc00::/7");
  private static final List<String> PORTS = List.of("80", "443", "53");
  private static final List<String> NUMBERS = List.of("0", "1", "80", "-1", "1000");
  private static final List<String> TYPES =
      List.of(
          "execve",
          "procexit",
          "connect",
          "flow",
          "log",
          "lifecycle",
          "container",
          "net.flow",
          "openat",
          "file.open",
          "accept4",
          "listen",
          "sendto",
          "rename",
          "unlink");
  private static final List<String> TEXT_FIELDS =
      List.of(
          "proc.name",
          "proc.exepath",
          "proc.cwd",
          "proc.exe",
          "proc.args",
          "proc.cmdline",
          "proc.pname",
          "proc.pexepath",
          "proc.pcmdline",
          "proc.aname",
          "proc.aname[0]",
          "proc.aname[1]",
          "proc.aname[2]",
          "proc.aname[3]",
          "proc.aexe[1]",
          "proc.aexe[2]",
          "proc.aexepath[3]",
          "proc.acmdline[2]",
          "user.name",
          "user.loginname",
          "group.name",
          "fd.name",
          "fd.filename",
          "fd.directory",
          "evt.res",
          "evt.arg.path",
          "evt.arg.newpath",
          "proc.env",
          "container.name",
          "container.image",
          "container.image.repository",
          "container.image.tag",
          "container.label[tier]",
          "container.action",
          "container.attribute[k]",
          "log.line",
          "log.line",
          "log.line",
          "log.stream");
  private static final List<String> NUMBER_FIELDS =
      List.of(
          "proc.tty",
          "proc.pid",
          "proc.vpid",
          "proc.ppid",
          "user.uid",
          "user.loginuid",
          "fd.sport",
          "fd.cport",
          "fd.port",
          "flow.bytes",
          "container.exit_code",
          "proc.exit_code",
          "fd.num",
          "evt.rawres");
  private static final List<String> ADDRESS_FIELDS =
      List.of("fd.ip", "fd.sip", "fd.cip", "fd.net", "fd.snet", "fd.cnet", "fd.rip", "fd.lnet");
  private static final List<String> BOOL_FIELDS =
      List.of(
          "proc.is_setup",
          "proc.is_exe_upper_layer",
          "proc.is_exe_from_memfd",
          "proc.is_vpgid_leader",
          "evt.failed",
          "evt.is_open_write",
          "fd.is_server",
          "container.privileged");
  private static final List<String> TEXT_OPERATORS =
      List.of(
          "=",
          "!=",
          "in",
          "intersects",
          "startswith",
          "endswith",
          "contains",
          "icontains",
          "contains anyof",
          "contains allof",
          "exists");
  private static final List<String> REGEXES =
      List.of(
          "sh",
          ".*sh",
          "[a-z]+",
          "(ba)?sh",
          "ng.nx",
          "x y|sh",
          "c(ur|ar)l.*",
          "/bin/.+",
          "s+h*",
          ".*in/s.*",
          "[^/]*-fpm",
          ".*");
  private static final List<String> PATHS =
      List.of("/bin", "/", "/*/sh", "bin", "/bin/sh/x", "sh", "/b?n", "php*");
  private static final List<String> GLOBS =
      List.of("*", "sh", "*sh", "b?sh", "[a-c]*", "[!a-c]*", "/bin/*", "*-*", "?", "*X Y*", "n*x");
  private static final List<String> BYTES = List.of("73", "7368", "2f62696e", "c3", "20");
  private static final List<String> FUNCTIONS = List.of("tolower", "toupper", "basename", "b64");
  private static final List<String> LISTS = List.of("proc.aname", "proc.args", "proc.env");
  private static final List<String> MADE =
      List.of(
          "join(\"-\", proc.aname)",
          "join(\"\", proc.args)",
          "join(\" \", proc.env)",
          "concat(proc.name, \"/\", proc.pname)",
          "concat(proc.name, container.name)",
          "concat(\"x\", log.stream)",
          "concat(fd.name, evt.res)",
          "getopt(proc.args, \"ce:\")");
  private static final List<String> NUMBER_OPERATORS =
      List.of("=", "!=", "in", "<", "<=", ">", ">=", "exists");

  private final Random random;
  private final Map<ContainerId, ContainerFacts> facts = new TreeMap<>();

  RandomWorld(long seed) {
    this.random = new Random(seed);
  }

  FactsLookup lookup() {
    return facts::get;
  }

  @Nullable ContainerFacts facts(@Nullable ContainerRef container) {
    return container == null ? null : facts.get(container.id());
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private @Nullable String maybe(List<String> from) {
    return random.nextInt(6) == 0 ? null : pick(from);
  }

  private int number() {
    return Integer.parseInt(pick(NUMBERS));
  }

  private List<String> words(int most) {
    List<String> words = new ArrayList<>();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      words.add(pick(WORDS));
    }
    return words;
  }

  // Conditions.

  /** A condition of some depth; now and then one of its parts is a macro or a list. */
  Reference.Condition condition(int depth) {
    int kind = depth == 0 ? 9 : random.nextInt(10);
    if (kind < 3) {
      return new Reference.All(parts(depth));
    }
    if (kind < 6) {
      return new Reference.Any(parts(depth));
    }
    return kind == 6 ? new Reference.Not(condition(depth - 1)) : check();
  }

  private List<Reference.Condition> parts(int depth) {
    List<Reference.Condition> parts = new ArrayList<>();
    for (int i = 2 + random.nextInt(2); i > 0; i--) {
      parts.add(condition(depth - 1));
    }
    return parts;
  }

  private Reference.Condition check() {
    return switch (random.nextInt(11)) {
      case 8 -> special(pick(TEXT_FIELDS));
      case 9 -> made();
      case 10 -> fields();
      case 0 -> check(pick(NUMBER_FIELDS), pick(NUMBER_OPERATORS), NUMBERS);
      case 1 -> check(pick(ADDRESS_FIELDS), pick(List.of("=", "!=", "in", "exists")), NETWORKS);
      case 2 ->
          check(pick(BOOL_FIELDS), pick(List.of("=", "!=", "exists")), List.of("true", "false"));
      case 3 -> check("evt.type", pick(List.of("=", "!=", "in")), TYPES);
      case 4 ->
          pick(
              List.of(
                  container(),
                  check("fd.l4proto", "in", List.of("tcp", "udp", "icmp")),
                  check("fd.type", "=", List.of("ipv4", "ipv6", "file"))));
      default -> check(pick(TEXT_FIELDS), pick(TEXT_OPERATORS), WORDS);
    };
  }

  private Reference.Condition special(String field) {
    return switch (random.nextInt(6)) {
      case 5 -> check(field, pick(List.of("glob", "iglob", "glob anyof")), GLOBS);
      case 0 -> check(field, pick(List.of("regex", "regex oneof")), REGEXES);
      case 1 -> check(field, "pmatch", PATHS);
      case 2 -> check(field, pick(List.of("bcontains", "bstartswith")), BYTES);
      case 3 -> check(field, "contains oneof", WORDS);
      default -> check(pick(FUNCTIONS) + "(" + field + ")", pick(TEXT_OPERATORS), WORDS);
    };
  }

  private Reference.Condition made() {
    return switch (random.nextInt(5)) {
      case 2 ->
          check(
              "getopt(proc.args, \"ce:\")",
              pick(List.of("in", "intersects", "exists")),
              List.of("c", "e", "sh"));
      case 0 -> check("len(" + pick(LISTS) + ")", pick(NUMBER_OPERATORS), NUMBERS);
      case 1 -> check("len(" + pick(TEXT_FIELDS) + ")", pick(NUMBER_OPERATORS), NUMBERS);
      default ->
          check(
              pick(MADE),
              pick(List.of("=", "!=", "in", "intersects", "contains", "exists", "startswith")),
              List.of("c", "e", "sh", "sh/nginx", "bash-nginx", "xstdout", "x y"));
    };
  }

  /** A comparison of two fields of one type. */
  private Reference.Condition fields() {
    return switch (random.nextInt(4)) {
      case 0 ->
          new Reference.Check(
              pick(NUMBER_FIELDS),
              pick(List.of("= field", "!= field", "< field", ">= field", "in field")),
              List.of(pick(NUMBER_FIELDS)));
      case 1 ->
          new Reference.Check(
              pick(ADDRESS_FIELDS),
              pick(List.of("= field", "!= field", "in field")),
              List.of(pick(ADDRESS_FIELDS)));
      case 2 ->
          new Reference.Check(
              random.nextInt(3) == 0 ? pick(MADE) : "tolower(" + pick(TEXT_FIELDS) + ")",
              pick(List.of("= field", "contains field", "in field")),
              List.of("tolower(" + pick(TEXT_FIELDS) + ")"));
      default ->
          new Reference.Check(
              pick(TEXT_FIELDS),
              pick(
                  List.of(
                      "= field",
                      "!= field",
                      "contains field",
                      "startswith field",
                      "endswith field",
                      "icontains field",
                      "in field",
                      "intersects field")),
              List.of(pick(TEXT_FIELDS)));
    };
  }

  private Reference.Condition container() {
    return new Reference.Check("container.id", "!=", List.of("host"));
  }

  private Reference.Check check(String field, String operator, List<String> from) {
    List<String> values = new ArrayList<>();
    boolean many = operator.matches("in|intersects|pmatch|.* (any|all|one)of");
    for (int i = many ? 1 + random.nextInt(3) : 1; i > 0; i--) {
      values.add(pick(from));
    }
    return new Reference.Check(field, operator, operator.equals("exists") ? List.of() : values);
  }

  /** The condition in the rule language; macros and lists that it uses are added to the file. */
  String write(Reference.Condition condition, StringBuilder definitions) {
    String text =
        switch (condition) {
          case Reference.All all -> "(" + join(all.parts(), " and ", definitions) + ")";
          case Reference.Any any -> "(" + join(any.parts(), " or ", definitions) + ")";
          case Reference.Not not -> "not (" + write(not.part(), definitions) + ")";
          case Reference.Check check -> write(check, definitions);
        };
    if (random.nextInt(12) > 0) {
      return text;
    }
    String name = "m" + definitions.length();
    definitions
        .append("- macro: ")
        .append(name)
        .append("\n  condition: >\n    ")
        .append(text)
        .append("\n");
    return name;
  }

  private String join(List<Reference.Condition> parts, String with, StringBuilder definitions) {
    List<String> texts = new ArrayList<>();
    parts.forEach(part -> texts.add(write(part, definitions)));
    return String.join(with, texts);
  }

  private String write(Reference.Check check, StringBuilder definitions) {
    List<String> quoted = check.values().stream().map(v -> "\"" + v + "\"").toList();
    if (check.operator().endsWith(" field")) {
      String other = check.values().getFirst();
      return check.field()
          + " "
          + check.operator().replace("field", other.contains("(") ? other : "val(" + other + ")");
    }
    String left = check.field() + " " + check.operator() + " ";
    if (!check.operator().matches("in|intersects|pmatch|.* (any|all|one)of")) {
      return left + String.join("", quoted);
    }
    if (random.nextInt(4) > 0) {
      return left + "(" + String.join(", ", quoted) + ")";
    }
    String name = "l" + definitions.length();
    String items = String.join(", ", check.values().stream().map(v -> "'" + v + "'").toList());
    definitions.append("- list: ").append(name).append("\n  items: [").append(items).append("]\n");
    return left + "(" + name + ")";
  }

  private static String quoted(String text) {
    return "'" + text + "'";
  }

  /** Exceptions for a rule: what it must not be, and added to the file as they are written. */
  List<Reference.Condition> exceptions(StringBuilder rule) {
    Reference.Check alone = check(pick(TEXT_FIELDS), "in", WORDS);
    Reference.Check first = check(pick(TEXT_FIELDS), "=", WORDS);
    Reference.Check second = check(pick(TEXT_FIELDS), "startswith", WORDS);
    rule.append("  exceptions:\n    - {name: alone, fields: ")
        .append(quoted(alone.field()))
        .append(", values: [")
        .append(String.join(", ", alone.values().stream().map(v -> "'" + v + "'").toList()))
        .append("]}\n    - {name: rows, fields: [")
        .append(quoted(first.field()))
        .append(", ")
        .append(quoted(second.field()))
        .append("], comps: [=, startswith], values: [['")
        .append(first.values().getFirst())
        .append("', '")
        .append(second.values().getFirst())
        .append("']]}\n");
    return List.of(alone, new Reference.All(List.of(first, second)));
  }

  // Events.

  Event event() {
    long time = 1_767_225_600_000_000_000L + random.nextInt(1_000_000);
    ContainerRef container = random.nextInt(8) == 0 ? null : anyContainer();
    ContainerRef own = container == null ? anyContainer() : container;
    return switch (random.nextInt(11)) {
      case 0 -> new ProcessExec(time, container, process());
      case 1 -> new ProcessExit(time, container, process(), Math.max(0, number()), 0);
      case 2 ->
          new NetConnect(
              time, container, random.nextInt(4) == 0 ? null : process(), protocol(), end(), end());
      case 3 -> new NetFlow(time, container, protocol(), end(), Math.max(0, number()), 1, 1);
      case 4 -> lifecycle(time, own);
      case 6 ->
          new FileOpen(
              time,
              container,
              process(),
              pick(List.of("open", "openat")),
              pick(WORDS),
              maybe(WORDS),
              random.nextInt(4),
              0,
              false,
              false,
              false,
              result());
      case 7 ->
          new FileChange(
              time,
              container,
              process(),
              pick(List.of("rename", "unlink")),
              pick(WORDS),
              maybe(WORDS),
              0,
              -1,
              -1,
              -1,
              false,
              result());
      case 8 ->
          new NetAccept(time, container, process(), "accept4", protocol(), end(), end(), result());
      case 9 -> new NetListen(time, container, process(), "listen", protocol(), end(), 1, result());
      case 10 ->
          new NetSend(
              time,
              container,
              process(),
              "sendto",
              protocol(),
              end(),
              end(),
              1,
              null,
              null,
              result());
      default ->
          new ContainerLog(
              time,
              own,
              pick(List.of(ContainerLog.Stream.values())),
              String.join(" ", words(5)),
              10,
              false);
    };
  }

  private long result() {
    return pick(List.of(0L, 1L, 80L, -13L));
  }

  private Event lifecycle(long time, ContainerRef container) {
    TreeMap<String, String> attributes = new TreeMap<>();
    if (random.nextBoolean()) {
      attributes.put("k", pick(WORDS));
    }
    Integer code = random.nextBoolean() ? null : Math.max(0, number());
    return new ContainerLifecycle(
        time, container, pick(List.of("start", "die", "sh")), code, attributes);
  }

  private Protocol protocol() {
    return pick(List.of(Protocol.values()));
  }

  private Endpoint end() {
    return new Endpoint(
        pick(ADDRESSES), random.nextInt(4) == 0 ? 0 : Integer.parseInt(pick(PORTS)));
  }

  private ContainerRef anyContainer() {
    int number = random.nextInt(5);
    return new ContainerRef(
        new ContainerId("%064x".formatted(number + 0xabcdef)),
        number == 0 ? "" : pick(WORDS),
        pick(List.of("nginx", "sh", "")),
        maybe(List.of("1", "sh")),
        null,
        number == 1);
  }

  /** Gives some containers other labels. */
  void changeFacts() {
    for (int number = 0; number < 5; number++) {
      if (random.nextInt(3) == 0) {
        ContainerRef ref =
            ContainerRef.unknown(new ContainerId("%064x".formatted(number + 0xabcdef)));
        facts.put(ref.id(), labelled(ref, "tier", pick(WORDS)));
      }
    }
  }

  static ContainerFacts labelled(ContainerRef ref, String key, String value) {
    TreeMap<String, String> labels = new TreeMap<>(Map.of(key, value));
    ContainerFacts f = ContainerFacts.unknown(1, ref);
    return new ContainerFacts(
        1,
        ref,
        f.state(),
        0,
        0,
        0,
        labels,
        List.of(),
        List.of(),
        "",
        "",
        List.of(),
        "",
        List.of(),
        false,
        "",
        "",
        f.limits(),
        f.security());
  }

  private ProcessInfo process() {
    ProcessInfo.Parent parent =
        random.nextInt(5) == 0
            ? null
            : new ProcessInfo.Parent(new ProcessRef(80, 5), maybe(WORDS), maybe(WORDS), words(3));
    return new ProcessInfo(
        new ProcessRef(pick(List.of(1, 80, 1000)), 7),
        pick(List.of(0, 1, 80)),
        maybe(WORDS),
        maybe(WORDS),
        words(3),
        false,
        maybe(WORDS),
        pick(List.of(0, 1, 1000)),
        number(),
        number(),
        number(),
        0,
        new ProcessInfo.Flags(
            random.nextInt(4) == 0, random.nextBoolean(), random.nextBoolean(), false),
        parent,
        words(3),
        new ProcessInfo.More(
            0,
            words(2),
            false,
            random.nextBoolean(),
            random.nextInt(3) == 0 ? null : new ProgramFile(1, number(), number(), number()),
            random.nextInt(3) == 0 ? List.of() : List.of(ancestor(), ancestor()),
            random.nextInt(3) == 0
                ? ProcessInfo.Names.NONE
                : new ProcessInfo.Names(maybe(WORDS), maybe(WORDS), maybe(WORDS))));
  }

  private ProcessInfo.Ancestor ancestor() {
    return new ProcessInfo.Ancestor(
        pick(List.of(1, 80, 1000)), maybe(WORDS), maybe(WORDS), maybe(WORDS));
  }
}
