package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The structs and enums in the type information (BTF) of a BPF object file. */
final class BtfTypes {
  private static final int ARRAY = 3;
  private static final int ENUM = 6;
  private static final int BTF_MAGIC = 0xeb9f;
  private static final int POINTER_SIZE = 8;

  private final ByteBuffer btf;
  private final int strings;
  private final List<Type> types = new ArrayList<>();

  /** One type: where its data lie and what it refers to. */
  private record Type(String name, int kind, int count, int sizeOrType, int data) {}

  /** A field of a struct: bytes from its beginning, and its size. */
  record Field(String name, long offset, long size) {}

  /** A struct. */
  record Struct(long size, List<Field> fields) {}

  private BtfTypes(ByteBuffer btf) {
    this.btf = btf;
    if (Short.toUnsignedInt(btf.getShort(0)) != BTF_MAGIC) {
      throw new IllegalArgumentException("Not BTF");
    }
    int header = btf.getInt(4);
    this.strings = header + btf.getInt(16);
    read(header + btf.getInt(8), btf.getInt(12));
  }

  /** Reads the section {@code .BTF} of a little-endian ELF file of 64 bits. */
  static BtfTypes of(byte[] object) {
    ByteBuffer elf = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
    int sections = (int) elf.getLong(0x28);
    int size = elf.getShort(0x3a);
    int count = elf.getShort(0x3c);
    int names = (int) elf.getLong(sections + elf.getShort(0x3e) * size + 0x18);
    for (int i = 0; i < count; i++) {
      int section = sections + i * size;
      if (text(elf, names + elf.getInt(section)).equals(".BTF")) {
        int from = (int) elf.getLong(section + 0x18);
        int length = (int) elf.getLong(section + 0x20);
        return new BtfTypes(elf.slice(from, length).order(ByteOrder.LITTLE_ENDIAN));
      }
    }
    throw new IllegalArgumentException("The object has no type information");
  }

  private void read(int from, int length) {
    types.add(new Type("void", 0, 0, 0, 0));
    int at = from;
    while (at < from + length) {
      int info = btf.getInt(at + 4);
      int kind = info >> 24 & 0x1f;
      int count = info & 0xffff;
      types.add(
          new Type(text(btf, strings + btf.getInt(at)), kind, count, btf.getInt(at + 8), at + 12));
      at += 12 + extra(kind, count);
    }
  }

  /** Bytes that follow the fixed part of a type. */
  private static int extra(int kind, int count) {
    return switch (kind) {
      case 1, 14, 17 -> 4;
      case 3 -> 12;
      case 4, 5, 15, 19 -> 12 * count;
      case 6, 13 -> 8 * count;
      default -> 0;
    };
  }

  /** A struct by its name. */
  Struct struct(String name) {
    for (Type type : types) {
      if (type.kind() == 4 && type.name().equals(name)) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < type.count(); i++) {
          int at = type.data() + 12 * i;
          fields.add(
              new Field(
                  text(btf, strings + btf.getInt(at)),
                  btf.getInt(at + 8) / 8,
                  size(btf.getInt(at + 4))));
        }
        return new Struct(type.sizeOrType(), fields);
      }
    }
    throw new IllegalArgumentException("The object has no struct " + name);
  }

  /** The names and values of an enum; empty when there is none. */
  Map<String, Integer> enumeration(String name) {
    Map<String, Integer> values = new LinkedHashMap<>();
    for (Type type : types) {
      if (type.kind() == ENUM && type.name().equals(name)) {
        for (int i = 0; i < type.count(); i++) {
          int at = type.data() + 8 * i;
          values.put(text(btf, strings + btf.getInt(at)), btf.getInt(at + 4));
        }
      }
    }
    return values;
  }

  private long size(int id) {
    Type type = types.get(id);
    return switch (type.kind()) {
      case 1, 4, 5, 6, 19 -> type.sizeOrType();
      case 2 -> POINTER_SIZE;
      case ARRAY -> size(btf.getInt(type.data())) * btf.getInt(type.data() + 8);
      case 8, 9, 10, 11 -> size(type.sizeOrType());
      default -> throw new IllegalStateException("A field of kind " + type.kind());
    };
  }

  private static String text(ByteBuffer bytes, int from) {
    int end = from;
    while (bytes.get(end) != 0) {
      end++;
    }
    byte[] text = new byte[end - from];
    bytes.get(from, text);
    return new String(text, US_ASCII);
  }
}
