package io.leukocyte.responder;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A file of packets in the pcap form with nanoseconds, link type {@code LINUX_SLL2}, that tcpdump
 * and Wireshark read: packets of all interfaces, in and out. What was written is whole packets.
 */
final class PcapFile {
  private static final int MAGIC_NANOSECONDS = 0xa1b23c4d;
  private static final int LINUX_SLL2 = 276;
  private static final int SLL2_HEADER = 20;
  private static final int RECORD_HEADER = 16;
  private static final int FILE_HEADER = 24;
  private static final int MOST_OF_PACKET = 256 << 10;
  private static final long SECOND = 1_000_000_000L;

  private final OutputStream out;
  private final long most;
  private long written;

  /**
   * Begins a file.
   *
   * @param most bytes of it
   */
  PcapFile(OutputStream out, long most) throws IOException {
    this.out = out;
    this.most = most;
    ByteBuffer header = ByteBuffer.allocate(FILE_HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(MAGIC_NANOSECONDS).putShort((short) 2).putShort((short) 4);
    header.putInt(0).putInt(0).putInt(MOST_OF_PACKET).putInt(LINUX_SLL2);
    put(header.array());
  }

  /**
   * Writes a packet.
   *
   * @param time when it was read, unix nanoseconds
   * @return whether there was room for it
   */
  boolean write(PacketSource.Packet packet, long time) throws IOException {
    int payload = packet.payload().remaining();
    int size = RECORD_HEADER + SLL2_HEADER + payload;
    if (written + size > most) {
      return false;
    }
    ByteBuffer record = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    record
        .putInt((int) Math.floorDiv(time, SECOND))
        .putInt((int) Math.floorMod(time, SECOND))
        .putInt(SLL2_HEADER + payload)
        .putInt((int) (SLL2_HEADER + packet.length()));
    record.order(ByteOrder.BIG_ENDIAN);
    record.putShort(packet.protocol()).putShort((short) 0).putInt(packet.index());
    record.putShort((short) packet.hardware()).put((byte) packet.way());
    record.put((byte) packet.addressLength()).put(packet.address());
    record.put(packet.payload());
    put(record.array());
    return true;
  }

  private void put(byte[] bytes) throws IOException {
    out.write(bytes);
    written += bytes.length;
  }
}
