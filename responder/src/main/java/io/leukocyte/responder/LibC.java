package io.leukocyte.responder;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The few functions of the C library that going into another network namespace and a journal need.
 * Each returns what it returns in C, but a failure is the negative errno. A namespace is that of
 * the calling thread alone, which must be a platform thread.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class LibC {
  private static final int O_RDONLY_CLOEXEC = 0x80000;
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 0x80003;
  private static final int NETLINK_NETFILTER = 12;

  static final Linker LINKER = Linker.nativeLinker();

  private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          symbol("open"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          CAPTURE,
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE =
      LINKER.downcallHandle(symbol("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT), CAPTURE);
  private static final MethodHandle FDATASYNC =
      LINKER.downcallHandle(
          symbol("fdatasync"), FunctionDescriptor.of(JAVA_INT, JAVA_INT), CAPTURE);
  private static final MethodHandle SETNS =
      LINKER.downcallHandle(
          symbol("setns"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), CAPTURE);
  private static final MethodHandle UNSHARE =
      LINKER.downcallHandle(symbol("unshare"), FunctionDescriptor.of(JAVA_INT, JAVA_INT), CAPTURE);
  private static final MethodHandle SOCKET =
      LINKER.downcallHandle(
          symbol("socket"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), CAPTURE);

  private LibC() {}

  private static MemorySegment symbol(String name) {
    return LINKER.defaultLookup().findOrThrow(name);
  }

  /** What a call through a method handle throws although its type allows nothing. */
  static AssertionError impossible(Throwable cause) {
    return new AssertionError("A native function could not be called", cause);
  }

  private static int result(int result, MemorySegment state) {
    return result < 0 ? -(int) ERRNO.get(state, 0L) : result;
  }

  /** Opens a file to read it: its descriptor, which programs that are started do not get. */
  static int open(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment name = arena.allocateFrom(path);
      return result((int) OPEN.invokeExact(state, name, O_RDONLY_CLOEXEC), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Closes a descriptor. */
  static void close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      int ignored = (int) CLOSE.invokeExact(arena.allocate(STATE), fd);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Waits until a file's content is on the disk, whoever wrote it; an interrupt is none to it. */
  static int syncData(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return result((int) FDATASYNC.invokeExact(state, fd), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** The calling thread goes into the network namespace that a descriptor is open on. */
  static int enterNetwork(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return result((int) SETNS.invokeExact(state, fd, CLONE_NEWNET), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** The calling thread goes into a new network namespace, which ends when nobody is in it. */
  static int newNetwork() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return result((int) UNSHARE.invokeExact(state, CLONE_NEWNET), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** A socket to the packet filter of the calling thread's network namespace: its descriptor. */
  static int netfilterSocket() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return result(
          (int) SOCKET.invokeExact(state, AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER), state);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }
}
