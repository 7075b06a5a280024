package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.collector.RootFolder.Content;
import io.leukocyte.collector.RootFolder.Stamp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that a container might have made, in a folder that stands for its root. */
@Timeout(20)
class RootFolderTest {
  private static final String FILE = "etc/passwd";
  private static final int MOST = 100;

  @TempDir private Path outside = Path.of("");
  private Path container = Path.of("");
  private @Nullable RootFolder opened;

  @BeforeEach
  void open() throws IOException {
    container = Files.createDirectories(outside.resolve("container"));
    Files.createDirectories(container.resolve("etc"));
    Files.writeString(outside.resolve("secret"), "of the host");
    opened = RootFolder.open(container);
  }

  @AfterEach
  void close() {
    root().close();
  }

  private RootFolder root() {
    return Objects.requireNonNull(opened);
  }

  private @Nullable String read() {
    Content content = root().read(FILE, null, MOST);
    return content == null || content.content() == null
        ? null
        : new String(content.content(), StandardCharsets.UTF_8);
  }

  private void link(String target) throws IOException {
    Files.createSymbolicLink(container.resolve(FILE), Path.of(target));
  }

  @Test
  void aFileIsReadAndNotAgainBeforeItChanges() throws Exception {
    Path file = container.resolve(FILE);
    Files.writeString(file, "app:x:1000:");
    Content first = Objects.requireNonNull(root().read(FILE, null, MOST));
    assertThat(first.content()).asString(StandardCharsets.UTF_8).isEqualTo("app:x:1000:");
    Content again = Objects.requireNonNull(root().read(FILE, first.stamp(), MOST));
    assertThat(again.stamp()).isEqualTo(first.stamp());
    assertThat(again.content()).isNull();

    TimeUnit.MILLISECONDS.sleep(20); // a file system's clock is a coarse one
    Files.setLastModifiedTime(file, Files.getLastModifiedTime(file));
    Content touched = Objects.requireNonNull(root().read(FILE, first.stamp(), MOST));
    assertThat(touched.content()).as("its own time of change tells").isNotNull();

    Files.writeString(file, "late:x:1001:");
    Content changed = Objects.requireNonNull(root().read(FILE, first.stamp(), MOST));
    assertThat(changed.content()).asString(StandardCharsets.UTF_8).isEqualTo("late:x:1001:");
    assertThat(changed.stamp()).isNotEqualTo(first.stamp());
  }

  @Test
  void noFileIsNoneAndNotAnError() throws IOException {
    assertThat(root().read(FILE, null, MOST)).extracting(Content::stamp).isEqualTo(Stamp.ABSENT);
    Files.delete(container.resolve("etc"));
    Files.writeString(container.resolve("etc"), "a file");
    assertThat(root().read(FILE, null, MOST)).extracting(Content::stamp).isEqualTo(Stamp.ABSENT);
  }

  @Test
  void linksStayWithinTheFolder() throws IOException {
    Files.createDirectories(container.resolve("data"));
    Files.writeString(container.resolve("data/users"), "own");
    link("/data/users");
    assertThat(read()).isEqualTo("own");
    Files.delete(container.resolve(FILE));
    link("../../../../../../data/users");
    assertThat(read()).isEqualTo("own");
  }

  @Test
  void noLinkLeadsOutOfTheFolder() throws IOException {
    for (String target :
        List.of(
            outside.resolve("secret").toString(),
            "../../secret",
            "/../../secret",
            "/etc/hostname")) {
      link(target);
      assertThat(read()).as(target).isIn(null, "");
      Files.delete(container.resolve(FILE));
    }
    Files.delete(container.resolve("etc"));
    Files.createSymbolicLink(container.resolve("etc"), outside);
    Files.writeString(outside.resolve("passwd"), "of the host");
    assertThat(read()).isIn(null, "");
  }

  @Test
  void aLinkInCirclesIsNoFile() throws IOException {
    link("/etc/passwd");
    assertThat(root().read(FILE, null, MOST)).isNull();
  }

  @Test
  void aFolderOrAPipeIsNoFileAndIsNotWaitedFor() throws Exception {
    Files.createDirectories(container.resolve(FILE));
    assertThat(root().read(FILE, null, MOST)).isNull();
    Files.delete(container.resolve(FILE));
    Process mkfifo = new ProcessBuilder("mkfifo", container.resolve(FILE).toString()).start();
    assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(mkfifo.exitValue()).isZero();
    assertThat(root().read(FILE, null, MOST)).isNull();
  }

  @Test
  void noMoreIsReadThanTheBoundAndOneByteThatSaysSo() throws IOException {
    Files.writeString(container.resolve(FILE), "x".repeat(MOST));
    assertThat(read()).hasSize(MOST);
    Files.writeString(container.resolve(FILE), "x".repeat(MOST + 1000));
    assertThat(read()).hasSize(MOST + 1);
    Files.writeString(container.resolve(FILE), "x".repeat(200_000));
    assertThat(Objects.requireNonNull(root().read(FILE, null, 150_000)).content()).hasSize(150_001);
  }

  @Test
  void aProcessThatIsGoneIsToldFromOneThatMayNotBeRead() {
    assertThatThrownBy(() -> RootFolder.open(outside.resolve("4711/root")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void onlyFileSystemsOfTheKernelAreAsked() {
    String root = "1 0 0:50 / / rw,relatime - overlay overlay rw,lowerdir=/a";
    String proc = "2 1 0:51 / /proc rw - proc proc rw";
    String passwd = "3 1 254:0 /x /etc/passwd rw - ext4 /dev/vda rw";
    String fuse = "4 1 0:60 / /etc rw - fuse.sshfs host:/ rw";
    String elsewhere = "5 1 0:61 / /etc/pass rw shared:7 - fuse x rw";
    assertThat(RootFolder.isLocal(List.of(root, proc, passwd, elsewhere), "/etc/passwd")).isTrue();
    assertThat(RootFolder.isLocal(List.of(root, proc, fuse), "/etc/passwd")).isFalse();
    assertThat(RootFolder.isLocal(List.of(proc, passwd), "/etc/passwd")).isFalse();
    assertThat(RootFolder.isLocal(List.of(root.replace("- overlay", "- nfs4")), "/etc/passwd"))
        .isFalse();
    assertThat(RootFolder.isLocal(List.of(), "/etc/passwd")).isFalse();
  }
}
