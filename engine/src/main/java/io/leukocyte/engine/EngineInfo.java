package io.leukocyte.engine;

import java.util.List;

/**
 * What engine this is. Source: the engine's version and info.
 *
 * @param name of the product: Docker, or what the engine says
 * @param version the engine's release, such as 20.10.24
 * @param apiVersion the version of the API that both sides speak, such as 1.41
 * @param operatingSystem the host's, in words
 * @param kernel the host's kernel release
 * @param architecture of the host, such as x86_64
 * @param storageDriver overlay2, vfs …
 * @param logDriver the default one; empty when the engine does not say
 * @param rootDir the engine's data folder on the host
 * @param cgroupVersion 1 or 2; 0 when the engine does not say
 * @param cgroupDriver cgroupfs, systemd, none
 * @param securityOptions such as {@code name=seccomp,profile=default}, {@code name=rootless}
 * @param liveRestore whether containers outlive a restart of the engine
 */
public record EngineInfo(
    String name,
    String version,
    String apiVersion,
    String operatingSystem,
    String kernel,
    String architecture,
    String storageDriver,
    String logDriver,
    String rootDir,
    int cgroupVersion,
    String cgroupDriver,
    List<String> securityOptions,
    boolean liveRestore) {
  /** Copies the list. */
  public EngineInfo {
    securityOptions = List.copyOf(securityOptions);
  }
}
