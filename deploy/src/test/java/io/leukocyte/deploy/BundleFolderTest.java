package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleFolderTest {
  @TempDir Path data;

  private static Bundle bundle(long created, String text) {
    return new Bundle(
        "ann",
        created,
        List.of(
            new Bundle.File(Bundle.Use.RULES, "000-a.yaml", text),
            new Bundle.File(Bundle.Use.POLICIES, "001-p.yaml", "policy of " + text)));
  }

  @Test
  void theNewestIsInForceAlsoAfterARestart() throws IOException {
    BundleFolder folder = new BundleFolder(data);
    assertThat(folder.current()).isEmpty();
    assertThat(folder.take(bundle(1, "one"))).isTrue();
    assertThat(folder.take(bundle(2, "two"))).isTrue();
    assertThat(Files.readString(folder.rules().resolve("000-a.yaml"))).isEqualTo("two");
    assertThat(Files.readString(folder.policies().resolve("001-p.yaml")))
        .isEqualTo("policy of two");
    assertThat(new BundleFolder(data).current()).contains(bundle(2, "two"));
  }

  /** Whoever may write to the topic cannot bring back rules that were signed once. */
  @Test
  void anOlderOneIsLeftAlone() throws IOException {
    BundleFolder folder = new BundleFolder(data);
    folder.take(bundle(2, "two"));
    assertThat(folder.take(bundle(1, "one"))).isFalse();
    assertThat(folder.take(bundle(2, "two"))).isFalse();
    assertThat(Files.readString(folder.rules().resolve("000-a.yaml"))).isEqualTo("two");
  }

  @Test
  void severalRolesShareTheFolderAndOldOnesGo() throws IOException {
    BundleFolder one = new BundleFolder(data);
    BundleFolder other = new BundleFolder(data);
    for (int i = 1; i <= 5; i++) {
      one.take(bundle(i, "text " + i));
      other.take(bundle(i, "text " + i));
    }
    try (Stream<Path> entries = Files.list(data.resolve("bundle"))) {
      assertThat(entries.map(e -> e.getFileName().toString().replaceAll("-.*", "")))
          .containsExactlyInAnyOrder("current", "4", "5");
    }
  }

  @Test
  void aDamagedOneIsFetchedAgain() throws IOException {
    BundleFolder folder = new BundleFolder(data);
    folder.take(bundle(2, "two"));
    Files.writeString(data.resolve("bundle/current/bundle.json"), "{");
    assertThat(folder.current()).isEmpty();
    assertThat(folder.take(bundle(2, "two"))).isTrue();
    assertThat(folder.current()).contains(bundle(2, "two"));
  }
}
