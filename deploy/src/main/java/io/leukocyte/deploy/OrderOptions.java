package io.leukocyte.deploy;

import io.leukocyte.events.Action;
import io.leukocyte.events.Order;
import io.leukocyte.events.Outcome;
import io.leukocyte.responder.Answer;
import io.leukocyte.responder.Containment;
import io.leukocyte.responder.OrderException;
import io.leukocyte.responder.Released;
import io.leukocyte.responder.WafLevel;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whom an order goes to and why; gives it and prints what became of it. */
final class OrderOptions {
  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is kept with the order.")
  private String reason = "";

  @Option(
      names = "--fleet",
      description = "Over Kafka to the responders of all hosts, signed with commands.keys.")
  private boolean fleet;

  @Option(
      names = "--host",
      paramLabel = "ID",
      description = "Over Kafka to the responder of one host, signed with commands.keys.")
  private @Nullable String host;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "How long to wait for answers over Kafka. Default: ${DEFAULT-VALUE}.")
  private Duration wait = Duration.ofSeconds(10);

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  OrderOptions() {}

  /** Does something to a container. */
  int contain(CommonOptions common, PrintWriter out, Containment what, String container) {
    if (isLocal()) {
      return said(out, Operator.contain(common, what, container, reason));
    }
    Order.Kind kind =
        switch (what) {
          case Containment.Quarantine q ->
              plain(q.isWhole(), Order.Kind.QUARANTINE, "--allow and --interface");
          case Containment.Pause _ -> Order.Kind.PAUSE;
          case Containment.Kill _ -> Order.Kind.KILL;
          case Containment.Waf w ->
              plain(
                  w.level().equals(WafLevel.STANDARD),
                  Order.Kind.WAF,
                  "--paranoia and --detection-only");
          case Containment.KillProcess _, Containment.Run _ ->
              throw new BadInputException("This is done on the host alone, not over Kafka.");
        };
    return send(common, out, kind, container, what.length(), false);
  }

  /** The kind of an order, which has no place for options. */
  private static Order.Kind plain(boolean isPlain, Order.Kind kind, String options) {
    if (isPlain) {
      return kind;
    }
    throw new BadInputException(
        "An order over Kafka does not carry "
            + options
            + ": give it on the host, or let a policy do it.");
  }

  /** Stops all that policies do. */
  int stop(CommonOptions common, PrintWriter out, boolean undo) {
    if (!isLocal()) {
      return send(common, out, Order.Kind.STOP, "", Optional.empty(), undo);
    }
    int code = said(out, Operator.stop(common, reason));
    return undo ? Math.max(code, releaseAll(common, out)) : code;
  }

  /** Lets policies act again. */
  int resume(CommonOptions common, PrintWriter out) {
    return isLocal()
        ? said(out, Operator.resume(common))
        : send(common, out, Order.Kind.RESUME, "", Optional.empty(), false);
  }

  /** Takes back everything in force. */
  int releaseAll(CommonOptions common, PrintWriter out) {
    return isLocal()
        ? released(out, Operator.releaseAll(common))
        : send(common, out, Order.Kind.RELEASE_ALL, "", Optional.empty(), false);
  }

  /** Takes back what is in force on a container, or one action. */
  int release(CommonOptions common, PrintWriter out, String what) {
    if (!isLocal()) {
      return send(common, out, Order.Kind.RELEASE, what, Optional.empty(), false);
    }
    try {
      return released(out, Operator.release(common, what));
    } catch (OrderException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  /** Takes back all that an alert caused, which was false. */
  int markFalse(CommonOptions common, PrintWriter out, String alert) {
    if (!isLocal()) {
      return send(common, out, Order.Kind.FALSE_ALERT, alert, Optional.empty(), false);
    }
    try {
      List<Released> released = Operator.markFalse(common, alert, reason);
      out.println("Marked false; what it caused on this host:");
      return released(out, released);
    } catch (OrderException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  /** Carries out what waits for an approval on a container, or one action. */
  int approve(CommonOptions common, PrintWriter out, String what) {
    return isLocal()
        ? Verdicts.print(out, "carried out", Verdicts.asked(() -> Operator.approve(common, what)))
        : send(common, out, Order.Kind.APPROVE, what, Optional.empty(), false);
  }

  /** Closes what waits for an approval. */
  int deny(CommonOptions common, PrintWriter out, String what) {
    return isLocal()
        ? Verdicts.print(out, "denied", Verdicts.asked(() -> Operator.deny(common, what, reason)))
        : send(common, out, Order.Kind.DENY, what, Optional.empty(), false);
  }

  private boolean isLocal() {
    if (fleet && host != null) {
      throw new BadInputException("Give --fleet or --host, not both.");
    }
    return !fleet && host == null;
  }

  private int send(
      CommonOptions common,
      PrintWriter out,
      Order.Kind kind,
      String what,
      Optional<Duration> length,
      boolean undo) {
    String to = host == null ? Order.EVERYWHERE : host;
    Order order = FleetOrders.order(to, kind, what, length, undo, reason);
    List<Action> answers;
    try {
      answers =
          FleetOrders.of(common)
              .give(order, wait, host != null || !what.isEmpty(), answer -> print(out, answer));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Interrupted; the order was perhaps given.", e);
    }
    if (answers.isEmpty()) {
      throw new EnvironmentException(
          "No responder answered within %d s. The order is valid for five minutes; 'leuko tail actions' shows what becomes of it."
              .formatted(wait.toSeconds()));
    }
    return answers.stream().allMatch(a -> a.outcome() instanceof Outcome.Done)
        ? ExitCode.FINE
        : ExitCode.FINDINGS;
  }

  private static void print(PrintWriter out, Action answer) {
    String line =
        switch (answer.outcome()) {
          case Outcome.Done o -> "done; " + o.detail();
          case Outcome.Skipped o -> "skipped; " + o.reason();
          case Outcome.Refused o -> "REFUSED; " + o.reason();
          case Outcome.Failed o -> "NOT done; " + o.problem();
        };
    out.println(answer.host() + ": " + line);
    out.flush();
  }

  /** Prints what became of an order on this host. */
  static int said(PrintWriter out, Answer answer) {
    out.printf(
        "%s%s: %s; %s%n",
        answer.type(),
        answer.container().isEmpty() ? "" : " of " + answer.container(),
        answer.done() ? "done" : "NOT done",
        answer.detail());
    out.flush();
    return answer.done() ? ExitCode.FINE : ExitCode.FINDINGS;
  }

  private static int released(PrintWriter out, List<Released> released) {
    for (Released one : released) {
      out.printf(
          "%s of %s: %s%s%n",
          one.type(),
          one.container(),
          one.released() ? "released" : "NOT released",
          one.detail().isEmpty() ? "" : "; " + one.detail());
    }
    if (released.isEmpty()) {
      out.println("Nothing is in force on this host.");
    }
    out.flush();
    return released.stream().allMatch(Released::released) ? ExitCode.FINE : ExitCode.FINDINGS;
  }
}
