package io.leukocyte.engine;

import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog.Stream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An engine with its containers, for {@link EngineContract}: what a test does behind its back. */
interface EngineWorld extends AutoCloseable {
  /** Deadline of the engine's calls. */
  Duration DEADLINE = Duration.ofSeconds(3);

  Engine engine();

  /** Makes a network of that name that leads nowhere else; its name in the engine. */
  String network(String name);

  /** Makes a container of a program that waits for its end. The image is always busybox. */
  ContainerId create(ContainerSpec spec);

  default ContainerId run(ContainerSpec spec) {
    ContainerId id = create(spec);
    engine().start(id);
    return id;
  }

  /** The name of a container in the engine. */
  String name(ContainerSpec spec);

  /** Makes and starts a container with a health check that is good. */
  ContainerId runHealthy(ContainerSpec spec);

  /** A container that was made through the engine: close removes it. */
  void adopt(ContainerId container);

  /** The name of an image that is not on this host. */
  String missingImage();

  /** The next container that is run to its end writes one line and ends so, after some time. */
  void nextRun(String line, int exitCode, Duration after);

  /** Removes an image. */
  void removeImage(String id);

  /** The log driver of containers that ask for Docker's own one, by its name here. */
  default String logDriver() {
    return "json-file";
  }

  /** How the engine tells a signal in its events; null: not at all. */
  default @Nullable String told(String signal) {
    return signal;
  }

  /** How the engine tells what was asked for. */
  default Security told(Security asked) {
    return asked;
  }

  /** How the engine tells which network it is, as a pattern. */
  default String networkId() {
    return "[0-9a-f]{64}";
  }

  /** Lines written at once that the engine is sure to tell whole while it follows. */
  default int burst() {
    return 200;
  }

  void print(ContainerId container, Stream stream, byte[] bytes);

  void exec(ContainerId container, String command);

  /** A program in the container writes a file. */
  void write(ContainerId container, String path, int mode, byte[] content);

  /** A program in the container makes a symbolic link. */
  void link(ContainerId container, String path, String target);

  /** A program in the container removes a file that the image has. */
  void delete(ContainerId container, String path);

  void exit(ContainerId container, int code);

  void remove(ContainerId container);

  /** Makes as many events as the engine can replay, at least. */
  void flood(ContainerId container);

  void dropConnections();

  /** Calls get no answer. */
  void hang(boolean hang);

  /** The engine cannot be reached. */
  void away(boolean away);

  @Override
  void close();
}
