package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.collector.KnownContainers.Found;
import io.leukocyte.collector.KnownContainers.Seen;
import io.leukocyte.events.ContainerId;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownContainersTest {
  private static final ContainerId WEB = TestEvents.id(1);
  private static final ContainerId DATABASE = TestEvents.id(2);
  private static final long SECOND = 1_000_000_000L;
  private static final long FROM = 100 * SECOND;
  private static final long TO = 200 * SECOND;

  @TempDir private Path data;
  private KnownContainers known;

  @BeforeEach
  void begin() {
    known = new KnownContainers(new DataFolder(data));
    assertThat(compare(new Seen(WEB, 10 * SECOND, 20 * SECOND))).as("the first time").isEmpty();
  }

  private List<Found> compare(Seen... there) {
    return known.compare(List.of(there), known.moment(), FROM, TO);
  }

  @Test
  void withNothingToCompareWithOnlyWhatHappenedInTheGapByItsOwnTimeIsTold() {
    KnownContainers nothing = new KnownContainers(new DataFolder(data.resolve("other")));
    ContainerId young = TestEvents.id(3);
    assertThat(
            nothing.compare(
                List.of(
                    new Seen(WEB, 10 * SECOND, 20 * SECOND),
                    new Seen(DATABASE, 10 * SECOND, 150 * SECOND),
                    new Seen(young, 120 * SECOND, 130 * SECOND),
                    new Seen(TestEvents.id(4), 201 * SECOND, 202 * SECOND)),
                nothing.moment(),
                FROM,
                TO))
        .containsExactly(
            new Found(DATABASE, "start", 150 * SECOND),
            new Found(young, "create", 120 * SECOND),
            new Found(young, "start", 130 * SECOND));
    assertThat(nothing.isFilled()).isTrue();
  }

  @Test
  void whatIsAsItWasTellsNothing() {
    assertThat(compare(new Seen(WEB, 10 * SECOND, 20 * SECOND))).isEmpty();
  }

  @Test
  void aContainerThatHasStoppedDied() {
    assertThat(compare(new Seen(WEB, 10 * SECOND, 0))).containsExactly(new Found(WEB, "die", TO));
    assertThat(compare(new Seen(WEB, 10 * SECOND, 0))).isEmpty();
    assertThat(compare(new Seen(WEB, 10 * SECOND, 150 * SECOND)))
        .containsExactly(new Found(WEB, "start", 150 * SECOND));
  }

  @Test
  void aContainerThatWasStartedAgainDiedBefore() {
    assertThat(compare(new Seen(WEB, 10 * SECOND, 150 * SECOND)))
        .containsExactly(
            new Found(WEB, "die", 150 * SECOND), new Found(WEB, "start", 150 * SECOND));
  }

  @Test
  void aContainerThatIsGoneDiedAndWasDestroyedAndANewOneWasCreated() {
    assertThat(compare(new Seen(DATABASE, 120 * SECOND, 0)))
        .containsExactly(
            new Found(DATABASE, "create", 120 * SECOND),
            new Found(WEB, "die", TO),
            new Found(WEB, "destroy", TO));
  }

  @Test
  void whatHappensWhileTheEngineIsAskedIsNotToldTwice() {
    long moment = known.moment();
    known.apply(TestEvents.lifecycle(WEB, 201 * SECOND, "die"));
    known.apply(TestEvents.lifecycle(DATABASE, 202 * SECOND, "create"));
    assertThat(known.compare(List.of(new Seen(WEB, 10 * SECOND, 20 * SECOND)), moment, FROM, TO))
        .isEmpty();
    assertThat(known.apply(TestEvents.lifecycle(WEB, 203 * SECOND, "start"))).isFalse();
  }

  @Test
  void aStartWithoutTheEndOfTheRunBeforeIsNoticed() {
    assertThat(known.apply(TestEvents.lifecycle(WEB, 20 * SECOND + 30_000_000, "start"))).isFalse();
    assertThat(known.apply(TestEvents.lifecycle(WEB, 90 * SECOND, "start"))).isTrue();
    known.apply(TestEvents.lifecycle(WEB, 91 * SECOND, "die"));
    assertThat(known.apply(TestEvents.lifecycle(WEB, 95 * SECOND, "start"))).isFalse();
  }

  @Test
  void tenThousandShortContainersInARowLeaveNothing() {
    for (int i = 0; i < 10_000; i++) {
      ContainerId id = TestEvents.id(1000 + i);
      long time = (300 + i) * SECOND;
      for (String action :
          List.of("create", "start", "exec_create", "die", "destroy", "exec_die")) {
        assertThat(known.apply(TestEvents.lifecycle(id, time++, action))).isFalse();
      }
    }
    assertThat(known.size()).as("WEB alone").isEqualTo(1);

    for (int i = 0; i < 1000; i++) {
      known.apply(TestEvents.lifecycle(TestEvents.id(20_000 + i), (300 + i) * SECOND, "start"));
    }
    assertThat(compare(new Seen(WEB, 10 * SECOND, 20 * SECOND))).hasSize(2000);
    assertThat(known.size()).as("after a gap in which they went").isEqualTo(1);
  }

  @Test
  void theyOutliveTheProcess() {
    known.apply(TestEvents.lifecycle(DATABASE, 50 * SECOND, "start"));
    known.save();
    KnownContainers again = new KnownContainers(new DataFolder(data));
    again.load();
    assertThat(again.compare(List.of(), again.moment(), FROM, TO))
        .containsExactlyInAnyOrder(
            new Found(WEB, "die", TO),
            new Found(WEB, "destroy", TO),
            new Found(DATABASE, "die", TO),
            new Found(DATABASE, "destroy", TO));
  }
}
