package io.leukocyte.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundleJsonTest {
  private static final OrderKeys KEYS = OrderKeys.parse("2026-11:0123456789abcdef0123456789abcdef");
  private static final OrderKeys OTHERS =
      OrderKeys.parse("2026-11:fedcba9876543210fedcba9876543210");
  private static final Bundle BUNDLE =
      new Bundle(
          "ann",
          1_795_000_000_123_456_789L,
          List.of(
              new Bundle.File(Bundle.Use.RULES, "000-a.yaml", "- macro: m\n  condition: \"x\"\n"),
              new Bundle.File(Bundle.Use.POLICIES, "001-b.yml", "- policy: ä\n")));

  @Test
  void aSignedBundleIsReadAsItWasWritten() throws MalformedJsonException {
    BundleJson.Signed read = BundleJson.read(BundleJson.write(BUNDLE, KEYS));
    assertThat(read.bundle()).isEqualTo(BUNDLE);
    assertThat(read.isSignedBy(KEYS)).isTrue();
    assertThat(read.isSignedBy(OTHERS)).isFalse();
  }

  @Test
  void oneThatIsNotSignedIsSignedByNobody() throws MalformedJsonException {
    BundleJson.Signed read = BundleJson.read(BundleJson.write(BUNDLE));
    assertThat(read.bundle()).isEqualTo(BUNDLE);
    assertThat(read.isSignedBy(KEYS)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "ann, bob",
    "macro: m, macro: n",
    "000-a.yaml, 000-c.yaml",
    "policies, rules",
    "ä, a"
  })
  void aChangedBundleHasNoSignature(String from, String to) throws MalformedJsonException {
    String written = new String(BundleJson.write(BUNDLE, KEYS), UTF_8);
    String changed = written.replace(from, to);
    assertThat(changed).isNotEqualTo(written);
    assertThat(BundleJson.read(changed.getBytes(UTF_8)).isSignedBy(KEYS)).isFalse();
  }

  @Test
  void theHashFollowsFromTheFilesAlone() {
    Bundle later = new Bundle("bob", 7, BUNDLE.files());
    Bundle turned = new Bundle("ann", BUNDLE.created(), BUNDLE.files().reversed());
    assertThat(later.hash()).isEqualTo(BUNDLE.hash()).hasSize(64);
    assertThat(turned.hash()).isNotEqualTo(BUNDLE.hash());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../a.yaml", "a/b.yaml", ".a.yaml", "a.txt", "a", "", "a\n.yaml", "a\u0000.yaml"})
  void aNameThatLeavesTheFolderIsRefused(String name) {
    assertThatThrownBy(() -> new Bundle.File(Bundle.Use.RULES, name, ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void twoFilesOfOneNameAreRefused() {
    Bundle.File file = new Bundle.File(Bundle.Use.RULES, "a.yaml", "");
    assertThatThrownBy(() -> new Bundle("ann", 1, List.of(file, file)))
        .hasMessageContaining("a.yaml");
  }

  @Test
  void whatIsTooLargeIsRefused() {
    String text = "x".repeat(Bundle.MOST_BYTES);
    List<Bundle.File> files = List.of(new Bundle.File(Bundle.Use.RULES, "a.yaml", text));
    assertThatThrownBy(() -> new Bundle("ann", 1, files)).hasMessageContaining("bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"author\":\"a\"}",
        "{\"author\":\"a\",\"created\":\"2026-11-28T00:00:00.000000000Z\",\"files\":[{\"use\":\"x\"}]}",
        "{\"author\":\"a\",\"created\":\"2026-11-28T00:00:00.000000000Z\",\"files\":[7]}"
      })
  void whatIsNoBundleIsNamed(String document) {
    assertThatThrownBy(() -> BundleJson.read(document.getBytes(UTF_8)))
        .isInstanceOf(MalformedJsonException.class);
  }
}
