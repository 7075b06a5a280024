package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.TopicException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TopicsMakerTest {
  private static final Duration SECONDS = Duration.ofSeconds(20);

  private final AtomicInteger tries = new AtomicInteger();

  @Test
  void itTriesUntilKafkaAnswersAndSaysSo() {
    try (TopicsMaker maker = new TopicsMaker(this::answerTheThirdTime, Duration.ofMillis(50))) {
      assertThat(maker.check().getFirst()).isInstanceOf(CheckResult.Degraded.class);
      maker.start();
      await().atMost(SECONDS).until(() -> maker.check().getFirst() instanceof CheckResult.Ok);
      assertThat(tries).hasValue(3);
    }
  }

  private void answerTheThirdTime() {
    if (tries.incrementAndGet() < 3) {
      throw new EnvironmentException("Cannot reach Kafka", new IllegalStateException("away"));
    }
  }

  @Test
  void topicsWithOtherNumbersAreAFailedCheckAndNotTriedAgain() {
    Runnable mismatch =
        () -> {
          tries.incrementAndGet();
          throw new EnvironmentException("2 partitions", new TopicException("2 partitions"));
        };
    try (TopicsMaker maker = new TopicsMaker(mismatch, Duration.ofMillis(1))) {
      maker.start();
      await().atMost(SECONDS).until(() -> maker.check().getFirst() instanceof CheckResult.Failed);
      assertThat(tries).hasValue(1);
    }
  }
}
