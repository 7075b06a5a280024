package io.leukocyte.engine;

import io.leukocyte.events.ContainerFacts.Mount;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog.Stream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A real engine behind a {@link FlakySocket}, and its containers, which close removes. */
class DockerWorld implements EngineWorld {
  static final Path SOCKET = Path.of("/var/run/docker.sock");

  private static final String LABEL = "leuko.test=engine";
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int PARALLEL = 20;

  private final String prefix =
      "leuko-engine-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-";
  private final List<String> containers = new ArrayList<>();
  private final List<String> adopted = new ArrayList<>();
  private final List<String> networks = new ArrayList<>();
  private final Path folder;
  private final FlakySocket socket;
  private final DockerEngine engine;
  private final List<String> address;

  DockerWorld() {
    this(SOCKET, List.of(), DEADLINE);
  }

  /** With an engine elsewhere; before its arguments the docker command needs others to reach it. */
  DockerWorld(Path target, List<String> address, Duration deadline) {
    this.address = address;
    try {
      folder = Files.createTempDirectory("leuko-engine");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    socket = new FlakySocket(folder.resolve("engine.sock"), target);
    engine =
        new DockerEngine(
            EngineOptions.of(URI.create("unix://" + socket.path()))
                .withDeadline(deadline)
                .withReconnect(Duration.ofMillis(20)));
  }

  @Override
  public Engine engine() {
    return engine;
  }

  private String docker(List<String> arguments) {
    return docker(arguments, new byte[0]);
  }

  private String docker(List<String> arguments, byte[] input) {
    List<String> all = new ArrayList<>(address);
    all.addAll(arguments);
    return DockerCli.run(all, input);
  }

  @Override
  public String network(String name) {
    String full = prefix + name;
    int third = 1 + Math.floorMod(full.hashCode(), 250);
    String subnet = "10.213." + third + ".0/28";
    docker(List.of("network", "create", "--internal", "--label", LABEL, "--subnet", subnet, full));
    networks.add(full);
    return full;
  }

  @Override
  public ContainerId create(ContainerSpec spec) {
    return create(spec, List.of());
  }

  @Override
  public ContainerId runHealthy(ContainerSpec spec) {
    ContainerId id = create(spec, List.of("--health-cmd", "true", "--health-interval", "1s"));
    engine.start(id);
    return id;
  }

  @Override
  public void adopt(ContainerId container) {
    adopted.add(container.value());
  }

  @Override
  public String missingImage() {
    return prefix + "nothing:1";
  }

  @Override
  public void nextRun(String line, int exitCode, Duration after) {}

  @Override
  public void removeImage(String id) {
    docker(List.of("rmi", "-f", id)); // it may be gone
  }

  private ContainerId create(ContainerSpec spec, List<String> more) {
    List<String> arguments = new ArrayList<>(List.of("create", "--label", LABEL));
    arguments.addAll(more);
    Collections.addAll(arguments, "--name", name(spec), "--log-driver", spec.logDriver());
    spec.labels()
        .forEach((key, value) -> Collections.addAll(arguments, "--label", key + "=" + value));
    spec.mounts().forEach(mount -> addMount(arguments, mount));
    arguments.addAll(networkArguments(spec));
    if (!spec.user().isEmpty()) {
      Collections.addAll(arguments, "--user", spec.user());
    }
    if (spec.tty()) {
      arguments.add("--tty");
    }
    if (spec.privileged()) {
      arguments.add("--privileged");
    }
    addLimits(arguments, spec);
    Collections.addAll(arguments, spec.image(), "sh", "-c", program(spec));
    ContainerId id = new ContainerId(docker(arguments).lines().toList().getLast());
    containers.add(id.value());
    return id;
  }

  private static void addMount(List<String> arguments, Mount mount) {
    if (mount.type().equals("tmpfs")) {
      Collections.addAll(arguments, "--tmpfs", mount.destination());
    } else {
      String mode = mount.writable() ? "rw" : "ro";
      Collections.addAll(
          arguments, "--volume", mount.source() + ":" + mount.destination() + ":" + mode);
    }
  }

  private static List<String> networkArguments(ContainerSpec spec) {
    if (spec.networks().isEmpty()) {
      return List.of("--network", spec.networkMode());
    }
    List<String> arguments = new ArrayList<>();
    for (Map.Entry<String, List<String>> network : spec.networks().entrySet()) {
      Collections.addAll(arguments, "--network", network.getKey());
      network.getValue().forEach(alias -> Collections.addAll(arguments, "--network-alias", alias));
    }
    return arguments;
  }

  private static void addLimits(List<String> arguments, ContainerSpec spec) {
    if (spec.limits().memory() > 0) {
      Collections.addAll(arguments, "--memory", spec.limits().memory() + "b");
    }
    if (spec.limits().nanoCpus() > 0) {
      Collections.addAll(arguments, "--cpus", Double.toString(spec.limits().nanoCpus() / 1e9));
    }
    if (spec.limits().pids() > 0) {
      Collections.addAll(arguments, "--pids-limit", Long.toString(spec.limits().pids()));
    }
    spec.security().capAdd().forEach(c -> Collections.addAll(arguments, "--cap-add", c));
    spec.security().capDrop().forEach(c -> Collections.addAll(arguments, "--cap-drop", c));
    spec.security().options().forEach(o -> Collections.addAll(arguments, "--security-opt", o));
  }

  private static String program(ContainerSpec spec) {
    Integer code = spec.exitOnTerm();
    String trap = code == null ? "trap '' TERM" : "trap 'exit " + code + "' TERM";
    return trap + "; while [ ! -f /leuko-exit ]; do sleep 0.02; done; exit $(cat /leuko-exit)";
  }

  @Override
  public String name(ContainerSpec spec) {
    return prefix + spec.name();
  }

  @Override
  public void print(ContainerId container, Stream stream, byte[] bytes) {
    String to =
        switch (stream) {
          case STDOUT, TTY -> "/proc/1/fd/1";
          case STDERR -> "/proc/1/fd/2";
        };
    docker(List.of("exec", "-i", container.value(), "sh", "-c", "cat > " + to), bytes);
  }

  @Override
  public void exec(ContainerId container, String command) {
    List<String> arguments = new ArrayList<>(List.of("exec", container.value()));
    Collections.addAll(arguments, command.split(" ", -1));
    docker(arguments);
  }

  @Override
  public void write(ContainerId container, String path, int mode, byte[] content) {
    String script = "cat > " + path + " && chmod " + Integer.toOctalString(mode) + " " + path;
    docker(List.of("exec", "-i", container.value(), "sh", "-c", script), content);
  }

  @Override
  public void link(ContainerId container, String path, String target) {
    docker(List.of("exec", container.value(), "ln", "-s", target, path));
  }

  @Override
  public void delete(ContainerId container, String path) {
    docker(List.of("exec", container.value(), "rm", path));
  }

  @Override
  public void exit(ContainerId container, int code) {
    docker(List.of("exec", container.value(), "sh", "-c", "echo " + code + " > /leuko-exit"));
  }

  @Override
  public void remove(ContainerId container) {
    docker(List.of("rm", "-f", container.value()));
    containers.remove(container.value());
  }

  private void remove(List<String> ids) {
    if (!ids.isEmpty()) {
      List<String> arguments = new ArrayList<>(List.of("rm", "-f"));
      arguments.addAll(ids);
      docker(arguments);
    }
  }

  @Override
  public void flood(ContainerId container) {
    for (int i = 0; i <= InMemoryEvents.KEPT; i += PARALLEL) {
      List<String> arguments = new ArrayList<>(List.of("kill", "--signal", "WINCH"));
      arguments.addAll(Collections.nCopies(PARALLEL, container.value()));
      docker(arguments);
    }
  }

  @Override
  public void dropConnections() {
    socket.drop();
  }

  @Override
  public void hang(boolean hang) {
    socket.hang(hang);
  }

  @Override
  public void away(boolean away) {
    socket.away(away);
  }

  @Override
  public void close() {
    engine.close();
    socket.close();
    remove(adopted); // they may be guests of the others
    remove(containers);
    networks.forEach(network -> docker(List.of("network", "rm", network)));
    try {
      Files.deleteIfExists(socket.path());
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
