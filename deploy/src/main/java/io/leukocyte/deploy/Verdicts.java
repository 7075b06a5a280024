package io.leukocyte.deploy;

import io.leukocyte.events.Text;
import io.leukocyte.responder.Decided;
import io.leukocyte.responder.OrderException;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Supplier;

/** What became of approving or denying, for people. */
final class Verdicts {
  private Verdicts() {}

  /** Asks; an order that cannot be followed is bad input. */
  static List<Decided> asked(Supplier<List<Decided>> order) {
    try {
      return order.get();
    } catch (OrderException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  /** Prints a line for each, and gives the exit code. */
  static int print(PrintWriter out, String word, List<Decided> decided) {
    for (Decided one : decided) {
      out.printf(
          "%s of %s: %s%s%s%n",
          one.type(),
          one.container(),
          one.done() ? "" : "NOT ",
          word,
          one.detail().isEmpty() ? "" : "; " + Text.printable(one.detail()));
    }
    out.flush();
    return decided.stream().allMatch(Decided::done) ? ExitCode.FINE : ExitCode.FINDINGS;
  }
}
