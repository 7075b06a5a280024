package io.leukocyte.deploy;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.leukocyte.events.config.UserFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The use of a folder by one process alone, until it is closed or the process ends. */
final class FolderLock implements AutoCloseable {
  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes a folder.
   *
   * @throws EnvironmentException if it is taken; it names the process
   */
  static FolderLock take(Path folder) {
    Path file = folder.resolve("lock");
    try {
      FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE);
      if (!lock(channel)) {
        channel.close();
        throw new EnvironmentException(
            "Cannot use %s: process %s has it in use; stop that, or choose another data folder with --data."
                .formatted(folder, Files.readString(file).strip()));
      }
      channel.truncate(0);
      channel.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"));
      return new FolderLock(channel);
    } catch (IOException e) {
      throw new EnvironmentException(
          "Cannot lock %s: %s; run as the user who owns it, or choose another data folder with --data."
              .formatted(file, UserFile.problem(e)),
          e);
    }
  }

  /** False if another process has it, or this one. */
  private static boolean lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot release the lock of a folder", e);
    }
  }
}
