package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.collector.UserLookup.Look;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessInfo.Names;
import io.leukocyte.events.ProcessRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose names a container's users have, by a made-up {@code /proc}. */
class UserFilesTest {
  private static final ContainerId WEB = TestEvents.WEB;
  private static final int MAIN = 100;
  private static final int CHILD = 101;
  private static final String SAME = "0 0 4294967295\n";

  @TempDir private Path folder = Path.of("");
  private FakeProc proc = new FakeProc(Path.of(""));
  private UserFiles users = new UserFiles(new ProcFiles(Path.of("")), UnaryOperator.identity());

  @BeforeEach
  void containerWithItsOwnUsers() throws IOException {
    proc = new FakeProc(Files.createDirectories(folder.resolve("proc")));
    users = new UserFiles(new ProcFiles(proc.root()), UnaryOperator.identity());
    proc.runs(1, 0, 1, 1, null, "/sbin/init", "init");
    root(1, "host", "root:x:0:0:\nalice:x:1000:1000:\n", "root:x:0:\nalice:x:1000:\n");
    proc.runs(50, 1, 2, 2, null, "/usr/bin/containerd-shim", "containerd-shim");
    root(50, "host", null, null);
    runs(MAIN, 50);
    root(MAIN, "web", "root:x:0:0:\napp:x:1000:1000:\n", "root:x:0:\ncrew:x:1000:\n");
    runs(CHILD, MAIN);
    root(CHILD, "web", null, null);
  }

  private void runs(int pid, int parent) throws IOException {
    proc.runs(pid, parent, 10, pid, WEB.value(), "/bin/app", "app");
    write(pid, "uid_map", SAME);
    write(pid, "gid_map", SAME);
    write(pid, "mountinfo", "1 0 0:50 / / rw,relatime - overlay overlay rw\n");
  }

  private void write(int pid, String file, String text) throws IOException {
    Files.writeString(proc.root().resolve(pid + "/" + file), text);
  }

  /** Gives a process a root folder; null leaves the files in it as they are. */
  private void root(int pid, String name, @Nullable String passwd, @Nullable String group)
      throws IOException {
    Path etc = Files.createDirectories(folder.resolve(name).resolve("etc"));
    if (passwd != null) {
      Files.writeString(etc.resolve("passwd"), passwd);
    }
    if (group != null) {
      Files.writeString(etc.resolve("group"), group);
    }
    Path link = proc.root().resolve(pid + "/root");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, folder.resolve(name));
  }

  private static ProcessInfo process(int uid, int gid, int loginUid) {
    return new ProcessInfo(
        new ProcessRef(CHILD, 1),
        2,
        "app",
        "/bin/app",
        List.of(),
        false,
        null,
        0,
        uid,
        gid,
        loginUid,
        0,
        ProcessInfo.Flags.NONE,
        null,
        List.of());
  }

  private Users found(int... pids) {
    return found(null, pids);
  }

  private Users found(@Nullable Users before, int... pids) {
    Look look = users.look(WEB, Arrays.stream(pids).boxed().toList(), before);
    assertThat(look).isInstanceOf(Look.Found.class);
    return ((Look.Found) look).users();
  }

  private static Names names(Users users, int uid, int gid) {
    return users.names(process(uid, gid, -1));
  }

  @Test
  void namesAreTheContainersOwnAndNeverTheHosts() {
    assertThat(names(found(CHILD), 1000, 1000)).isEqualTo(new Names("app", "crew", null));
    assertThat(names(found(CHILD), 33, 33)).isEqualTo(Names.NONE);
    assertThat(names(found(CHILD), 0, 0)).as("root needs none").isEqualTo(Names.NONE);
  }

  @Test
  void aProcessOfTheHostHasTheHosts() {
    Look look = users.look(null, List.of(), null);
    assertThat(names(((Look.Found) look).users(), 1000, 1000))
        .isEqualTo(new Names("alice", "alice", null));
  }

  /** What a process below makes for itself decides nothing. */
  @Test
  void anotherRootAndANamespaceOfAProcessBelowChangeNothing() throws IOException {
    root(CHILD, "jail", "mallory:x:1000:0:\n", "");
    write(CHILD, "uid_map", "0 1000 1\n");
    assertThat(names(found(CHILD), 1000, 1000)).isEqualTo(new Names("app", "crew", null));
  }

  @Test
  void numbersAreThoseOfTheContainersUserNamespace() throws IOException {
    write(MAIN, "uid_map", "0 100000 65536\n");
    write(MAIN, "gid_map", "0 200000 65536\n");
    Users remapped = found(CHILD);
    assertThat(names(remapped, 101_000, 201_000)).isEqualTo(new Names("app", "crew", null));
    assertThat(names(remapped, 100_000, 200_000)).isEqualTo(new Names("root", "root", null));
    assertThat(names(remapped, 1000, 1000)).as("the host's own").isEqualTo(Names.NONE);
    assertThat(names(remapped, 0, 0)).isEqualTo(Names.NONE);
  }

  @Test
  void theLoginUserThatStartedTheContainerIsTheHostsAndOneWithinItsOwn() throws IOException {
    write(MAIN, "loginuid", "1000");
    assertThat(found(CHILD).names(process(1000, 0, 1000)))
        .isEqualTo(new Names("app", null, "alice"));
    write(MAIN, "loginuid", "4294967295");
    assertThat(found(CHILD).names(process(0, 0, 1000))).isEqualTo(new Names(null, null, "app"));
  }

  @Test
  void aTaskThatStillHasTheHostsFilesIsNotAsked() throws IOException {
    root(MAIN, "host", null, null);
    root(CHILD, "host", null, null);
    assertThat(users.look(WEB, List.of(CHILD), null)).isEqualTo(new Look.Gone());
  }

  @Test
  void processesOfOthersAndThoseThatAreGoneAreNotAsked() throws IOException {
    assertThat(users.look(WEB, List.of(1, 50, 4711, 0, -1), null)).isEqualTo(new Look.Gone());
    assertThat(users.look(TestEvents.DATABASE, List.of(MAIN), null)).isEqualTo(new Look.Gone());
    Files.delete(proc.root().resolve(MAIN + "/root"));
    assertThat(users.look(WEB, List.of(MAIN), null)).isEqualTo(new Look.Gone());
    assertThat(users.look(WEB, List.of(), null)).isEqualTo(new Look.Gone());
  }

  @Test
  void theFirstProcessThatIsThereIsAskedByWhateverPidItIsFound() {
    proc.ends(CHILD);
    assertThat(names(found(CHILD, 4711, MAIN), 1000, 0)).isEqualTo(new Names("app", null, null));
  }

  @Test
  void filesThatMayLetTheReaderWaitAreRefused() throws IOException {
    write(MAIN, "mountinfo", "1 0 0:50 / / rw - overlay overlay rw\n2 1 0:9 / /etc rw - fuse x rw");
    assertThat(users.look(WEB, List.of(MAIN), null)).isInstanceOf(Look.Refused.class);
  }

  @Test
  void whereTheHostsRootIsNotKnownNothingIsBelieved() throws IOException {
    Files.delete(proc.root().resolve("1/root"));
    assertThat(users.look(WEB, List.of(MAIN), null)).isInstanceOf(Look.Refused.class);
    proc.runs(2, 0, 1, 1, null, "/kthreadd", "");
    Files.writeString(proc.root().resolve("2/comm"), "kthreadd\n");
    root(2, "host", null, null);
    assertThat(names(found(MAIN), 1000, 0)).isEqualTo(new Names("app", null, null));
  }

  @Test
  void theSameUsersStayTheSameObjectUntilAFileChanges() throws IOException {
    Users first = found(MAIN);
    assertThat(found(first, MAIN)).isSameAs(first);
    Files.writeString(folder.resolve("web/elsewhere"), "in the root folder");
    assertThat(found(first, CHILD)).isSameAs(first);

    root(MAIN, "web", "app:x:1000:1000:\nlate:x:1001:1001:\n", null);
    Users second = found(first, MAIN);
    assertThat(second).isNotSameAs(first);
    assertThat(second.groups()).as("the other file is not read again").isSameAs(first.groups());
    assertThat(names(second, 1001, 1001)).isEqualTo(new Names("late", null, null));
    assertThat(second.hasUser(1001)).isTrue();
    assertThat(first.hasUser(1001)).isFalse();
  }

  @Test
  void aContainerWithoutSuchFilesHasUsersWithoutNames() throws IOException {
    Files.delete(folder.resolve("web/etc/passwd"));
    Files.delete(folder.resolve("web/etc/group"));
    Users none = found(MAIN);
    assertThat(names(none, 1000, 1000)).isEqualTo(Names.NONE);
    assertThat(found(none, MAIN)).isSameAs(none);
  }
}
