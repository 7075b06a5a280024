package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DnsNamesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String ADDRESS = "203.0.113.9";
  private final DnsNames names = new DnsNames();

  private static DnsAnswer answer(String name, String address, long seconds) {
    return new DnsAnswer(name, List.of(new DnsAnswer.Address(address, seconds)));
  }

  @Test
  void anAddressHasTheNameOfTheLatestAnswerInItsOwnNamespace() {
    names.learn(1, answer("old.example", ADDRESS, 300), 0);
    names.learn(1, answer("new.example", ADDRESS, 300), SECOND);
    assertThat(names.of(1, ADDRESS, 2 * SECOND)).isEqualTo("new.example");
    assertThat(names.of(2, ADDRESS, 2 * SECOND)).isNull();
    assertThat(names.of(1, "203.0.113.10", 2 * SECOND)).isNull();
  }

  @Test
  void aNameHoldsAsLongAsTheAnswerSaysWithinBounds() {
    names.learn(1, answer("short.example", "203.0.113.1", 0), 0);
    names.learn(1, answer("medium.example", "203.0.113.2", 300), 0);
    names.learn(1, answer("long.example", "203.0.113.3", 4_000_000_000L), 0);
    assertThat(names.of(1, "203.0.113.1", 121 * SECOND)).isNull();
    assertThat(names.of(1, "203.0.113.2", 121 * SECOND)).isEqualTo("medium.example");
    assertThat(names.of(1, "203.0.113.2", 301 * SECOND)).isNull();
    assertThat(names.of(1, "203.0.113.3", 86_400 * SECOND)).isEqualTo("long.example");
  }

  @Test
  void aNameInUseHoldsOn() {
    names.learn(1, answer("shop.example", ADDRESS, 0), 0);
    for (int second = 0; second < 1000; second += 100) {
      assertThat(names.of(1, ADDRESS, second * SECOND)).isEqualTo("shop.example");
    }
    assertThat(names.of(1, ADDRESS, 1021 * SECOND)).isNull();
  }

  @Test
  void aNamespaceRemembersSoManyAndTheOldestMakeRoom() {
    for (int i = 0; i < 600; i++) {
      names.learn(1, answer("n" + i + ".example", "2001:db8::" + i, 300), 0);
    }
    names.learn(2, answer("other.example", ADDRESS, 300), 0);
    assertThat(names.of(1, "2001:db8::87", 0)).isNull();
    assertThat(names.of(1, "2001:db8::88", 0)).isEqualTo("n88.example");
    assertThat(names.of(2, ADDRESS, 0)).isEqualTo("other.example");
  }

  @Test
  void whatANamespaceKnewIsForgotten() {
    names.learn(1, answer("shop.example", ADDRESS, 300), 0);
    names.forget(1);
    assertThat(names.of(1, ADDRESS, 0)).isNull();
  }
}
