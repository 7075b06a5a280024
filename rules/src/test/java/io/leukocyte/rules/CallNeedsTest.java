package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.Event;
import io.leukocyte.events.FileChange;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.SystemCall;
import io.leukocyte.rules.CallNeed.PathPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What rules need of system calls, and that what they do not need they cannot match. */
class CallNeedsTest {
  private static final int READ = CallNeed.mode(0, false);
  private static final int WRITE = CallNeed.mode(1, false);
  private static final int BOTH = CallNeed.mode(02000002, false);
  private static final int READ_FAILED = CallNeed.mode(0, true);

  private static RuleSet rules(String... conditions) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < conditions.length; i++) {
      text.append("- rule: r")
          .append(i)
          .append("\n  desc: d\n  output: o\n  priority: info\n  condition: >\n    ")
          .append(conditions[i])
          .append('\n');
    }
    RuleSet.Loaded loaded = RuleSet.load(List.of(new RuleFile("needs", text.toString())));
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.skipped()).isEmpty();
    return loaded.rules();
  }

  private static CallNeed need(String call, String... conditions) {
    return rules(conditions).calls().getOrDefault(call, CallNeed.NOTHING);
  }

  private static Set<String> paths(CallNeed need) {
    return need.paths().keySet().stream()
        .map(path -> path.text() + (path.whole() ? "" : "*"))
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          fd.name startswith /etc; /etc*
          fd.name = /etc/shadow; /etc/shadow
          fd.name in (/etc/shadow, /etc/sudoers); /etc/shadow /etc/sudoers
          fd.directory in (/etc, /); /etc/* /*
          fd.directory startswith /var/lo; /var/lo*
          fd.name glob "/home/*/.ssh/*"; /home/*
          fd.name startswith /etc and fd.name endswith .conf; /etc*
          fd.name startswith /etc and fd.name startswith /etc/ssh; /etc/ssh*
          fd.name startswith /etc and fd.name in (/etc/shadow, /root/x); /etc/shadow
          fd.name startswith /etc and not fd.name in (/etc/hosts); /etc*
          fd.name startswith /etc or proc.name = sh; *
          fd.name startswith /etc and (proc.name = sh or user.uid = 0); /etc*
          not fd.name startswith /etc; *
          not (proc.name = sh or not fd.name startswith /etc); /etc*
          fd.name contains passwd; *
          fd.filename = passwd; *
          fd.nameraw startswith /etc; *
          fd.name exists; *
          fd.name = ''; *
          """)
  void theBeginningsOfPathsAreFound(String condition, String expected) {
    assertThat(paths(need("openat", "evt.type = openat and " + condition)))
        .isEqualTo(Set.of(expected.split(" ")));
  }

  /**
   * What could not be opened has the path that was asked for, which may be written in many ways.
   */
  @Test
  void directoriesAreFoundForFilesThatWereOpened() {
    String below = "evt.type = openat and fd.name pmatch (/etc/, /usr/*/x)";
    assertThat(paths(need("openat", below + " and evt.res = SUCCESS")))
        .isEqualTo(Set.of("/etc*", "/usr/*"));
    assertThat(paths(need("openat", below + " and evt.res = EACCES"))).isEqualTo(Set.of("*"));
  }

  @Test
  void callsThatNoRuleNamesAreNotNeeded() {
    assertThat(
            rules("evt.type in (rename, ptrace) and proc.name = sh", "evt.type = execve").calls())
        .containsOnlyKeys("rename", "ptrace");
    assertThat(rules("evt.type = file.open and fd.name = /a").calls().keySet())
        .containsExactlyInAnyOrder("open", "openat", "openat2", "creat", "open_by_handle_at");
    assertThat(rules("not evt.type in (open, creat) and proc.name = sh").calls().keySet())
        .contains("openat", "ptrace")
        .doesNotContain("open", "creat");
  }

  @Test
  void aRuleAboutWritingNeedsNoReading() {
    CallNeed need =
        need("openat", "evt.type = openat and evt.is_open_write = true and fd.num >= 0");

    assertThat(need.needs("/x", WRITE)).isTrue();
    assertThat(need.needs("/x", BOTH)).isTrue();
    assertThat(need.needs("/x", READ)).isFalse();
    assertThat(need.needs("/x", CallNeed.mode(1, true))).as("it failed").isFalse();
    assertThat(need.always()).isEqualTo(need.modes()).isEqualTo(0b1110);
  }

  @Test
  void eachRuleHasItsOwnModesAndPaths() {
    CallNeed need =
        need(
            "open",
            "evt.type = open and evt.is_open_write = true and fd.name startswith /etc",
            "evt.type = open and fd.name = /etc/shadow",
            "evt.type = open and evt.failed = true and fd.name startswith /root",
            "evt.type = open and evt.res = SUCCESS and fd.name startswith /boot",
            "evt.type = open and evt.rawres < 0 and fd.name startswith /srv");

    assertThat(need.needs("/etc/hosts", WRITE)).isTrue();
    assertThat(need.needs("/etc/hosts", READ)).isFalse();
    assertThat(need.needs("/etc/shadow", READ)).isTrue();
    assertThat(need.needs("/etc/shadow", READ_FAILED)).isTrue();
    assertThat(need.needs("/root/x", READ_FAILED)).isTrue();
    assertThat(need.needs("/root/x", READ)).isFalse();
    assertThat(need.needs("/boot/x", READ)).isTrue();
    assertThat(need.needs("/boot/x", READ_FAILED)).isFalse();
    assertThat(need.needs("/srv/x", READ_FAILED)).isTrue();
    assertThat(need.needs("/srv/x", READ)).isFalse();
  }

  @Test
  void pathsOfChangesAreThoseThatTheCallHas() {
    String condition =
        "(evt.arg.path startswith /var/log or evt.arg.oldpath startswith /bin"
            + " or evt.arg.newpath = /etc/passwd or evt.arg.linkpath startswith /l)";
    Map<String, CallNeed> calls = rules("evt.type = file.change and " + condition).calls();

    assertThat(paths(Objects.requireNonNull(calls.get("unlinkat")))).containsExactly("/var/log*");
    assertThat(paths(Objects.requireNonNull(calls.get("rename"))))
        .containsExactlyInAnyOrder("/bin*", "/etc/passwd");
    assertThat(paths(Objects.requireNonNull(calls.get("symlink")))).containsExactly("/l*");
    assertThat(rules("evt.type = file.change and evt.arg.filename = /a").calls().keySet())
        .containsExactlyInAnyOrder("chmod", "fchmod", "fchmodat", "fchmodat2");
  }

  @Test
  void whatCannotBeToldFromBytesIsCutOff() {
    assertThat(new PathPattern("/a\ufffdb", true)).isEqualTo(new PathPattern("/a", false));
    assertThat(new PathPattern("/a\ud83d\ude00", true)).isEqualTo(new PathPattern("/a", false));
    assertThat(new PathPattern("", true)).isEqualTo(PathPattern.EVERY);
    assertThat(new PathPattern("/ü", true).bytes()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          fd.name endswith docker.sock; true
          fd.typechar = u; true
          not fd.snet in (10.0.0.0/8); true
          proc.name = sh; true
          fd.typechar in (4, 6); false
          fd.sip = 192.0.2.1; false
          fd.sip != 192.0.2.1; false
          fd.sport = 443; false
          fd.port = 443; false
          fd.l4proto = tcp; false
          fd.sockfamily = ip; false
          """)
  void connectionsToUnixSocketsAreNeededWhereARuleCanMeanThem(String condition, boolean needed) {
    assertThat(rules("evt.type = connect and " + condition).calls().containsKey("connect"))
        .isEqualTo(needed);
  }

  @Test
  void tooManyPathsAreAllPaths() {
    String many =
        Stream.iterate(0, i -> i + 1)
            .limit(2500)
            .map(i -> "/f" + i)
            .collect(Collectors.joining(","));
    assertThat(paths(need("open", "evt.type = open and fd.name in (" + many + ")")))
        .containsExactly("*");
  }

  /** The one thing that must not happen. */
  @Test
  void anEventThatARuleMatchesIsNeverLeftOut() throws MalformedBatchException {
    int matches = 0;
    int leftOut = 0;
    for (int seed = 0; seed < 120; seed++) {
      RandomWorld world = new RandomWorld(9000 + seed);
      RuleSet rules = randomRules(world, new Random(seed));
      Map<String, CallNeed> calls = rules.calls();
      Matcher matcher = new Matcher(rules, world.lookup(), seed);
      BatchWriter writer = new BatchWriter(new HostId("h"), 1);
      List<SystemCall> events = new ArrayList<>();
      while (events.size() < 60) {
        Event event = world.event();
        if (event instanceof SystemCall call) {
          events.add(call);
          writer.add(event);
        }
      }
      BatchCursor row = BatchCursor.over(writer.finish(1));
      matcher.open(row);
      for (SystemCall event : events) {
        assertThat(row.next()).isTrue();
        List<Rule> found = new ArrayList<>();
        matcher.match(row, found::add);
        boolean passes = passes(calls.getOrDefault(event.call(), CallNeed.NOTHING), event);
        leftOut += passes ? 0 : 1;
        matches += found.isEmpty() ? 0 : 1;
        assertThat(found.isEmpty() || passes).as("seed %s: %s by %s", seed, event, found).isTrue();
      }
    }
    assertThat(matches).isGreaterThan(500);
    assertThat(leftOut).isGreaterThan(500);
  }

  /** One or two rules a set, or every event would be needed by some. */
  private static RuleSet randomRules(RandomWorld world, Random random) {
    StringBuilder definitions = new StringBuilder();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i <= random.nextInt(2); i++) {
      text.append("- rule: r")
          .append(i)
          .append("\n  desc: d\n  output: o\n  priority: info\n  condition: >\n    ")
          .append(world.write(world.condition(3), definitions))
          .append('\n');
    }
    return RuleSet.load(List.of(new RuleFile("random", definitions + text.toString()))).rules();
  }

  private static boolean passes(CallNeed need, SystemCall event) {
    return switch (event) {
      case FileOpen open -> need.needs(open.path(), CallNeed.mode(open.flags(), open.failed()));
      case FileChange change ->
          Stream.of(change.path(), Objects.requireNonNullElse(change.target(), change.path()))
              .anyMatch(path -> need.needs(path, CallNeed.mode(0, change.failed())));
      default -> need.needs("", CallNeed.mode(0, event.failed()));
    };
  }
}
