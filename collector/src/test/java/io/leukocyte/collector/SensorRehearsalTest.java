package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SensorRehearsalTest {
  @Test
  void eachRecordBecomesAnEvent() {
    int alone = 250 * 4;
    int waiting = 250 * 16 * 4;
    assertThat(SensorRehearsal.run()).isEqualTo(alone + waiting);
  }
}
