package io.leukocyte.responder;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * libnftables, called directly: what the program nft is made of. Source: libnftables(3).
 *
 * <p>The library has state of its own that no lock guards, so that one thread at a time may call
 * it; and it ends the whole process where it cannot open a socket to the kernel, or one whose
 * descriptor is too high for select(2), so that this is tried before.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class Libnftables {
  private static final String LIBRARY = "libnftables.so.1";
  private static final int DEFAULT = 0;

  /** Of a descriptor: select(2) takes up to 1,023, and others may open files meanwhile. */
  private static final int HIGHEST = 900;

  /** Without counters, as {@code nft -s} prints. */
  private static final int STATELESS = 1 << 2;

  private static @Nullable Libnftables instance;

  private final SymbolLookup library;
  private final MethodHandle newContext;
  private final MethodHandle freeContext;
  private final MethodHandle setOutputFlags;
  private final MethodHandle bufferOutput;
  private final MethodHandle bufferError;
  private final MethodHandle outputBuffer;
  private final MethodHandle errorBuffer;
  private final MethodHandle runBuffer;

  private Libnftables() {
    library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
    FunctionDescriptor number = FunctionDescriptor.of(JAVA_INT, ADDRESS);
    FunctionDescriptor text = FunctionDescriptor.of(ADDRESS, ADDRESS);
    newContext = function("nft_ctx_new", FunctionDescriptor.of(ADDRESS, JAVA_INT));
    freeContext = function("nft_ctx_free", FunctionDescriptor.ofVoid(ADDRESS));
    setOutputFlags =
        function("nft_ctx_output_set_flags", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
    bufferOutput = function("nft_ctx_buffer_output", number);
    bufferError = function("nft_ctx_buffer_error", number);
    outputBuffer = function("nft_ctx_get_output_buffer", text);
    errorBuffer = function("nft_ctx_get_error_buffer", text);
    runBuffer =
        function("nft_run_cmd_from_buffer", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
  }

  private MethodHandle function(String name, FunctionDescriptor descriptor) {
    return LibC.LINKER.downcallHandle(library.findOrThrow(name), descriptor);
  }

  /**
   * The library, opened at the first call.
   *
   * @throws NetworkFilterException when it is not installed or native access is not allowed
   */
  static synchronized Libnftables get() {
    if (instance == null) {
      try {
        instance = new Libnftables();
      } catch (IllegalCallerException e) {
        throw new NetworkFilterException(
            "native access is not allowed; start Java with --enable-native-access=ALL-UNNAMED", e);
      } catch (RuntimeException e) {
        throw new NetworkFilterException(
            LIBRARY + " cannot be used (" + e.getMessage() + "); install libnftables1", e);
      }
    }
    return instance;
  }

  /**
   * Runs a script in the network namespace of the calling thread.
   *
   * @return 0 as exit code when all of it worked; else none of its changes was made
   * @throws NetworkFilterException when the library cannot even begin
   */
  Commands.Result run(String script) {
    tryKernel();
    MemorySegment context = newContext();
    try (Arena arena = Arena.ofConfined()) {
      setOutputFlags.invokeExact(context, STATELESS);
      if ((int) bufferOutput.invokeExact(context) != 0
          || (int) bufferError.invokeExact(context) != 0) {
        throw new NetworkFilterException("libnftables has no memory for its answer");
      }
      int code = (int) runBuffer.invokeExact(context, arena.allocateFrom(script));
      return new Commands.Result(
          code,
          text((MemorySegment) outputBuffer.invokeExact(context)),
          text((MemorySegment) errorBuffer.invokeExact(context)));
    } catch (NetworkFilterException e) {
      throw e;
    } catch (Throwable t) {
      throw LibC.impossible(t);
    } finally {
      free(context);
    }
  }

  /** Whether this process has few enough files open for the library. */
  static boolean hasRoom() {
    int socket = LibC.netfilterSocket();
    LibC.close(socket);
    return socket <= HIGHEST;
  }

  private static void tryKernel() {
    int socket = LibC.netfilterSocket();
    if (socket < 0) {
      throw new NetworkFilterException(
          "Cannot reach the kernel's packet filter: errno "
              + -socket
              + "; the kernel must have nf_tables, and we need memory and files to open");
    }
    LibC.close(socket);
    if (socket > HIGHEST) {
      throw new NetworkFilterException("This process has too many files open for libnftables");
    }
  }

  private MemorySegment newContext() {
    try {
      MemorySegment context = (MemorySegment) newContext.invokeExact(DEFAULT);
      if (context.address() == 0) {
        throw new NetworkFilterException("libnftables made no context: no memory is left");
      }
      return context;
    } catch (NetworkFilterException e) {
      throw e;
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  private void free(MemorySegment context) {
    try {
      freeContext.invokeExact(context);
    } catch (Throwable t) {
      throw LibC.impossible(t);
    }
  }

  private static String text(MemorySegment buffer) {
    return buffer.address() == 0 ? "" : buffer.reinterpret(Long.MAX_VALUE).getString(0);
  }
}
