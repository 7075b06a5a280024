package io.leukocyte.responder;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * All packets at all interfaces of a network namespace: a packet socket of the kernel, without its
 * link headers ({@code packet(7)}, {@code SOCK_DGRAM}). Used by the thread that opens it alone, and
 * that thread is in the namespace from then on: it must be a platform thread that does nothing
 * else.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class PacketSocket implements PacketSource {
  private static final int O_RDONLY_CLOEXEC = 0x80000;
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int AF_PACKET = 17;
  private static final int SOCK_DGRAM_CLOEXEC = 0x80002;
  private static final int ALL_PROTOCOLS = 0x0300; // ETH_P_ALL in network order
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_STATISTICS = 6;
  private static final int MSG_TRUNC = 0x20;
  private static final int ARPHRD_LOOPBACK = 772;
  private static final int PACKET_OUTGOING = 4;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int ENETDOWN = 100;
  private static final int QUEUE_BYTES = 4 << 20;
  private static final long WAIT_MICROS = 200_000;

  /** Larger than any packet that the kernel hands over in one piece. */
  private static final int LONGEST = 256 << 10;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
  private static final VarHandle ERRNO =
      Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));
  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("open"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          CAPTURE,
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle SETNS =
      function("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      function(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle GETSOCKOPT =
      function(
          "getsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle RECVFROM =
      function(
          "recvfrom",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS));

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
  private final MemorySegment buffer = arena.allocate(LONGEST);
  private final MemorySegment from = arena.allocate(20, 4); // struct sockaddr_ll
  private final MemorySegment fromLength = arena.allocate(JAVA_INT);
  private int socket = -1;

  private PacketSocket() {}

  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, CAPTURE);
  }

  /** Looks whether a path still means what it is to mean. */
  interface Check {
    void pass() throws IOException;
  }

  /**
   * Moves the thread into a namespace, and listens there.
   *
   * @param namespace the file that stands for it, {@code /proc/PID/ns/net}
   * @param check called when the file is open, before anything else is done with it
   * @throws IOException when the kernel does not let us; the message says what
   */
  static PacketSocket open(Path namespace, Check check) throws IOException {
    PacketSocket made = new PacketSocket();
    try {
      made.enter(namespace, check);
      made.listen();
      return made;
    } catch (IOException | RuntimeException e) {
      made.close();
      throw e;
    }
  }

  private void enter(Path namespace, Check check) throws IOException {
    int file;
    try {
      file =
          (int)
              OPEN.invokeExact(
                  state, arena.allocateFrom(namespace.toString()), O_RDONLY_CLOEXEC, 0);
    } catch (Throwable t) {
      throw impossible(t);
    }
    require("open " + namespace, file);
    try {
      check.pass();
      require("enter " + namespace, (int) SETNS.invokeExact(state, file, CLONE_NEWNET));
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Throwable t) {
      throw impossible(t);
    } finally {
      close(file);
    }
  }

  private void listen() throws IOException {
    try {
      socket = (int) SOCKET.invokeExact(state, AF_PACKET, SOCK_DGRAM_CLOEXEC, ALL_PROTOCOLS);
      require("open a packet socket", socket);
      MemorySegment time = arena.allocate(16, 8); // struct timeval
      time.set(JAVA_LONG, 8, WAIT_MICROS);
      require(
          "set a packet socket's time",
          (int) SETSOCKOPT.invokeExact(state, socket, SOL_SOCKET, SO_RCVTIMEO, time, 16));
      MemorySegment queue = arena.allocateFrom(JAVA_INT, QUEUE_BYTES);
      int _ = (int) SETSOCKOPT.invokeExact(state, socket, SOL_SOCKET, SO_RCVBUFFORCE, queue, 4);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  private void require(String what, int result) throws IOException {
    if (result < 0) {
      throw new IOException("cannot " + what + ": errno " + errno());
    }
  }

  private int errno() {
    return (int) ERRNO.get(state, 0L);
  }

  private static AssertionError impossible(Throwable cause) {
    return new AssertionError("A native function could not be called", cause);
  }

  @Override
  public @Nullable Packet next() throws IOException {
    long length;
    fromLength.set(JAVA_INT, 0, 20);
    try {
      length =
          (long)
              RECVFROM.invokeExact(
                  state, socket, buffer, (long) LONGEST, MSG_TRUNC, from, fromLength);
    } catch (Throwable t) {
      throw impossible(t);
    }
    if (length < 0) {
      int error = errno();
      if (error == EAGAIN || error == EINTR || error == ENETDOWN) {
        return null;
      }
      throw new IOException("a packet socket failed: errno " + error);
    }
    int hardware = Short.toUnsignedInt(from.get(JAVA_SHORT, 8));
    int way = from.get(JAVA_BYTE, 10);
    if (hardware == ARPHRD_LOOPBACK && way == PACKET_OUTGOING) {
      return null; // it comes again on its way in
    }
    byte[] address = new byte[8];
    MemorySegment.copy(from, JAVA_BYTE, 12, address, 0, 8);
    return new Packet(
        Short.reverseBytes(from.get(JAVA_SHORT, 2)),
        from.get(JAVA_INT, 4),
        hardware,
        way,
        from.get(JAVA_BYTE, 11),
        address,
        length,
        buffer.asSlice(0, Math.min(length, LONGEST)).asByteBuffer());
  }

  @Override
  public long dropped() {
    MemorySegment counts = arena.allocate(8, 4); // struct tpacket_stats
    MemorySegment size = arena.allocateFrom(JAVA_INT, 8);
    try {
      int result =
          (int) GETSOCKOPT.invokeExact(state, socket, SOL_PACKET, PACKET_STATISTICS, counts, size);
      return result < 0 ? 0 : Integer.toUnsignedLong(counts.get(JAVA_INT, 4));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  @Override
  public void close() {
    if (socket >= 0) {
      close(socket);
    }
    arena.close();
  }

  private void close(int file) {
    try {
      int _ = (int) CLOSE.invokeExact(state, file);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }
}
