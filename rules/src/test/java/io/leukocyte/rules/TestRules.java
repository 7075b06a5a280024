package io.leukocyte.rules;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Observed;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Rule files and events that tests share. */
final class TestRules {
  static final ContainerId WEB = new ContainerId("a1b2c3".repeat(10) + "a1b2");
  static final ContainerRef WEB_REF =
      new ContainerRef(WEB, "web-1", "nginx", "1.27", "sha256:77", false);
  static final HostId HOST = new HostId("host-1");

  /** {@code bash -c id} in the container {@link #WEB}, its parent nginx. */
  static final Event SHELL_BELOW_NGINX =
      exec(WEB_REF, "bash", List.of("bash", "-c", "id\u001b[31m"), "nginx");

  private TestRules() {}

  static ProcessExec exec(
      @Nullable ContainerRef container, String name, List<String> args, String parent) {
    ProcessInfo process =
        new ProcessInfo(
            new ProcessRef(500, 5),
            50,
            name,
            "/bin/" + name,
            args,
            false,
            "/srv",
            0,
            0,
            0,
            -1,
            1L << 21,
            ProcessInfo.Flags.NONE,
            new ProcessInfo.Parent(
                new ProcessRef(400, 4), parent, "/usr/sbin/" + parent, List.of()),
            List.of("containerd-shim"));
    return new ProcessExec(1_767_225_600_000_000_000L, container, process);
  }

  static Observed observed(Event event) {
    return new Observed(new EventId(HOST, 1, 2, 3), event);
  }

  static RuleSet.Loaded load(String... files) {
    List<RuleFile> all = new ArrayList<>();
    for (int i = 0; i < files.length; i++) {
      all.add(new RuleFile(i == 0 ? "a.yaml" : "b.yaml", files[i]));
    }
    return RuleSet.load(all);
  }

  /** A rule named r with a condition in one line. */
  static String rule(String condition) {
    return rule("r", condition);
  }

  static String rule(String name, String condition) {
    return "- {rule: "
        + name
        + ", desc: d, output: o, priority: info, condition: '"
        + condition.replace("'", "''")
        + "'}\n";
  }

  /** The names of the rules that an event matches. */
  static Set<String> matched(RuleSet rules, Event event) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = new Matcher(rules, FactsLookup.NONE);
    var row = Rows.of(observed(event));
    matcher.open(row);
    matcher.match(row, rule -> names.add(rule.name()));
    return names;
  }

  /** Whether a condition holds for an event. */
  static boolean holds(String condition, Event event) {
    RuleSet.Loaded loaded = load(rule(condition));
    if (!loaded.problems().isEmpty()) {
      throw new AssertionError(loaded.report());
    }
    return matched(loaded.rules(), event).contains("r");
  }
}
