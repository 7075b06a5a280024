package io.leukocyte.deploy;

import io.leukocyte.responder.Answer;
import io.leukocyte.responder.Containment;
import io.leukocyte.responder.OrderException;
import io.leukocyte.responder.Released;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Option;

/** Whom an order goes to and why; gives it and prints what became of it. */
final class OrderOptions {
  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is kept with the order.")
  private String reason = "";

  /** Does something to a container. */
  int contain(CommonOptions common, PrintWriter out, Containment what, String container) {
    return said(out, Operator.contain(common, what, container, reason));
  }

  /** Stops all that policies do. */
  int stop(CommonOptions common, PrintWriter out, boolean undo) {
    int code = said(out, Operator.stop(common, reason));
    return undo ? Math.max(code, releaseAll(common, out)) : code;
  }

  /** Lets policies act again. */
  int resume(CommonOptions common, PrintWriter out) {
    return said(out, Operator.resume(common));
  }

  /** Takes back everything in force. */
  int releaseAll(CommonOptions common, PrintWriter out) {
    return released(out, Operator.releaseAll(common));
  }

  /** Takes back what is in force on a container, or one action. */
  int release(CommonOptions common, PrintWriter out, String what) {
    try {
      return released(out, Operator.release(common, what));
    } catch (OrderException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  private static int said(PrintWriter out, Answer answer) {
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
