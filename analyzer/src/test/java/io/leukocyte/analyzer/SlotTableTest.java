package io.leukocyte.analyzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotTableTest {
  private static byte[] id(long number) {
    byte[] id = new byte[SlotTable.ID_BYTES];
    new Random(number).nextBytes(id);
    return id;
  }

  /** Ids that differ in two bytes only. */
  private static byte[] similarId(int number) {
    byte[] id = new byte[SlotTable.ID_BYTES];
    id[31] = (byte) number;
    id[30] = (byte) (number >> 8);
    return id;
  }

  @Test
  void agreesWithMapThroughRandomAddsAndRemoves() {
    SlotTable table = new SlotTable(2);
    Map<Long, Long> expected = new HashMap<>();
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      long number = random.nextInt(700);
      int slot = table.find(id(number), 0);
      assertThat(slot >= 0).isEqualTo(expected.containsKey(number));
      if (slot < 0) {
        table.set(table.add(id(number), 0), 1, i);
        expected.put(number, (long) i);
      } else if (random.nextBoolean()) {
        table.remove(slot);
        expected.remove(number);
      } else {
        assertThat(table.get(slot, 1)).isEqualTo(expected.get(number));
        assertThat(table.id(slot)).isEqualTo(id(number));
      }
      assertThat(table.size()).isEqualTo(expected.size());
    }
  }

  @Test
  void similarIdsAreAllFoundWhenSomeAreRemoved() {
    SlotTable table = new SlotTable(1);
    for (int i = 0; i < 300; i++) {
      table.set(table.add(similarId(i), 0), 0, i);
    }
    for (int i = 0; i < 300; i += 3) {
      table.remove(table.find(similarId(i), 0));
    }
    for (int i = 0; i < 300; i++) {
      int slot = table.find(similarId(i), 0);
      assertThat(slot >= 0).isEqualTo(i % 3 != 0);
      if (slot >= 0) {
        assertThat(table.get(slot, 0)).isEqualTo(i);
      }
    }
  }

  @Test
  void slotGivenAgainBeginsAtZero() {
    SlotTable table = new SlotTable(2);
    int slot = table.add(id(1), 0);
    table.set(slot, 0, 99);
    table.remove(slot);
    int again = table.add(id(2), 0);
    assertThat(again).isEqualTo(slot);
    assertThat(table.get(again, 0)).isZero();
  }

  @Test
  void imagesOfDirtyPagesMakeTheTableAnew() {
    SlotTable table = new SlotTable(3);
    SlotTable copy = new SlotTable(3);
    Random random = new Random(11);
    for (int round = 0; round < 200; round++) {
      for (int i = 0; i < 20; i++) {
        byte[] id = id(random.nextInt(400));
        int slot = table.find(id, 0);
        if (slot >= 0 && random.nextInt(4) == 0) {
          table.remove(slot);
        } else {
          table.set(slot >= 0 ? slot : table.add(id, 0), random.nextInt(3), random.nextLong());
        }
      }
      table.takeDirty(page -> copy.restore(page, table.image(page)));
    }
    copy.index();
    assertThat(copy.size()).isEqualTo(table.size());
    for (int number = 0; number < 400; number++) {
      int slot = table.find(id(number), 0);
      assertThat(copy.find(id(number), 0)).isEqualTo(slot);
      for (int column = 0; slot >= 0 && column < 3; column++) {
        assertThat(copy.get(slot, column)).isEqualTo(table.get(slot, column));
      }
    }
  }

  @Test
  void onlyWrittenPagesAreDirtyAndOnlyOnce() {
    SlotTable table = new SlotTable(1);
    List<byte[]> ids = new ArrayList<>();
    for (int i = 0; i < 3 * SlotTable.PAGE_SLOTS; i++) {
      ids.add(id(i));
      table.add(id(i), 0);
    }
    List<Integer> taken = new ArrayList<>();
    table.takeDirty(taken::add);
    table.set(table.find(ids.get(SlotTable.PAGE_SLOTS), 0), 0, 1);
    table.takeDirty(taken::add);
    table.takeDirty(taken::add);
    assertThat(taken).containsExactly(0, 1, 2, 1);
  }

  @Test
  void imageOfNarrowerTableLeavesNewColumnsAtZero() {
    SlotTable narrow = new SlotTable(1);
    narrow.set(narrow.add(id(5), 0), 0, 42);
    SlotTable wide = new SlotTable(2);
    wide.restore(0, narrow.image(0));
    wide.index();
    int slot = wide.find(id(5), 0);
    assertThat(wide.get(slot, 0)).isEqualTo(42);
    assertThat(wide.get(slot, 1)).isZero();
  }

  @Test
  void imageOfAnotherVersionIsRefused() {
    SlotTable table = new SlotTable(1);
    assertThatThrownBy(() -> table.restore(0, new byte[] {9, 1, 0, 0, 0, 0, 0, 0, 0, 0}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("version 9");
  }
}
