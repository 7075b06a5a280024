package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The layout of records in Java is the one in the object file. */
class SensorLayoutTest {
  private static final BtfTypes TYPES = BtfTypes.of(BpfObject.image(BpfObject.FORMS.getFirst()));

  static List<StructLayout> structs() {
    return SensorLayout.ALL;
  }

  @ParameterizedTest
  @MethodSource("structs")
  void eachFieldLiesWhereTheKernelWritesIt(StructLayout layout) {
    BtfTypes.Struct struct = TYPES.struct(layout.name().orElseThrow());

    assertThat(layout.byteSize()).isEqualTo(struct.size());
    assertThat(fields(layout)).isEqualTo(struct.fields());
  }

  private static List<BtfTypes.Field> fields(StructLayout layout) {
    List<BtfTypes.Field> fields = new ArrayList<>();
    for (MemoryLayout member : layout.memberLayouts()) {
      String name = member.name().orElseThrow();
      fields.add(new BtfTypes.Field(name, SensorLayout.at(layout, name), member.byteSize()));
    }
    return fields;
  }

  @Test
  void theNumbersOfKindsAreTheKernels() {
    Map<String, Integer> kinds = new TreeMap<>();
    TYPES
        .enumeration("record_kind")
        .forEach((name, value) -> kinds.put(name.replace("RECORD_", ""), value));

    assertThat(kinds).hasSize(13);
    assertThat(constants(kinds)).isEqualTo(kinds);
  }

  @Test
  void theFlagsAreTheKernels() {
    Map<String, Integer> flags = new TreeMap<>(TYPES.enumeration("record_flag"));

    assertThat(flags).hasSize(21);
    assertThat(constants(flags)).isEqualTo(flags);
  }

  @Test
  void whatACallsEntryAsksForIsTheKernels() {
    Map<String, Integer> wants = new TreeMap<>(TYPES.enumeration("call_want"));

    assertThat(wants).hasSize(12);
    assertThat(constants(wants)).isEqualTo(wants);
  }

  /** One object serves both: the loader looks which registers the running kernel has. */
  @Test
  void theObjectKnowsTheRegistersOfBothArchitectures() {
    assertThat(TYPES.struct("pt_regs___x86").fields())
        .extracting(BtfTypes.Field::name)
        .contains("di", "si", "dx", "r10", "r8", "r9", "orig_ax", "bx", "cx", "bp");
    assertThat(TYPES.struct("pt_regs___arm64").fields())
        .extracting(BtfTypes.Field::name)
        .containsExactly("regs", "orig_x0", "syscallno");
  }

  /** The constants of {@link SensorLayout} that have one of the names. */
  private static Map<String, Integer> constants(Map<String, Integer> names) {
    Map<String, Integer> constants = new TreeMap<>();
    for (Field field : SensorLayout.class.getDeclaredFields()) {
      if (names.containsKey(field.getName()) && Modifier.isStatic(field.getModifiers())) {
        try {
          constants.put(field.getName(), field.getInt(null));
        } catch (IllegalAccessException e) {
          throw new AssertionError(e);
        }
      }
    }
    return constants;
  }
}
