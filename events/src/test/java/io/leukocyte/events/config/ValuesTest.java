package io.leukocyte.events.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValuesTest {
  @Test
  void durationsAreReadAndWrittenInTheSameForm() {
    for (String text : List.of("100ms", "5m", "1h30m", "7d", "1us", "3ns", "1d2h3m4s5ms6us7ns")) {
      assertThat(Durations.format(Durations.parse(text))).isEqualTo(text);
    }
    assertThat(Durations.parse("90s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(Durations.format(Duration.ZERO)).isEqualTo("0s");
    assertThat(Durations.parse("0s")).isEqualTo(Duration.ZERO);
  }

  @Test
  void otherFormsOfDurationsAreRefused() {
    for (String text :
        List.of("", "5", "m", "-5m", "5 m", "1.5h", "5min", "999999999999999999d", "5M")) {
      assertThatThrownBy(() -> Durations.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void amountsOfBytesAreReadAndWrittenInTheSameForm() {
    for (String text : List.of("0B", "1B", "1000B", "256KiB", "2GiB", "3TiB", "1025MiB")) {
      assertThat(ByteSizes.format(ByteSizes.parse(text))).isEqualTo(text);
    }
    assertThat(ByteSizes.parse("4096")).isEqualTo(4096);
    assertThat(ByteSizes.parse("2 MB")).isEqualTo(2_000_000);
    assertThat(ByteSizes.parse("1kB")).isEqualTo(1000);
  }

  @Test
  void otherFormsOfAmountsAreRefused() {
    for (String text : List.of("", "KiB", "-1", "1.5MiB", "1 Kib", "99999999TiB", "1  B")) {
      assertThatThrownBy(() -> ByteSizes.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void addressesOfServersAreReadAndWrittenInTheSameForm() {
    for (String text : List.of("kafka:9092", "127.0.0.1:1", "[2001:db8::1]:65535")) {
      assertThat(HostPort.parse(text)).hasToString(text);
    }
    for (String text :
        List.of("", "kafka", ":1", "kafka:", "kafka:0", "kafka:65536", "::1:9", "a b:1", "[a]:1")) {
      assertThatThrownBy(() -> HostPort.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void nearestWordIsSuggestedAndFarOnesAreNot() {
    List<String> words = List.of("kafka.bootstrap", "kafka.user", "protect");

    assertThat(Suggestion.nearest("kafka.botstrap", words)).contains("kafka.bootstrap");
    assertThat(Suggestion.nearest("kafka.sure", words)).contains("kafka.user");
    assertThat(Suggestion.nearest("KAFKA.USER", words)).contains("kafka.user");
    assertThat(Suggestion.didYouMean("protcet", words)).isEqualTo("did you mean 'protect'?");
    assertThat(Suggestion.didYouMean("elasticsearch.url", words)).isEmpty();
  }
}
