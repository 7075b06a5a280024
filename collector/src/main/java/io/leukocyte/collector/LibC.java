package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The few functions of the C library that the collector needs. Each returns what it returns in C,
 * but a failure is the negative errno.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class LibC {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int EXDEV = 18;
  static final int ENOTDIR = 20;
  static final int ENOSYS = 38;
  static final int PROT_READ = 1;
  static final int PROT_WRITE = 2;

  /** Relative paths begin in the working directory. */
  static final int AT_FDCWD = -100;

  static final long O_NOCTTY = 0x100;
  static final long O_NONBLOCK = 0x800;
  static final long O_CLOEXEC = 0x80000;
  static final long O_PATH = 0x200000;
  static final long RESOLVE_NO_XDEV = 1;
  static final long RESOLVE_NO_MAGICLINKS = 2;
  static final long RESOLVE_NO_SYMLINKS = 4;
  static final long RESOLVE_IN_ROOT = 16;

  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int PRIO_PROCESS = 0; // on Linux a thread
  private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;
  private static final long OPENAT2 = 437; // its number is the same on each machine
  private static final long OPEN_HOW = 24;

  static final Linker LINKER = Linker.nativeLinker();
  static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> CAPTURED =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private static final MethodHandle MMAP =
      function(
          "mmap",
          FunctionDescriptor.of(
              ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle POLL =
      function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle EVENTFD =
      function("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle WRITE =
      function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle READ =
      function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle SYSCALL =
      function(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle GETPAGESIZE =
      function("getpagesize", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle SETPRIORITY =
      function("setpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOCK_GETTIME =
      function("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

  private LibC() {}

  private static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... more) {
    MemorySegment symbol = LINKER.defaultLookup().findOrThrow(name);
    Linker.Option[] options = Arrays.copyOf(more, more.length + 1);
    options[more.length] = CAPTURE;
    return LINKER.downcallHandle(symbol, descriptor, options);
  }

  /** Where the current thread's calls leave errno. */
  static MemorySegment captured() {
    return CAPTURED.get();
  }

  /** The errno that the current thread's last call left. */
  static int errno() {
    return (int) ERRNO.get(CAPTURED.get(), 0L);
  }

  /** What a call through a method handle throws although its type allows nothing. */
  static AssertionError impossible(Throwable cause) {
    return new AssertionError("A native function could not be called", cause);
  }

  /**
   * Maps a file into memory, shared.
   *
   * @throws SensorUnavailableException when the kernel refuses
   */
  static MemorySegment mmap(long length, int protection, int fd, long offset)
      throws SensorUnavailableException {
    MemorySegment at;
    try {
      at =
          (MemorySegment)
              MMAP.invokeExact(
                  captured(), MemorySegment.NULL, length, protection, MAP_SHARED, fd, offset);
    } catch (Throwable t) {
      throw impossible(t);
    }
    if (at.address() == -1) {
      throw new SensorUnavailableException(
          new SensorUnavailable.LoadFailed("mmap of the sensor's ring: errno " + errno()));
    }
    return at.reinterpret(length);
  }

  /** Maps so many bytes of new memory; null when the kernel refuses. */
  static @Nullable MemorySegment anonymous(long length) {
    MemorySegment at;
    try {
      at =
          (MemorySegment)
              MMAP.invokeExact(
                  captured(),
                  MemorySegment.NULL,
                  length,
                  PROT_READ | PROT_WRITE,
                  MAP_PRIVATE_ANONYMOUS,
                  -1,
                  0L);
    } catch (Throwable t) {
      throw impossible(t);
    }
    return at.address() == -1 ? null : at.reinterpret(length);
  }

  /** Ends a mapping that {@link #mmap} or {@link #anonymous} made. */
  static void munmap(MemorySegment mapping) {
    try {
      int ignored = (int) MUNMAP.invokeExact(captured(), mapping, mapping.byteSize());
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Waits until one of the descriptors can be read: how many can, 0 after the time, or -errno. */
  static int poll(MemorySegment descriptors, long count, int timeoutMillis) {
    try {
      int ready = (int) POLL.invokeExact(captured(), descriptors, count, timeoutMillis);
      return ready < 0 ? -errno() : ready;
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** A new event counter to wake a poll with: its descriptor or -errno. */
  static int eventfd() {
    try {
      int fd = (int) EVENTFD.invokeExact(captured(), 0, EFD_CLOEXEC_NONBLOCK);
      return fd < 0 ? -errno() : fd;
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Adds one to an event counter: whoever polls it wakes. */
  static void signal(int eventfd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(JAVA_LONG, 1L);
      long ignored = (long) WRITE.invokeExact(captured(), eventfd, one, 8L);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * Sets how nice a thread is to others, from -20 to 19: 0 or -errno. To be less nice takes
   * CAP_SYS_NICE.
   *
   * @param thread its number in the kernel; 0 is the calling one
   */
  static int nice(int thread, int nice) {
    try {
      int result = (int) SETPRIORITY.invokeExact(captured(), PRIO_PROCESS, thread, nice);
      return result < 0 ? -errno() : 0;
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /**
   * Opens a file, Linux 5.6: its descriptor or -errno.
   *
   * @param folder descriptor of the folder that the path begins in, or {@link #AT_FDCWD}
   * @param flags as {@link #O_PATH}
   * @param resolve how the path is followed, as {@link #RESOLVE_IN_ROOT}
   */
  static int openat2(int folder, String path, long flags, long resolve) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment how = arena.allocate(OPEN_HOW, 8);
      how.set(JAVA_LONG, 0, flags);
      how.set(JAVA_LONG, 16, resolve);
      long fd =
          (long)
              SYSCALL.invokeExact(
                  captured(), OPENAT2, (long) folder, arena.allocateFrom(path), how, OPEN_HOW);
      return fd < 0 ? -errno() : (int) fd;
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Reads on in a file: how many bytes came, 0 at its end, or -errno. */
  static long read(int fd, MemorySegment to) {
    try {
      long count = (long) READ.invokeExact(captured(), fd, to, to.byteSize());
      return count < 0 ? -errno() : count;
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Closes a descriptor. */
  static void close(int fd) {
    try {
      int ignored = (int) CLOSE.invokeExact(captured(), fd);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Bytes of a page of this host's memory. */
  static int pageSize() {
    try {
      return (int) GETPAGESIZE.invokeExact(captured());
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** A kernel clock in nanoseconds: 0 is the time of day, 7 the time since boot. */
  static long clock(int id) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(16, 8);
      int ignored = (int) CLOCK_GETTIME.invokeExact(captured(), id, time);
      return time.get(JAVA_LONG, 0) * 1_000_000_000L + time.get(JAVA_LONG, 8);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }
}
