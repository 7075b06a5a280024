package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.events.ContainerId;
import org.junit.jupiter.api.Test;

class LogPlacesTest {
  private static final ContainerId CONTAINER = new ContainerId("0123456789abcdef".repeat(4));

  private final LogPlaces places = new LogPlaces();

  @Test
  void eachLineFindsItsMarkInOrder() {
    places.put(CONTAINER, LogMark.both(1));
    places.put(CONTAINER, LogMark.both(2));

    assertThat(places.take(CONTAINER)).isEqualTo(new LogPlaces.Numbered(1, LogMark.both(1)));
    assertThat(places.take(CONTAINER)).isEqualTo(new LogPlaces.Numbered(2, LogMark.both(2)));
    assertThat(places.take(CONTAINER)).isNull();
  }

  @Test
  void aContainerThatIsGoneIsForgottenWhenItsLastLineHasArrived() {
    places.put(CONTAINER, LogMark.both(1));
    places.put(CONTAINER, LogMark.both(2));
    places.forget(CONTAINER);

    assertThat(places.take(CONTAINER)).isNotNull();
    assertThat(places.size()).isOne();
    assertThat(places.take(CONTAINER)).isNotNull();
    assertThat(places.size()).isZero();
  }

  @Test
  void oneWithoutLinesIsForgottenAtOnce() {
    places.put(CONTAINER, LogMark.both(1));
    places.take(CONTAINER);

    places.forget(CONTAINER);

    assertThat(places.size()).isZero();
  }
}
