package io.leukocyte.events;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers of the dictionary batch that writer and cursor share; docs/events.md describes them. */
final class BatchFormat {
  private BatchFormat() {}

  /** "LKEV" in the first four bytes. */
  static final int MAGIC = 0x56454b4c;

  static final int MAJOR = 1;
  static final int MINOR = 5;

  /** Header: offsets of its fixed part; the host id follows at {@link #HOST}. */
  static final int AT_MAJOR = 4;

  static final int AT_MINOR = 5;
  static final int AT_HEADER_LENGTH = 6;
  static final int AT_TOTAL_LENGTH = 8;
  static final int AT_EPOCH = 12;
  static final int AT_SEQUENCE = 20;
  static final int AT_FIRST_INDEX = 28;
  static final int AT_COUNT = 32;
  static final int AT_HOST_LENGTH = 36;
  static final int HOST = 38;

  /** Sections: id u16, reserved u16, length u32, then the bytes. */
  static final int SECTION_HEADER = 8;

  static final int SECTION_STRINGS = 1;
  static final int SECTION_CONTAINERS = 2;
  static final int SECTION_ROWS = 3;
  static final int SECTION_TEXT = 4;

  /** Since minor version 1. */
  static final int SECTION_MARKS = 5;

  /** Container row: length u16, flags u16, id 32 bytes, then four symbols. */
  static final int CONTAINER_ROW = 52;

  static final int CONTAINER_PRIVILEGED = 1;

  static final int ABSENT_TEXT = -1;

  static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  static int u16(byte[] bytes, int at) {
    return ((short) SHORT.get(bytes, at)) & 0xffff;
  }

  static int i32(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  static long i64(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }
}
