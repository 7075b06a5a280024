package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The object fits a kernel of arm64 as well: the loader gets type information in which the
 * registers are those of arm64, moves each access accordingly, and this kernel's verifier finds
 * nothing that does not lead anywhere. What is read there on arm64 only a machine of that kind can
 * show.
 */
@SuppressWarnings("restricted") // the loader is called as the sensor does it, with an option more
class SensorArmIT {
  private static final Path TYPES = Path.of("src/main/bpf/kernel.h");
  private static final int OPTIONS_SIZE = 56;
  private static final int CUSTOM_TYPES_AT = 48;

  /** Else it would fail for another reason. */
  @BeforeAll
  static void itLoadsHere() {
    SensorProbe.open(SensorOptions.DEFAULT).close();
  }

  @Test
  void theLoaderFindsTheRegistersOfArm64(@TempDir Path folder) throws Throwable {
    String kernel = Files.readString(TYPES);

    assertThat(load(types(folder, "arm64", onArm64(kernel)))).isZero();
  }

  @Test
  void aKernelOfNeitherArchitectureIsRefused(@TempDir Path folder) throws Throwable {
    String kernel = Files.readString(TYPES);

    assertThat(load(types(folder, "none", onArm64(kernel).replace("syscallno", "other"))))
        .isNegative();
  }

  /** The kernel's types as arm64 has them: one kind of registers, a thread without status. */
  private static String onArm64(String kernel) {
    String without =
        Pattern.compile("struct pt_regs___x86 \\{[^}]*};", Pattern.DOTALL)
            .matcher(kernel)
            .replaceAll("");
    return without
        .replace("pt_regs___arm64", "pt_regs")
        .replace("__u32 status; /* x86 */", "")
        .replaceAll("#pragma clang attribute.*", "");
  }

  /** Compiles type information in which each of the structs stands. */
  private static Path types(Path folder, String name, String kernel) throws Exception {
    String all =
        Pattern.compile("^struct (\\w+) \\{", Pattern.MULTILINE)
            .matcher(kernel)
            .results()
            .map(struct -> "struct " + struct.group(1) + " all_" + struct.group(1) + ";\n")
            .collect(Collectors.joining());
    Path source = folder.resolve(name + ".c");
    Files.writeString(
        source, kernel + all + "enum cgroup_subsys_id all_subsystems;\nenum pid_type all_pids;\n");
    Path object = folder.resolve(name + ".o");
    String said =
        output(
            "clang",
            "-g",
            "-O0",
            "-target",
            "bpfel",
            "-c",
            source.toString(),
            "-o",
            object.toString());
    if (!Files.exists(object)) {
      missing("This needs clang: " + said);
    }
    return object;
  }

  private static void missing(String reason) {
    if ("true".equals(System.getenv("CI"))) {
      fail(reason);
    }
    abort(reason);
  }

  private static String output(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      process.waitFor();
      return output;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Loads the sensor for a kernel of those types: 0 or -errno. */
  private static int load(Path types) throws Throwable {
    byte[] image = BpfObject.image("sensor.bpf.o");
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup library = SymbolLookup.libraryLookup("libbpf.so.1", arena);
      Linker linker = Linker.nativeLinker();
      MethodHandle open =
          linker.downcallHandle(
              library.findOrThrow("bpf_object__open_mem"),
              FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
      MethodHandle load =
          linker.downcallHandle(
              library.findOrThrow("bpf_object__load"), FunctionDescriptor.of(JAVA_INT, ADDRESS));
      MethodHandle close =
          linker.downcallHandle(
              library.findOrThrow("bpf_object__close"), FunctionDescriptor.ofVoid(ADDRESS));
      MemorySegment bytes = arena.allocate(image.length, 8);
      bytes.copyFrom(MemorySegment.ofArray(image));
      // struct bpf_object_open_opts up to btf_custom_path
      MemorySegment options = arena.allocate(OPTIONS_SIZE, 8);
      options.set(JAVA_LONG, 0, OPTIONS_SIZE);
      options.set(ADDRESS, CUSTOM_TYPES_AT, arena.allocateFrom(types.toString()));
      MemorySegment object = (MemorySegment) open.invokeExact(bytes, (long) image.length, options);
      assertThat(object.address()).isNotZero();
      int result = (int) load.invokeExact(object);
      close.invokeExact(object);
      return result;
    }
  }
}
