package io.leukocyte.responder;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/**
 * A file descriptor that stands for one process for good, whoever gets its pid later. Source:
 * pidfd_open(2) and pidfd_send_signal(2), Linux 5.3; their numbers are the same on each machine.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class PidFd implements AutoCloseable {
  private static final long SEND_SIGNAL = 424;
  private static final long OPEN = 434;
  private static final int EPERM = 1;
  private static final int ESRCH = 3;
  private static final int ENOSYS = 38;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle SYSCALL =
      function(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle KILL =
      function("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  private final int fd;

  private PidFd(int fd) {
    this.fd = fd;
  }

  private static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker.Option[] all = new Linker.Option[options.length + 1];
    all[0] = Linker.Option.captureCallState("errno");
    System.arraycopy(options, 0, all, 1, options.length);
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, all);
  }

  /**
   * Opens the process that has the pid now.
   *
   * @return empty when none has
   * @throws IOException when the kernel cannot
   */
  static Optional<PidFd> open(int pid) throws IOException {
    long result = syscall(OPEN, pid, 0);
    if (result == -ESRCH) {
      return Optional.empty();
    }
    if (result < 0) {
      throw new IOException("pidfd_open of process " + pid + ": " + described(result));
    }
    return Optional.of(new PidFd((int) result));
  }

  /**
   * Sends a signal.
   *
   * @return false when the process has ended
   * @throws IOException when the kernel refuses
   */
  boolean send(int signal) throws IOException {
    long result = syscall(SEND_SIGNAL, fd, signal);
    if (result < 0 && result != -ESRCH) {
      throw new IOException("pidfd_send_signal: " + described(result));
    }
    return result == 0;
  }

  /** Ends all processes of a group whose leader is ours and was not collected yet. */
  static void killGroup(long leader) {
    try (Arena arena = Arena.ofConfined()) {
      int _ = (int) KILL.invokeExact(arena.allocate(STATE), (int) -leader, 9);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  private static String described(long result) {
    return switch ((int) -result) {
      case EPERM -> "not permitted; run as root";
      case ENOSYS -> "the kernel does not know it; Linux 5.3 or later is needed";
      default -> "errno " + -result;
    };
  }

  private static long syscall(long number, long first, long second) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result =
          (long) SYSCALL.invokeExact(state, number, first, second, MemorySegment.NULL, 0L);
      return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  private static AssertionError impossible(Throwable cause) {
    return new AssertionError("A native function could not be called", cause);
  }

  @Override
  public void close() {
    try (Arena arena = Arena.ofConfined()) {
      int _ = (int) CLOSE.invokeExact(arena.allocate(STATE), fd);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }
}
