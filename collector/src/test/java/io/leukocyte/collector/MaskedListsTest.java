package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Secrets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaskedListsTest {
  private final MaskedLists<String> masked = new MaskedLists<>(Secrets::mask);

  @Test
  void aListWithoutSecretsIsReturnedItselfEachTime() {
    List<String> args = List.of("ls", "-l", "/srv");

    assertThat(masked.masked(args)).isSameAs(args);
    assertThat(masked.masked(args)).isSameAs(args);
  }

  @Test
  void aSecretIsMaskedTheSecondTimeTooAndByTheSameList() {
    List<String> args = List.of("mysql", "--password=hunter2hunter2");

    List<String> first = masked.masked(args);

    assertThat(first).containsExactly("mysql", "--password=" + Secrets.MASK);
    assertThat(masked.masked(args)).isSameAs(first);
  }

  /** More lists than there are places: none gets what is another's. */
  @Test
  void eachOfManyListsGetsItsOwn() {
    List<List<String>> all = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      all.add(List.of("program-" + i, "--token=abcdefgh" + i));
    }
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < all.size(); i++) {
        assertThat(masked.masked(all.get(i)))
            .startsWith("program-" + i)
            .doesNotContainAnyElementsOf(List.of("--token=abcdefgh" + i));
      }
    }
  }
}
