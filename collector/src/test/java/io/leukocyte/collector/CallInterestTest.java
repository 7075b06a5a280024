package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CallInterestTest {
  @Test
  void aCallStandsAtItsNumbersOfEachTable() {
    Map<Integer, TracedCall> x86 = CallInterest.table(Set.of("chown", "fchmodat2"), false);
    assertThat(x86.keySet()).containsExactly(92, 452, 512 + 182, 512 + 212, 512 + 452);
    assertThat(x86.values()).extracting(TracedCall::name).containsOnly("chown", "fchmodat2");
    Map<Integer, TracedCall> arm = CallInterest.table(Set.of("open", "openat"), true);
    assertThat(arm.keySet()).containsExactly(56);
  }

  @Test
  void noTwoCallsHaveTheSameNumber() {
    for (boolean arm : new boolean[] {false, true}) {
      List<Integer> numbers =
          TracedCalls.ALL.stream()
              .map(call -> arm ? call.arm64() : call.x86())
              .filter(number -> number >= 0)
              .toList();
      assertThat(numbers).doesNotHaveDuplicates().allMatch(n -> n < SensorLayout.CALLS);
      assertThat(CallInterest.table(TracedCalls.names(), arm).keySet()).containsAll(numbers);
    }
    assertThat(TracedCalls.ALL.stream().flatMap(call -> call.i386().stream()).toList())
        .doesNotHaveDuplicates()
        .allMatch(n -> n < SensorLayout.CALLS);
  }

  /** Else a rule could ask for what nobody reports, or never ask for what is. */
  @Test
  void whatAKindNamesIsWhatTheSensorReportsOfIt() {
    assertThat(TracedCalls.of(Set.of(Kind.NET_CONNECT))).containsExactly("connect");
    for (Kind kind : TracedCalls.kinds().stream().filter(Kind::isSystemCall).toList()) {
      assertThat(TracedCalls.of(Set.of(kind)))
          .as(kind.text())
          .containsExactlyInAnyOrderElementsOf(kind.calls());
    }
  }

  @Test
  void whatIsNoCallIsLeftOut() {
    assertThat(CallInterest.table(Set.of("no such call"), false)).isEmpty();
    assertThat(TracedCalls.named("no such call")).isEmpty();
  }

  @Test
  void eachKindHasAClassOfItsOwn() {
    assertThat(TracedCalls.kinds().stream().map(TracedCalls::classOf).collect(Collectors.toSet()))
        .hasSize(TracedCalls.kinds().size())
        .allMatch(number -> number > 0 && number < SensorLayout.CALL_CLASSES);
  }

  @Test
  void aLineSaysWhatIsReadOfACall() {
    TracedCall call = TracedCalls.named("renameat2").orElseThrow();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment line = arena.allocate(SensorLayout.CALL_ENTRY);
      call.entry().write(line, 2, 0xff, 0);
      byte[] bytes = line.toArray(ValueLayout.JAVA_BYTE);
      // class, descriptor, texts, their directories, address, data, word, masks
      assertThat(bytes)
          .startsWith(
              (byte) 2,
              (byte) 255,
              (byte) 1,
              (byte) 3,
              (byte) 255,
              (byte) 0,
              (byte) 2,
              (byte) 255,
              (byte) 255,
              (byte) 255,
              (byte) 255,
              (byte) 255);
    }
  }
}
