package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFilesTest {
  @TempDir Path folder;

  @Test
  void passwordIsMadeOnceAndForItsOwnerOnly() throws IOException {
    Path file = folder.resolve("password");

    String first = PrivateFiles.password(file);

    assertThat(first).matches("[A-Za-z0-9_-]{32}");
    assertThat(PrivateFiles.password(file)).isEqualTo(first);
    assertThat(permissions(file)).isEqualTo("rw-------");
  }

  @Test
  void everyFolderHasItsOwnPassword() {
    assertThat(PrivateFiles.password(folder.resolve("a")))
        .isNotEqualTo(PrivateFiles.password(folder.resolve("b")));
  }

  @Test
  void newFolderIsForItsOwnerOnly() throws IOException {
    Path made = PrivateFiles.folder(folder.resolve("parent").resolve("made"));

    assertThat(permissions(made)).isEqualTo("rwx------");
  }

  @Test
  void rewrittenFileStaysPrivate() throws IOException {
    Path file = folder.resolve("client.properties");
    PrivateFiles.write(file, "old");

    PrivateFiles.write(file, "new");

    assertThat(file).hasContent("new");
    assertThat(permissions(file)).isEqualTo("rw-------");
    assertThat(folder).isDirectoryNotContaining("glob:**.part*");
  }

  @Test
  void folderInTheWayOfAFileSaysWhatToDo() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(() -> PrivateFiles.folder(file.resolve("below")))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("Cannot write " + file)
        .hasMessageContaining("--data");
  }

  @Test
  void clientFileComesBackAsWritten() {
    Map<String, String> entries = Map.of("sasl.jaas.config", "x required y=\"z\";", "a", "b=c");
    Path file = folder.resolve("client.properties");

    ClientFile.write(file, entries);

    assertThat(ClientFile.read(file)).contains(entries);
    assertThat(ClientFile.read(folder.resolve("other"))).isEmpty();
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
