package io.leukocyte.engine;

import io.leukocyte.events.ContainerFacts.Limits;
import io.leukocyte.events.ContainerFacts.Mount;
import io.leukocyte.events.ContainerFacts.Port;
import io.leukocyte.events.ContainerFacts.Security;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a container of the {@link InMemoryEngine} is made from.
 *
 * @param name of the container
 * @param image as one would write it after {@code docker run}
 * @param entrypoint the program and its arguments
 * @param labels of the container
 * @param mounts what is mounted into it
 * @param networks names of networks and its aliases there; empty: the network mode alone counts
 * @param networkMode bridge, host, none, {@code container:ID} or the first network's name
 * @param pidMode empty, host, or {@code container:ID}
 * @param ports published ports
 * @param user empty is root
 * @param tty whether it has a terminal
 * @param privileged whether it runs with {@code --privileged}
 * @param logDriver json-file, none …
 * @param restartPolicy no, always …; told, not obeyed
 * @param limits resource limits
 * @param security security options
 * @param exitOnTerm exit code when it gets SIGTERM; null: it ignores it
 */
public record ContainerSpec(
    String name,
    String image,
    List<String> entrypoint,
    SortedMap<String, String> labels,
    List<Mount> mounts,
    Map<String, List<String>> networks,
    String networkMode,
    String pidMode,
    List<Port> ports,
    String user,
    boolean tty,
    boolean privileged,
    String logDriver,
    String restartPolicy,
    Limits limits,
    Security security,
    @Nullable Integer exitOnTerm) {

  /** Copies the collections. */
  public ContainerSpec {
    entrypoint = List.copyOf(entrypoint);
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    mounts = List.copyOf(mounts);
    networks = Collections.unmodifiableMap(new LinkedHashMap<>(networks));
    ports = List.copyOf(ports);
  }

  /** A plain container on no network. */
  public static ContainerSpec of(String name, String image) {
    return new ContainerSpec(
        name,
        image,
        List.of("/bin/server"),
        new TreeMap<>(),
        List.of(),
        Map.of(),
        "none",
        "",
        List.of(),
        "",
        false,
        false,
        "json-file",
        "no",
        Limits.NONE,
        Security.DEFAULT,
        143);
  }

  /** The same under another name. */
  public ContainerSpec named(String other) {
    return new ContainerSpec(
        other,
        image,
        entrypoint,
        labels,
        mounts,
        networks,
        networkMode,
        pidMode,
        ports,
        user,
        tty,
        privileged,
        logDriver,
        restartPolicy,
        limits,
        security,
        exitOnTerm);
  }

  /** What the engine makes of a container of ours, as far as it goes. */
  static ContainerSpec of(NewContainer wanted) {
    List<String> program = new ArrayList<>(wanted.entrypoint());
    program.addAll(wanted.command());
    List<Mount> mounts = new ArrayList<>(wanted.mounts());
    wanted.tmpfs().keySet().forEach(path -> mounts.add(new Mount("tmpfs", "", path, true)));
    ContainerSpec bare = of(wanted.name(), wanted.image());
    return new ContainerSpec(
        wanted.name(),
        wanted.image(),
        program.isEmpty() ? bare.entrypoint() : program,
        wanted.labels(),
        mounts,
        Map.of(),
        wanted.networkMode(),
        "",
        List.of(),
        wanted.user(),
        false,
        false,
        wanted.logDriver().isEmpty() ? bare.logDriver() : wanted.logDriver(),
        wanted.restartPolicy(),
        wanted.limits(),
        new Security(
            wanted.capAdd(), wanted.capDrop(), wanted.securityOptions(), wanted.readOnlyRoot(), ""),
        143);
  }

  /** The same with another label. */
  public ContainerSpec label(String key, String value) {
    SortedMap<String, String> more = new TreeMap<>(labels);
    more.put(key, value);
    return with(more, mounts, networks, networkMode, ports);
  }

  /** The same with another mount. */
  public ContainerSpec mount(Mount mount) {
    return with(labels, added(mounts, mount), networks, networkMode, ports);
  }

  /** The same on another network. */
  public ContainerSpec network(String network, String... aliases) {
    Map<String, List<String>> more = new LinkedHashMap<>(networks);
    more.put(network, List.of(aliases));
    String mode = networks.isEmpty() ? network : networkMode;
    return with(labels, mounts, more, mode, ports);
  }

  /** The same without networks of its own: host, none or {@code container:ID}. */
  public ContainerSpec networkMode(String mode) {
    return with(labels, mounts, Map.of(), mode, ports);
  }

  /** The same with another published port. */
  public ContainerSpec port(Port port) {
    return with(labels, mounts, networks, networkMode, added(ports, port));
  }

  private ContainerSpec with(
      SortedMap<String, String> newLabels,
      List<Mount> newMounts,
      Map<String, List<String>> newNetworks,
      String newMode,
      List<Port> newPorts) {
    return new ContainerSpec(
        name,
        image,
        entrypoint,
        newLabels,
        newMounts,
        newNetworks,
        newMode,
        pidMode,
        newPorts,
        user,
        tty,
        privileged,
        logDriver,
        restartPolicy,
        limits,
        security,
        exitOnTerm);
  }

  /** The same with another program. */
  public ContainerSpec entrypoint(String... program) {
    return process(List.of(program), user, tty, exitOnTerm);
  }

  /** The same as another user. */
  public ContainerSpec user(String other) {
    return process(entrypoint, other, tty, exitOnTerm);
  }

  /** The same with a terminal. */
  public ContainerSpec withTty() {
    return process(entrypoint, user, true, exitOnTerm);
  }

  /** The same with another answer to SIGTERM; null: none. */
  public ContainerSpec exitOnTerm(@Nullable Integer code) {
    return process(entrypoint, user, tty, code);
  }

  private ContainerSpec process(
      List<String> program, String newUser, boolean newTty, @Nullable Integer newExit) {
    return new ContainerSpec(
        name,
        image,
        program,
        labels,
        mounts,
        networks,
        networkMode,
        pidMode,
        ports,
        newUser,
        newTty,
        privileged,
        logDriver,
        restartPolicy,
        limits,
        security,
        newExit);
  }

  /** The same with {@code --privileged}. */
  public ContainerSpec withPrivileges() {
    return guarded(true, logDriver, limits, security);
  }

  /** The same with another log driver. */
  public ContainerSpec logDriver(String driver) {
    return guarded(privileged, driver, limits, security);
  }

  /** The same with limits. */
  public ContainerSpec limits(Limits other) {
    return guarded(privileged, logDriver, other, security);
  }

  /** The same with security options. */
  public ContainerSpec security(Security other) {
    return guarded(privileged, logDriver, limits, other);
  }

  private ContainerSpec guarded(
      boolean newPrivileged, String newDriver, Limits newLimits, Security newSecurity) {
    return new ContainerSpec(
        name,
        image,
        entrypoint,
        labels,
        mounts,
        networks,
        networkMode,
        pidMode,
        ports,
        user,
        tty,
        newPrivileged,
        newDriver,
        restartPolicy,
        newLimits,
        newSecurity,
        exitOnTerm);
  }

  private static <T> List<T> added(List<T> list, T element) {
    List<T> more = new ArrayList<>(list);
    more.add(element);
    return more;
  }
}
