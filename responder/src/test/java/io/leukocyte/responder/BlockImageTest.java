package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.BlockedImage.Running;
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
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Images that lost trust: what starts of them is stopped, what runs is handled, and back. */
class BlockImageTest {
  private static final String IMAGE = "leuko/test-web:1";

  @TempDir Path folder;
  private Ward ward;
  private ContainerId web;

  @BeforeEach
  void open() {
    MutableClock clock = new MutableClock();
    ward =
        new Ward(
            folder,
            new InMemoryEngine(clock::nanos, Duration.ofSeconds(5)),
            new InMemoryNetworkFilter(),
            clock);
    web = ward.run("web");
    ward.clock.advance(Duration.ofSeconds(1));
  }

  @AfterEach
  void close() {
    ward.close();
  }

  private static String policy(String action) {
    return "- policy: p\n  match: {tags: [shell]}\n  actions: ["
        + action
        + "]\n  guard: {mode: enforce}\n";
  }

  private void blocking(String action) {
    ward.policies(policy(action)).shell(web);
    ward.blockWatch.look();
  }

  /** A further container of the image; the responder hears of its start. */
  private ContainerId begin(String name) {
    ward.clock.advance(Duration.ofSeconds(1));
    ContainerId id = ward.run(name);
    ward.blockWatch.started(id);
    return id;
  }

  private String state(ContainerId container) {
    return ward.facts(container).state();
  }

  private List<BlockedImage> blocked() {
    return ward.desk.blocked();
  }

  @Test
  void whatStartsOfABlockedImageIsStoppedAtOnceAndWhatRunsIsLeft() {
    blocking("block-image");
    assertThat(ward.stepNames())
        .containsExactly("block-image intended", "block-image applied", "block-image verified");
    assertThat(blocked())
        .singleElement()
        .satisfies(b -> {
          assertThat(b.image()).isEqualTo(IMAGE);
          assertThat(b.author()).isEqualTo("p");
          assertThat(b.reason()).isEqualTo(TestAlerts.SHELL);
        });
    ContainerId next = begin("next");
    assertThat(state(next)).isEqualTo("exited");
    assertThat(state(web)).isEqualTo("running");
    assertThat(ward.steps().getLast().outcome().toString()).contains("it does not run");
    assertThat(ward.steps())
        .anySatisfy(a ->
            assertThat(a.outcome())
                .isEqualTo(
                    new Outcome.Done(
                        "its image leuko/test-web:1 is blocked by p: " + TestAlerts.SHELL)));
    ContainerId other = ward.docker.run(ContainerSpec.of("other", "busybox"));
    ward.blockWatch.started(other);
    assertThat(state(other)).isEqualTo("running");
  }

  @Test
  void whatIsStartedAgainIsStoppedAgainAndEachTimeIsJournalled() {
    blocking("block-image");
    ContainerId next = begin("next");
    for (int i = 0; i < 3; i++) {
      ward.clock.advance(Duration.ofSeconds(1));
      ward.docker.start(next);
      ward.blockWatch.started(next);
      ward.blockWatch.started(next); // told twice
      assertThat(state(next)).isEqualTo("exited");
    }
    assertThat(ward.stepNames().stream().filter("stop verified"::equals)).hasSize(4);
  }

  @Test
  void aStartThatNobodyToldOfIsFoundLater() {
    blocking("block-image");
    ward.clock.advance(Duration.ofSeconds(1));
    ContainerId missed = ward.run("missed");
    ward.blockWatch.look();
    assertThat(state(missed)).isEqualTo("exited");
    assertThat(state(web)).isEqualTo("running");
  }

  @ParameterizedTest
  @CsvSource({"stop,exited", "pause,paused", "quarantine,running"})
  void whatRunsIsHandledAsItIsSaid(String running, String state) {
    ContainerId second = ward.run("second");
    ward.clock.advance(Duration.ofSeconds(1));
    blocking("block-image: {running: " + running + ", for: 1h}");
    for (ContainerId container : List.of(web, second)) {
      assertThat(state(container)).isEqualTo(state);
      assertThat(state.equals("running") && !ward.isClosed(container)).isFalse();
    }
    ward.blockWatch.look();
    assertThat(ward.desk.actions()).hasSize(3);
    ward.clock.advance(Duration.ofHours(1));
    ward.tick();
    assertThat(ward.desk.actions()).isEmpty();
    assertThat(blocked()).isEmpty();
    assertThat(state(web)).isEqualTo("running");
    assertThat(state(second)).isEqualTo("running");
  }

  @Test
  void theBoundsOfThePolicyHoldForWhatRuns() {
    for (int i = 0; i < 5; i++) {
      ward.run("more" + i);
    }
    ward.clock.advance(Duration.ofSeconds(1));
    ward.policies(
            policy("block-image: {running: pause}")
                .replace("enforce", "enforce, at-most: {containers: 3, per: 10m}"))
        .shell(web);
    ward.blockWatch.look();
    long paused = ward.docker.running().stream().filter(c -> c.state().equals("paused")).count();
    assertThat(paused).isEqualTo(3);
    assertThat(ward.stepNames()).contains("pause refused");
  }

  @Test
  void whatIsProtectedIsNeverTouched() {
    blocking("block-image: {running: stop}");
    ContainerId database = begin("database");
    assertThat(state(database)).isEqualTo("running");
    assertThat(ward.steps().getLast().outcome().toString())
        .contains("protected: protect.containers names it; its image");
    int before = ward.steps().size();
    ward.blockWatch.look();
    assertThat(ward.steps()).hasSize(before);
  }

  @Test
  void anEmergencyStopHoldsUpWhatPoliciesBlockedAndNotWhatOperatorsDid() {
    blocking("block-image");
    ward.desk.stop("bob", "");
    ContainerId next = begin("next");
    assertThat(state(next)).isEqualTo("running");
    ward.desk.resume("bob");
    ward.blockWatch.look();
    assertThat(state(next)).isEqualTo("exited");
    ward.desk.unblock(IMAGE, "alice", "");
    ward.desk.block(IMAGE, Running.LEAVE, Optional.empty(), "alice", "again");
    ward.desk.stop("bob", "");
    assertThat(state(begin("third"))).isEqualTo("exited");
    ward.desk.resume("bob");
  }

  @Test
  void itIsTakenBackByReleaseByTimeAndWhenTheAlertIsFalse() {
    blocking("block-image: {for: 30m}");
    ContainerId next = begin("next");
    assertThat(ward.desk.release(web.brief(), "alice")).allMatch(Released::released);
    assertThat(blocked()).isEmpty();
    assertThat(state(next)).as("left stopped").isEqualTo("exited");
    assertThat(ward.desk.release("next", "alice")).allMatch(Released::released);
    assertThat(state(next)).isEqualTo("running");

    Alert alert = ward.shell(web);
    assertThat(blocked()).hasSize(1);
    ward.desk.markFalse(alert.id().value(), "alice", "");
    assertThat(blocked()).isEmpty();
  }

  @Test
  void itHoldsWhenTheContainerIsGoneAndAfterARestart() {
    blocking("block-image");
    ward.docker.remove(web, true);
    String action = ward.desk.actions().getFirst().id();
    ward.interventions.hold(new ActionId(action), "after it was removed");
    assertThat(blocked()).hasSize(1);
    ward = ward.restarted();
    assertThat(blocked()).hasSize(1);
    assertThat(ward.desk.actions()).hasSize(1);
    assertThat(state(begin("next"))).isEqualTo("exited");
    assertThat(ward.desk.unblock(IMAGE, "alice", "rebuilt").done()).isTrue();
    assertThat(blocked()).isEmpty();
    assertThat(ward.desk.actions()).extracting(OpenAction::type).containsExactly("stop");
    assertThat(state(begin("third"))).isEqualTo("running");
  }

  @Test
  void aSecondAlertOnABlockedImageIsSkipped() {
    blocking("block-image");
    ward.shell(begin("next"));
    assertThat(ward.steps().getLast().outcome())
        .isEqualTo(new Outcome.Skipped("its image is blocked already, by p"));
    assertThat(blocked()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"restart: {}", "'recycle: {settle: 0s}'"})
  void whatCouldNotStartAgainIsNotStoppedToBe(String action) {
    blocking("block-image");
    ward.policies(policy(action)).shell(web);
    assertThat(ward.steps().getLast().outcome().toString())
        .contains("its image is blocked by p: it would be stopped as soon as it starts");
    assertThat(state(web)).isEqualTo("running");
  }

  @Test
  void aDryRunBlocksNothing() {
    ward.policies(policy("block-image").replace("enforce", "dry-run")).shell(web);
    assertThat(blocked()).isEmpty();
    assertThat(ward.steps().getLast().outcome().toString()).contains("dry run: block-image");
  }

  @Test
  void operatorsBlockByNameAndByIdAndUnblock() throws Exception {
    String digest = String.valueOf(ward.facts(web).container().digest());
    try (ControlServer server = ControlServer.open(folder.resolve("control.sock"), ward.desk)) {
      Orders client = new ControlClient(folder.resolve("control.sock"));
      assertThat(server).isNotNull();
      assertThat(
              client
                  .block(IMAGE, Running.PAUSE, Optional.of(Duration.ofHours(1)), "alice", "bad")
                  .detail())
          .isEqualTo("containers of " + IMAGE + " are stopped when they start: " + digest);
      assertThat(client.blocked()).isEqualTo(blocked()).hasSize(1);
      assertThat(client.blocked().getFirst().running()).isEqualTo(Running.PAUSE);
      assertThat(client.unblock(digest.substring(0, 20), "bob", "").done()).isTrue();
      assertThat(client.blocked()).isEmpty();
      assertThatThrownBy(() -> client.unblock(IMAGE, "bob", ""))
          .isInstanceOf(OrderException.class)
          .hasMessageStartingWith("No blocked image is 'leuko/test-web:1'");
      assertThatThrownBy(
              () -> client.block("no/such", Running.LEAVE, Optional.empty(), "alice", ""))
          .isInstanceOf(OrderException.class)
          .hasMessageStartingWith("There is no image 'no/such' on this host");
      String foreign = "sha256:" + "c".repeat(64);
      client.block(foreign, Running.LEAVE, Optional.empty(), "alice", "");
      assertThat(client.blocked()).extracting(BlockedImage::digest).containsExactly(foreign);
    }
    assertThat(ward.steps()).extracting(Action::type).contains("block-image", "unblock-image");
  }

  @Test
  void theListIsPrivateSurvivesAndTellsOfWhatCannotBeRead() throws IOException {
    Path file = folder.resolve("list");
    BlockList list = new BlockList(file, ward.clock);
    List<BlockedImage> told = new ArrayList<>();
    list.changed(told::add);
    long now = ward.clock.nanos();
    BlockedImage image =
        new BlockedImage(
            "sha256:" + "a".repeat(64),
            "a:1",
            true,
            Running.LEAVE,
            "",
            "alice",
            null,
            null,
            now,
            now + 1_000_000_000L);
    list.say(image);
    list.say(image);
    assertThat(told).containsExactly(image);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(new BlockList(file, ward.clock).all()).containsExactly(image);
    Files.writeString(file, "{nonsense\n", StandardOpenOption.APPEND);
    BlockList damaged = new BlockList(file, ward.clock);
    assertThat(damaged.all()).containsExactly(image);
    assertThat(damaged.problem()).contains("has 1 lines that cannot be read");
    ward.clock.advance(Duration.ofSeconds(1));
    assertThat(list.all()).as("expired").isEmpty();
    list.lift(image.digest(), "bob", "");
    assertThat(told).as("it had expired").hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void itIsKeptAsItIs(Running running) {
    BlockImage block = new BlockImage(running, Optional.of(Duration.ofDays(30)));
    assertThat(ResponseJson.read(ResponseJson.write(block))).isEqualTo(block);
    JournalEntry entry =
        new JournalEntry.Prepared(ActionId.of("an action"), new Undo.Unblock("sha256:1"), "so");
    assertThat(JournalJson.read(JournalJson.write(entry))).isEqualTo(entry);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          block-image: {running: kil}   | containers that run cannot be 'kil'
          block-image: {running: pauze} | did you mean 'pause'
          block-image: {for: 31d}       | for in block-image is '31d'
          block-image: {image: x}       | unknown key 'image' in block-image
          block-image, block-image      | stands twice
          """)
  void whatMakesNoSenseIsAProblem(String actions, String problem) {
    PolicySet.Loaded loaded =
        PolicySet.load(List.of(new PolicyFile("p.yaml", policy(actions))), List.of());
    assertThat(loaded.problems())
        .extracting(Problem::toString)
        .anySatisfy(text -> assertThat(text).startsWith("p.yaml:3:").contains(problem));
  }

  @Test
  void itMayFollowWhatEndedTheContainer() {
    blocking("kill, block-image");
    assertThat(state(web)).isEqualTo("exited");
    assertThat(blocked()).hasSize(1);
  }

  /** Ends the responder; nothing catches it. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void aCrashAtAnyPointEndsBlockedOnceAndEachStartIsStopped() throws IOException {
    String blocking = policy("block-image: {running: pause, for: 1h}");
    boolean reached = true;
    int point = 0;
    for (; reached; point++) {
      assertThat(point).isLessThan(80);
      Path own = Files.createDirectory(folder.resolve("b" + point));
      MutableClock clock = new MutableClock();
      InMemoryEngine docker = new InMemoryEngine(clock::nanos, Duration.ofSeconds(5));
      InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
      int[] left = {point};
      boolean[] died = {false};
      Runnable pass =
          () -> {
            if (left[0]-- == 0) {
              died[0] = true;
              throw new Crash();
            }
          };
      ContainerId first = docker.run(ContainerSpec.of("web", IMAGE));
      clock.advance(Duration.ofSeconds(1));
      Alert alert = TestAlerts.shell(first, clock.nanos());
      Host host = Ward.host(FailingEngine.wrapBoth(docker, call -> pass.run()), filter);
      try {
        Ward dying = new Ward(own, docker, filter, clock, host, pass, Ward.shielded());
        dying.policies(blocking).alert(alert);
        dying.blockWatch.look();
        dying.close();
      } catch (Crash crash) {
        // what is on the disk and on the host is all there is
      }
      reached = died[0];
      Ward next = new Ward(own, docker, filter, clock).restarted();
      next.policies(blocking).alert(alert); // it is read again
      next.blockWatch.look();
      assertThat(next.desk.blocked()).as("point %d", point).hasSize(1);
      assertThat(next.facts(first).state()).as("point %d", point).isEqualTo("paused");
      assertThat(next.journalled())
          .as("point %d", point)
          .containsExactly("block-image verified", "pause verified");
      assertThat(next.steps().stream().map(a -> a.id() + " " + a.number())).doesNotHaveDuplicates();
      clock.advance(Duration.ofHours(1));
      next.tick();
      assertThat(next.desk.blocked()).isEmpty();
      assertThat(next.facts(first).state()).isEqualTo("running");
      next.close();
    }
    assertThat(point).as("points where it died").isGreaterThan(10);
  }
}
