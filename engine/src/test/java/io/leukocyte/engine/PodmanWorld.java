package io.leukocyte.engine;

import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link PodmanService} behind a {@link FlakySocket}, and what it tells otherwise than Docker. */
final class PodmanWorld extends DockerWorld {
  /** What a container may do unless told otherwise, in the order in which Podman tells it. */
  private static final List<String> GIVEN =
      List.of(
          "AUDIT_WRITE",
          "CHOWN",
          "DAC_OVERRIDE",
          "FOWNER",
          "FSETID",
          "KILL",
          "MKNOD",
          "NET_BIND_SERVICE",
          "NET_RAW",
          "SETFCAP",
          "SETGID",
          "SETPCAP",
          "SETUID",
          "SYS_CHROOT");

  private final PodmanService podman;

  PodmanWorld(PodmanService podman) {
    super(podman.socket(), podman.address());
    this.podman = podman;
  }

  @Override
  public ContainerId runHealthy(ContainerSpec spec) {
    ContainerId id = super.runHealthy(spec);
    podman.checkHealth(id.value());
    return id;
  }

  @Override
  public String logDriver() {
    return "k8s-file";
  }

  @Override
  public @Nullable String told(String signal) {
    return null;
  }

  /** It tells what the container may do, against what it may unless told otherwise. */
  @Override
  public Security told(Security asked) {
    boolean all = asked.capDrop().contains("ALL");
    return new Security(
        asked.capAdd().stream().filter(added -> !GIVEN.contains(added)).toList(),
        GIVEN.stream()
            .filter(given ->
                all ? !asked.capAdd().contains(given) : asked.capDrop().contains(given))
            .toList(),
        asked.options().stream().map(option -> option.replace(":true", "")).toList(),
        asked.readOnlyRoot(),
        asked.userns());
  }

  /** It is its name. */
  @Override
  public String networkId() {
    return "leuko-engine-.*";
  }
}
