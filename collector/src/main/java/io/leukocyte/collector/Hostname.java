package io.leukocyte.collector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The host's name, as its kernel has it. */
final class Hostname {
  private static final Path FILE = Path.of("/proc/sys/kernel/hostname");

  private Hostname() {}

  /** The name; {@code localhost} where the kernel does not say. */
  static String read() {
    try {
      return Files.readString(FILE).strip();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
