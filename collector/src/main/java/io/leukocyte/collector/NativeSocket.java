package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Sockets of families that Java does not know: netlink, and Unix sockets with abstract names. Each
 * function returns what it returns in C, but a failure is the negative errno.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class NativeSocket implements AutoCloseable {
  static final int AF_UNIX = 1;
  static final int AF_NETLINK = 16;
  static final int SOCK_STREAM = 1;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_NONBLOCK = 0x800;
  static final int SOL_SOCKET = 1;
  static final int SO_PEERCRED = 17;
  static final int SO_RCVBUFFORCE = 33;
  static final int EAGAIN = 11;
  static final int EADDRINUSE = 98;
  static final int ENOBUFS = 105;

  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int CREDENTIALS = 12;

  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle BIND =
      function("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CONNECT =
      function("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle LISTEN =
      function("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      function(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle GETSOCKOPT =
      function(
          "getsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle SEND =
      function("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle RECV =
      function("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private final int fd;

  private NativeSocket(int fd) {
    this.fd = fd;
  }

  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    return LibC.LINKER.downcallHandle(
        LibC.LINKER.defaultLookup().findOrThrow(name), descriptor, LibC.CAPTURE);
  }

  /**
   * A new socket.
   *
   * @throws NativeException when the kernel refuses
   */
  static NativeSocket open(int family, int type, int protocol) throws NativeException {
    int fd;
    try {
      fd = (int) SOCKET.invokeExact(LibC.captured(), family, type | SOCK_CLOEXEC, protocol);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
    if (fd < 0) {
      throw new NativeException("socket", LibC.errno());
    }
    return new NativeSocket(fd);
  }

  /** A call that the kernel refused. */
  static final class NativeException extends Exception {
    private final int errno;

    NativeException(String call, int errno) {
      super(call + ": errno " + errno);
      this.errno = errno;
    }

    int errno() {
      return errno;
    }
  }

  int fd() {
    return fd;
  }

  int bind(byte[] address) {
    return addressed(BIND, address);
  }

  int connect(byte[] address) {
    return addressed(CONNECT, address);
  }

  private int addressed(MethodHandle call, byte[] address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment at = arena.allocateFrom(JAVA_BYTE, address);
      int result = (int) call.invokeExact(LibC.captured(), fd, at, address.length);
      return result < 0 ? -LibC.errno() : result;
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  int listen(int backlog) {
    try {
      int result = (int) LISTEN.invokeExact(LibC.captured(), fd, backlog);
      return result < 0 ? -LibC.errno() : result;
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  int set(int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment at = arena.allocateFrom(JAVA_INT, value);
      int result =
          (int) SETSOCKOPT.invokeExact(LibC.captured(), fd, SOL_SOCKET, option, at, Integer.BYTES);
      return result < 0 ? -LibC.errno() : result;
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** The process at the other end; 0 when it cannot be seen from here. */
  int peer() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment credentials = arena.allocate(CREDENTIALS, 4);
      MemorySegment length = arena.allocateFrom(JAVA_INT, CREDENTIALS);
      int result =
          (int)
              GETSOCKOPT.invokeExact(
                  LibC.captured(), fd, SOL_SOCKET, SO_PEERCRED, credentials, length);
      return result < 0 ? 0 : credentials.get(JAVA_INT, 0);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  long send(byte[] message) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment at = arena.allocateFrom(JAVA_BYTE, message);
      long sent =
          (long) SEND.invokeExact(LibC.captured(), fd, at, (long) message.length, MSG_NOSIGNAL);
      return sent < 0 ? -LibC.errno() : sent;
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** Takes a message that is there already. */
  long receive(MemorySegment into) {
    try {
      long got = (long) RECV.invokeExact(LibC.captured(), fd, into, into.byteSize(), MSG_DONTWAIT);
      return got < 0 ? -LibC.errno() : got;
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}
