package io.leukocyte.rules;

import static io.leukocyte.rules.NaiveWindow.SECOND;
import static io.leukocyte.rules.TestCorrelations.correlation;
import static io.leukocyte.rules.TestCorrelations.one;
import static io.leukocyte.rules.TestRules.HOST;
import static io.leukocyte.rules.TestRules.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.EventId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorrelationWindowTest {
  private static final long START = 1_790_000_000L * SECOND;

  private int events;

  private CorrelationWindow.Found add(
      CorrelationWindow window, Correlation rule, int member, long value, long time) {
    return window.add(
        rule,
        member,
        value,
        time,
        new EventId(HOST, 1, events++, 0),
        new CorrelationWindow.Where(HOST, WEB));
  }

  /** The outcomes of matches of the first rule at these seconds. */
  private List<CorrelationWindow.Outcome> outcomes(Correlation rule, double... seconds) {
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    List<CorrelationWindow.Outcome> outcomes = new ArrayList<>();
    for (double second : seconds) {
      outcomes.add(add(window, rule, 0, 0, START + (long) (second * SECOND)).outcome());
    }
    return outcomes;
  }

  /** The heart of it: late, out of order, restored in between, it finds what the document says. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "event_count | a | {gte: 4}",
        "event_count | a, b | {gt: 2, lt: 6}",
        "event_count | a | {eq: 3}",
        "event_count | a | {lte: 2}",
        "event_count | a | {neq: 2, gte: 2}",
        "value_count | a | {field: proc.pname, gte: 4}",
        "value_count | a, b | {field: proc.pname, eq: 3}",
        "value_sum | flow | {field: flow.bytes, gte: 20}",
        "value_sum | flow | {field: flow.bytes, gt: 5, lte: 9}",
        "temporal | a, b, c | {gte: 3}",
        "temporal | a, b, c | {eq: 2}",
        "temporal_ordered | a, b, c | {gte: 3}",
        "temporal_ordered | a, b, c, flow | {gte: 3}",
        "temporal_ordered | b, a | {gte: 2}",
      })
  void randomMatchesGiveWhatANaiveModelGives(String type, String rules, String condition) {
    Correlation rule = one(correlation(type, rules, condition));
    Random random = new Random(type.hashCode() + condition.hashCode());
    Map<CorrelationWindow.Outcome, Integer> outcomes =
        new EnumMap<>(CorrelationWindow.Outcome.class);
    for (int run = 0; run < 60; run++) {
      CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
      NaiveWindow naive = new NaiveWindow(rule);
      long now = START;
      int pace = 1 + random.nextInt(30);
      for (int i = 0; i < 80; i++) {
        now += random.nextInt(2 * pace) * SECOND;
        long time =
            now
                - switch (random.nextInt(8)) {
                  case 0 -> random.nextInt(10) * SECOND;
                  case 1 -> random.nextInt(90) * SECOND;
                  default -> 0;
                };
        int member = random.nextInt(rule.members().size());
        long value = random.nextInt(7);
        CorrelationWindow.Found found = add(window, rule, member, value, time);
        assertThat(found.outcome() + " " + found.count())
            .as("run %d, match %d", run, i)
            .isEqualTo(naive.add(member, value, time));
        outcomes.merge(found.outcome(), 1, Integer::sum);
        if (random.nextInt(5) == 0) {
          window = CorrelationWindow.of(window.image());
        }
      }
    }
    assertThat(outcomes).containsOnlyKeys(CorrelationWindow.Outcome.values());
    assertThat(outcomes.values()).allSatisfy(times -> assertThat(times).isGreaterThan(20));
  }

  @Test
  void matchesATimespanApartAreNotInOneWindow() {
    Correlation rule = one(correlation("event_count", "a", "{gte: 2}"));
    assertThat(outcomes(rule, 0, 60)).doesNotContain(CorrelationWindow.Outcome.CROSSED);
    assertThat(outcomes(rule, 0, 59.999)).contains(CorrelationWindow.Outcome.CROSSED);
  }

  @Test
  void whatLastsIsOneAlertAndWhatComesBackIsAnother() {
    Correlation rule = one(correlation("event_count", "a", "{gte: 3}"));
    assertThat(outcomes(rule, 0, 1, 2, 3, 50, 51, 100, 101))
        .as("less than a timespan between matches at which it holds")
        .filteredOn(CorrelationWindow.Outcome.CROSSED::equals)
        .hasSize(1);
    assertThat(outcomes(rule, 0, 1, 2, 100, 101, 102))
        .filteredOn(CorrelationWindow.Outcome.CROSSED::equals)
        .hasSize(2);
  }

  @Test
  void lateMatchCompletesTheWindowItWouldHaveCompletedInTime() {
    Correlation rule = one(correlation("event_count", "a", "{gte: 3}"));
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    for (int second : new int[] {0, 1, 65}) {
      add(window, rule, 0, 0, START + second * SECOND);
    }
    CorrelationWindow.Found found = add(window, rule, 0, 0, START + 58 * SECOND);
    assertThat(found.outcome()).isEqualTo(CorrelationWindow.Outcome.CROSSED);
    assertThat(window.opened()).isEqualTo(new EventId(HOST, 1, 3, 0));
    assertThat(window.causes(rule, found.from(), found.end()))
        .extracting(cause -> cause.event().sequence())
        .containsExactly(0L, 1L, 3L);
  }

  @Test
  void idFollowsFromTheWindowWhicheverMatchCameLast() {
    Correlation rule = one(correlation("temporal", "a, b", "{gte: 2}"));
    CorrelationWindow inTime = CorrelationWindow.empty(rule, List.of("g"));
    CorrelationWindow swapped = CorrelationWindow.empty(rule, List.of("g"));
    EventId first = new EventId(HOST, 1, 1, 0);
    EventId second = new EventId(HOST, 1, 2, 0);
    CorrelationWindow.Where where = new CorrelationWindow.Where(HOST, WEB);
    inTime.add(rule, 0, 0, START, first, where);
    inTime.add(rule, 1, 0, START + SECOND, second, where);
    swapped.add(rule, 1, 0, START + SECOND, second, where);
    swapped.add(rule, 0, 0, START, first, where);
    assertThat(inTime.opened()).isEqualTo(second).isEqualTo(swapped.opened());
  }

  @Test
  void causesOfAnOrderedCorrelationAreTheChain() {
    Correlation rule = one(correlation("temporal_ordered", "a, b, c", "{gte: 3}"));
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    int[] members = {1, 0, 2, 1, 0, 2};
    CorrelationWindow.Found found = CorrelationWindow.Found.NOTHING;
    for (int i = 0; i < members.length; i++) {
      found = add(window, rule, members[i], 0, START + i * SECOND);
    }
    assertThat(window.causes(rule, found.from(), found.end()))
        .extracting(cause -> cause.rule() + cause.event().sequence())
        .containsExactly("a1", "b3", "c5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"temporal", "temporal_ordered"})
  void aFloodOfOneRuleHidesNothing(String type) {
    Correlation rule = one(correlation(type, "a, b", "{gte: 2}"));
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    for (int i = 0; i < 20_000; i++) {
      add(window, rule, 0, 0, START + i * SECOND / 400);
      assertThat(window.size()).isLessThanOrEqualTo(CorrelationWindow.MOST);
    }
    assertThat(add(window, rule, 1, 0, START + 52 * SECOND).outcome())
        .isEqualTo(CorrelationWindow.Outcome.CROSSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"temporal", "temporal_ordered"})
  void aFloodOfSomeRulesDoesNotPushOutAnothers(String type) {
    Correlation rule = one(correlation(type, "flow, a, b, c", "{gte: 4}"));
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    add(window, rule, 0, 0, START);
    for (int i = 1; i <= 4_000; i++) {
      assertThat(add(window, rule, 1 + i % 2, 0, START + i * SECOND / 1_000).outcome())
          .isEqualTo(CorrelationWindow.Outcome.NOTHING);
      assertThat(window.size()).isLessThanOrEqualTo(CorrelationWindow.MOST);
    }
    assertThat(add(window, rule, 3, 0, START + 5 * SECOND).outcome())
        .isEqualTo(CorrelationWindow.Outcome.CROSSED);
  }

  @Test
  void aFloodOfOneValueDoesNotPushOutOthers() {
    Correlation rule = one(correlation("value_count", "a", "{field: proc.pname, gte: 4}"));
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    add(window, rule, 0, 1, START);
    add(window, rule, 0, 2, START);
    for (int i = 0; i < 5_000; i++) {
      add(window, rule, 0, 3, START + i * SECOND / 1_000);
    }
    assertThat(window.takeCut()).isZero();
    assertThat(add(window, rule, 0, 4, START + 6 * SECOND).outcome())
        .isEqualTo(CorrelationWindow.Outcome.CROSSED);
  }

  @ParameterizedTest
  @CsvSource({"event_count, a, '{gte: 5000}'", "value_sum, flow, '{field: flow.bytes, gte: 5000}'"})
  void manyMatchesArePutTogetherAndNoneIsLost(String type, String rules, String condition) {
    Correlation rule = one(correlation(type, rules, condition));
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    int crossed = 0;
    for (int i = 1; i <= 5_000 && crossed == 0; i++) {
      CorrelationWindow.Found found = add(window, rule, 0, 1, START + i * SECOND / 100);
      crossed = found.outcome() == CorrelationWindow.Outcome.CROSSED ? i : 0;
      assertThat(window.size()).isLessThanOrEqualTo(CorrelationWindow.MOST);
    }
    assertThat(crossed).isEqualTo(5_000);
    assertThat(window.takeCut()).isZero();
  }

  @Test
  void moreThanMergedCellsMayHoldLeavesTheWindowWithinAPartOfItsLength() {
    Correlation rule = one(correlation("event_count", "a", "{gte: 2000}"));
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    long most = 0;
    for (int i = 0; i < 20_000; i++) {
      CorrelationWindow.Found found = add(window, rule, 0, 0, START + i * SECOND / 40);
      most = Math.max(most, found.count());
    }
    assertThat(most).as("40 a second for 60 s, and one part of 70 s").isBetween(2_400L, 2_423L);
  }

  @Test
  void valuesBeyondTheBoundAreCutAndCounted() {
    Correlation rule = one(correlation("value_count", "a", "{field: proc.pname, gte: 1000}"));
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    int crossed = 0;
    int cut = 0;
    for (int i = 0; i < 3_000; i++) {
      CorrelationWindow.Found found = add(window, rule, 0, i, START + i * SECOND / 100);
      crossed += found.outcome() == CorrelationWindow.Outcome.CROSSED ? 1 : 0;
      cut += window.takeCut();
      assertThat(window.size()).isLessThanOrEqualTo(CorrelationWindow.MOST_VALUES);
    }
    assertThat(crossed).isEqualTo(1);
    assertThat(cut).isEqualTo(3_000 - CorrelationWindow.MOST_VALUES);
  }

  @Test
  void repeatedValuesTakeNoRoom() {
    Correlation rule = one(correlation("value_count", "a", "{field: proc.pname, gte: 3}"));
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    add(window, rule, 0, 1, START);
    add(window, rule, 0, 2, START);
    for (int i = 0; i < 5_000; i++) {
      add(window, rule, 0, 1, START + i * SECOND / 100);
    }
    assertThat(add(window, rule, 0, 3, START + 51 * SECOND).outcome())
        .isEqualTo(CorrelationWindow.Outcome.CROSSED);
  }

  @Test
  void whatAnotherRulesMatchGivesForTheOutputLastsOverAnImage() {
    Correlation rule = one(correlation("temporal", "a, b", "{gte: 2}"));
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    add(window, rule, 0, 0, START);
    window.show(0, START, Arrays.asList("first", null, "x".repeat(300)));
    window = CorrelationWindow.of(window.image());
    long near = START + 59 * 1_000_000_000L;
    assertThat(window.completed(rule, near, Arrays.asList(null, null, null)))
        .startsWith("first", null)
        .element(2)
        .asString()
        .hasSizeLessThanOrEqualTo(257);
    assertThat(window.completed(rule, near, List.of("own", "b", "c")))
        .containsExactly("own", "b", "c");
    long far = START + 60 * 1_000_000_000L;
    assertThat(window.completed(rule, far, Arrays.asList(null, "b"))).containsExactly(null, "b");
  }

  @Test
  void damagedImagesAreRefused() {
    Correlation rule = one(correlation("event_count", "a", "{gte: 3}"));
    CorrelationWindow window = CorrelationWindow.empty(rule, List.of("g"));
    add(window, rule, 0, 1, START);
    byte[] image = window.image();
    for (int length = 0; length < image.length; length += 7) {
      byte[] cut = Arrays.copyOf(image, length);
      assertThatThrownBy(() -> CorrelationWindow.of(cut))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
