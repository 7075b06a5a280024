package io.leukocyte.engine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The docker command: how tests act behind the back of the engine that they test. */
final class DockerCli {
  private DockerCli() {}

  /** What it prints; fails when it fails. */
  static String run(List<String> arguments) {
    return run(arguments, new byte[0]);
  }

  static String run(List<String> arguments, byte[] input) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(arguments);
    return runProgram(command, input);
  }

  static String runProgram(List<String> command, byte[] input) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (OutputStream in = process.getOutputStream()) {
        new ByteArrayInputStream(input).transferTo(in);
      }
      String output;
      try (InputStream out = process.getInputStream()) {
        output = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
      }
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
