package io.leukocyte.engine;

import io.leukocyte.events.ContainerFacts.Limits;
import io.leukocyte.events.ContainerFacts.Mount;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A container to be made.
 *
 * @param name unique in the engine
 * @param image as one would write it after {@code docker run}, or its id; it must be on this host
 * @param entrypoint the program and its first arguments; empty is the image's
 * @param command further arguments; empty is the image's, unless an entrypoint is given
 * @param environment of its processes, beside the image's
 * @param labels beside the image's
 * @param user empty is the image's
 * @param networkMode a network's name, none, host, bridge, or {@code container:ID} for the network
 *     namespace of another container
 * @param capAdd capabilities beside the engine's usual ones, without CAP_
 * @param capDrop capabilities that are taken away, or ALL
 * @param securityOptions as one would write them after {@code --security-opt}
 * @param readOnlyRoot whether its root file system is read-only
 * @param tmpfs places of file systems in memory, with their options, which may be empty
 * @param mounts binds and volumes
 * @param limits 0 is none
 * @param restartPolicy no, always, unless-stopped or on-failure
 * @param logDriver empty is the engine's
 * @param logOptions of the driver
 */
public record NewContainer(
    String name,
    String image,
    List<String> entrypoint,
    List<String> command,
    SortedMap<String, String> environment,
    SortedMap<String, String> labels,
    String user,
    String networkMode,
    List<String> capAdd,
    List<String> capDrop,
    List<String> securityOptions,
    boolean readOnlyRoot,
    SortedMap<String, String> tmpfs,
    List<Mount> mounts,
    Limits limits,
    String restartPolicy,
    String logDriver,
    SortedMap<String, String> logOptions) {

  /** Copies the collections. */
  public NewContainer {
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
    environment = copy(environment);
    labels = copy(labels);
    capAdd = List.copyOf(capAdd);
    capDrop = List.copyOf(capDrop);
    securityOptions = List.copyOf(securityOptions);
    tmpfs = copy(tmpfs);
    mounts = List.copyOf(mounts);
    logOptions = copy(logOptions);
  }

  private static SortedMap<String, String> copy(SortedMap<String, String> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  /** A container without a network, which is not started again. */
  public static Builder named(String name, String image) {
    return new Builder(name, image);
  }

  /** What a container is to be, step by step. */
  public static final class Builder {
    private final String name;
    private final String image;
    private final SortedMap<String, String> environment = new TreeMap<>();
    private final SortedMap<String, String> labels = new TreeMap<>();
    private final List<String> capAdd = new ArrayList<>();
    private final List<String> capDrop = new ArrayList<>();
    private final List<String> securityOptions = new ArrayList<>();
    private final SortedMap<String, String> tmpfs = new TreeMap<>();
    private final List<Mount> mounts = new ArrayList<>();
    private final SortedMap<String, String> logOptions = new TreeMap<>();
    private List<String> entrypoint = List.of();
    private List<String> command = List.of();
    private String user = "";
    private String networkMode = "none";
    private boolean readOnlyRoot;
    private Limits limits = Limits.NONE;
    private String restartPolicy = "no";
    private String logDriver = "";

    private Builder(String name, String image) {
      this.name = name;
      this.image = image;
    }

    /** The program. */
    public Builder entrypoint(List<String> program) {
      entrypoint = List.copyOf(program);
      return this;
    }

    /** Its arguments. */
    public Builder command(List<String> arguments) {
      command = List.copyOf(arguments);
      return this;
    }

    /** One more variable. */
    public Builder environment(String key, String value) {
      environment.put(key, value);
      return this;
    }

    /** One more label. */
    public Builder label(String key, String value) {
      labels.put(key, value);
      return this;
    }

    /** Its user. */
    public Builder user(String idOrName) {
      user = idOrName;
      return this;
    }

    /** Its network. */
    public Builder networkMode(String mode) {
      networkMode = mode;
      return this;
    }

    /** Capabilities beside the usual ones. */
    public Builder capAdd(String... names) {
      capAdd.addAll(List.of(names));
      return this;
    }

    /** Capabilities that it has not. */
    public Builder capDrop(String... names) {
      capDrop.addAll(List.of(names));
      return this;
    }

    /** One more security option. */
    public Builder securityOption(String option) {
      securityOptions.add(option);
      return this;
    }

    /** Its root file system cannot be written to. */
    public Builder readOnlyRoot() {
      readOnlyRoot = true;
      return this;
    }

    /** A file system in memory. */
    public Builder tmpfs(String path, String options) {
      tmpfs.put(path, options);
      return this;
    }

    /** One more mount. */
    public Builder mount(Mount mount) {
      mounts.add(mount);
      return this;
    }

    /** Its limits. */
    public Builder limits(Limits most) {
      limits = most;
      return this;
    }

    /** When it is started again. */
    public Builder restartPolicy(String policy) {
      restartPolicy = policy;
      return this;
    }

    /** What becomes of its output. */
    public Builder logDriver(String driver) {
      logDriver = driver;
      return this;
    }

    /** One more option of its log driver. */
    public Builder logOption(String key, String value) {
      logOptions.put(key, value);
      return this;
    }

    /** The whole. */
    public NewContainer build() {
      return new NewContainer(
          name,
          image,
          entrypoint,
          command,
          environment,
          labels,
          user,
          networkMode,
          capAdd,
          capDrop,
          securityOptions,
          readOnlyRoot,
          tmpfs,
          mounts,
          limits,
          restartPolicy,
          logDriver,
          logOptions);
    }
  }
}
