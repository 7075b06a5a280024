package io.leukocyte.events;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Batches that this version does not write: with sections, rows and columns of a later one. */
final class Batches {
  private static final int AT_MINOR = 5;

  private Batches() {}

  /** A section as it stands in a batch: its number, its bytes without the header. */
  static final class Section {
    private final int id;
    private final byte[] content;

    Section(int id, byte[] content) {
      this.id = id;
      this.content = content;
    }

    int id() {
      return id;
    }

    byte[] content() {
      return content;
    }
  }

  static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static List<Section> sections(byte[] batch) {
    ByteBuffer in = little(batch);
    in.position(in.getShort(6));
    List<Section> sections = new ArrayList<>();
    while (in.hasRemaining()) {
      int id = in.getShort();
      in.getShort();
      byte[] content = new byte[in.getInt()];
      in.get(content);
      sections.add(new Section(id, content));
    }
    return sections;
  }

  /** The batch with other sections, another number of rows and a longer header. */
  static byte[] with(byte[] batch, List<Section> sections, int rows, byte[] moreHeader) {
    int header = little(batch).getShort(6);
    int total = header + moreHeader.length;
    for (Section section : sections) {
      total += 8 + section.content().length;
    }
    byte[] bytes = new byte[total];
    ByteBuffer out = little(bytes);
    out.put(batch, 0, header).put(moreHeader);
    out.putShort(6, (short) (header + moreHeader.length)).putInt(8, total).putInt(32, rows);
    for (Section section : sections) {
      out.putShort((short) section.id()).putShort((short) 0).putInt(section.content().length);
      out.put(section.content());
    }
    return bytes;
  }

  /** The batch as a later minor version might write it. */
  static byte[] ofALaterMinor(byte[] batch) {
    List<Section> sections = new ArrayList<>();
    sections.add(new Section(77, new byte[] {1, 2, 3}));
    int rows = little(batch).getInt(32);
    for (Section section : sections(batch)) {
      sections.add(
          switch (section.id()) {
            case 2 -> new Section(2, longer(section.content(), 4, 0));
            case 3 -> new Section(3, withUnknownRows(longer(section.content(), 0, 2)));
            default -> section;
          });
    }
    byte[] later = with(batch, sections, rows + 2, new byte[] {9, 9, 9});
    later[AT_MINOR] = BatchFormat.MINOR + 1;
    return later;
  }

  /** Each row with six more bytes. */
  private static byte[] longer(byte[] content, int from, int lengthAt) {
    ByteBuffer in = little(content);
    ByteBuffer out = little(new byte[content.length * 2]);
    out.put(content, 0, from);
    int at = from;
    while (at < content.length) {
      int length = in.getShort(at + lengthAt);
      int start = out.position();
      out.put(content, at, length).put(new byte[] {-1, -1, -1, -1, -1, -1});
      out.putShort(start + lengthAt, (short) (length + 6));
      at += length;
    }
    byte[] result = new byte[out.position()];
    out.get(0, result);
    return result;
  }

  /** A row of a kind that nobody knows before the others and one after them. */
  private static byte[] withUnknownRows(byte[] rows) {
    byte[] unknown = new byte[20];
    little(unknown).putShort((short) 999).putShort((short) 20).putInt(0).putLong(5);
    byte[] all = new byte[rows.length + 40];
    little(all).put(unknown).put(rows).put(unknown);
    return all;
  }
}
