package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each target with its seeds, seeded changes of them, and all that ever made one fail. */
class FuzzTargetTest {
  private static final Path FOUND = Path.of("src/test/resources/fuzz");
  private static final int CHANGES = 400;

  @ParameterizedTest
  @EnumSource(FuzzTarget.class)
  void readsItsSeedsAndChangesOfThem(FuzzTarget target) {
    readSeedsAndChanges(target, new FuzzTarget.Reader() {});
  }

  private static void readSeedsAndChanges(FuzzTarget target, FuzzTarget.Reader reader) {
    Random random = new Random(1);
    List<byte[]> seeds = target.seeds();
    assertThat(seeds).isNotEmpty();
    for (byte[] seed : seeds) {
      target.run(seed, reader);
      for (int i = 0; i < CHANGES / seeds.size(); i++) {
        target.run(changed(seed, random), reader);
      }
    }
  }

  /** One needs guidance: FuzzIT finds it. */
  @ParameterizedTest
  @EnumSource(value = BrokenTarget.class, mode = EnumSource.Mode.EXCLUDE, names = "UNEXPECTED_TYPE")
  void findsWhatACheckThatIsMissingLetsThrough(BrokenTarget broken) {
    FuzzTarget target = broken.target();
    assertThatThrownBy(() -> readSeedsAndChanges(target, broken))
        .isInstanceOfAny(AssertionError.class, IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @EnumSource(FuzzTarget.class)
  void readsWhatOnceMadeItFail(FuzzTarget target) throws IOException {
    Path folder = FOUND.resolve(target.name().toLowerCase(java.util.Locale.ROOT));
    if (Files.isDirectory(folder)) {
      try (Stream<Path> inputs = Files.list(folder)) {
        for (Path input : inputs.sorted().toList()) {
          target.run(Files.readAllBytes(input));
        }
      }
    }
  }

  private static byte[] changed(byte[] seed, Random random) {
    byte[] changed =
        random.nextInt(4) == 0 ? Arrays.copyOf(seed, random.nextInt(seed.length)) : seed.clone();
    for (int k = random.nextInt(4); k >= 0 && changed.length > 0; k--) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
    }
    return changed;
  }
}
