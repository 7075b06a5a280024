package io.leukocyte.events;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything worth knowing of a container. Sent before its first other event, on every change and
 * each five minutes. Source: the engine's inspect.
 *
 * @param time unix nanoseconds: when it was read
 * @param container id, name, image, privileged
 * @param state running, paused, exited, created, restarting, dead; {@link #DESTROYED}
 * @param pid the first process, in the host's pid namespace; 0 when it does not run
 * @param created unix nanoseconds
 * @param started unix nanoseconds of the last start; 0 when it never was
 * @param labels the container's labels, those of its image included
 * @param mounts what is mounted into it
 * @param networks the networks it is attached to
 * @param networkMode the engine's word: bridge, host, none, {@code container:ID}, a network's name
 * @param pidMode empty, host, or {@code container:ID}
 * @param ports published ports
 * @param user the configured user; empty is root
 * @param entrypoint the program and its arguments
 * @param tty whether it has a terminal
 * @param logDriver json-file, local, journald, none …
 * @param restartPolicy no, always, on-failure, unless-stopped
 * @param limits resource limits
 * @param security security options
 * @param restarts how often the engine's restart policy has started it again
 */
public record ContainerFacts(
    long time,
    ContainerRef container,
    String state,
    int pid,
    long created,
    long started,
    SortedMap<String, String> labels,
    List<Mount> mounts,
    List<Network> networks,
    String networkMode,
    String pidMode,
    List<Port> ports,
    String user,
    List<String> entrypoint,
    boolean tty,
    String logDriver,
    String restartPolicy,
    Limits limits,
    Security security,
    int restarts)
    implements Event {

  /** Copies the collections. */
  public ContainerFacts {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    mounts = List.copyOf(mounts);
    networks = List.copyOf(networks);
    ports = List.copyOf(ports);
    entrypoint = List.copyOf(entrypoint);
  }

  /** Facts of a container that was never started again. */
  public ContainerFacts(
      long time,
      ContainerRef container,
      String state,
      int pid,
      long created,
      long started,
      SortedMap<String, String> labels,
      List<Mount> mounts,
      List<Network> networks,
      String networkMode,
      String pidMode,
      List<Port> ports,
      String user,
      List<String> entrypoint,
      boolean tty,
      String logDriver,
      String restartPolicy,
      Limits limits,
      Security security) {
    this(
        time,
        container,
        state,
        pid,
        created,
        started,
        labels,
        mounts,
        networks,
        networkMode,
        pidMode,
        ports,
        user,
        entrypoint,
        tty,
        logDriver,
        restartPolicy,
        limits,
        security,
        0);
  }

  /** Facts of which only the table entry is known. */
  public static ContainerFacts unknown(long time, ContainerRef container) {
    return new ContainerFacts(
        time,
        container,
        "running",
        0,
        0,
        0,
        new TreeMap<>(),
        List.of(),
        List.of(),
        "",
        "",
        List.of(),
        "",
        List.of(),
        false,
        "",
        "",
        Limits.NONE,
        Security.DEFAULT);
  }

  /** The state of a container that is removed, in what is kept of it for a while. */
  public static final String DESTROYED = "destroyed";

  /**
   * The same of a container that has been removed.
   *
   * @param time unix nanoseconds: when it was
   */
  public ContainerFacts destroyed(long time) {
    return new ContainerFacts(
        time,
        container,
        DESTROYED,
        0,
        created,
        started,
        labels,
        mounts,
        networks,
        networkMode,
        pidMode,
        ports,
        user,
        entrypoint,
        tty,
        logDriver,
        restartPolicy,
        limits,
        security,
        restarts);
  }

  /**
   * A mount.
   *
   * @param type bind, volume, tmpfs
   * @param source path on the host, or the volume's name
   * @param destination path in the container
   * @param writable whether it is mounted read-write
   */
  public record Mount(String type, String source, String destination, boolean writable) {}

  /**
   * An attachment to a network.
   *
   * @param name the network's name
   * @param id the network's id
   * @param address IPv4; null when it has none
   * @param address6 global IPv6; null when it has none
   * @param mac MAC address; null when unknown
   * @param aliases other names of the container in this network
   */
  public record Network(
      String name,
      String id,
      @Nullable String address,
      @Nullable String address6,
      @Nullable String mac,
      List<String> aliases) {
    /** Copies the list. */
    public Network {
      aliases = List.copyOf(aliases);
    }
  }

  /**
   * A published port.
   *
   * @param containerPort port in the container
   * @param protocol tcp, udp, sctp
   * @param hostAddress address on the host
   * @param hostPort port on the host
   */
  public record Port(int containerPort, String protocol, String hostAddress, int hostPort) {}

  /**
   * Resource limits.
   *
   * @param memory bytes; 0 is none
   * @param nanoCpus billionths of a CPU; 0 is none
   * @param pids tasks; 0 is none
   */
  public record Limits(long memory, long nanoCpus, long pids) {
    /** No limit. */
    public static final Limits NONE = new Limits(0, 0, 0);
  }

  /**
   * Security options.
   *
   * @param capAdd capabilities added, without the CAP_ prefix, upper case
   * @param capDrop capabilities dropped
   * @param options the engine's security options: seccomp, apparmor, no-new-privileges …
   * @param readOnlyRoot whether the root file system is read-only
   * @param userns user namespace mode; empty is the engine's default
   */
  public record Security(
      List<String> capAdd,
      List<String> capDrop,
      List<String> options,
      boolean readOnlyRoot,
      String userns) {
    /** Nothing added, nothing dropped. */
    public static final Security DEFAULT = new Security(List.of(), List.of(), List.of(), false, "");

    /** Copies the lists. */
    public Security {
      capAdd = List.copyOf(capAdd);
      capDrop = List.copyOf(capDrop);
      options = List.copyOf(options);
    }
  }
}
