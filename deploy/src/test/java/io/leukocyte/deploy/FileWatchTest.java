package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatchTest {
  @TempDir Path folder;
  private int changes;

  private FileWatch watch(Path... paths) {
    return new FileWatch(List.of(paths), Duration.ofDays(1), () -> changes++);
  }

  @Test
  void aChangeIsToldOnceItHasSettled() throws IOException {
    Path file = Files.writeString(folder.resolve("a.yaml"), "one");
    FileWatch watch = watch(file);
    assertThat(watch.look()).isFalse();
    Files.writeString(file, "two, longer");
    assertThat(watch.look()).as("it may still be written").isFalse();
    Files.writeString(file, "two, longer still");
    assertThat(watch.look()).isFalse();
    assertThat(watch.look()).isTrue();
    assertThat(watch.look()).isFalse();
    assertThat(changes).isOne();
  }

  @Test
  void aFileThatComesGoesOrIsReplacedIsAChange() throws IOException {
    FileWatch watch = watch(folder);
    Path file = Files.writeString(folder.resolve("a.yaml"), "one");
    settle(watch, 1);
    Path other = Files.writeString(folder.resolve("other"), "two");
    settle(watch, 1); // not a YAML file
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    settle(watch, 2);
    Files.delete(file);
    settle(watch, 3);
  }

  @Test
  void aFolderThatIsSwappedBehindALinkIsAChange() throws IOException {
    Path one = Files.createDirectory(folder.resolve("one"));
    Path two = Files.createDirectory(folder.resolve("two"));
    Files.writeString(one.resolve("a.yaml"), "one");
    Files.writeString(two.resolve("a.yaml"), "two");
    Path link = Files.createSymbolicLink(folder.resolve("current"), one);
    FileWatch watch = watch(link);
    Path next = Files.createSymbolicLink(folder.resolve("next"), two);
    Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    settle(watch, 1);
  }

  @Test
  void whatFailsAtAChangeIsTriedAtTheNext() throws IOException {
    Path file = folder.resolve("a.yaml");
    FileWatch watch =
        new FileWatch(
            List.of(file),
            Duration.ofDays(1),
            () -> {
              changes++;
              throw new IllegalStateException("as it was told");
            });
    Files.writeString(file, "one");
    settle(watch, 1);
    Files.writeString(file, "three");
    settle(watch, 2);
  }

  private void settle(FileWatch watch, int expected) {
    watch.look();
    watch.look();
    assertThat(changes).isEqualTo(expected);
  }
}
