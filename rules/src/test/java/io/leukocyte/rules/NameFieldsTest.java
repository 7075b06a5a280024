package io.leukocyte.rules;

import static io.leukocyte.rules.TestRules.WEB_REF;
import static io.leukocyte.rules.TestRules.holds;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.Observed;
import io.leukocyte.events.ProcControl;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessInfo.Names;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What rules read of the names of users and groups. */
class NameFieldsTest {
  private static final Names WEB = new Names("www-data", "crew", "operator");

  private static ProcessInfo process(int uid, int gid, int loginUid, Names names) {
    return new ProcessInfo(
            new ProcessRef(500, 1),
            50,
            "bash",
            "/bin/bash",
            List.of("bash"),
            false,
            "/",
            0,
            uid,
            gid,
            loginUid,
            0,
            ProcessInfo.Flags.NONE,
            null,
            List.of())
        .with(ProcessInfo.More.NONE.with(names));
  }

  private static Event exec(int uid, int gid, int loginUid, Names names) {
    return new ProcessExec(1, WEB_REF, process(uid, gid, loginUid, names));
  }

  private static void assertHolds(Event event, String... conditions) {
    for (String condition : conditions) {
      assertThat(holds(condition, event)).as(condition).isTrue();
    }
  }

  private static void assertFails(Event event, String... conditions) {
    for (String condition : conditions) {
      assertThat(holds(condition, event)).as(condition).isFalse();
    }
  }

  private static String output(Event event) {
    OutputTemplate template =
        OutputTemplate.parse(
                SourceText.startingAt(
                    new Position("a.yaml", 1, 1), "%user.name %user.loginname %group.name"),
                new ArrayList<Problem>())
            .orElseThrow();
    Observed observed = new Observed(new EventId(new HostId("h"), 1, 2, 0), event);
    return template.fill(Rows.of(observed), FactsLookup.NONE);
  }

  @Test
  void usersAndGroupsHaveTheNamesThatTheirEventsCarry() {
    Event event = exec(33, 33, 1000, WEB);
    assertHolds(
        event,
        "user.name = www-data",
        "user.name != root",
        "user.name in (root, www-data)",
        "user.name startswith www-",
        "user.name exists",
        "group.name = crew",
        "user.loginname contains operator",
        "user.name = val(user.name)");
    assertFails(
        event,
        "user.name = root",
        "user.name != www-data",
        "user.name = \"<NA>\"",
        "user.loginname = val(user.name)",
        "user.name in (crew, operator)",
        "group.name = www-data",
        "user.loginname = root");
    assertThat(output(event)).isEqualTo("www-data operator crew");
  }

  /** As it was before events carried names, and is where they carry none. */
  @Test
  void withoutANameZeroIsRootAndOthersHaveNone() {
    Event root = exec(0, 0, 0, Names.NONE);
    assertHolds(root, "user.name = root", "group.name = root", "user.loginname = root");
    assertThat(output(root)).isEqualTo("root root root");
    Event others = exec(33, 33, -1, Names.NONE);
    assertHolds(others, "user.name != root", "user.name = \"<NA>\"", "group.name != root");
    assertFails(others, "user.name = root", "user.loginname exists", "user.loginname != root");
    assertThat(output(others)).isEqualTo("<NA> <NA> <NA>");
    Event unknown = exec(-1, -1, -1, Names.NONE);
    assertFails(unknown, "user.name exists", "user.name != root", "group.name exists");
  }

  @Test
  void oneOfTheNamesMayBeMissing() {
    Event event = exec(33, 0, 1000, new Names("www-data", null, null));
    assertHolds(event, "user.name = www-data", "group.name = root", "user.loginname = \"<NA>\"");
    assertFails(event, "group.name = crew", "user.loginname = www-data");
    Event group = exec(33, 33, -1, new Names(null, "crew", null));
    assertHolds(group, "user.name = \"<NA>\"", "group.name = crew", "not user.name = root");
    assertFails(group, "user.loginname exists");
  }

  @Test
  void rootOfAUserNamespaceIsRootWhateverItsNumberOnTheHost() {
    Event event = exec(100_000, 100_000, -1, new Names("root", "root", null));
    assertHolds(event, "user.name = root", "user.uid != 0", "group.name = root");
  }

  @Test
  void everyKindOfEventThatHasAProcessHasThem() {
    ProcessInfo process = process(33, 33, 1000, WEB);
    assertHolds(new ProcessExit(1, WEB_REF, process, 0, 0), "user.name = www-data");
    assertHolds(connect(process), "user.name = www-data and group.name = crew");
    assertHolds(
        new ProcControl(1, WEB_REF, process, "prctl", 15, 0, "x", 0),
        "user.name = www-data and user.loginname = operator");
    assertFails(connect(null), "user.name exists", "user.name = \"<NA>\"");
  }

  private static Event connect(@Nullable ProcessInfo process) {
    return new NetConnect(
        1,
        WEB_REF,
        process,
        Protocol.TCP,
        new Endpoint("192.0.2.1", 1),
        new Endpoint("198.51.100.7", 2));
  }
}
