package io.leukocyte.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OrderJsonTest {
  private static final String OLD = "old:fedcba9876543210fedcba9876543210";
  private static final String NEW = "new:0123456789abcdef0123456789abcdef";
  private static final OrderKeys KEYS = OrderKeys.parse(NEW);
  private static final long CREATED = 1_795_348_800_000_000_000L;

  private static Order order(Order.Kind kind) {
    return new Order(
        new ActionId("00112233445566778899aabbccddeeff"),
        "host-1",
        kind,
        kind.needsWhat() ? "web" : "",
        kind.needsWhat() ? Optional.of(Duration.ofMinutes(15)) : Optional.empty(),
        kind == Order.Kind.STOP,
        "älice",
        "looks \"bad\"",
        CREATED,
        CREATED + Duration.ofMinutes(5).toNanos());
  }

  @ParameterizedTest
  @EnumSource(Order.Kind.class)
  void everyOrderIsReadBackAsItWasWrittenAndItsSignatureHolds(Order.Kind kind) throws Exception {
    OrderJson.Signed read = OrderJson.read(OrderJson.write(order(kind), KEYS));
    assertThat(read.order()).isEqualTo(order(kind));
    assertThat(read.isSignedBy(KEYS)).isTrue();
    assertThat(OrderJson.read(OrderJson.write(order(kind))).isSignedBy(KEYS)).isFalse();
  }

  @Test
  void theCanonicalFormIsAsDocumentedAndItsSignatureIsWhatOthersCompute() throws Exception {
    Order order = order(Order.Kind.QUARANTINE);
    String canonical =
        "16:leuko.commands/132:00112233445566778899aabbccddeeff6:host-110:quarantine3:web5:PT15M0:"
            + "6:älice11:looks \"bad\"30:2026-11-22T12:00:00.000000000Z"
            + "30:2026-11-22T12:05:00.000000000Z3:new";
    assertThat(new String(OrderJson.canonical(order, "new"), UTF_8)).isEqualTo(canonical);
    assertThat(new String(OrderJson.write(order, KEYS), UTF_8))
        .endsWith(
            "\"signature\":\"8f0ad12479e2cd68ab56c41442b895d058b7f185a815f79005d98bd6738a495e\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "host-1,host-2",
    "quarantine,kill",
    "\"web\",\"db\"",
    "PT15M,PT16M",
    "lice,lics",
    "looks,Looks",
    "12:00:00,12:00:01",
    "12:05:00,12:06:00",
    "00112233,00112234",
    "\"new\",\"old\""
  })
  void aSignatureHoldsForNothingElse(String from, String to) throws Exception {
    OrderKeys both = OrderKeys.parse(NEW + "\n" + OLD);
    String json = new String(OrderJson.write(order(Order.Kind.QUARANTINE), both), UTF_8);
    assertThat(json).contains(from);
    OrderJson.Signed tampered = OrderJson.read(json.replace(from, to).getBytes(UTF_8));
    assertThat(tampered.isSignedBy(both)).isFalse();
  }

  @Test
  void textCannotWanderFromOneFieldIntoTheNext() {
    Order one = order(Order.Kind.QUARANTINE);
    Order other =
        new Order(
            one.id(),
            one.host(),
            one.kind(),
            one.what(),
            one.length(),
            one.undo(),
            one.author() + "l",
            one.reason().substring(1),
            one.created(),
            one.expires());
    assertThat(OrderJson.canonical(one, "new")).isNotEqualTo(OrderJson.canonical(other, "new"));
  }

  @Test
  void keysAreChangedWithoutAGap() throws Exception {
    OrderKeys before = OrderKeys.parse(OLD);
    OrderKeys between = OrderKeys.parse(OLD + " " + NEW);
    OrderKeys after = OrderKeys.parse(NEW + " " + OLD);
    for (OrderKeys signer : List.of(before, between)) {
      OrderJson.Signed signed = OrderJson.read(OrderJson.write(order(Order.Kind.RESUME), signer));
      assertThat(signed.isSignedBy(between)).isTrue();
      assertThat(signed.isSignedBy(after)).isTrue();
      assertThat(signed.isSignedBy(KEYS)).isFalse();
    }
    assertThat(after.signer()).isEqualTo("new");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "abc",
        "id:short",
        ":0123456789abcdef0123456789abcdef",
        "a b:0123456789abcdef0123456789abcdef",
        "a:0123456789abcdef0123456789abcdef a:0123456789abcdef0123456789abcdef"
      })
  void whatIsNoKeyIsRefusedWithoutShowingIt(String text) {
    assertThatThrownBy(() -> OrderKeys.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("0123456789");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "",
        "{\"id\":\"00112233445566778899aabbccddeeff\"}",
        "{\"id\":5}",
        "\u0000\u0001"
      })
  void whatIsNoOrderIsMalformed(String text) {
    assertThatThrownBy(() -> OrderJson.read(text.getBytes(UTF_8)))
        .isInstanceOf(MalformedJsonException.class);
  }

  @Test
  void everyCutAndEveryFlippedBitIsMalformedOrHasNoValidSignature() {
    byte[] json = OrderJson.write(order(Order.Kind.QUARANTINE), KEYS);
    int refused = 0;
    for (int i = 0; i < json.length * 8; i++) {
      byte[] flipped = json.clone();
      flipped[i / 8] ^= (byte) (1 << (i % 8));
      try {
        OrderJson.Signed read = OrderJson.read(flipped);
        boolean same = read.order().equals(order(Order.Kind.QUARANTINE));
        assertThat(read.isSignedBy(KEYS) && !same).isFalse();
        refused++;
      } catch (MalformedJsonException e) {
        refused++;
      }
    }
    assertThat(refused).isEqualTo(json.length * 8);
  }

  @Test
  void anOrderIsValidForAnHourAtMostAndSaysWhatItIsAbout() {
    Order o = order(Order.Kind.QUARANTINE);
    assertThatThrownBy(() ->
            new Order(
                o.id(),
                "*",
                o.kind(),
                "web",
                o.length(),
                false,
                "a",
                "",
                CREATED,
                CREATED + Duration.ofHours(1).toNanos() + 1))
        .hasMessage("an order is valid for at most one hour");
    assertThatThrownBy(() ->
            new Order(
                o.id(),
                "*",
                Order.Kind.RELEASE,
                "",
                o.length(),
                false,
                "a",
                "",
                CREATED,
                CREATED + 1))
        .hasMessageContaining("does not go with ''");
    assertThatThrownBy(() ->
            new Order(
                o.id(),
                "*",
                Order.Kind.RESUME,
                "",
                o.length(),
                false,
                " ",
                "",
                CREATED,
                CREATED + 1))
        .hasMessage("an order needs an author");
  }
}
