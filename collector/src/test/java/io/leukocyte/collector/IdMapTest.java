package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IdMapTest {
  @Test
  void theHostsOwnNamespaceChangesNoNumber() {
    IdMap map = IdMap.parse("         0          0 4294967295\n");
    assertThat(map).isEqualTo(IdMap.SAME);
    assertThat(map.inside(0)).isZero();
    assertThat(map.inside(1000)).isEqualTo(1000);
    assertThat(map.inside(-2)).isEqualTo(-2);
    assertThat(map.inside(-1)).isEqualTo(-1);
  }

  @Test
  void aRemappedNumberIsThatOfTheContainer() {
    IdMap map = IdMap.parse("         0     100000      65536\n     70000          5          1\n");
    assertThat(map.inside(100_000)).isZero();
    assertThat(map.inside(101_000)).isEqualTo(1000);
    assertThat(map.inside(165_535)).isEqualTo(65_535);
    assertThat(map.inside(165_536)).isEqualTo(-1);
    assertThat(map.inside(5)).isEqualTo(70_000);
    assertThat(map.inside(0)).isEqualTo(-1);
  }

  @Test
  void aNamespaceWithoutAMapKnowsNobody() {
    assertThat(IdMap.parse("").inside(0)).isEqualTo(-1);
    assertThat(IdMap.parse("0 0\n-1 0 5\nx\n99999999999 1 1\n").ranges()).isEmpty();
  }
}
