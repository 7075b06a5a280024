package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.FileChange;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SystemCall;
import io.leukocyte.rules.CallNeed;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The kernel leaves out what no rule could match, and nothing else, by real calls. */
class SensorPathsIT {
  private static final String NAME = "collector-paths";
  private static final String OPENS = "evt.type in (open, openat, openat2, creat) and ";

  private static ContainerId container = new ContainerId("0".repeat(64));
  private static SensorProbe probe;
  private static int ends;

  @BeforeAll
  static void startContainerThenTheSensor() {
    SensorProbe.requireDocker();
    container = Docker.start(NAME, "--network", "none", "debian:bookworm-slim", "sleep", "1000");
    probe = SensorProbe.start(new SensorOptions(32 << 20, false, Duration.ofMillis(500)));
  }

  @AfterAll
  static void removeAll() {
    if (probe != null) {
      probe.close();
    }
    Docker.remove(NAME);
  }

  private static Interest rules(String... conditions) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < conditions.length; i++) {
      text.append("- rule: r")
          .append(i)
          .append("\n  desc: d\n  output: o\n  priority: info\n  condition: >\n    ")
          .append(conditions[i])
          .append('\n');
    }
    RuleSet.Loaded loaded = RuleSet.load(List.of(new RuleFile("paths", text.toString())));
    assertThat(loaded.problems()).isEmpty();
    return Interest.of(loaded.rules());
  }

  private static void observe(Interest interest) {
    Map<String, CallNeed> calls = new HashMap<>(interest.allCalls());
    // what tells that a program of perl is through
    calls.merge("rmdir", CallNeed.EVERYTHING, CallNeed::or);
    probe.sensor().observe(calls, EnvironmentNames.NONE);
  }

  /** Runs a program of perl in the container until all that it did has been delivered. */
  private static void perl(String program) {
    String end = "/tmp/end-" + ++ends;
    Docker.Result result =
        Docker.run(
            "exec", "-w", "/tmp", NAME, "perl", "-e", program + ";rmdir '" + end + "'; exit 0");
    assertThat(result.code()).as(result.output()).isZero();
    probe.first(FileChange.class, e -> e.path().equals(end));
  }

  private static <T extends SystemCall> List<T> seen(Class<T> type) {
    return probe.all(
        type,
        e ->
            SensorProbe.isOf(e, container)
                && "perl".equals(e.process().name())
                && !e.call().equals("rmdir"));
  }

  private static Set<String> opened() {
    return seen(FileOpen.class).stream().map(FileOpen::path).collect(Collectors.toSet());
  }

  @Test
  void onlyPathsThatARuleNamesAreReportedHoweverTheyAreReached() {
    observe(
        rules(
            OPENS + "fd.name startswith /etc/apt",
            OPENS + "fd.name = /etc/shadow",
            OPENS + "fd.directory = /tmp/one",
            OPENS + "evt.is_open_write = true and fd.name startswith /tmp/w"));

    perl(
        "use Fcntl; mkdir '/tmp/one'; symlink '/etc/shadow', '/tmp/alias';"
            + "sub r { open my $f, '<', $_[0] } sub w { open my $f, '>', $_[0] }"
            + "r('/etc/apt/sources.list.d'); r('/etc/hostname'); r('/tmp/alias');"
            + "r('/etc/shadowed'); r('../etc/apt/../apt/none'); r('/etc/apt/gone'); r('/etc/gone');"
            + "chdir '/etc'; r('shadow'); r('apt/relative'); r('hosts');"
            + "chdir '/'; r('etc/apt/from-root');"
            + "w('/tmp/one/a'); w('/tmp/other'); w('/tmp/writes'); r('/tmp/writes');"
            + "r('/tmp/one/none'); r('/tmp/' . ('l' x 200) . '/../one/long')");

    assertThat(opened())
        .contains(
            "/etc/apt/sources.list.d",
            "/etc/shadow",
            "/etc/apt/none",
            "/etc/apt/gone",
            "/etc/apt/relative",
            "/etc/apt/from-root",
            "/tmp/one/a",
            "/tmp/one/none",
            "/tmp/one/long",
            "/tmp/writes")
        .doesNotContain("/etc/hostname", "/etc/shadowed", "/etc/gone", "/etc/hosts", "/tmp/other");
    assertThat(seen(FileOpen.class).stream().filter(e -> e.path().equals("/etc/shadow")))
        .as("by its link, and from its directory")
        .hasSize(2);
    assertThat(seen(FileOpen.class).stream().filter(e -> e.path().equals("/tmp/writes")))
        .as("written only")
        .hasSize(1);
    SensorCounters.Count count = probe.sensor().count(SensorCounters.counterOf(Kind.FILE_OPEN));
    assertThat(count.filtered()).isPositive();
    assertThat(count.made())
        .isEqualTo(count.kept() + count.dropped() + count.thinned() + count.filtered());
  }

  @Test
  void eitherPathOfARenameIsEnough() {
    observe(
        rules(
            "evt.type in (rename, renameat2) and evt.arg.oldpath startswith /tmp/from"
                + " or evt.type in (rename, renameat2) and evt.arg.newpath startswith /tmp/to",
            "evt.type in (chmod, fchmod, fchmodat) and evt.arg.filename startswith /tmp/secret"));

    perl(
        "sub w { open my $f, '>', $_[0]; $f } w('/tmp/from1'); w('/tmp/other1'); w('/tmp/other2');"
            + "rename '/tmp/from1', '/tmp/gone1'; rename 'other1', 'to1'; rename 'other2', 'other3';"
            + "my $s = w('/tmp/secret1'); chmod 0600, $s; chmod 0600, '/tmp/other3';"
            + "chmod 0640, '/tmp/secret1'");

    assertThat(seen(FileChange.class).stream().filter(e -> e.call().startsWith("rename")))
        .extracting(FileChange::path)
        .containsExactly("/tmp/from1", "/tmp/other1");
    assertThat(seen(FileChange.class).stream().filter(e -> e.call().contains("chmod")))
        .extracting(FileChange::path)
        .containsExactly("/tmp/secret1", "/tmp/secret1");
    assertThat(seen(FileOpen.class).stream().filter(e -> e.path().startsWith("/tmp/secret")))
        .isEmpty();
  }

  @Test
  void whatIsAskedForMayChangeWhileCallsAreMade() {
    String look = "for (1 .. 50) { open my $f, '<', \"/tmp/%s/$_\" }";
    observe(rules(OPENS + "fd.name startswith /tmp/first"));
    perl(look.formatted("first-1") + look.formatted("second-1"));
    observe(rules(OPENS + "fd.name startswith /tmp/second"));
    perl(look.formatted("first-2") + look.formatted("second-2"));
    observe(rules("evt.type = mount"));
    perl(look.formatted("first-3") + look.formatted("second-3"));
    observe(rules(OPENS + "fd.name startswith /tmp/first"));
    perl(look.formatted("first-4") + look.formatted("second-4"));

    Map<String, Long> seen =
        seen(FileOpen.class).stream()
            .map(e -> e.path().split("/", -1)[2])
            .filter(d -> d.startsWith("first") || d.startsWith("second"))
            .collect(Collectors.groupingBy(d -> d, Collectors.counting()));
    assertThat(seen).isEqualTo(Map.of("first-1", 50L, "second-2", 50L, "first-4", 50L));
  }

  /** A rule that stays in force misses nothing while others come and go. */
  @Test
  void changesOfOtherRulesHideNothing() throws InterruptedException {
    observe(rules(OPENS + "fd.name startswith /tmp/kept"));
    Thread changes =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < 60 && !Thread.currentThread().isInterrupted(); i++) {
                observe(
                    rules(
                        OPENS + "fd.name startswith /tmp/kept",
                        OPENS + "fd.name startswith /tmp/other" + i,
                        "evt.type = unlink and evt.arg.path startswith /tmp/" + i));
              }
            });

    perl("for (1 .. 10000) { open my $f, '<', \"/tmp/kept/$_\" }");

    changes.interrupt();
    changes.join();
    assertThat(probe.sensor().count(SensorCounters.counterOf(Kind.FILE_OPEN)).lost()).isZero();
    assertThat(opened().stream().filter(path -> path.startsWith("/tmp/kept/"))).hasSize(10_000);
  }

  /** Random needs against random paths: the kernel's answer is the one of the needs themselves. */
  @Test
  void theKernelAgreesWithWhatIsNeeded() {
    Random random = new Random(11);
    List<String> names = List.of("a", "ab", "b", ".c", "\u00fc", "n".repeat(100), "etc");
    for (int round = 0; round < 6; round++) {
      Map<CallNeed.PathPattern, Integer> patterns = new HashMap<>();
      for (int i = 0; i < 6; i++) {
        String text = "/q" + round + path(random, names);
        int end = 1 + random.nextInt(text.length());
        patterns.put(
            new CallNeed.PathPattern(
                random.nextBoolean() ? text : text.substring(0, end), i % 2 == 0),
            CallNeed.ALL_MODES);
      }
      patterns.remove(new CallNeed.PathPattern("/", false));
      CallNeed need = new CallNeed(patterns);
      List<String> paths = new ArrayList<>();
      StringBuilder program = new StringBuilder();
      for (int i = 0; i < 60; i++) {
        String path = "/q" + round + path(random, names);
        paths.add(path);
        program.append("open my $f").append(i).append(", '<', '").append(path).append("';");
      }
      probe
          .sensor()
          .observe(
              Map.of("open", need, "openat", need, "rmdir", CallNeed.EVERYTHING),
              EnvironmentNames.NONE);

      perl(program.toString());

      String root = "/q" + round + "/";
      Set<String> seen =
          opened().stream().filter(p -> p.startsWith(root)).collect(Collectors.toSet());
      Set<String> needed = paths.stream().filter(p -> need.needs(p, 0)).collect(Collectors.toSet());
      assertThat(seen).containsAll(needed);
      // beyond the bytes that the kernel looks at it reports more
      assertThat(seen.stream().filter(p -> p.getBytes(StandardCharsets.UTF_8).length < 251))
          .isSubsetOf(needed);
    }
  }

  /** The kernel refuses: in the place of the program is a descriptor that is none. */
  @Test
  void callsThatCannotBeReportedAreMissing() throws SensorUnavailableException {
    try (KernelSensor sensor = SensorProbe.open(SensorOptions.DEFAULT)) {
      sensor.start(ContainerRef::unknown, event -> {});
      sensor.observe(Set.of(), EnvironmentNames.NONE);
      assertThat(sensor.missing()).isEmpty();
      LibC.close(sensor.object().callsFd());
      assertThat(LibC.eventfd()).isEqualTo(sensor.object().callsFd());

      sensor.observe(Set.of("open", "kill"), EnvironmentNames.NONE);

      assertThat(sensor.missing()).containsExactly(Kind.FILE_OPEN, Kind.SIGNAL_KILL);
      assertThat(sensor.check())
          .isInstanceOfSatisfying(
              CheckResult.Degraded.class,
              check -> assertThat(check.toString()).contains("system calls are not reported"));
      sensor.observe(Set.of(), EnvironmentNames.NONE);
      assertThat(sensor.missing()).isEmpty();
      assertThat(sensor.check()).isInstanceOf(CheckResult.Ok.class);
    }
  }

  private static String path(Random random, List<String> names) {
    StringBuilder path = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      path.append('/').append(names.get(random.nextInt(names.size())));
    }
    return path.toString();
  }
}
