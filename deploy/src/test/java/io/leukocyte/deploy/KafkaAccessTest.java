package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** What is said when Kafka cannot be used. */
class KafkaAccessTest {
  @Test
  void whereKafkaWasLookedForIsSaidWhenItDoesNotAnswer() {
    assertThat(
            KafkaAccess.unreadable(
                "leuko.alerts",
                Map.of("bootstrap.servers", List.of("a:9092", "b:9092")),
                new TimeoutException("Timeout expired while fetching topic metadata")))
        .hasMessage(
            "Cannot read leuko.alerts: Kafka at a:9092,b:9092 does not answer; start it, or correct"
                + " kafka.bootstrap.");
    assertThat(
            KafkaAccess.unreadable(
                "leuko.alerts", Map.of("bootstrap.servers", "a:1"), new TimeoutException("late")))
        .hasMessageContaining("Kafka at a:1 does not answer");
  }

  @Test
  void whatKafkaRefusesIsSaidInItsWords() {
    assertThat(
            KafkaAccess.unreadable(
                "leuko.alerts", Map.of(), new SaslAuthenticationException("wrong password")))
        .hasMessage(
            "Cannot read leuko.alerts: wrong password; check kafka.bootstrap, and the user and its"
                + " rights.");
  }
}
