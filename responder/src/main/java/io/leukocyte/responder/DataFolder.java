package io.leukocyte.responder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The responder's part of the data folder, readable for its owner alone: the journal, a lock that
 * one responder holds, and the socket it takes orders at.
 */
final class DataFolder implements AutoCloseable {
  private final FileChannel lockFile;
  private final FileLock lock;

  private DataFolder(FileChannel lockFile, FileLock lock) {
    this.lockFile = lockFile;
    this.lock = lock;
  }

  static Path journal(Path folder) {
    return folder.resolve("journal");
  }

  /** While this file is there policies begin nothing. */
  static Path stop(Path folder) {
    return folder.resolve("STOP");
  }

  /** Alerts that containers read while they run for a policy. */
  static Path runs(Path folder) {
    return folder.resolve("runs");
  }

  /** The images that may not start. */
  static Path blocked(Path folder) {
    return folder.resolve("blocked");
  }

  static Path socket(Path folder) {
    return folder.resolve("control.sock");
  }

  /**
   * Takes the folder; it is made when it is not there.
   *
   * @return empty when another responder has it
   * @throws IOException when it cannot be made or written
   */
  static Optional<DataFolder> lock(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    FileChannel file =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = file.tryLock();
      if (lock != null) {
        return Optional.of(new DataFolder(file, lock));
      }
    } catch (OverlappingFileLockException e) {
      // this very process has it
    }
    file.close();
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    lock.close();
    lockFile.close();
  }
}
