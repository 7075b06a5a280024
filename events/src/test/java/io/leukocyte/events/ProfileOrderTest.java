package io.leukocyte.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProfileOrderTest {
  private static final OrderKeys KEYS = OrderKeys.parse("k1:0123456789abcdef0123456789abcdef");
  private static final ProfileOrder ACCEPT =
      new ProfileOrder(
          ActionId.of("1"),
          "Web",
          "example/web",
          ProfileOrder.Kind.ACCEPT,
          List.of("process:/usr/bin/curl", "port:80/tcp"),
          Optional.empty(),
          "",
          "ada",
          1_700_000_000_000_000_001L);

  @Test
  void orderIsTheSameAfterItsJsonAndSigned() throws MalformedJsonException {
    ProfileOrderJson.Signed read = ProfileOrderJson.read(ProfileOrderJson.write(ACCEPT, KEYS));
    assertThat(read.order()).isEqualTo(ACCEPT);
    assertThat(read.isSignedBy(KEYS)).isTrue();
    ProfileOrder learn =
        new ProfileOrder(
            ActionId.of("2"),
            "Web",
            "example/web",
            ProfileOrder.Kind.LEARN,
            List.of(),
            Optional.of(Duration.ofHours(1)),
            "",
            "ada",
            1);
    assertThat(ProfileOrderJson.read(ProfileOrderJson.write(learn)).order()).isEqualTo(learn);
    assertThat(ProfileOrderJson.read(ProfileOrderJson.write(learn)).isSignedBy(KEYS)).isFalse();
  }

  @Test
  void everyPartIsSigned() throws MalformedJsonException {
    String json = new String(ProfileOrderJson.write(ACCEPT, KEYS), UTF_8);
    List<String[]> changes =
        List.of(
            new String[] {"\"Web\"", "\"Wab\""},
            new String[] {"example/web", "example/wab"},
            new String[] {"\"accept\"", "\"remove\""},
            new String[] {"curl", "kurl"},
            new String[] {"80/tcp", "81/tcp"},
            new String[] {"\"ada\"", "\"eve\""},
            new String[] {"000000001Z", "000000002Z"},
            new String[] {ACCEPT.id().value(), ActionId.of("3").value()});
    for (String[] change : changes) {
      assertThat(json).contains(change[0]);
      ProfileOrderJson.Signed forged =
          ProfileOrderJson.read(json.replace(change[0], change[1]).getBytes(UTF_8));
      assertThat(forged.isSignedBy(KEYS)).as(change[1]).isFalse();
    }
  }

  @Test
  void itemsCannotBeMovedIntoOneAnother() throws MalformedJsonException {
    String json = new String(ProfileOrderJson.write(ACCEPT, KEYS), UTF_8);
    String moved = json.replace("curl\",\"port", "curlport");
    assertThat(moved).isNotEqualTo(json);
    assertThat(ProfileOrderJson.read(moved.getBytes(UTF_8)).isSignedBy(KEYS)).isFalse();
  }

  @Test
  void keyTellsItFromOrdersToHosts() {
    byte[] key = ProfileOrderJson.key("Web", "a\"b");
    assertThat(new String(key, UTF_8)).isEqualTo("[\"Web\",\"a\\\"b\"]");
    assertThat(ProfileOrderJson.isKey(key)).isTrue();
    assertThat(ProfileOrderJson.isKey("*".getBytes(UTF_8))).isFalse();
    assertThat(ProfileOrderJson.isKey(null)).isFalse();
  }

  @Test
  void orderHasWhatItsKindNeeds() {
    assertThatThrownBy(() -> order(ProfileOrder.Kind.ACCEPT, List.of(), ""))
        .hasMessage("the order accept names no item, or more than 1000");
    assertThatThrownBy(() -> order(ProfileOrder.Kind.FREEZE, List.of("process:/x"), ""))
        .hasMessage("the order freeze names items");
    assertThatThrownBy(() -> order(ProfileOrder.Kind.MERGE, List.of(), ""))
        .hasMessage("a document belongs to merge, and has at most 512 KiB");
    assertThatThrownBy(() -> ProfileOrderJson.read("{}".getBytes(UTF_8)))
        .isInstanceOf(MalformedJsonException.class);
    assertThatThrownBy(() -> ProfileOrder.Kind.of("steal")).hasMessage("there is no order 'steal'");
  }

  private static void order(ProfileOrder.Kind kind, List<String> items, String document) {
    new ProfileOrder(ActionId.of("1"), "b", "s", kind, items, Optional.empty(), document, "ada", 1);
  }
}
