package io.leukocyte.engine;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The container engine of this host: what runs, what happens to it, what it writes, and the changes
 * a response makes.
 *
 * <p>Thread-safe. Making one does no I/O. Each call has a deadline: a call that hangs ends with
 * {@link EngineException.Timeout}, whatever the engine does. All errors are {@link
 * EngineException}s.
 */
public interface Engine extends AutoCloseable {

  /**
   * What engine this is.
   *
   * @throws EngineException when it cannot be reached
   */
  EngineInfo info();

  /**
   * Asks the engine for a sign of life.
   *
   * @throws EngineException when it does not answer; the message says why and what to do
   */
  void ping();

  /** All containers, stopped ones included, the newest first. */
  List<ContainerSummary> list();

  /** Containers that have processes, paused ones included, the newest first. */
  List<ContainerSummary> running();

  /** Everything worth knowing of a container; empty when there is none of that id. */
  Optional<ContainerFacts> inspect(ContainerId container);

  /**
   * The container of that name, full id or unambiguous prefix of an id. A name wins over a prefix.
   *
   * @throws EngineException.Conflict when more than one id starts so
   */
  Optional<ContainerId> resolve(String nameOrIdPrefix);

  /**
   * Follows what happens to containers. A lost connection is opened again, with growing pauses, and
   * events go on exactly where they stopped; where the engine cannot replay them all, {@link
   * EventListener#gap} says so.
   *
   * @param since go on after this position; null: from now on
   * @param listener called by one thread, in order
   * @return open at once, also while the engine is away
   */
  Subscription events(@Nullable EventPosition since, EventListener listener);

  /**
   * Reads the lines that a container wrote. With {@link LogOptions#follow} a lost connection is
   * opened again and goes on after the last line; the stream ends when the container has stopped or
   * is gone. A container may start again before its stream has ended, and the stream then goes on:
   * who wants all lines looks whether it runs when {@link LogListener#closed} is called.
   *
   * @param listener never called by two threads at once, in order
   * @return open at once; whatever goes wrong is told to {@link LogListener#closed}
   */
  Subscription logs(ContainerId container, LogOptions options, LogListener listener);

  /**
   * The file on this host in which the engine keeps the log of a container, for {@link
   * JsonLogReader}; empty when its log driver is another one or the engine is elsewhere. The file
   * need not be there yet, and need not be readable from here.
   *
   * @throws EngineException when the engine cannot say where its files are
   */
  Optional<Path> logFile(ContainerFacts container);

  /**
   * Freezes all processes; nothing when it is frozen already.
   *
   * @throws EngineException.NotFound when there is no such container
   * @throws EngineException.Conflict when it does not run
   */
  void pause(ContainerId container);

  /**
   * Thaws a paused container; nothing when it runs.
   *
   * @throws EngineException.NotFound when there is no such container
   * @throws EngineException.Conflict when it does not run at all
   */
  void unpause(ContainerId container);

  /**
   * Stops a container: its stop signal, then SIGKILL; nothing when it does not run.
   *
   * @param grace between the two, rounded up to whole seconds; the call's deadline is extended by
   *     it
   * @throws EngineException.NotFound when there is no such container
   */
  void stop(ContainerId container, Duration grace);

  /**
   * Sends a signal to the first process; nothing when it does not run. Does not wait for its end.
   *
   * @param signal a name with or without SIG, or a number: {@code SIGKILL}, {@code TERM}, {@code 9}
   * @throws EngineException.NotFound when there is no such container
   * @throws EngineException.Refused when the engine does not know the signal
   */
  void kill(ContainerId container, String signal);

  /**
   * Starts a container; nothing when it runs or is paused.
   *
   * @throws EngineException.NotFound when there is no such container
   * @throws EngineException.Refused when the engine cannot start it
   */
  void start(ContainerId container);

  /**
   * Stops, when it runs, and starts a container.
   *
   * @param grace as {@link #stop}
   * @throws EngineException.NotFound when there is no such container
   */
  void restart(ContainerId container, Duration grace);

  /**
   * How a container is attached to its networks, complete enough to attach it again. The same for a
   * stopped container, without the addresses that the engine chose.
   *
   * @throws EngineException.NotFound when there is no such container
   */
  List<NetworkAttachment> attachments(ContainerId container);

  /**
   * Takes a container off a network; nothing when it is not on it. Read {@link #attachments} first:
   * aliases, addresses and links are forgotten by the engine.
   *
   * @param network id or name
   * @throws EngineException.NotFound when there is no such container or network
   */
  void disconnectNetwork(ContainerId container, String network);

  /**
   * Attaches a container as it was; nothing when it is on that network already. An address that was
   * given away meanwhile is refused: connect again with {@link NetworkAttachment#anyAddress}. A
   * network whose range was chosen by the engine takes no wish for an address, and the default
   * bridge no alias: there the engine chooses.
   *
   * @return what it has now
   * @throws EngineException.NotFound when there is no such container or network
   * @throws EngineException.Refused when the engine cannot give the address
   */
  NetworkAttachment connectNetwork(ContainerId container, NetworkAttachment attachment);

  /**
   * The processes of a running container, in the host's pid namespace.
   *
   * @throws EngineException.NotFound when there is no such container
   * @throws EngineException.Conflict when it does not run
   */
  List<ProcessRow> top(ContainerId container);

  /**
   * All that the engine says of a container, as it says it: one JSON object. Secrets in it are not
   * masked.
   *
   * @return empty when there is no such container
   */
  Optional<String> describe(ContainerId container);

  /**
   * What a container's file system has that its image has not, and the other way round.
   *
   * @throws EngineException.NotFound when there is no such container
   */
  List<FileChange> fileChanges(ContainerId container);

  /**
   * Reads a file of a container, whether it runs or not. Links on the way lead within the
   * container; a link at the end is not followed. Takes up to a minute.
   *
   * @param path absolute, in the container
   * @param reader called once, perhaps in another thread; when it fails the call ends with {@link
   *     EngineException.Unavailable}
   * @throws EngineException.NotFound when there is no such container or file
   */
  <T> T readFile(ContainerId container, String path, FileReader<T> reader);

  /**
   * The last lines that a container wrote, in the order in which the engine gives them.
   *
   * @param most so many at most
   * @throws EngineException.NotFound when there is no such container
   * @throws EngineException.Refused when its log driver keeps none
   */
  List<LogLine> lastLines(ContainerId container, int most);

  /**
   * Makes a container, and does not start it. Fetches nothing.
   *
   * @throws EngineException.NotFound when the image is not on this host
   * @throws EngineException.Conflict when there is a container of that name
   */
  ContainerId create(NewContainer wanted);

  /**
   * Makes a container that is as another one was when it was made, and does not start it: of the
   * same image, by its id where its name means another one by now, with the whole configuration as
   * the engine knows it, on the networks on which the other one is now, with aliases, links and the
   * addresses that were asked for. Volumes, also those without a name, are shared with the other
   * one: data stays. The host name is carried over when it was chosen.
   *
   * <p>Addresses and published ports are taken when it is started: the other one must not run then.
   * What uses the other one itself goes on doing so: containers in its network namespace, legacy
   * links to it.
   *
   * @throws EngineException.NotFound when there is no such container, or its image is gone
   * @throws EngineException.Conflict when there is a container of that name
   */
  ContainerId createLike(ContainerId original, String name);

  /**
   * Removes a container, and the volumes without a name that were made for it alone; nothing when
   * there is no such container.
   *
   * @param force whether it is killed when it runs
   * @throws EngineException.Conflict when it runs and is not to be killed
   */
  void remove(ContainerId container, boolean force);

  /**
   * Gives a container another name; nothing when it has it.
   *
   * @throws EngineException.NotFound when there is no such container
   * @throws EngineException.Conflict when another container has the name
   */
  void rename(ContainerId container, String name);

  /**
   * What can be changed of a container while it runs.
   *
   * @throws EngineException.NotFound when there is no such container
   */
  ContainerSettings settings(ContainerId container);

  /**
   * Changes what can be changed of a container, whether it runs or not; what is as wanted is left
   * alone.
   *
   * @param wanted as {@link #settings} gives it, with changes
   * @throws EngineException.NotFound when there is no such container
   * @throws EngineException.Refused when the engine or the kernel cannot: more memory is in use, or
   *     the least is not reached
   */
  void update(ContainerId container, ContainerSettings wanted);

  /**
   * What a container's own health check says.
   *
   * @throws EngineException.NotFound when there is no such container
   */
  Health health(ContainerId container);

  /**
   * The id of an image of this host, {@code sha256:…}: what a container's digest is.
   *
   * @param nameOrId as one would write it after {@code docker run}, or an id, which may be
   *     shortened
   * @return empty when there is none on this host
   */
  Optional<String> imageId(String nameOrId);

  /**
   * Makes an image of a container's file system and configuration, as evidence. It is paused
   * meanwhile. Takes up to five minutes.
   *
   * @param repository of the image, such as {@code evidence/web}
   * @param tag of the image
   * @param labels that the image has besides those of the container
   * @return the image's id
   * @throws EngineException.NotFound when there is no such container
   */
  String commit(ContainerId container, String repository, String tag, Map<String, String> labels);

  /**
   * Takes a name from an image, and removes the image when it has no other; nothing when there is
   * no image of that name.
   *
   * @param name with its tag, such as {@code evidence/web:17}
   * @throws EngineException.Conflict when a container uses it
   */
  void removeImage(String name);

  /**
   * Makes a container, runs it to its end, and removes it whatever happens.
   *
   * @param wanted its log driver must keep lines
   * @param most after so long it is killed
   * @return also when it failed or was killed
   * @throws EngineException.NotFound when the image is not on this host
   * @throws EngineException.Conflict when there is a container of that name
   * @throws EngineException.Refused when it cannot be started
   */
  RunResult run(NewContainer wanted, Duration most);

  /**
   * What a container uses now; empty when it does not run. The engine takes up to two seconds where
   * it cannot answer at once (before API version 1.41).
   *
   * @throws EngineException.NotFound when there is no such container
   */
  Optional<ResourceUse> use(ContainerId container);

  /** Ends all subscriptions and closes the connections; calls that wait end with an error. */
  @Override
  void close();
}
