package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Containers and networks of a test on the real engine, made and looked at with the docker command,
 * behind the back of what is tested. All have one prefix; closing removes them.
 */
final class Docker implements AutoCloseable {
  static final String WEB_IMAGE = "leuko/test-web:1";

  private final String prefix;
  private final List<String> containers = new ArrayList<>();
  private final List<String> networks = new ArrayList<>();

  Docker(String prefix) {
    this.prefix = prefix;
  }

  /** What a program answered. */
  record Answer(int exitCode, String output) {
    boolean worked() {
      return exitCode == 0;
    }
  }

  String network(String name, String subnet6) {
    String full = prefix + name;
    discard("network", "rm", full);
    docker("network", "create", "--internal", "--ipv6", "--subnet", subnet6, full);
    networks.add(full);
    return full;
  }

  /** Runs a web container; its full name. */
  String run(String name, String... options) {
    return run(name, List.of(options), List.of(WEB_IMAGE));
  }

  /** Runs a container that does nothing; its full name. */
  String sleeping(String name, String... options) {
    return run(name, List.of(options), List.of("busybox", "sleep", "600"));
  }

  /** Runs a container of an image; its full name. */
  String runImage(String name, String image, String... options) {
    return run(name, List.of(options), List.of(image));
  }

  /** Runs a program in a web container's image; its full name. */
  String runProgram(String name, List<String> program, String... options) {
    List<String> what = new ArrayList<>(List.of(WEB_IMAGE));
    what.addAll(program);
    return run(name, List.of(options), what);
  }

  /** Runs a container of an image and a command; its full name. */
  String run(String name, List<String> options, List<String> what) {
    String full = prefix + name;
    discard("rm", "-f", full);
    containers.addFirst(full);
    List<String> arguments = new ArrayList<>(List.of("run", "-d", "--name", full));
    arguments.addAll(options);
    arguments.addAll(what);
    docker(arguments.toArray(String[]::new));
    return full;
  }

  ContainerId id(String container) {
    return new ContainerId(docker("inspect", "-f", "{{.Id}}", container));
  }

  String inspect(String container, String format) {
    return docker("inspect", "-f", format, container);
  }

  /** Where port 80 of a container is published. */
  InetSocketAddress published(String container) {
    String port =
        inspect(container, "{{(index (index .NetworkSettings.Ports \"80/tcp\") 0).HostPort}}");
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
  }

  String address6(String container, String network) {
    return inspect(
        container, "{{(index .NetworkSettings.Networks \"" + network + "\").GlobalIPv6Address}}");
  }

  /** Runs a program in a container, ended after ten seconds. */
  Answer exec(String container, String... program) {
    List<String> command = new ArrayList<>(List.of("docker", "exec", container, "timeout", "10"));
    command.addAll(List.of(program));
    return command(command);
  }

  /** Whether one container gets the other's page. */
  boolean reaches(String from, String host) {
    Answer answer = exec(from, "curl", "-gsS", "-m", "1", "http://" + host + "/");
    return answer.worked() && answer.output().contains("hello");
  }

  /** Whether a container finds another's address by the engine's name server, within 2 s. */
  boolean resolves(String from, String name) {
    return exec(from, "env", "RES_OPTIONS=timeout:1 attempts:2", "getent", "ahosts", name).worked();
  }

  /** The packet filter's rules in a container's network namespace, without counters. */
  String ruleset(String container) {
    String pid = inspect(container, "{{.State.Pid}}");
    Answer answer = command(List.of("nsenter", "-t", pid, "-n", "nft", "-s", "list", "ruleset"));
    if (!answer.worked()) {
      throw new IllegalStateException("nft: " + answer.output());
    }
    return answer.output();
  }

  static String docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    Answer answer = command(command);
    if (!answer.worked()) {
      throw new IllegalStateException(command + " failed: " + answer.output());
    }
    return answer.output();
  }

  private static void discard(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    command(command);
  }

  static Answer command(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output;
      try (InputStream in = process.getInputStream()) {
        output = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
      }
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException(command + " did not end");
      }
      return new Answer(process.exitValue(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    if (!containers.isEmpty()) {
      List<String> remove = new ArrayList<>(List.of("rm", "-f"));
      remove.addAll(containers);
      discard(remove.toArray(String[]::new));
    }
    networks.forEach(n -> discard("network", "rm", n));
  }
}
