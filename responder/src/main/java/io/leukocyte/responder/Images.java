package io.leukocyte.responder;

import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What operators say of images; what they said is in the journal, and so published. */
final class Images {
  private static final int SHORTEST_ID = 7;

  private final HostId hostId;
  private final Host host;
  private final Journal journal;
  private final Clock clock;

  Images(HostId hostId, Host host, Journal journal, Clock clock) {
    this.hostId = hostId;
    this.host = host;
    this.journal = journal;
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
    return answer(
        id,
        operator,
        "block-image",
        "containers of " + image.shown() + " are stopped when they start: " + digest);
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
    return answer(
        id,
        operator,
        "unblock-image",
        image.shown()
            + " may start again"
            + (reason.isEmpty() ? "" : ", " + reason)
            + "; what was stopped stays so");
  }

  private Answer answer(ActionId id, String operator, String type, String detail) {
    Action action =
        new Action(
            id,
            Action.Step.VERIFIED,
            0,
            Nanos.now(clock),
            hostId,
            type,
            null,
            new Outcome.Done(detail),
            null,
            null,
            null,
            null,
            operator,
            0,
            false);
    journal.append(new JournalEntry.Answered(action, null, 0));
    return new Answer(id.value(), type, "", true, detail);
  }
}
