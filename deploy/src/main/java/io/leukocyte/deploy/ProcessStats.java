package io.leukocyte.deploy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What the kernel knows of a process at one moment.
 *
 * @param rssAnon bytes of memory that are in no file: heap, stacks, code, native memory
 * @param threads how many
 * @param descriptors open files and sockets
 * @param cpu nanoseconds of all threads that live, those of the JIT compilers left out
 * @param compilers nanoseconds of the JIT compilers' threads
 */
record ProcessStats(long rssAnon, int threads, int descriptors, long cpu, long compilers) {
  /**
   * Reads them.
   *
   * @throws IOException when the process is gone or not ours to look at
   */
  static ProcessStats of(long pid) throws IOException {
    Path proc = Path.of("/proc", Long.toString(pid));
    long all = 0;
    long compilers = 0;
    int threads = 0;
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(proc.resolve("task"))) {
      for (Path task : tasks) {
        try {
          long nanos = Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ", 2)[0]);
          boolean compiler = Files.readString(task.resolve("comm")).matches("C[12] Compiler.*\\s*");
          all += compiler ? 0 : nanos;
          compilers += compiler ? nanos : 0;
          threads++;
        } catch (NoSuchFileException e) {
          // It ended meanwhile.
        }
      }
    }
    return new ProcessStats(rssAnon(proc), threads, descriptors(proc), all, compilers);
  }

  private static long rssAnon(Path proc) throws IOException {
    for (String line : Files.readAllLines(proc.resolve("status"))) {
      if (line.startsWith("RssAnon:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new IOException("There is no RssAnon in " + proc.resolve("status"));
  }

  private static int descriptors(Path proc) throws IOException {
    int count = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(proc.resolve("fd"))) {
      for (Path ignored : all) {
        count++;
      }
    }
    return count;
  }
}
