package io.leukocyte.responder;

import io.leukocyte.events.BlockedImage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in our own log who ordered what on this host, and what came of it, also where nothing did:
 * what changes something is in the journal besides.
 */
final class LoggedOrders implements Orders {
  private static final Logger LOG = LoggerFactory.getLogger(LoggedOrders.class);
  private static final int LONGEST = 128;

  private final Orders orders;

  LoggedOrders(Orders orders) {
    this.orders = orders;
  }

  private static <T> T told(
      String order, String operator, Supplier<T> work, Function<T, String> result) {
    try {
      T answer = work.get();
      LOG.info("{} ordered {}: {}", plain(operator), plain(order), plain(result.apply(answer)));
      return answer;
    } catch (OrderException | JournalException e) {
      String why = String.valueOf(e.getMessage());
      LOG.info("{} ordered {}: not done: {}", plain(operator), plain(order), plain(why));
      throw e;
    }
  }

  /** Without what might look like a line of its own. */
  private static String plain(String text) {
    String line = text.replaceAll("\\p{C}", "?");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }

  private static String released(List<Released> released) {
    return released.stream().filter(Released::released).count()
        + " of "
        + released.size()
        + " taken back";
  }

  private static String decided(List<Decided> decided) {
    return decided.stream().filter(Decided::done).count() + " of " + decided.size() + " done";
  }

  private static String answered(Answer answer) {
    return (answer.done() ? "done: " : "not done: ") + answer.detail();
  }

  @Override
  public List<OpenAction> actions() {
    return orders.actions();
  }

  @Override
  public List<Released> release(String what, String operator) {
    return told(
        "release " + what, operator, () -> orders.release(what, operator), LoggedOrders::released);
  }

  @Override
  public List<Decided> approve(String what, String operator) {
    return told(
        "approve " + what, operator, () -> orders.approve(what, operator), LoggedOrders::decided);
  }

  @Override
  public List<Decided> deny(String what, String operator, String reason) {
    return told(
        "deny " + what, operator, () -> orders.deny(what, operator, reason), LoggedOrders::decided);
  }

  @Override
  public List<Released> markFalse(String alert, String operator, String reason) {
    return told(
        "false alert " + alert,
        operator,
        () -> orders.markFalse(alert, operator, reason),
        LoggedOrders::released);
  }

  @Override
  public List<Released> releaseAll(String operator) {
    return told(
        "release of everything",
        operator,
        () -> orders.releaseAll(operator),
        LoggedOrders::released);
  }

  @Override
  public Answer contain(Containment what, String container, String operator, String reason) {
    return told(
        what.action() + " " + container,
        operator,
        () -> orders.contain(what, container, operator, reason),
        LoggedOrders::answered);
  }

  @Override
  public Answer stop(String operator, String reason) {
    return told(
        "an emergency stop", operator, () -> orders.stop(operator, reason), LoggedOrders::answered);
  }

  @Override
  public Answer resume(String operator) {
    return told(
        "the end of the emergency stop",
        operator,
        () -> orders.resume(operator),
        LoggedOrders::answered);
  }

  @Override
  public List<BlockedImage> blocked() {
    return orders.blocked();
  }

  @Override
  public Answer block(
      String image,
      BlockedImage.Running running,
      Optional<Duration> length,
      String operator,
      String reason) {
    return told(
        "block of image " + image,
        operator,
        () -> orders.block(image, running, length, operator, reason),
        LoggedOrders::answered);
  }

  @Override
  public Answer unblock(String image, String operator, String reason) {
    return told(
        "unblock of image " + image,
        operator,
        () -> orders.unblock(image, operator, reason),
        LoggedOrders::answered);
  }

  @Override
  public Answer deleteEvidence(String what, String operator, String reason) {
    return told(
        "deletion of evidence " + what,
        operator,
        () -> orders.deleteEvidence(what, operator, reason),
        LoggedOrders::answered);
  }
}
