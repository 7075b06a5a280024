package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.OrderKeys;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResponderSettingsTest {
  private static final String KEYS =
      "new:0123456789abcdef0123456789abcdef old:fedcba9876543210fedcba9876543210";

  private static ResponderSettings of(Map<String, String> environment) {
    return ResponderSettings.from(Config.parse("none", "", environment, ResponderSettings.KEYS));
  }

  @Test
  void defaults() {
    assertThat(of(Map.of()))
        .isEqualTo(
            new ResponderSettings(
                Optional.empty(),
                Duration.ofMinutes(5),
                "service",
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                2L << 30,
                32L << 20,
                128L << 20,
                Duration.ofMillis(100),
                new FleetSettings(
                    FleetSettings.Scope.FLEET, FleetSettings.Trust.HMAC, Optional.empty())));
  }

  private static ResponderSettings with(Map<String, String> some, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(some);
    all.putAll(more);
    return of(all);
  }

  @Test
  void mapped() {
    assertThat(
            with(
                Map.of(
                    "LEUKO_RESPONDER_POLICIES", "/etc/leuko/policies",
                    "LEUKO_RESPONDER_MAX_ALERT_AGE", "2m",
                    "LEUKO_RESPONDER_SERVICE_LABEL", "app",
                    "LEUKO_PROTECT_CONTAINERS", "db*,vault",
                    "LEUKO_PROTECT_IMAGES", "postgres:*",
                    "LEUKO_PROTECT_LABELS", "tier=core",
                    "LEUKO_NOTIFY_WEBHOOKS", "ops=https://example.org/hook?token=s3cret",
                    "LEUKO_RESPONDER_EVIDENCE_BYTES", "5MiB",
                    "LEUKO_RESPONDER_EVIDENCE_FILE_BYTES", "1MiB",
                    "LEUKO_RESPONDER_EVIDENCE_COPIES_BYTES", "0"),
                Map.of(
                    "LEUKO_RESPONDER_BUDGET", "local",
                    "LEUKO_COMMANDS_TRUST", "acl",
                    "LEUKO_COMMANDS_KEYS", KEYS)))
        .isEqualTo(
            new ResponderSettings(
                Optional.of(Path.of("/etc/leuko/policies")),
                Duration.ofMinutes(2),
                "app",
                List.of("db*", "vault"),
                List.of("postgres:*"),
                List.of("tier=core"),
                Map.of("ops", URI.create("https://example.org/hook?token=s3cret")),
                5L << 20,
                1L << 20,
                0,
                Duration.ofMillis(100),
                new FleetSettings(
                    FleetSettings.Scope.LOCAL,
                    FleetSettings.Trust.ACL,
                    Optional.of(OrderKeys.parse(KEYS)))));
  }

  @Test
  void theDelayOfEvidenceIsMapped() {
    assertThat(of(Map.of("LEUKO_RESPONDER_EVIDENCE_DELAY", "40ms")).evidence().delay())
        .isEqualTo(Duration.ofMillis(40));
  }

  @Test
  void anAddressIsASecret() {
    Config config =
        Config.parse(
            "leukocyte.yaml",
            "notify: {webhooks: {ops: 'https://example.org/hook?token=s3cret'}}",
            Map.of(),
            ResponderSettings.KEYS);
    assertThat(config.effective()).noneMatch(line -> line.contains("s3cret"));
    assertThat(ResponderSettings.from(config).toString()).doesNotContain("s3cret").contains("ops");
  }

  @Test
  void keysOfOrdersAreSecretAndCheckedWithoutShowingThem() {
    assertThat(of(Map.of("LEUKO_COMMANDS_KEYS", KEYS)).fleet().toString())
        .contains("new", "old")
        .doesNotContain("0123456789");
    assertThatThrownBy(() -> of(Map.of("LEUKO_COMMANDS_KEYS", "a:s3cret")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the secret of the key a has less than 32 characters")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void oneHostAloneCountsAlone() {
    ResponderSettings alone = of(Map.of("LEUKO_RESPONDER_MAX_ALERT_AGE", "2m")).alone();
    assertThat(alone.fleet().budget()).isEqualTo(FleetSettings.Scope.LOCAL);
    assertThat(alone.maxAlertAge()).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void anAddressThatIsNoneIsAProblemThatDoesNotShowIt() {
    assertThatThrownBy(() -> of(Map.of("LEUKO_NOTIFY_WEBHOOKS", "ops=s3cret,pager=ftp://x/y")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the address of 'ops' is not an http or https one")
        .hasMessageContaining("the address of 'pager'")
        .hasMessageNotContaining("s3cret");
  }
}
