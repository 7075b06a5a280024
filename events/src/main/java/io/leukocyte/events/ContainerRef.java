package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A container as each batch carries it in its container table.
 *
 * @param id the engine's id
 * @param name the engine's name without the leading slash; empty until it is known
 * @param image repository of the image, with its registry where one was given, without the tag
 * @param tag the image's tag; null when the container was started by digest or image id
 * @param digest the image's content id, {@code sha256:…}; null when the engine does not say
 * @param privileged whether it runs with {@code --privileged}
 */
public record ContainerRef(
    ContainerId id,
    String name,
    String image,
    @Nullable String tag,
    @Nullable String digest,
    boolean privileged) {

  /** A container of which only the id is known so far. */
  public static ContainerRef unknown(ContainerId id) {
    return new ContainerRef(id, "", "", null, null, false);
  }
}
