package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.config.Config;
import io.leukocyte.responder.PolicyFile;
import io.leukocyte.responder.ResponderSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Files of every kind, damaged in every way: a clear error that names the file, or a reading. */
class FilesPoisonTest {
  private static final Path RECORDING = Path.of("src/test/resources/recordings/shell.ndjson");

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** What a user hands to the command. */
  enum Kind {
    SETTINGS,
    RULES,
    POLICIES,
    RECORDING
  }

  private static byte[] sound(Kind kind) throws IOException {
    return switch (kind) {
      case SETTINGS ->
          utf8(
              "kafka:\n  bootstrap: \"127.0.0.1:9092\"\nhttp.address: 127.0.0.1\n"
                  + "topics: {partitions: 12}\nrules.paths: []\n");
      case RULES ->
          utf8(
              "- macro: shells\n  condition: proc.name in (sh, bash)\n"
                  + "- rule: a shell\n  desc: d\n  condition: evt.type = execve and shells\n"
                  + "  output: \"%proc.cmdline\"\n  priority: warning\n  tags: [T1059]\n");
      case POLICIES -> utf8(PolicyFile.shipped().getFirst().text());
      case RECORDING -> {
        List<String> lines = Files.readAllLines(FilesPoisonTest.RECORDING);
        yield utf8(String.join("\n", lines.subList(0, Math.min(3, lines.size()))) + "\n");
      }
    };
  }

  /** Exit code; what was printed is in {@link #out} and {@link #err}. */
  private int read(Kind kind, Path file) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return switch (kind) {
      case SETTINGS ->
          run("replay", "--config", file.toString(), "--rules", one(), nothing().toString());
      case RULES -> run("rules", "check", file.toString());
      case RECORDING -> run("replay", "--rules", one(), file.toString());
      case POLICIES -> policies(file);
    };
  }

  private Path nothing() {
    return write("nothing.ndjson", new byte[0]);
  }

  /** Rules that are read hundreds of times: not all that are shipped. */
  private String one() {
    try {
      return write("one.yaml", sound(Kind.RULES)).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path write(String name, byte[] content) {
    try {
      return Files.write(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int policies(Path file) {
    try {
      Config config =
          Config.parse(
              "test", "responder.policies: '" + file + "'", Map.of(), DeploySettings.allKeys());
      Policies.inForce(ResponderSettings.from(config));
      return ExitCode.FINE;
    } catch (BadInputException e) {
      err.append(e.getMessage());
      return ExitCode.BAD_INPUT;
    }
  }

  private int run(String... arguments) {
    CommandLine leuko = Leuko.commandLine();
    leuko.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return leuko.execute(arguments);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void soundFileIsRead(Kind kind) throws IOException {
    assertThat(read(kind, file(sound(kind)))).as(err.toString()).isIn(0, 1);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void fileCutAnywhereOrWithAnyByteFlippedIsReadOrRefused(Kind kind) throws IOException {
    byte[] sound = sound(kind);
    Random random = new Random(5);
    int step = Math.max(1, sound.length / 60);
    for (int i = random.nextInt(step); i < sound.length; i += step) {
      requireForeseen(kind, Arrays.copyOf(sound, i));
      byte[] flipped = sound.clone();
      flipped[i] ^= (byte) (1 << random.nextInt(8));
      requireForeseen(kind, flipped);
      byte[] random8 = sound.clone();
      for (int k = 0; k < 8; k++) {
        random8[random.nextInt(sound.length)] = (byte) random.nextInt(256);
      }
      requireForeseen(kind, random8);
    }
  }

  private void requireForeseen(Kind kind, byte[] content) throws IOException {
    int exit = read(kind, file(content));
    assertThat(err.toString())
        .as(() -> new String(content, ISO_8859_1))
        .doesNotContain("nobody foresaw");
    assertThat(exit).isIn(ExitCode.FINE, ExitCode.FINDINGS, ExitCode.BAD_INPUT);
  }

  static List<Arguments> poison() {
    List<Arguments> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (Map.Entry<String, byte[]> content : contents().entrySet()) {
        all.add(Arguments.of(kind, content.getKey(), content.getValue()));
      }
    }
    return all;
  }

  private static Map<String, byte[]> contents() {
    StringBuilder laughs = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 12; i++) {
      String before = "*a" + (i - 1);
      laughs
          .append("a%d: &a%d [".formatted(i, i))
          .append((before + ",").repeat(8))
          .append(before)
          .append("]\n");
    }
    byte[] text = utf8("- rule: é\n");
    return Map.ofEntries(
        Map.entry("NUL", new byte[1000]),
        Map.entry("UTF-16", "- rule: x\n".getBytes(UTF_16)),
        Map.entry("Latin 1", new String(text, UTF_8).getBytes(ISO_8859_1)),
        Map.entry("nested lists", utf8("[".repeat(200_000))),
        Map.entry("nested mappings", utf8("{a: ".repeat(200_000))),
        Map.entry("nested sequences by dashes", utf8("- ".repeat(200_000))),
        Map.entry("aliases of aliases", utf8(laughs.toString())),
        Map.entry("holds itself", utf8("a: &a [*a]\n")),
        Map.entry("an alias of nothing", utf8("a: *b\n")),
        Map.entry("a huge number", utf8("9".repeat(1_000_000))),
        Map.entry("a huge exponent", utf8("topics.partitions: 1e999999999\n")),
        Map.entry("a program", new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0}),
        Map.entry("a Java object", utf8("!!javax.script.ScriptEngineManager [x]\n")),
        Map.entry("a scalar", utf8("hello\n")),
        Map.entry("two documents", utf8("a: 1\n---\nb: 2\n")));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("poison")
  void isRefusedWithTheFilesNameAndNoTrace(Kind kind, String name, byte[] content)
      throws IOException {
    Path file = file(content);
    assertThat(read(kind, file)).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(out.toString() + err).contains(file.toString()).doesNotContain("nobody foresaw");
    assertThat(out.getBuffer().length() + err.getBuffer().length()).isLessThan(100_000);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void emptyFileHoldsNothing(Kind kind) throws IOException {
    assertThat(read(kind, file(new byte[0]))).isIn(ExitCode.FINE, ExitCode.BAD_INPUT);
    assertThat(err.toString()).doesNotContain("nobody foresaw");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void byteOrderMarkIsPassedOver(Kind kind) throws IOException {
    byte[] sound = sound(kind);
    byte[] marked = new byte[sound.length + 3];
    System.arraycopy(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, 0, marked, 0, 3);
    System.arraycopy(sound, 0, marked, 3, sound.length);
    int without = read(kind, file(sound));
    assertThat(read(kind, file(marked))).isEqualTo(without);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void giantFileIsRefusedWithoutBeingRead(Kind kind) throws IOException {
    Path giant = folder.resolve("giant.yaml");
    try (RandomAccessFile sparse = new RandomAccessFile(giant.toFile(), "rw")) {
      sparse.setLength(20L << 30);
    }
    assertThat(read(kind, giant)).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(out.toString() + err)
        .contains(giant.toString())
        .containsAnyOf("larger than 8 MiB", "longer than 16 MiB");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatIsNoFileIsRefused(Kind kind) throws IOException {
    Path missing = folder.resolve("missing.yaml");
    assertThat(read(kind, missing)).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(out.toString() + err).contains(missing.toString());
    if (kind == Kind.SETTINGS || kind == Kind.RECORDING) {
      Path directory = Files.createDirectories(folder.resolve("directory.yaml"));
      assertThat(read(kind, directory)).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(out.toString() + err).contains(directory.toString());
    }
  }

  @Test
  void damagedPropertiesOfAnEmbeddedServerAreSaid() throws IOException {
    for (byte[] damaged : List.of(utf8("a=\\u12"), new byte[] {(byte) 0xff, (byte) 0xfe})) {
      Path file = file(damaged);
      assertThatThrownBy(() -> ClientFile.read(file))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("start leuko up again");
    }
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(folder.resolve("poison.yaml"), content);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
