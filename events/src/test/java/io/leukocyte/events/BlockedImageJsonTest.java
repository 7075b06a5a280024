package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockedImageJsonTest {
  private static final String DIGEST = "sha256:" + "ab".repeat(32);
  private static final OrderKeys KEYS = OrderKeys.parse("a:0123456789abcdef0123456789abcdef");
  private static final BlockedImage BLOCKED =
      new BlockedImage(
          DIGEST,
          "shop/web:1",
          true,
          BlockedImage.Running.PAUSE,
          "mines coins",
          "p",
          "p",
          new AlertId("0".repeat(32)),
          1_767_225_600_000_000_001L,
          1_767_225_700_000_000_000L);

  @Test
  void whatIsWrittenIsReadAndItsSignatureHolds() throws MalformedJsonException {
    for (BlockedImage image : new BlockedImage[] {BLOCKED, BLOCKED.lifted("bob", "mended", 5)}) {
      BlockedImageJson.Signed read = BlockedImageJson.read(BlockedImageJson.write(image, KEYS));
      assertThat(read.image()).isEqualTo(image);
      assertThat(read.isSignedBy(KEYS)).isTrue();
      assertThat(read.isSignedBy(OrderKeys.parse("a:" + "f".repeat(32)))).isFalse();
      assertThat(BlockedImageJson.read(BlockedImageJson.write(image)).isSignedBy(KEYS)).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"shop/web:1", "id", "mines coins", "pause", "true", "2026-01-01", "\"p\""})
  void whoeverChangesAWordBreaksTheSignature(String word) throws MalformedJsonException {
    String text = new String(BlockedImageJson.write(BLOCKED, KEYS), StandardCharsets.UTF_8);
    String other =
        switch (word) {
          case "pause" -> text.replace("pause", "leave");
          case "true" -> text.replace("true", "false");
          case "2026-01-01" -> text.replace("2026-01-01T00:00:00", "2026-01-02T00:00:00");
          case "\"p\"" -> text.replace("\"p\"", "\"q\"");
          case "id" -> text.replace("abab", "cdcd");
          default -> text.replace(word, word + "x");
        };
    assertThat(other).isNotEqualTo(text);
    assertThat(BlockedImageJson.read(other.getBytes(StandardCharsets.UTF_8)).isSignedBy(KEYS))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"digest\":\"web\",\"running\":\"leave\",\"author\":\"a\",\"since\":\"2026-01-01T00:00:00Z\"}",
        "{\"digest\":\"sha256:00\",\"running\":\"leave\",\"author\":\"a\",\"since\":\"2026-01-01T00:00:00Z\"}"
      })
  void whatIsNoneIsSaid(String text) {
    assertThatThrownBy(() -> BlockedImageJson.read(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(MalformedJsonException.class);
  }

  @Test
  void itHoldsUntilItsEnd() {
    assertThat(BLOCKED.holds(BLOCKED.expires() - 1)).isTrue();
    assertThat(BLOCKED.holds(BLOCKED.expires())).isFalse();
    assertThat(BLOCKED.lifted("bob", "", 5).holds(6)).isFalse();
    assertThat(BLOCKED.shown()).isEqualTo("shop/web:1");
  }
}
