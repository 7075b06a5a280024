package io.leukocyte.collector;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A static ELF program of 32-bit x86, put together instruction by instruction: it makes system
 * calls by {@code int 0x80}. So the test needs neither compiler nor 32-bit libraries.
 */
final class MachineCode {
  private static final int BASE = 0x08048000;
  private static final int HEADERS = 52 + 32;
  private static final int TEXTS_AT = 0x1000;

  private final ByteArrayOutputStream code = new ByteArrayOutputStream();
  private final ByteArrayOutputStream texts = new ByteArrayOutputStream();

  /** The address of a text, with a NUL at its end. */
  int text(String text) {
    int at = BASE + TEXTS_AT + texts.size();
    texts.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    texts.write(0);
    return at;
  }

  /** Makes a call with three arguments; the fourth is 0. */
  MachineCode call(int number, int first, int second, int third) {
    load(0xb8, number); // eax
    load(0xbb, first); // ebx
    load(0xb9, second); // ecx
    load(0xba, third); // edx
    load(0xbe, 0); // esi
    code.write(0xcd);
    code.write(0x80);
    return this;
  }

  private void load(int instruction, int value) {
    code.write(instruction);
    code.writeBytes(little(4).putInt(value).array());
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The file: both headers, the code, and the texts. */
  byte[] program() {
    int size = TEXTS_AT + texts.size();
    ByteBuffer file = little(size);
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 1, 1, 1, 0}).position(16);
    file.putShort((short) 2).putShort((short) 3).putInt(1); // executable, i386
    file.putInt(BASE + HEADERS).putInt(52).putInt(0).putInt(0); // entry, program headers
    file.putShort((short) 52).putShort((short) 32).putShort((short) 1).putShort((short) 40);
    file.putShort((short) 0).putShort((short) 0);
    file.putInt(1).putInt(0).putInt(BASE).putInt(BASE).putInt(size).putInt(size);
    file.putInt(5).putInt(0x1000); // read and execute
    file.put(code.toByteArray());
    file.position(TEXTS_AT);
    file.put(texts.toByteArray());
    byte[] bytes = new byte[size];
    file.get(0, bytes);
    return bytes;
  }
}
