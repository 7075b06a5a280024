package io.leukocyte.rules;

import io.leukocyte.events.ContainerFacts;
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
import io.leukocyte.events.Protocol;
import io.leukocyte.events.SystemCall;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What conditions mean, said a second time and as plainly as can be: it reads event records, not
 * batches, and shares nothing with the compiler.
 */
final class Reference {
  private Reference() {}

  /** A condition that can be asked directly. */
  sealed interface Condition {}

  record All(List<Condition> parts) implements Condition {}

  record Any(List<Condition> parts) implements Condition {}

  record Not(Condition part) implements Condition {}

  record Check(String field, String operator, List<String> values) implements Condition {}

  static boolean holds(Condition condition, Event event, @Nullable ContainerFacts facts) {
    return switch (condition) {
      case All all -> all.parts().stream().allMatch(p -> holds(p, event, facts));
      case Any any -> any.parts().stream().anyMatch(p -> holds(p, event, facts));
      case Not not -> !holds(not.part(), event, facts);
      case Check check -> check(check, event, facts);
    };
  }

  private static boolean check(Check check, Event event, @Nullable ContainerFacts facts) {
    List<String> values = value(check.field(), event, facts);
    if (values.isEmpty()) {
      return false;
    }
    if (check.operator().endsWith(" field")) {
      return fields(check, values, value(check.values().getFirst(), event, facts));
    }
    if (check.operator().endsWith(" oneof")) {
      String operator = check.operator().replace(" oneof", "");
      return values.stream()
          .anyMatch(v ->
              check.values().stream()
                      .filter(w -> compare(check.field(), v, operator, List.of(w)))
                      .count()
                  == 1);
    }
    if (check.operator().equals("in") && check.field().startsWith("getopt(")) {
      return check.values().containsAll(values);
    }
    if (check.operator().endsWith(" allof")) {
      String operator = check.operator().replace(" allof", "");
      return check.values().stream()
          .allMatch(w -> check(new Check(check.field(), operator, List.of(w)), event, facts));
    }
    boolean both = List.of("fd.ip", "fd.net", "fd.port").contains(check.field());
    if (check.operator().equals("!=") && (both || check.field().equals("evt.type"))) {
      return values.stream().noneMatch(v -> compare(check.field(), v, "=", check.values()));
    }
    return values.stream()
        .anyMatch(v -> compare(check.field(), v, check.operator(), check.values()));
  }

  /** Two fields: one pair that passes is enough, but of both ends none may be equal. */
  private static boolean fields(Check check, List<String> values, List<String> others) {
    if (others.isEmpty()) {
      return false;
    }
    String operator = check.operator().replace(" field", "");
    String both = "fd\\.(ip|net|port)";
    boolean neither =
        operator.equals("!=")
            && (check.field().matches(both) || check.values().getFirst().matches(both));
    if (neither) {
      return values.stream().noneMatch(others::contains);
    }
    boolean all = operator.equals("in") && check.field().startsWith("getopt(");
    return all
        ? others.containsAll(values)
        : values.stream()
            .anyMatch(v ->
                others.stream().anyMatch(o -> compare(check.field(), v, operator, List.of(o))));
  }

  /** The values of a field, or of functions of fields. */
  private static List<String> value(String text, Event event, @Nullable ContainerFacts facts) {
    int open = text.indexOf('(');
    if (open < 0) {
      return text.startsWith("\"")
          ? List.of(text.substring(1, text.length() - 1))
          : read(text, event, facts);
    }
    List<String> arguments =
        List.of(text.substring(open + 1, text.lastIndexOf(')')).split(", ", -1));
    List<String> first = value(arguments.getFirst(), event, facts);
    return switch (text.substring(0, open)) {
      case "tolower" -> first.stream().map(v -> v.toLowerCase(Locale.ROOT)).toList();
      case "toupper" -> first.stream().map(v -> upper(v)).toList();
      case "basename" -> first.stream().map(v -> v.replaceFirst("(?s).*/", "")).toList();
      case "b64" -> first.stream().flatMap(v -> decoded(v).stream()).toList();
      case "len" -> length(arguments.getFirst(), first, event);
      case "join" -> {
        List<String> items = items(arguments.get(1), event, facts);
        yield items.isEmpty() ? List.of() : one(String.join(first.getFirst(), items));
      }
      case "concat" -> {
        StringBuilder all = new StringBuilder();
        for (String argument : arguments) {
          List<String> own = value(argument, event, facts);
          if (own.isEmpty()) {
            yield List.of();
          }
          all.append(own.getFirst());
        }
        yield one(all);
      }
      case "getopt" -> options(items(arguments.getFirst(), event, facts), arguments.get(1));
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static String upper(String text) {
    return text.chars()
        .mapToObj(c -> String.valueOf((char) (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c)))
        .collect(Collectors.joining());
  }

  private static List<String> decoded(String text) {
    if (!text.matches("([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==)?|[A-Za-z0-9+/]{3}=?)?")) {
      return List.of();
    }
    StringBuilder bits = new StringBuilder();
    String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (char c : text.replace("=", "").toCharArray()) {
      bits.append(Integer.toBinaryString(64 + letters.indexOf(c)).substring(1));
    }
    byte[] bytes = new byte[bits.length() / 8];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(bits.substring(8 * i, 8 * i + 8), 2);
    }
    return List.of(new String(bytes, StandardCharsets.UTF_8));
  }

  private static List<String> above(
      ProcessInfo p, int index, Function<ProcessInfo.Ancestor, @Nullable String> what) {
    List<ProcessInfo.Ancestor> lineage = p.more().lineage();
    String text = lineage.size() <= index ? null : what.apply(lineage.get(index));
    return text == null ? List.of() : List.of(text);
  }

  private static List<String> length(String field, List<String> values, Event event) {
    if (field.matches("proc\\.(aname|args|env)")) {
      return values.isEmpty() ? List.of() : one(items(field, event, null).size());
    }
    return values.stream()
        .map(v -> Integer.toString(v.getBytes(StandardCharsets.UTF_8).length))
        .toList();
  }

  private static List<String> items(String field, Event event, @Nullable ContainerFacts facts) {
    ProcessInfo process =
        switch (event) {
          case ProcessExec e -> e.process();
          case ProcessExit e -> e.process();
          case NetConnect e -> e.process();
          case SystemCall e -> e.process();
          default -> null;
        };
    if (process != null && field.equals("proc.args")) {
      return process.args().stream().skip(1).toList();
    }
    return process != null && field.equals("proc.env")
        ? process.more().environment()
        : read(field, event, facts);
  }

  /** As getopt(3), for the letters that tests use: {@code c} alone, {@code e} with a value. */
  private static List<String> options(List<String> words, String known) {
    if (!known.equals("\"ce:\"")) {
      throw new IllegalArgumentException(known);
    }
    List<String> found = new ArrayList<>();
    for (int i = 0; i < words.size() && words.get(i).matches("-[^-].*|-[^-]"); i++) {
      String letters = words.get(i).substring(1);
      for (int j = 0; j < letters.length(); j++) {
        if (letters.charAt(j) == 'c') {
          found.add("c");
        } else if (letters.charAt(j) == 'e') {
          found.add("e");
          String rest = letters.substring(j + 1);
          if (!rest.isEmpty()) {
            found.add(rest);
          } else if (++i < words.size()) {
            found.add(words.get(i));
          }
          break;
        }
      }
    }
    return found;
  }

  private static boolean isPathBelow(String path, String directory) {
    List<String> names = Arrays.stream(path.split("/", -1)).filter(n -> !n.isEmpty()).toList();
    List<String> above = Arrays.stream(directory.split("/", -1)).filter(n -> !n.isEmpty()).toList();
    if (path.isEmpty() || above.size() > names.size()) {
      return false;
    }
    for (int i = 0; i < above.size(); i++) {
      if (!names.get(i).matches(above.get(i).replace("*", ".*").replace("?", "."))) {
        return false;
      }
    }
    return true;
  }

  private static boolean compare(String field, String value, String operator, List<String> with) {
    if (operator.equals("exists")) {
      return true;
    }
    String first = with.getFirst();
    if (field.matches("fd\\.[srcl]?(ip|net)")) {
      boolean in = with.stream().anyMatch(network -> within(value, network));
      return operator.equals("!=") != in;
    }
    if (isNumber(field) || field.startsWith("len(")) {
      long number = Long.parseLong(value);
      return switch (operator) {
        case "=", "in" -> with.stream().anyMatch(w -> Long.parseLong(w) == number);
        case "!=" -> Long.parseLong(first) != number;
        case "<" -> number < Long.parseLong(first);
        case "<=" -> number <= Long.parseLong(first);
        case ">" -> number > Long.parseLong(first);
        case ">=" -> number >= Long.parseLong(first);
        default -> throw new IllegalArgumentException(operator);
      };
    }
    return switch (operator) {
      case "=" -> value.equals(first);
      case "!=" -> !value.equals(first);
      case "in", "intersects" -> with.contains(value);
      case "startswith" -> value.startsWith(first);
      case "endswith" -> value.endsWith(first);
      case "contains" -> value.contains(first);
      case "icontains" -> value.toLowerCase(Locale.ROOT).contains(first.toLowerCase(Locale.ROOT));
      case "regex" -> value.matches(first);
      case "glob" -> value.matches(pattern(first));
      case "iglob" -> lower(value).matches(pattern(lower(first)));
      case "glob anyof" -> with.stream().anyMatch(w -> value.matches(pattern(w)));
      case "pmatch" -> with.stream().anyMatch(w -> isPathBelow(value, w));
      case "bcontains" -> hex(value).matches("(..)*" + first + "(..)*");
      case "bstartswith" -> hex(value).startsWith(first);
      case "contains anyof" -> with.stream().anyMatch(value::contains);
      default -> throw new IllegalArgumentException(operator);
    };
  }

  private static String lower(String text) {
    return text.chars()
        .mapToObj(c -> String.valueOf((char) (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c)))
        .collect(Collectors.joining());
  }

  /** A shell pattern as a regular expression; there are no escapes and no special signs in it. */
  private static String pattern(String glob) {
    return "(?s)" + glob.replace("[!", "[^").replace("?", ".").replace("*", ".*");
  }

  private static String hex(String text) {
    StringBuilder hex = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hex.append("%02x".formatted(b));
    }
    return hex.toString();
  }

  static boolean isNumber(String field) {
    return field.matches(
        "proc\\.(tty|vpid|pid|ppid)|user\\.(uid|loginuid)|fd\\.[srcl]?port|flow\\.bytes"
            + "|fd\\.num|container\\.exit_code|proc\\.exit_code|evt\\.rawres");
  }

  private static boolean within(String address, String network) {
    String[] parts = network.split("/", -1);
    byte[] a = InetAddress.ofLiteral(address).getAddress();
    byte[] n = InetAddress.ofLiteral(parts[0]).getAddress();
    int bits = parts.length == 1 ? n.length * 8 : Integer.parseInt(parts[1]);
    if (a.length != n.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i % 8);
      if ((a[i / 8] & mask) != (n[i / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  private static List<String> one(@Nullable Object value) {
    return value == null ? List.of() : List.of(value.toString());
  }

  private static List<String> name(@Nullable String told, int id) {
    if (told != null) {
      return one(told);
    }
    return id == -1 ? List.of() : one(id == 0 ? "root" : "<NA>");
  }

  /** The values that a field has; none when it is missing. */
  static List<String> read(String field, Event event, @Nullable ContainerFacts facts) {
    if (field.startsWith("container.") && !field.matches("container\\.(action|exit_code|attr.*)")) {
      return container(field, event.container(), facts);
    }
    if (field.startsWith("evt.")) {
      return ofEvent(field, event);
    }
    if (event instanceof FileOpen open && field.startsWith("fd.")) {
      return file(field, open);
    }
    if (field.startsWith("fd.") || field.startsWith("flow.")) {
      return connection(field, event);
    }
    return switch (event) {
      case ContainerLog log when field.startsWith("log.") ->
          one(field.equals("log.line") ? log.line() : log.stream().text());
      case ContainerLifecycle life when field.equals("container.action") -> one(life.action());
      case ContainerLifecycle life when field.equals("container.exit_code") -> one(life.exitCode());
      case ContainerLifecycle life when field.startsWith("container.attribute[") ->
          one(life.attributes().get(field.substring(20, field.length() - 1)));
      case ProcessExit exit when field.equals("proc.exit_code") -> one(exit.exitCode());
      case ProcessExec exec -> process(field, exec.process());
      case ProcessExit exit -> process(field, exit.process());
      case NetConnect connect when connect.process() != null -> process(field, connect.process());
      case SystemCall call -> process(field, call.process());
      default -> List.of();
    };
  }

  private static List<String> ofEvent(String field, Event event) {
    long result = event instanceof SystemCall call ? call.result() : 0;
    boolean syscall =
        event instanceof ProcessExec
            || event instanceof ProcessExit
            || event instanceof NetConnect
            || event instanceof SystemCall;
    return switch (field) {
      case "evt.type" -> types(event);
      case "evt.rawres" -> syscall ? one(result) : List.of();
      case "evt.res" -> syscall ? one(result == -13 ? "EACCES" : "SUCCESS") : List.of();
      case "evt.failed" -> syscall ? one(result < 0) : List.of();
      case "evt.dir" -> syscall ? List.of("<") : List.of();
      case "evt.is_open_write" ->
          event instanceof FileOpen open ? one(open.flags() != 0) : List.of();
      case "evt.arg.path" ->
          event instanceof FileChange change && change.call().equals("unlink")
              ? one(change.path())
              : List.of();
      case "evt.arg.newpath" ->
          event instanceof FileChange change && change.call().equals("rename")
              ? one(change.target())
              : List.of();
      default -> throw new IllegalArgumentException(field);
    };
  }

  private static List<String> types(Event event) {
    return switch (event) {
      case ProcessExec e -> List.of("execve", "execveat", "process.exec");
      case ProcessExit e -> List.of("procexit", "process.exit");
      case NetConnect e -> List.of("connect", "net.connect");
      case NetFlow e -> List.of("flow", "net.flow");
      case ContainerLifecycle e when e.action().equals("start") ->
          List.of("lifecycle", "container.lifecycle", "container");
      case ContainerLifecycle e -> List.of("lifecycle", "container.lifecycle");
      case ContainerLog e -> List.of("log", "container.log");
      case SystemCall e -> List.of(e.call(), e.kind().text());
      default -> List.of("other");
    };
  }

  private static List<String> file(String field, FileOpen open) {
    int slash = open.path().lastIndexOf('/');
    return switch (field) {
      case "fd.name" -> filled(open.path());
      case "fd.filename" -> one(open.path().substring(slash + 1));
      case "fd.directory" ->
          slash < 0 ? List.of() : one(slash == 0 ? "/" : open.path().substring(0, slash));
      case "fd.num" -> open.failed() ? List.of() : one(open.result());
      case "fd.type" -> one("file");
      default -> List.of();
    };
  }

  /** Both ends of a connection, and whether the container is its server. */
  private record Ends(
      @Nullable Endpoint local, @Nullable Endpoint remote, boolean serving, Protocol protocol) {}

  private static @Nullable Ends ends(Event event) {
    return switch (event) {
      case NetConnect c -> new Ends(c.source(), c.destination(), false, c.protocol());
      case NetFlow f -> new Ends(null, f.destination(), false, f.protocol());
      case NetAccept a -> new Ends(a.server(), a.client(), true, a.protocol());
      case NetListen l -> new Ends(l.local(), null, true, l.protocol());
      case NetSend s -> new Ends(s.local(), s.remote(), false, s.protocol());
      default -> null;
    };
  }

  private static List<String> connection(String field, Event event) {
    Ends ends = ends(event);
    if (ends == null) {
      return List.of();
    }
    Endpoint local = ends.local();
    Endpoint remote = ends.remote();
    Endpoint server = ends.serving() ? local : remote;
    Endpoint client = ends.serving() ? remote : local;
    String family = ips(remote == null ? local : remote).stream().findFirst().orElse("");
    return switch (field) {
      case "fd.sip", "fd.snet" -> ips(server);
      case "fd.cip", "fd.cnet" -> ips(client);
      case "fd.rip", "fd.rnet" -> ips(remote);
      case "fd.lip", "fd.lnet" -> ips(local);
      case "fd.ip", "fd.net" -> ips(local, remote);
      case "fd.sport" -> ports(server);
      case "fd.cport" -> ports(client);
      case "fd.rport" -> ports(remote);
      case "fd.lport" -> ports(local);
      case "fd.port" -> ports(local, remote);
      case "fd.type" -> family.isEmpty() ? List.of() : one(family.contains(":") ? "ipv6" : "ipv4");
      case "fd.typechar" -> family.isEmpty() ? List.of() : one(family.contains(":") ? "6" : "4");
      case "fd.l4proto" -> one(ends.protocol().text());
      case "fd.is_server" -> one(ends.serving());
      case "fd.num" -> event instanceof NetAccept a && !a.failed() ? one(a.result()) : List.of();
      case "fd.name" ->
          event instanceof NetListen l
              ? l.local().address().isEmpty() ? List.of() : one(l.local())
              : names(client, server);
      case "fd.filename", "fd.directory" -> List.of();
      case "flow.bytes" -> event instanceof NetFlow f ? one(f.bytes()) : List.of();
      default -> throw new IllegalArgumentException(field);
    };
  }

  private static List<String> names(@Nullable Endpoint client, @Nullable Endpoint server) {
    String from = client == null || client.address().isEmpty() ? "" : client.toString();
    return server == null || server.address().isEmpty() ? List.of() : one(from + "->" + server);
  }

  private static List<String> ips(@Nullable Endpoint... ends) {
    List<String> all = new ArrayList<>();
    for (Endpoint end : ends) {
      if (end != null && !end.address().isEmpty()) {
        all.add(end.address());
      }
    }
    return all;
  }

  private static List<String> ports(@Nullable Endpoint... ends) {
    List<String> all = new ArrayList<>();
    for (Endpoint end : ends) {
      if (end != null && end.port() != 0) {
        all.add(Integer.toString(end.port()));
      }
    }
    return all;
  }

  private static List<String> container(
      String field, @Nullable ContainerRef container, @Nullable ContainerFacts facts) {
    if (container == null) {
      return field.equals("container.id") || field.equals("container.name")
          ? one("host")
          : List.of();
    }
    return switch (field) {
      case "container.id" -> one(container.id().value().substring(0, 12));
      case "container.name" -> filled(container.name());
      case "container.image.repository" -> filled(container.image());
      case "container.image.tag" -> one(container.tag());
      case "container.image" ->
          container.image().isEmpty() || container.tag() == null
              ? filled(container.image())
              : one(container.image() + ":" + container.tag());
      case "container.privileged" -> one(container.privileged());
      default ->
          facts == null
              ? List.of()
              : one(facts.labels().get(field.substring(16, field.length() - 1)));
    };
  }

  private static List<String> filled(String text) {
    return text.isEmpty() ? List.of() : one(text);
  }

  private static List<String> process(String field, ProcessInfo p) {
    ProcessInfo.Parent parent = p.parent();
    List<String> parentArgs = parent == null ? List.of() : parent.args();
    List<String> ancestors = new ArrayList<>();
    ancestors.addAll(one(parent == null ? null : parent.name()));
    ancestors.addAll(p.ancestors());
    return switch (field) {
      case "proc.name", "proc.aname[0]" -> one(p.name());
      case "proc.exepath" -> one(p.executable());
      case "proc.cwd" -> one(p.workingDirectory());
      case "proc.exe" -> p.args().isEmpty() ? List.of() : one(p.args().getFirst());
      case "proc.args" -> p.args().isEmpty() ? List.of() : one(rest(p.args()));
      case "proc.cmdline" -> commandLine(p.name(), p.args());
      case "proc.pname", "proc.aname[1]" -> one(parent == null ? null : parent.name());
      case "proc.pexepath" -> one(parent == null ? null : parent.executable());
      case "proc.pcmdline" -> commandLine(parent == null ? null : parent.name(), parentArgs);
      case "proc.aname" -> ancestors;
      case "proc.aname[2]" -> p.ancestors().isEmpty() ? List.of() : one(p.ancestors().getFirst());
      case "proc.aname[3]" -> p.ancestors().size() < 2 ? List.of() : one(p.ancestors().get(1));
      case "proc.aexe[1]" -> parentArgs.isEmpty() ? List.of() : one(parentArgs.getFirst());
      case "proc.aexe[2]" -> above(p, 0, ProcessInfo.Ancestor::first);
      case "proc.aexepath[3]" -> above(p, 1, ProcessInfo.Ancestor::executable);
      case "proc.acmdline[2]" -> above(p, 0, ProcessInfo.Ancestor::commandLine);
      case "proc.tty" -> one(p.tty());
      case "proc.pid" -> one(p.ref().pid());
      case "proc.vpid" -> p.containerPid() == 0 ? List.of() : one(p.containerPid());
      case "proc.ppid" -> parent == null ? List.of() : one(parent.ref().pid());
      case "user.uid" -> p.uid() == -1 ? List.of() : one(p.uid());
      case "user.loginuid" -> one(p.loginUid());
      case "user.name" -> name(p.more().names().user(), p.uid());
      case "group.name" -> name(p.more().names().group(), p.gid());
      case "user.loginname" -> name(p.more().names().loginUser(), p.loginUid());
      case "proc.env" ->
          p.more().environment().isEmpty()
              ? List.of()
              : one(String.join(" ", p.more().environment()));
      case "proc.is_vpgid_leader" -> one(p.more().groupLeader());
      case "proc.is_setup" -> one(p.flags().setup());
      case "proc.is_exe_upper_layer" -> one(p.flags().upperLayer());
      case "proc.is_exe_from_memfd" -> one(p.flags().fileless());
      default -> List.of();
    };
  }

  private static String rest(List<String> args) {
    return String.join(" ", args.subList(1, args.size()));
  }

  private static List<String> commandLine(@Nullable String name, List<String> args) {
    if (name == null && args.isEmpty()) {
      return List.of();
    }
    String first = name == null ? args.getFirst() : name;
    return one(args.size() < 2 ? first : first + " " + rest(args));
  }
}
