package io.leukocyte.events.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What is said of files that cannot be read or written: the cause, and never the name alone. */
class UserFileTest {
  @TempDir private Path folder;

  private static String problem(Executable what) {
    return UserFile.problem(assertThrows(IOException.class, what));
  }

  @Test
  void theProblemOfAFileIsSaidInWords() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    Path bytes = Files.write(folder.resolve("bytes"), new byte[] {'a', (byte) 0xff});

    assertThat(problem(() -> UserFile.read(folder.resolve("none"))))
        .isEqualTo("there is no such file or folder");
    assertThat(problem(() -> UserFile.read(folder))).isEqualTo("Is a directory");
    assertThat(problem(() -> UserFile.read(file.resolve("under")))).isEqualTo("Not a directory");
    assertThat(problem(() -> UserFile.read(bytes))).isEqualTo("it is not UTF-8");
    assertThat(problem(() -> Files.createDirectory(file)))
        .isEqualTo("there is a file of that name");
    assertThat(problem(() -> Files.delete(folder))).isEqualTo("the folder is not empty");
  }

  @Test
  void whatOnlyNamesTheFileSaysWhatIsTheMatter() {
    assertThat(UserFile.problem(new AccessDeniedException("/etc/shadow")))
        .isEqualTo("no permission");
    assertThat(UserFile.problem(new NotDirectoryException("/etc/hosts")))
        .isEqualTo("it is no folder");
    assertThat(UserFile.problem(new IOException("No space left on device")))
        .isEqualTo("No space left on device");
    for (IOException nothing : List.of(new IOException(), new EOFException())) {
      assertThat(UserFile.problem(nothing)).isNotBlank();
    }
  }
}
