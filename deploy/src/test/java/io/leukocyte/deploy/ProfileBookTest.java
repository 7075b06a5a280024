package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileBookTest {
  private static final String DOCUMENT =
      """
      {"baseline": "Web", "subject": "example/web", "state": "learned",
       "since": "2026-01-01T12:00:00Z", "learns_until": "2026-01-02T12:00:00Z",
       "containers": [], "aspects": {}}
      """;

  private final KafkaSettings kafka =
      KafkaSettings.from(Config.load(null, Map.of(), DeploySettings.allKeys()));

  @ParameterizedTest
  @ValueSource(strings = {"example/web", "example/web:1.2", "example/web@sha256:00"})
  void anImageIsFoundWithAndWithoutItsTag(String image) {
    ProfileBook book = new ProfileBook();
    book.take(DOCUMENT.getBytes(UTF_8));
    assertThat(book.of(image, null, kafka)).hasSize(1);
    assertThat(book.of(image, "Web", kafka)).isEqualTo(book.all());
  }
}
