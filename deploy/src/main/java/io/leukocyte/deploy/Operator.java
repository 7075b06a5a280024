package io.leukocyte.deploy;

import io.leukocyte.engine.Engine;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.HostId;
import io.leukocyte.responder.Answer;
import io.leukocyte.responder.Containment;
import io.leukocyte.responder.Decided;
import io.leukocyte.responder.OpenAction;
import io.leukocyte.responder.OrderException;
import io.leukocyte.responder.Released;
import io.leukocyte.responder.ResponderControl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What an operator on the host asks of the responder of a data folder. */
final class Operator {
  private Operator() {}

  /** The responder's part of a data folder. */
  static Path folder(Path data) {
    return data.resolve("responder");
  }

  /** Actions in force; none where no responder ever ran. */
  static List<OpenAction> actions(CommonOptions common) {
    if (Files.notExists(folder(common.dataFolder()))) {
      return List.of();
    }
    try {
      return ask(common, ResponderControl::actions);
    } catch (OrderException e) {
      throw new EnvironmentException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Takes back what is in force on a container, or one action.
   *
   * @throws OrderException when nothing of it is in force
   */
  static List<Released> release(CommonOptions common, String what) {
    return ask(common, control -> control.release(what, user()));
  }

  /**
   * Takes back all that an alert caused, which was false.
   *
   * @throws OrderException when no action of this host was caused by it
   */
  static List<Released> markFalse(CommonOptions common, String alert, String reason) {
    return ask(common, control -> control.markFalse(alert, user(), reason));
  }

  /** Takes back everything that is in force on this host. */
  static List<Released> releaseAll(CommonOptions common) {
    return ask(common, control -> control.releaseAll(user()));
  }

  /** Does something to a container of this host. */
  static Answer contain(CommonOptions common, Containment what, String container, String reason) {
    return ask(common, control -> control.contain(what, container, user(), reason));
  }

  /** Images that may not start. */
  static List<BlockedImage> blocked(CommonOptions common) {
    return ask(common, ResponderControl::blocked);
  }

  /** Blocks an image. */
  static Answer block(
      CommonOptions common,
      String image,
      BlockedImage.Running running,
      Optional<Duration> length,
      String reason) {
    return ask(common, control -> control.block(image, running, length, user(), reason));
  }

  /** An image may start again. */
  static Answer unblock(CommonOptions common, String image, String reason) {
    return ask(common, control -> control.unblock(image, user(), reason));
  }

  /**
   * Deletes evidence of this host.
   *
   * @throws OrderException when there is none of that id
   */
  static Answer deleteEvidence(CommonOptions common, String what, String reason) {
    return ask(common, control -> control.deleteEvidence(what, user(), reason));
  }

  /** Stops all that policies do on this host. */
  static Answer stop(CommonOptions common, String reason) {
    return ask(common, control -> control.stop(user(), reason));
  }

  /** Lets policies act again on this host. */
  static Answer resume(CommonOptions common) {
    return ask(common, control -> control.resume(user()));
  }

  /**
   * Carries out what waits for an approval.
   *
   * @throws OrderException when nothing of it waits
   */
  static List<Decided> approve(CommonOptions common, String what) {
    return ask(common, control -> control.approve(what, user()));
  }

  /**
   * Closes what waits for an approval.
   *
   * @throws OrderException when nothing of it waits
   */
  static List<Decided> deny(CommonOptions common, String what, String reason) {
    return ask(common, control -> control.deny(what, user(), reason));
  }

  private static <T> T ask(CommonOptions common, Function<ResponderControl, T> question) {
    Path data = common.dataFolder();
    HostId host = DeploySettings.from(common.load()).host(data);
    try (Engine engine = Engines.fromEnvironment();
        ResponderControl control = ResponderControl.open(folder(data), host, engine)) {
      return question.apply(control);
    }
  }

  /** Who asks, for the audit: the user behind sudo, where there is one. */
  static String user() {
    String behind = System.getenv("SUDO_USER");
    return behind == null ? System.getProperty("user.name") : behind;
  }
}
