package io.leukocyte.responder;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Packets of one network namespace, as they come. Used by one thread. */
interface PacketSource extends AutoCloseable {

  /** Opens the packets of a container's namespace. */
  interface Opener {
    /**
     * Opens them, for the thread that calls.
     *
     * @throws IOException when that is not possible; the message says why
     */
    PacketSource open(ContainerProcess process) throws IOException;
  }

  /**
   * A packet, without its link header. The fields are those of {@code struct sockaddr_ll}.
   *
   * @param protocol of the payload, as an EtherType
   * @param index the interface's
   * @param hardware the kind of interface, ARPHRD
   * @param way 0 to us, 1 broadcast, 2 multicast, 3 to others, 4 from us
   * @param addressLength how many bytes of the address count
   * @param address of the sender in the link layer, 8 bytes
   * @param length of the payload, also where not all of it is there
   * @param payload valid until the next packet is read
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Packet(
      short protocol,
      int index,
      int hardware,
      int way,
      int addressLength,
      byte[] address,
      long length,
      ByteBuffer payload) {}

  /** The next packet; null when there was none for a moment. */
  @Nullable Packet next() throws IOException;

  /** How many came faster than they were read, since this was asked last. */
  long dropped();

  @Override
  void close();
}
