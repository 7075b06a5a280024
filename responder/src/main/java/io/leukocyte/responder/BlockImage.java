package io.leukocyte.responder;

import io.leukocyte.events.AlertId;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The image of the container loses trust: containers of it that start are stopped, on all hosts,
 * until it is taken back.
 *
 * @param running what is done with those that run
 * @param length after which time it is trusted again
 * @param ground why; empty until it is about to be done
 */
record BlockImage(BlockedImage.Running running, Optional<Duration> length, Optional<Ground> ground)
    implements Intervention {

  /** Not yet about a container. */
  BlockImage(BlockedImage.Running running, Optional<Duration> length) {
    this(running, length, Optional.empty());
  }

  /**
   * Why an image is blocked.
   *
   * @param since when the action began, unix nanoseconds
   */
  record Ground(
      ContainerRef container,
      String reason,
      String author,
      @Nullable String policy,
      @Nullable AlertId alert,
      long since) {}

  @Override
  public String type() {
    return "block-image";
  }

  @Override
  public boolean outlivesStart() {
    return true;
  }

  @Override
  public boolean outlivesContainer() {
    return true;
  }

  @Override
  public BlockImage of(ActionState state, Keeper keeper) {
    ContainerRef container = state.last().target();
    if (container == null) {
      return this;
    }
    String rule = state.last().rule();
    String policy = state.last().policy();
    String operator = state.last().operator();
    return new BlockImage(
        running,
        length,
        Optional.of(
            new Ground(
                container,
                rule == null ? "" : rule,
                policy != null ? policy : operator != null ? operator : "somebody",
                policy,
                state.last().alert(),
                state.since())));
  }

  @Override
  public Checked check(Host host, Target target) {
    String digest = target.facts().container().digest();
    if (digest == null || !BlockedImage.isDigest(digest)) {
      return new Checked.Not(
          new Outcome.Failed("cannot: the engine does not say which image the container has"));
    }
    Optional<BlockedImage> before = host.blocked().find(digest);
    if (before.isPresent() && !before.get().equals(entry(digest).orElse(null))) {
      return Checked.skip("its image is blocked already, by " + before.get().author());
    }
    return new Checked.Ready(new Undo.Unblock(digest), "image " + digest);
  }

  /** Why a container would not start again; empty when it would. */
  static Optional<Checked> cannotStart(Host host, Target target) {
    String digest = target.facts().container().digest();
    return digest == null
        ? Optional.empty()
        : host.blocked()
            .find(digest)
            .map(image ->
                new Checked.Not(
                    new Outcome.Failed(
                        "its image is blocked by "
                            + image.author()
                            + ": it would be stopped as soon as it starts")));
  }

  private Optional<BlockedImage> entry(String digest) {
    return ground.map(g ->
        new BlockedImage(
            digest,
            name(g.container()),
            true,
            running,
            g.reason(),
            g.author(),
            g.policy(),
            g.alert(),
            g.since(),
            length.map(l -> g.since() + l.toNanos()).orElse(0L)));
  }

  private static String name(ContainerRef container) {
    return container.tag() == null ? container.image() : container.image() + ":" + container.tag();
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    if (!(undo instanceof Undo.Unblock(String digest))) {
      return new Outcome.Failed("The journal names no image but " + undo);
    }
    entry(digest).ifPresent(host.blocked()::say);
    return new Outcome.Done("on the list of this host");
  }

  @Override
  public Outcome verify(Host host, ContainerId container, Undo undo) {
    return undo instanceof Undo.Unblock(String digest) && host.blocked().find(digest).isPresent()
        ? new Outcome.Done("its containers are stopped when they start")
        : new Outcome.Failed("the image is not on the list of this host");
  }
}
