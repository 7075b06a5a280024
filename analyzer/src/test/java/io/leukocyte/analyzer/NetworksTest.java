package io.leukocyte.analyzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworksTest {
  private static final Networks PRIVATE = Networks.parse(Networks.PRIVATE);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.9",
        "127.0.0.1",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:10.0.0.1",
        "ff02::fb"
      })
  void privateAddressesAreNear(String address) {
    assertThat(PRIVATE.contains(address)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "203.0.113.9",
        "172.32.0.1",
        "172.15.255.255",
        "11.0.0.0",
        "2001:db8::1",
        "web",
        ""
      })
  void othersAreNot(String address) {
    assertThat(PRIVATE.contains(address)).isFalse();
  }

  @Test
  void addressAloneIsRangeOfOne() {
    Networks one = Networks.parse(List.of("203.0.113.9"));
    assertThat(one.contains("203.0.113.9")).isTrue();
    assertThat(one.contains("203.0.113.8")).isFalse();
  }

  @Test
  void everythingIsInLengthZeroOfItsFamily() {
    Networks all = Networks.parse(List.of("0.0.0.0/0"));
    assertThat(all.contains("203.0.113.9")).isTrue();
    assertThat(all.contains("2001:db8::1")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.0/33", "10.0.0/8", "web/8", "10.0.0.0/", "fc00::/129", "1.2.3.4/-1"})
  void whatIsNoRangeIsRefused(String text) {
    assertThatThrownBy(() -> Networks.parse(List.of(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }
}
