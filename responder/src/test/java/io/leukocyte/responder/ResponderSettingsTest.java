package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.OrderKeys;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import io.leukocyte.events.config.HostPort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResponderSettingsTest {
  private static final String CERTIFICATE =
      """
      -----BEGIN CERTIFICATE-----
      MIIBdTCCARugAwIBAgIUOrHhl3pm7I1IcoBkRo03ZQ2ZqAowCgYIKoZIzj0EAwIw
      DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjcyMTExNTdaGA8yMTI2MTEwMzIxMTE1
      N1owDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABI+M
      1HQPZ7OVoB56lvq8EiVMBviCbX7zhVU6TZYACO4hYOBnMnQCJWKfkRc0o25iEVt0
      fDMZRw1nJ0TKvPVG/rmjUzBRMB0GA1UdDgQWBBRckNkSK4HHwwNkwDWJBZmtp2r6
      kjAfBgNVHSMEGDAWgBRckNkSK4HHwwNkwDWJBZmtp2r6kjAPBgNVHRMBAf8EBTAD
      AQH/MAoGCCqGSM49BAMCA0gAMEUCIQDgiFkCS0kbzhj+KyHrAl/JbYqa5G/CfehU
      trWFhz6bowIgDuxLxfqhbV55uBV3HvaAwljFPRuMwQYXospNNxVW7zY=
      -----END CERTIFICATE-----
      """;

  @TempDir Path folder;

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
                    FleetSettings.Scope.FLEET, FleetSettings.Trust.HMAC, Optional.empty()),
                NotifySettings.NONE,
                WebSettingsTest.DEFAULT,
                Programs.NONE));
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
                    Optional.of(OrderKeys.parse(KEYS))),
                NotifySettings.NONE,
                WebSettingsTest.DEFAULT,
                Programs.NONE));
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

  /** Settings with ways to tell people. */
  static ResponderSettings with(Map<String, URI> webhooks, NotifySettings notify) {
    ResponderSettings bare = of(Map.of());
    return new ResponderSettings(
        bare.policies(),
        bare.maxAlertAge(),
        bare.serviceLabel(),
        bare.protectedContainers(),
        bare.protectedImages(),
        bare.protectedLabels(),
        webhooks,
        bare.evidenceBytes(),
        bare.evidenceFileBytes(),
        bare.evidenceCopiesBytes(),
        bare.evidenceDelay(),
        bare.fleet(),
        notify,
        bare.web(),
        bare.programs());
  }

  @Test
  void waysToTellAreMapped() throws IOException {
    Path template = Files.writeString(folder.resolve("t.json"), "{\"a\": \"{{rule.name}}\"}");
    Path pem = Files.writeString(folder.resolve("ca.pem"), CERTIFICATE);
    Map<String, String> environment = new HashMap<>();
    environment.put("LEUKO_NOTIFY_WEBHOOKS", "ops=https://example.org/hook");
    environment.put("LEUKO_NOTIFY_TEMPLATES", "ops=" + template);
    environment.put("LEUKO_NOTIFY_SLACK", "chat=https://hooks.example.org/s3cret");
    environment.put("LEUKO_NOTIFY_MAIL_SERVER", "mail.example.org:465");
    environment.put("LEUKO_NOTIFY_MAIL_TLS", "tls");
    environment.put("LEUKO_NOTIFY_MAIL_FROM", "leuko@example.org");
    environment.put("LEUKO_NOTIFY_MAIL_USER", "leuko");
    environment.put("LEUKO_NOTIFY_MAIL_PASSWORD", "s3cret");
    environment.put("LEUKO_NOTIFY_MAIL_TO", "team=a@example.org b@example.org");
    environment.put("LEUKO_NOTIFY_SYSLOG", "siem=tls://log.example.org");
    environment.put("LEUKO_NOTIFY_CERTIFICATES", pem.toString());
    ResponderSettings settings = of(environment);
    assertThat(settings.telling())
        .isEqualTo(
            new NotifySettings(
                Map.of("ops", "{\"a\": \"{{rule.name}}\"}"),
                Map.of("chat", URI.create("https://hooks.example.org/s3cret")),
                Optional.of(
                    new MailServer(
                        new HostPort("mail.example.org", 465),
                        MailServer.Tls.TLS,
                        "leuko@example.org",
                        Optional.of("leuko"),
                        Optional.of("s3cret"))),
                Map.of("team", List.of("a@example.org", "b@example.org")),
                Map.of("siem", SyslogServer.parse("tls://log.example.org:6514")),
                Optional.of(pem)));
    assertThat(settings.channels())
        .isEqualTo(
            new Channels(Set.of("ops"), Set.of("chat"), Set.of("team"), Set.of("siem"), Set.of()));
    assertThat(settings.toString() + settings.telling() + settings.telling().mail())
        .doesNotContain("s3cret");
  }

  @Test
  void programsAreReadFromTheirFile() throws IOException {
    Path file = Files.writeString(folder.resolve("run.yaml"), "- {run: scan, image: tools/scan}");
    ResponderSettings settings = of(Map.of("LEUKO_RESPONDER_RUN_FILE", file.toString()));
    assertThat(settings.programs().names()).containsExactly("scan");
    assertThat(settings.channels().programs()).containsExactly("scan");
    assertThat(settings.alone().programs()).isEqualTo(settings.programs());
    assertThatThrownBy(() -> of(Map.of("LEUKO_RESPONDER_RUN_FILE", "/no/such/file")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("/no/such/file:1:1: cannot be read");
  }

  @Test
  void everyWrongWayToTellIsAProblemWithoutTheSecret() {
    Map<String, String> environment = new HashMap<>();
    environment.put("LEUKO_NOTIFY_TEMPLATES", "ops=/no/such/file");
    environment.put("LEUKO_NOTIFY_SLACK", "chat=s3cret");
    environment.put("LEUKO_NOTIFY_MAIL_SERVER", "mail.example.org");
    environment.put("LEUKO_NOTIFY_MAIL_FROM", "leuko@example.org");
    environment.put("LEUKO_NOTIFY_MAIL_TO", "team=nobody");
    environment.put("LEUKO_NOTIFY_SYSLOG", "siem=log.example.org");
    environment.put("LEUKO_NOTIFY_CERTIFICATES", "/no/such/pem");
    assertThatThrownBy(() -> of(environment))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the template of 'ops' cannot be used")
        .hasMessageContaining("there is no webhook 'ops'")
        .hasMessageContaining("the address of 'chat' is none")
        .hasMessageContaining("the mail server, or the address that mail comes from, is none")
        .hasMessageContaining("the address of 'team' is none")
        .hasMessageContaining("the address of 'siem' is none")
        .hasMessageContaining("it cannot be read")
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(() -> of(Map.of("LEUKO_NOTIFY_MAIL_TO", "team=a@example.org")))
        .hasMessageContaining("mail needs a server");
    assertThatThrownBy(() -> of(Map.of("LEUKO_NOTIFY_MAIL_SERVER", "mail.example.org:25")))
        .hasMessageContaining("set notify.mail.from");
  }
}
