package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * libbpf, called directly. A function that fails returns the negative errno, or the null pointer
 * and leaves errno; its warnings are kept for the error message.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class Libbpf {
  private static final String LIBRARY = "libbpf.so.1";
  private static final int LOG_LINES = 12;
  private static final int LOG_LINE_SIZE = 512;
  private static final int LEVEL_WARN = 0;
  private static @Nullable Libbpf instance;

  private final SymbolLookup library;
  private final MethodHandle openMem;
  private final MethodHandle load;
  private final MethodHandle closeObject;
  private final MethodHandle findMap;
  private final MethodHandle findProgram;
  private final MethodHandle attach;
  private final MethodHandle programFd;
  private final MethodHandle destroyLink;
  private final MethodHandle mapFd;
  private final MethodHandle initialValue;
  private final MethodHandle setMaxEntries;
  private final MethodHandle lookup;
  private final MethodHandle update;
  private final MethodHandle delete;
  private final MethodHandle lookupAndDeleteBatch;
  private final MethodHandle info;
  private final MethodHandle possibleCpus;
  private final MethodHandle vsnprintf;
  private final Deque<String> log = new ArrayDeque<>();

  private Libbpf() {
    library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
    openMem =
        function(
            "bpf_object__open_mem", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    load = function("bpf_object__load", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    closeObject = function("bpf_object__close", FunctionDescriptor.ofVoid(ADDRESS));
    FunctionDescriptor find = FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS);
    findMap = function("bpf_object__find_map_by_name", find);
    findProgram = function("bpf_object__find_program_by_name", find);
    attach = function("bpf_program__attach", FunctionDescriptor.of(ADDRESS, ADDRESS));
    programFd = function("bpf_program__fd", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    destroyLink = function("bpf_link__destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    mapFd = function("bpf_map__fd", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    initialValue =
        function("bpf_map__initial_value", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    setMaxEntries =
        function("bpf_map__set_max_entries", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    lookup =
        function(
            "bpf_map_lookup_elem", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    update =
        function(
            "bpf_map_update_elem",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
    delete = function("bpf_map_delete_elem", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    lookupAndDeleteBatch =
        function(
            "bpf_map_lookup_and_delete_batch",
            FunctionDescriptor.of(
                JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    info =
        function(
            "bpf_obj_get_info_by_fd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    possibleCpus = function("libbpf_num_possible_cpus", FunctionDescriptor.of(JAVA_INT));
    vsnprintf =
        LibC.LINKER.downcallHandle(
            LibC.LINKER.defaultLookup().findOrThrow("vsnprintf"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
    listenToLog();
  }

  /**
   * The library, opened at the first call.
   *
   * @throws SensorUnavailableException when it is not installed or native access is not allowed
   */
  static synchronized Libbpf get() throws SensorUnavailableException {
    if (instance == null) {
      try {
        instance = new Libbpf();
      } catch (IllegalCallerException e) {
        throw new SensorUnavailableException(
            new SensorUnavailable.NoNativeAccess(String.valueOf(e.getMessage())));
      } catch (RuntimeException e) {
        throw new SensorUnavailableException(
            new SensorUnavailable.NoLibbpf(String.valueOf(e.getMessage())));
      }
    }
    return instance;
  }

  private MethodHandle function(String name, FunctionDescriptor descriptor) {
    return LibC.LINKER.downcallHandle(library.findOrThrow(name), descriptor, LibC.CAPTURE);
  }

  // ---- the log ----

  private void listenToLog() {
    FunctionDescriptor callback = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    try {
      MethodHandle target =
          MethodHandles.lookup()
              .bind(
                  this,
                  "print",
                  MethodType.methodType(
                      int.class, int.class, MemorySegment.class, MemorySegment.class));
      MemorySegment stub = LibC.LINKER.upcallStub(target, callback, Arena.global());
      MethodHandle setPrint =
          LibC.LINKER.downcallHandle(
              library.findOrThrow("libbpf_set_print"), FunctionDescriptor.of(ADDRESS, ADDRESS));
      MemorySegment ignored = (MemorySegment) setPrint.invokeExact(stub);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** Called by libbpf. Nothing may be thrown through native frames: that would end the JVM. */
  @SuppressWarnings({"unused", "CatchAndPrintStackTrace"}) // called by name from libbpf
  private int print(int level, MemorySegment format, MemorySegment arguments) {
    if (level != LEVEL_WARN) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment line = arena.allocate(LOG_LINE_SIZE);
      int length = (int) vsnprintf.invokeExact(line, (long) LOG_LINE_SIZE, format, arguments);
      keepLine(line.getString(0).strip());
      return length;
    } catch (Throwable t) {
      return 0;
    }
  }

  private synchronized void keepLine(String line) {
    log.add(line);
    if (log.size() > LOG_LINES) {
      log.remove();
    }
  }

  /** The warnings since the last call, oldest first, on one line. */
  synchronized String takeLog() {
    String text = String.join(" | ", log);
    log.clear();
    return text;
  }

  // ---- objects ----

  /** Opens an object file that lies in memory; the null pointer when it is none. */
  MemorySegment openObject(MemorySegment bytes) {
    try {
      return (MemorySegment)
          openMem.invokeExact(LibC.captured(), bytes, bytes.byteSize(), MemorySegment.NULL);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** Creates the maps and loads the programs: 0 or -errno. */
  int loadObject(MemorySegment object) {
    return call(load, object);
  }

  /** Frees an object; its maps and programs go when nothing uses them. */
  void closeObject(MemorySegment object) {
    try {
      closeObject.invokeExact(LibC.captured(), object);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** A map of an object; the null pointer when it has none of that name. */
  MemorySegment findMap(MemorySegment object, String name) {
    return find(findMap, object, name);
  }

  /** A program of an object; the null pointer when it has none of that name. */
  MemorySegment findProgram(MemorySegment object, String name) {
    return find(findProgram, object, name);
  }

  private static MemorySegment find(MethodHandle function, MemorySegment object, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      return (MemorySegment) function.invokeExact(LibC.captured(), object, text);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** Attaches a program where its section says: a link, or the null pointer. */
  MemorySegment attach(MemorySegment program) {
    try {
      return (MemorySegment) attach.invokeExact(LibC.captured(), program);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** Detaches. */
  void destroyLink(MemorySegment link) {
    int ignored = call(destroyLink, link);
  }

  /** A loaded program's descriptor. */
  int programFd(MemorySegment program) {
    return call(programFd, program);
  }

  /** A map's descriptor. */
  int mapFd(MemorySegment map) {
    return call(mapFd, map);
  }

  /** What a map of global variables will begin with; to be written before the object is loaded. */
  MemorySegment initialValue(MemorySegment map) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(JAVA_LONG);
      MemorySegment at = (MemorySegment) initialValue.invokeExact(LibC.captured(), map, size);
      return at.reinterpret(size.get(JAVA_LONG, 0));
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** Sets a map's size before the object is loaded: 0 or -errno. */
  int setMaxEntries(MemorySegment map, int entries) {
    try {
      return (int) setMaxEntries.invokeExact(LibC.captured(), map, entries);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  private static int call(MethodHandle function, MemorySegment argument) {
    try {
      return (int) function.invokeExact(LibC.captured(), argument);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  // ---- maps ----

  /** Reads one element: 0 or -errno. */
  int lookup(int fd, MemorySegment key, MemorySegment value) {
    try {
      return (int) lookup.invokeExact(LibC.captured(), fd, key, value);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** Writes one element: 0 or -errno. */
  int update(int fd, MemorySegment key, MemorySegment value, long flags) {
    try {
      return (int) update.invokeExact(LibC.captured(), fd, key, value, flags);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** Takes one element out: 0 or -errno. */
  int delete(int fd, MemorySegment key) {
    try {
      return (int) delete.invokeExact(LibC.captured(), fd, key);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** Takes many elements out: 0, -ENOENT when these were the last, or -errno. */
  int lookupAndDeleteBatch(
      int fd,
      MemorySegment in,
      MemorySegment out,
      MemorySegment keys,
      MemorySegment values,
      MemorySegment count) {
    try {
      return (int)
          lookupAndDeleteBatch.invokeExact(
              LibC.captured(), fd, in, out, keys, values, count, MemorySegment.NULL);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** Asks the kernel about a program or map: 0 or -errno. */
  int info(int fd, MemorySegment into) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocateFrom(JAVA_INT, (int) into.byteSize());
      return (int) info.invokeExact(LibC.captured(), fd, into, size);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** How many processors this host may ever have: so many values has an element per processor. */
  int possibleCpus() {
    try {
      return (int) possibleCpus.invokeExact(LibC.captured());
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  /** Whether a pointer is null. */
  static boolean isNull(MemorySegment pointer) {
    return pointer.address() == 0;
  }
}
