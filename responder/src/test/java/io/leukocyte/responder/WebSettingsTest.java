package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebSettingsTest {
  static final WebSettings DEFAULT =
      new WebSettings(true, "127.0.0.1", 7075, Optional.empty(), List.of(), Optional.empty());

  private static WebSettings of(Map<String, String> environment) {
    return WebSettings.from(Config.parse("none", "", environment, WebSettings.KEYS));
  }

  @Test
  void defaults() {
    assertThat(of(Map.of())).isEqualTo(DEFAULT);
  }

  @Test
  void mapped() {
    assertThat(
            of(
                Map.of(
                    "LEUKO_RESPONDER_WEB_ENABLED", "false",
                    "LEUKO_RESPONDER_WEB_ADDRESS", "0.0.0.0",
                    "LEUKO_RESPONDER_WEB_PORT", "8443",
                    "LEUKO_RESPONDER_WEB_TOKEN_FILE", "/run/token",
                    "LEUKO_RESPONDER_WEB_NAMES", "node-1.example,node-1",
                    "LEUKO_RESPONDER_WEB_KEYSTORE", "/etc/leuko/page.p12",
                    "LEUKO_RESPONDER_WEB_KEYSTORE_PASSWORD", "s3cret")))
        .isEqualTo(
            new WebSettings(
                false,
                "0.0.0.0",
                8443,
                Optional.of(Path.of("/run/token")),
                List.of("node-1.example", "node-1"),
                Optional.of(new WebSettings.Tls(Path.of("/etc/leuko/page.p12"), "s3cret"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void theNetworkIsNotServedInTheClear(String address) {
    assertThatThrownBy(() -> of(Map.of("LEUKO_RESPONDER_WEB_ADDRESS", address)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("to the network in the clear")
        .hasMessageContaining("responder.web.keystore")
        .hasMessageContaining("ssh -L")
        .hasMessageContaining("responder.web.allow-remote");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
  void loopbackIs(String address) {
    assertThat(of(Map.of("LEUKO_RESPONDER_WEB_ADDRESS", address)).address()).isEqualTo(address);
  }

  @Test
  void itIsWhenThatIsAskedForOrThereIsTlsOrNoPage() {
    Map<String, String> open = Map.of("LEUKO_RESPONDER_WEB_ADDRESS", "0.0.0.0");
    for (Map<String, String> more :
        List.of(
            Map.of("LEUKO_RESPONDER_WEB_ALLOW_REMOTE", "true"),
            Map.of("LEUKO_RESPONDER_WEB_ENABLED", "false"),
            Map.of(
                "LEUKO_RESPONDER_WEB_KEYSTORE", "/k",
                "LEUKO_RESPONDER_WEB_KEYSTORE_PASSWORD", "p"))) {
      Map<String, String> all = new HashMap<>(open);
      all.putAll(more);
      assertThat(of(all).address()).isEqualTo("0.0.0.0");
    }
  }

  @Test
  void aKeystoreWithoutItsPasswordIsAProblem() {
    assertThatThrownBy(() -> of(Map.of("LEUKO_RESPONDER_WEB_KEYSTORE", "/k")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("belong together");
  }

  @Test
  void thePasswordIsNotPrinted() {
    assertThat(new WebSettings.Tls(Path.of("/k"), "s3cret").toString()).doesNotContain("s3cret");
  }
}
