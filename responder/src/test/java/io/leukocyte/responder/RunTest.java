package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.engine.NewContainer;
import io.leukocyte.engine.RunResult;
import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts.Limits;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs of the user's: what they get, how they end, and that they run once. */
class RunTest {
  private static final String USER = System.getProperty("user.name");

  @TempDir Path folder;

  private static String policy() {
    return "- policy: p\n  match: {tags: [shell]}\n  actions: [run: {program: page}]\n"
        + "  else: [notify: {log: {}}]\n  guard: {mode: enforce}\n";
  }

  private Programs programs(String yaml) throws IOException {
    Path file = folder.resolve("run.yaml");
    Files.writeString(file, yaml);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    List<Problem> problems = new ArrayList<>();
    Programs programs = ProgramReader.read(file, problems).in(folder.resolve("runs"));
    assertThat(problems).isEmpty();
    return programs;
  }

  /** A program of the shell, as a file. */
  private Programs script(String text, String more) throws IOException {
    Path file = folder.resolve("page.sh");
    Files.writeString(file, "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return programs("- {run: page, command: [" + file + "], user: " + USER + more + "}\n");
  }

  private Ward ward(Programs programs) throws IOException {
    InMemoryEngine docker = new InMemoryEngine();
    InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
    Path own = Files.createDirectories(folder.resolve("ward"));
    return new Ward(
            own,
            docker,
            filter,
            new MutableClock(),
            Ward.host(docker, filter).with(programs),
            () -> {},
            Ward.shielded())
        .policies(policy());
  }

  private static Outcome ran(Ward ward) {
    return ward.journal
        .read(ledger -> ledger.all(s -> s.response() instanceof Run))
        .getFirst()
        .last()
        .outcome();
  }

  private static String problem(Ward ward) {
    return ran(ward) instanceof Outcome.Failed failed ? failed.problem() : ran(ward).toString();
  }

  private String kept(Ward ward) throws IOException {
    ward.evidence.settle(
        ward.journal.read(ledger -> ledger.all(s -> s.response() instanceof Run)).getFirst());
    try (Stream<Path> files = Files.walk(folder.resolve("ward/evidence"))) {
      Path file = files.filter(f -> f.endsWith("run-page.txt")).findFirst().orElseThrow();
      assertThat(Files.readString(file.resolveSibling("manifest.json"))).contains("run-page.txt");
      return Files.readString(file);
    }
  }

  @Test
  void aProgramReadsTheAlertAndItsExitCodeDecides() throws IOException {
    Path got = folder.resolve("got");
    try (Ward ward = ward(script("cat > " + got + "\nenv\npwd\n", ", environment: {QUEUE: a b}"))) {
      Alert alert = ward.shell(ward.run("web"));
      assertThat(ran(ward)).isEqualTo(new Outcome.Done("page ran; what it did is not taken back"));
      assertThat(ward.steps())
          .anySatisfy(a ->
              assertThat(a.outcome().toString())
                  .contains("exit code 0 after")
                  .contains("the last line: /"));
      JsonNode read = JournalLines.MAPPER.readTree(Files.readString(got));
      assertThat(read.path("event").path("id").asText()).isEqualTo(alert.id().value());
      assertThat(kept(ward).lines().map(line -> line.replaceAll("=.*", "")))
          .contains("PATH", "LANG", "QUEUE", "LEUKO_ACTION", "LEUKO_ALERT", "LEUKO_CONTAINER")
          .doesNotContain("JAVA_HOME", "HOME", "USER");
      assertThat(kept(ward)).contains("QUEUE=a b", "LEUKO_ALERT=" + alert.id());
      assertThat(ward.desk.actions()).isEmpty();
    }
  }

  @Test
  void anotherExitCodeFailsAndElseIsDone() throws IOException {
    try (Ward ward = ward(script("echo 'no route'; exit 3\n", ""))) {
      ward.shell(ward.run("web"));
      assertThat(problem(ward))
          .startsWith("exit code 3 after")
          .endsWith("9 bytes of output, the last line: no route");
      assertThat(ward.stepNames()).contains("run failed", "notify verified");
      assertThat(ward.stepNames()).doesNotContain("run undone");
    }
  }

  @Test
  void noShellReadsTheWordsOfACommand() throws IOException {
    try (Ward ward =
        ward(
            programs(
                "- run: page\n  command: [/bin/echo, '$(id)', '; id', '*', '`id`']\n  user: "
                    + USER))) {
      ward.shell(ward.run("web"));
      assertThat(kept(ward)).isEqualTo("$(id) ; id * `id`\n");
    }
  }

  @Test
  void aProgramThatDoesNotEndIsEndedWithWhatItStarted() throws IOException {
    Path pid = folder.resolve("pid");
    try (Ward ward = ward(script("sleep 300 & echo $! > " + pid + "; wait\n", ", timeout: 1s"))) {
      ward.shell(ward.run("web"));
      assertThat(problem(ward)).startsWith("it was ended after its time limit after 1");
      int child = Integer.parseInt(Files.readString(pid).strip());
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> new LinuxProcesses().find(child).filter(p -> !p.ended()).isEmpty());
    }
  }

  @Test
  void whatAProgramLeavesInItsSessionDoesNotHoldItUp() throws IOException {
    try (Ward ward = ward(script("sleep 300 &\necho done\n", ", timeout: 30s"))) {
      long begin = System.nanoTime();
      ward.shell(ward.run("web"));
      assertThat(ran(ward)).isInstanceOf(Outcome.Done.class);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void tenMegabytesOfOutputAreTakenAndBounded() throws IOException {
    try (Ward ward =
        ward(script("echo begin; head -c 10485760 /dev/zero | tr '\\0' x; echo; echo end\n", ""))) {
      ward.shell(ward.run("web"));
      assertThat(ran(ward)).isInstanceOf(Outcome.Done.class);
      assertThat(ward.steps())
          .anySatisfy(a ->
              assertThat(a.outcome().toString())
                  .contains("10485771 bytes of output, the last line: end"));
      assertThat(kept(ward))
          .startsWith("begin\n")
          .endsWith("\nend\n")
          .contains(" bytes are left out]")
          .hasSizeLessThan(2 * BoundedOutput.KEPT + 100);
    }
  }

  @Test
  void aProgramThatDoesNotReadIsNotWaitedFor() throws IOException {
    try (Ward ward = ward(script("exec 0<&-\nexit 0\n", ""))) {
      ward.shell(ward.run("web"));
      assertThat(ran(ward)).isInstanceOf(Outcome.Done.class);
    }
  }

  @Test
  void whatThisHostLacksIsSaid() throws IOException {
    try (Ward ward =
        ward(programs("- {run: page, command: [/no/such/program], user: " + USER + "}"))) {
      ward.shell(ward.run("web"));
      assertThat(problem(ward)).isEqualTo("cannot: this host has no program /no/such/program");
    }
    Program.OnHost page =
        new Program.OnHost(
            List.of("/bin/true"),
            "leuko-nobody",
            Path.of("/"),
            new TreeMap<>(),
            Duration.ofSeconds(1));
    assertThat(HostRun.lack(page).orElseThrow())
        .isIn(
            "this host has no user leuko-nobody",
            "the responder runs as " + USER + ", only root can run what another");
  }

  @Test
  void aDryRunRunsNothing() throws IOException {
    Path got = folder.resolve("got");
    try (Ward ward = ward(script("cat > " + got + "\n", ""))) {
      ward.policies(policy().replace("enforce", "dry-run")).shell(ward.run("web"));
      assertThat(got).doesNotExist();
      assertThat(ran(ward).toString()).contains("dry run: run page, ");
    }
  }

  @Test
  void theProtectListAndTheBoundsHold() throws IOException {
    Path count = folder.resolve("count");
    try (Ward ward = ward(script("echo x >> " + count + "\n", ""))) {
      ward.policies(policy().replace("enforce", "enforce, at-most: {containers: 1, per: 10m}"));
      ward.shell(ward.run("database"));
      assertThat(count).doesNotExist();
      ward.shell(ward.run("web"));
      ward.shell(ward.run("other"));
      assertThat(count).hasContent("x");
    }
  }

  private static final String IN_CONTAINER =
      "- {run: page, image: tools/scan, command: [scan, /leuko/alert.json], user: '1000'}";

  @Test
  void aContainerHasTheAlertAsAFileAndNothingElse() throws IOException {
    try (Ward ward = ward(programs(IN_CONTAINER))) {
      AtomicReference<NewContainer> made = new AtomicReference<>();
      AtomicReference<String> read = new AtomicReference<>();
      ward.docker.answerRuns((wanted, most) -> {
        made.set(wanted);
        try {
          read.set(Files.readString(Path.of(wanted.mounts().getFirst().source())));
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
        return new RunResult(0, true, List.of());
      });
      Alert alert = ward.shell(ward.run("web"));
      assertThat(ran(ward)).isInstanceOf(Outcome.Done.class);
      assertThat(read.get()).contains(alert.id().value());
      NewContainer container = made.get();
      assertThat(container.networkMode()).isEqualTo("none");
      assertThat(container.capDrop()).containsExactly("ALL");
      assertThat(container.readOnlyRoot()).isTrue();
      assertThat(container.securityOptions()).contains("no-new-privileges");
      assertThat(container.user()).isEqualTo("1000");
      assertThat(container.limits()).isEqualTo(new Limits(256L << 20, 1_000_000_000L, 100));
      assertThat(container.mounts()).singleElement().matches(m -> !m.writable());
      assertThat(folder.resolve("runs")).isEmptyDirectory();
      assertThat(ward.docker.list()).hasSize(1);
    }
  }

  @Test
  void aContainerThatFailsOrDoesNotEndFails() throws IOException {
    try (Ward ward = ward(programs(IN_CONTAINER))) {
      ward.docker.answerRuns((wanted, most) -> new RunResult(2, true, List.of()));
      ward.shell(ward.run("web"));
      assertThat(problem(ward)).startsWith("exit code 2 after");
    }
    try (Ward ward = ward(programs(IN_CONTAINER)).policies(policy())) {
      ward.docker.answerRuns((wanted, most) -> new RunResult(137, false, List.of()));
      ward.alert(TestAlerts.shell(ward.run("more"), ward.clock.nanos()));
      assertThat(
              ward.journal
                  .read(ledger -> ledger.all(s -> s.response() instanceof Run))
                  .getLast()
                  .last()
                  .outcome())
          .asString()
          .contains("it was ended after its time limit");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          - run: a                                              | a program has no 'command'
          - {run: a, command: [/bin/true]}                      | a program has no 'user'
          - {run: a, command: [true], user: nobody}             | absolute path first
          - {run: a, command: [/bin/true], user: 'no body'}     | user of a program is 'no body'
          - {run: a, command: [/bin/true], user: -u}            | user of a program is '-u'
          - {run: 'a b', command: [/bin/true], user: nobody}    | run of a program is 'a b'
          - {run: a, command: [/bin/true], user: x, shell: true} | unknown key 'shell' in a program
          - {run: a, command: [/bin/true], user: x, timeout: 1d} | timeout in a program is '1d'
          - {run: a, command: [/bin/true], user: x, directory: b} | directory of a program is 'b'
          - {run: a, command: [/bin/true], user: x, environment: {LEUKO_X: 1}} | 'LEUKO_X' cannot be set
          - {run: a, command: [/bin/true], user: x, environment: [b]} | environment must be a mapping
          - {run: a, image: b, network: host}                   | network of a program is 'host'
          - {run: a, image: b, memory: 1}                       | memory in a program is '1'
          - {run: a, image: b, privileged: true}                | unknown key 'privileged' in a program
          - {command: [/bin/true], user: x}                     | a program has no 'run'
          run: a                                                | a list of programs is expected
          - a                                                   | a program must be a mapping
          """)
  void whatMakesNoSenseIsAProblem(String yaml, String problem) throws IOException {
    Path file = Files.writeString(folder.resolve("run.yaml"), yaml);
    List<Problem> problems = new ArrayList<>();
    assertThat(ProgramReader.read(file, problems).names()).isEmpty();
    assertThat(problems)
        .extracting(Problem::toString)
        .anySatisfy(text -> assertThat(text).startsWith(file + ":1:").contains(problem));
  }

  @Test
  void aFileThatOthersMayWriteToIsAProblem() throws IOException {
    Path file = Files.writeString(folder.resolve("run.yaml"), "");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    List<Problem> problems = new ArrayList<>();
    ProgramReader.read(file, problems);
    assertThat(problems)
        .singleElement()
        .satisfies(p -> assertThat(p.toString()).contains("others than its owner may write to it"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          run                    | run names no program
          run: {}                | run names no program
          run: {program: pag}    | did you mean 'page'
          run: {program: /bin/sh} | there is no program '/bin/sh'
          run: {command: [id]}   | unknown key 'command' in run
          run: {program: page, for: 1m} | unknown key 'for' in run
          """)
  void policiesRunOnlyWhatIsNamed(String action, String problem) {
    PolicySet.Loaded loaded =
        PolicySet.load(
            List.of(
                new PolicyFile(
                    "p.yaml",
                    "- policy: p\n  match: {tags: [shell]}\n  actions: [" + action + "]")),
            new Channels(Set.of(), Set.of(), Set.of(), Set.of(), Set.of("page")));
    assertThat(loaded.problems())
        .extracting(Problem::toString)
        .anySatisfy(text -> assertThat(text).startsWith("p.yaml:3:").contains(problem));
  }

  @Test
  void itMayFollowWhatEndsTheContainer() {
    PolicySet.Loaded loaded =
        PolicySet.load(
            List.of(
                new PolicyFile(
                    "p.yaml",
                    "- policy: p\n  match: {tags: [shell]}\n"
                        + "  actions: [run: {program: a}, kill, run: {program: b}]")),
            new Channels(Set.of(), Set.of(), Set.of(), Set.of(), Set.of("a", "b")));
    assertThat(loaded.problems()).isEmpty();
    Run run = new Run("a");
    assertThat(ResponseJson.read(ResponseJson.write(run))).isEqualTo(run);
  }

  /** Ends the responder; nothing catches it. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** What a crash at one point, and a start after it, leave. */
  private record After(boolean died, long runs, String journalled, String said, int containers) {}

  private After crash(int point, boolean inContainer) throws IOException {
    Path own = Files.createDirectory(folder.resolve((inContainer ? "c" : "h") + point));
    Path count = own.resolve("count");
    Programs programs =
        (inContainer ? programs(IN_CONTAINER) : script("echo x >> " + count + "\n", ""))
            .in(own.resolve("runs"));
    InMemoryEngine docker = new InMemoryEngine();
    InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
    MutableClock clock = new MutableClock();
    int[] left = {point};
    boolean[] died = {false};
    Runnable pass =
        () -> {
          if (left[0]-- == 0) {
            died[0] = true;
            throw new Crash();
          }
        };
    docker.answerRuns((wanted, most) -> {
      try {
        Files.writeString(count, "x\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      return new RunResult(0, true, List.of());
    });
    ContainerId web = docker.run(ContainerSpec.of("web", "leuko/test-web:1"));
    Alert alert = TestAlerts.shell(web, clock.nanos());
    Host dying =
        Ward.host(FailingEngine.wrapBoth(docker, call -> pass.run()), filter).with(programs);
    try {
      Ward ward = new Ward(own, docker, filter, clock, dying, pass, Ward.shielded());
      ward.policies(policy()).alert(alert);
      ward.close();
    } catch (Crash crash) {
      // what is on the disk and on the host is all there is
    }
    Host host = Ward.host(docker, filter).with(programs);
    Ward next = new Ward(own, docker, filter, clock, host, () -> {}, Ward.shielded()).restarted();
    next.policies(policy()).alert(alert); // it is read again
    After after =
        new After(
            died[0],
            Files.exists(count) ? Files.readAllLines(count).size() : 0,
            next.journalled().getFirst(),
            ran(next).toString(),
            docker.list().size());
    assertThat(next.desk.actions()).isEmpty();
    assertThat(next.steps().stream().map(a -> a.id() + " " + a.number())).doesNotHaveDuplicates();
    next.close();
    return after;
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aCrashAtAnyPointRunsItOnceAtMostAndSaysWhatIsNotKnown(boolean inContainer)
      throws IOException {
    boolean died = true;
    int unknown = 0;
    int done = 0;
    int point = 0;
    for (; died; point++) {
      assertThat(point).isLessThan(80);
      After after = crash(point, inContainer);
      died = after.died();
      assertThat(after.runs()).as("point %d", point).isLessThanOrEqualTo(1);
      assertThat(after.containers()).as("point %d", point).isEqualTo(1);
      if (after.journalled().equals("run verified")) {
        done++;
        assertThat(after.runs()).as("point %d", point).isEqualTo(1);
      } else {
        unknown++;
        assertThat(after.journalled()).as("point %d", point).isEqualTo("run failed");
        assertThat(after.said())
            .as("point %d", point)
            .contains("unknown whether page ran: it is not run again");
      }
    }
    assertThat(done).as("points after which it ran").isGreaterThan(2);
    assertThat(unknown).as("points after which nobody knows").isGreaterThan(0);
  }

  @Test
  void aContainerThatACrashLeftIsRemovedWithItsAlert() throws IOException {
    try (Ward ward = ward(programs(IN_CONTAINER))) {
      ContainerId web = ward.run("web");
      ward.run("leuko-run-1234");
      Path alert = Files.createDirectories(folder.resolve("runs")).resolve("leuko-run-1234.json");
      Files.writeString(alert, "{}");
      assertThat(new Run("page").interrupted(ward.host, web, new Undo.Ran("leuko-run-1234")))
          .contains("unknown whether page ran: it is not run again; its container is removed");
      assertThat(ward.docker.list()).hasSize(1);
      assertThat(alert).doesNotExist();
      assertThat(new Undo.Ran("leuko-run-1234").owns("leuko-run-1234")).isTrue();
      assertThat(new Undo.Ran("").owns("")).isFalse();
    }
  }

  @Test
  void whatCannotBeSaidOfAContainerIsNotTriedAgain() throws IOException {
    InMemoryEngine docker = new InMemoryEngine();
    InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
    int[] calls = {0};
    Host host =
        Ward.host(
                FailingEngine.wrap(
                    docker,
                    "run",
                    () -> {
                      calls[0]++;
                      throw new EngineException.Timeout("silence", null);
                    }),
                filter)
            .with(programs(IN_CONTAINER));
    Path own = Files.createDirectories(folder.resolve("ward"));
    try (Ward ward =
        new Ward(own, docker, filter, new MutableClock(), host, () -> {}, Ward.shielded())) {
      ward.policies(policy()).shell(ward.run("web"));
      assertThat(problem(ward)).isEqualTo("whether it ran to its end is unknown: silence");
      ward.tick();
      assertThat(calls[0]).isEqualTo(1);
      assertThat(ward.steps()).extracting(Action::type).contains("run");
    }
  }
}
