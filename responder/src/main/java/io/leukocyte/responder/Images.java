package io.leukocyte.responder;

import io.leukocyte.engine.EngineException;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What operators say of images; what they said is in the journal, and so published. */
final class Images {
  private static final int SHORTEST_ID = 7;

  private final Audit audit;
  private final Host host;
  private final Clock clock;

  Images(Audit audit, Host host, Clock clock) {
    this.audit = audit;
    this.host = host;
    this.clock = clock;
  }

  /** Those that may not start, the oldest first. */
  List<BlockedImage> blocked() {
    return host.blocked().all();
  }

  /**
   * Blocks an image.
   *
   * @param name its name or id on this host, or its whole id
   * @throws OrderException when this host has no such image, or the list cannot be kept
   */
  Answer block(
      ActionId id,
      String name,
      BlockedImage.Running running,
      Optional<Duration> length,
      String operator,
      String reason) {
    String digest = digest(name);
    long now = Nanos.now(clock);
    BlockedImage image;
    try {
      image =
          new BlockedImage(
              digest,
              BlockedImage.isDigest(name) ? "" : name,
              true,
              running,
              reason,
              operator,
              null,
              null,
              now,
              length.map(l -> now + l.toNanos()).orElse(0L));
      host.blocked().say(image);
    } catch (IllegalArgumentException | HostException e) {
      throw new OrderException("Not blocked: " + e.getMessage(), e);
    }
    return audit.done(
        new Audit.Entry(id, "block-image", operator),
        new Outcome.Done(
            "containers of " + image.shown() + " are stopped when they start: " + digest));
  }

  private String digest(String name) {
    if (BlockedImage.isDigest(name)) {
      return name;
    }
    try {
      return host.engine()
          .imageId(name)
          .orElseThrow(() ->
              new OrderException(
                  "There is no image '"
                      + Fields.shown(name)
                      + "' on this host; write its id, sha256:… with 64 digits"));
    } catch (EngineException e) {
      throw new OrderException("The container engine does not say: " + e.getMessage(), e);
    }
  }

  /**
   * The one blocked image of a name or an id, which may be shortened.
   *
   * @throws OrderException when there is none, or more than one
   */
  BlockedImage find(String name) {
    List<BlockedImage> found = blocked().stream().filter(i -> isNamed(i, name)).toList();
    if (found.size() != 1) {
      throw new OrderException(
          (found.isEmpty() ? "No blocked image is '" : "Several blocked images may be '")
              + Fields.shown(name)
              + "'; 'leuko images blocked' lists them");
    }
    return found.getFirst();
  }

  private static boolean isNamed(BlockedImage image, String name) {
    String hex = name.startsWith("sha256:") ? name.substring("sha256:".length()) : name;
    return image.image().equals(name)
        || (hex.length() >= SHORTEST_ID && image.digest().startsWith("sha256:" + hex));
  }

  /** It is trusted again, if that was not said meanwhile. */
  Answer unblock(ActionId id, BlockedImage image, String operator, String reason) {
    try {
      host.blocked().lift(image.digest(), operator, reason);
    } catch (HostException e) {
      throw new OrderException("Not unblocked: " + e.getMessage(), e);
    }
    return audit.done(
        new Audit.Entry(id, "unblock-image", operator),
        new Outcome.Done(
            image.shown()
                + " may start again"
                + (reason.isEmpty() ? "" : ", " + reason)
                + "; what was stopped stays so"));
  }
}
