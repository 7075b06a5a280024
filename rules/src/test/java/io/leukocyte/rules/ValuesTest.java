package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValuesTest {
  @ParameterizedTest
  @CsvSource({
    "/usr/bin/python3.11, /usr/bin/python3.11",
    "/usr/bin/nc, /usr/bin/nc",
    "nc, nc",
    "/proc/4711/exe, /proc/*/exe",
    "/tmp/tmp.Xy12ABcd34, /tmp/tmp.*",
    "/tmp/tmpab_cd12e/x, /tmp/tmp*/x",
    "/opt/app/3f9a2b1c44de/run, /opt/app/*/run",
    "/opt/deadbeef/run, /opt/deadbeef/run",
    "/a/123e4567-e89b-12d3-a456-426614174000/b, /a/*/b",
  })
  void programsLoseWhatDiffersFromRunToRun(String path, String normal) {
    assertThat(Values.program(path)).isEqualTo(normal);
  }

  @ParameterizedTest
  @CsvSource({
    "/var/log/app-2026-11-28.log, /var/log/app-*-11-28.log",
    "/var/log/app.20261128.log, /var/log/app.*.log",
    "/proc/17/oom_score_adj, /proc/*/oom_score_adj",
    "/var/lib/php/sess_9f8e7d6c5b4a, /var/lib/php/sess_*",
    "/etc/ssl/certs/ca.pem, /etc/ssl/certs/ca.pem",
    "/tmp/aB3xK9/q, /tmp/*/q",
    "/data/file7, /data/file7",
  })
  void filesLoseDatesNumbersAndDigests(String path, String normal) {
    assertThat(Values.file(path)).isEqualTo(normal);
  }

  @Test
  void destinationsHaveNamesOrAddressesAndPortsThatLast() {
    assertThat(Values.destination("api.example.com", 443, "tcp"))
        .isEqualTo("api.example.com:443/tcp");
    assertThat(Values.destination("2001:db8::1", 443, "tcp")).isEqualTo("[2001:db8::1]:443/tcp");
    assertThat(Values.destination("10.0.0.1", 40_000, "udp")).isEqualTo("10.0.0.1:ephemeral/udp");
    assertThat(Values.destination("10.0.0.1", 0, "icmp")).isEqualTo("10.0.0.1/icmp");
    assertThat(Values.listening(8080, "tcp", false)).isEqualTo("8080/tcp");
    assertThat(Values.listening(6060, "tcp", true)).isEqualTo("6060/tcp on loopback");
    assertThat(Values.listening(45_000, "tcp", false)).isEqualTo("ephemeral/tcp");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.3.7:5432/tcp, 10.0.3.0/24:5432/tcp",
    "192.168.1.9:ephemeral/udp, 192.168.1.0/24:ephemeral/udp",
    "[fd00::7]:80/tcp, [fd00:0:0:0::/64]:80/tcp",
    "10.0.3.7/icmp, 10.0.3.0/24/icmp",
  })
  void privateAddressesHaveTheirNetworkForAGroup(String destination, String group) {
    assertThat(Values.group(Aspect.DESTINATIONS, destination)).isEqualTo(group);
  }

  @Test
  void publicAddressesNamesAndImportantFilesCountByThemselves() {
    assertThat(Values.group(Aspect.DESTINATIONS, "203.0.113.7:443/tcp")).isNull();
    assertThat(Values.group(Aspect.DESTINATIONS, "db.example.com:5432/tcp")).isNull();
    assertThat(Values.group(Aspect.DESTINATIONS, "10.0.3.0/24:5432/tcp")).isNull();
    assertThat(Values.group(Aspect.FILES_WRITTEN, "/etc/cron.d/x")).isNull();
    assertThat(Values.group(Aspect.FILES_WRITTEN, "/usr/bin/x")).isNull();
    assertThat(Values.group(Aspect.FILES_WRITTEN, "/var/lib/db/x")).isEqualTo("/var/lib/db/*");
    assertThat(Values.group(Aspect.FILES_WRITTEN, "/var/lib/db/*")).isEqualTo("/var/lib/db/*");
  }

  @Test
  void longValuesAreCutAndStayApart() {
    String one = Values.program("/opt/" + "x".repeat(300) + "/a");
    String other = Values.program("/opt/" + "x".repeat(300) + "/b");
    assertThat(one).hasSizeLessThanOrEqualTo(Values.MOST).isNotEqualTo(other);
  }
}
