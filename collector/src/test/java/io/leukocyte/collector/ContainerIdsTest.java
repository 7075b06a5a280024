package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerId;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ContainerIdsTest {
  private final ContainerIds ids = new ContainerIds();

  private ContainerId read(String digits) {
    byte[] memory = ("12345678" + digits).getBytes(StandardCharsets.US_ASCII);
    return ids.of(MemorySegment.ofArray(memory), 8);
  }

  @Test
  void theSameDigitsAreTheSameObject() {
    String digits = "0123456789abcdef".repeat(4);

    assertThat(read(digits)).isEqualTo(new ContainerId(digits)).isSameAs(read(digits));
  }

  /** Ids that begin alike share a place. */
  @Test
  void idsThatBeginAlikeAreToldApart() {
    String one = "0123456789abcdef".repeat(4);
    String other = "01234567" + "f".repeat(56);

    assertThat(read(one)).isEqualTo(new ContainerId(one));
    assertThat(read(other)).isEqualTo(new ContainerId(other));
    assertThat(read(one)).isEqualTo(new ContainerId(one));
  }

  /** What was read stays when the memory it was read from is written again. */
  @Test
  void anIdOutlivesItsRecord() {
    byte[] memory = "a".repeat(64).getBytes(StandardCharsets.US_ASCII);
    ContainerId first = ids.of(MemorySegment.ofArray(memory), 0);
    memory[63] = 'b';

    assertThat(ids.of(MemorySegment.ofArray(memory), 0))
        .isEqualTo(new ContainerId("a".repeat(63) + "b"));
    assertThat(first).isEqualTo(new ContainerId("a".repeat(64)));
  }
}
