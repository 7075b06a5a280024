package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of lines that another program reads. */
class RotatingFileTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("alerts.ndjson");
  }

  private void write(long bound, int keep, String... lines) throws IOException {
    RotatingFile out = RotatingFile.open(file, bound, keep);
    for (String line : lines) {
      out.line(line.getBytes(UTF_8));
    }
    out.close();
  }

  @Test
  void linesGoOnWhereTheFileEnds() throws Exception {
    write(1000, 2, "one");
    write(1000, 2, "two", "three");
    assertThat(file).hasContent("one\ntwo\nthree\n");
  }

  @Test
  void noFileIsLargerThanItsBoundAndTheOldestGoes() throws Exception {
    write(8, 2, "aaa", "bbb", "ccc", "ddd", "eee", "fff", "ggg");
    assertThat(file).hasContent("ggg\n");
    assertThat(folder.resolve("alerts.ndjson.1")).hasContent("eee\nfff\n");
    assertThat(folder.resolve("alerts.ndjson.2")).hasContent("ccc\nddd\n");
    assertThat(folder.resolve("alerts.ndjson.3")).doesNotExist();
  }

  @Test
  void aFileThatIsPutAsideKeepsItsInode() throws Exception {
    write(8, 1, "aaa");
    Object inode = Files.getAttribute(file, "unix:ino");
    write(8, 1, "bbb", "ccc");
    assertThat(Files.getAttribute(folder.resolve("alerts.ndjson.1"), "unix:ino")).isEqualTo(inode);
  }

  @Test
  void aLineThatIsLongerThanTheBoundHasAFileForItself() throws Exception {
    String novel = "x".repeat(200_000);
    write(8, 2, "aaa", novel, "bbb");
    assertThat(folder.resolve("alerts.ndjson.1")).hasContent(novel + "\n");
    assertThat(file).hasContent("bbb\n");
  }

  @Test
  void withNothingKeptTheFileBeginsAnew() throws Exception {
    write(8, 0, "aaa", "bbb", "ccc");
    assertThat(file).hasContent("ccc\n");
    assertThat(folder.resolve("alerts.ndjson.1")).doesNotExist();
  }

  @Test
  void whatAKilledWriterLeftOfALineIsCutOff() throws Exception {
    Files.writeString(file, "one\n" + "y".repeat(150_000));
    write(1_000_000, 1, "two");
    assertThat(file).hasContent("one\ntwo\n");
    Files.writeString(file, "no line at all");
    write(1_000_000, 1, "one");
    assertThat(file).hasContent("one\n");
  }

  @Test
  void nothingIsLostOverManyRotations() throws Exception {
    RotatingFile out = RotatingFile.open(file, 1000, 500);
    List<String> expected = IntStream.range(0, 5000).mapToObj(i -> "line " + i).toList();
    for (String line : expected) {
      out.line(line.getBytes(UTF_8));
    }
    out.close();
    List<String> read = new ArrayList<>();
    for (int i = 500; i >= 1; i--) {
      Path former = folder.resolve("alerts.ndjson." + i);
      if (Files.exists(former)) {
        read.addAll(Files.readAllLines(former));
        assertThat(Files.size(former)).isLessThanOrEqualTo(1000);
      }
    }
    read.addAll(Files.readAllLines(file));
    assertThat(read).isEqualTo(expected);
  }

  @Test
  void onlyItsOwnerMayWriteAndItsGroupRead() throws Exception {
    write(10, 0, "a");
    assertThat(PosixFilePermissions.fromString("rw-r-----"))
        .containsAll(Files.getPosixFilePermissions(file));
  }
}
