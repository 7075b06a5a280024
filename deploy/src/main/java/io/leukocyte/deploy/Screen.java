package io.leukocyte.deploy;

import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import io.leukocyte.events.Text;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a person sees while roles run: a line as each is ready, then alerts and actions. */
final class Screen {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
  private static final String RED = "\u001b[1;31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String CYAN = "\u001b[36m";
  private static final String GREEN = "\u001b[32m";
  private static final String PLAIN = "\u001b[0m";

  private final PrintWriter out;
  private final boolean colours;
  private final ZoneId zone;

  /**
   * A screen.
   *
   * @param out where it writes
   * @param colours whether out is a terminal that shows them
   * @param zone for times
   */
  Screen(PrintWriter out, boolean colours, ZoneId zone) {
    this.out = out;
    this.colours = colours;
    this.zone = zone;
  }

  /** The process's standard output, in colours when it is a terminal and NO_COLOR is not set. */
  static Screen standard(PrintWriter out) {
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    return new Screen(out, terminal && System.getenv("NO_COLOR") == null, ZoneId.systemDefault());
  }

  /** A part is ready. */
  synchronized void ready(String part, String detail) {
    out.printf(Locale.ROOT, "%-14s %s %s%n", part, colour(GREEN, "ready"), detail);
    out.flush();
  }

  /** A part works less well than it could; the text says what to do. */
  synchronized void reduced(String part, String complaint) {
    out.printf(Locale.ROOT, "%-14s %s %s%n", part, colour(YELLOW, "reduced"), complaint);
    out.flush();
  }

  /** A line as it is. */
  synchronized void line(String text) {
    out.println(text);
    out.flush();
  }

  /** An alert: when, how bad, which rule, where; then its output. */
  synchronized void alert(Alert alert) {
    String priority = alert.rule().priority().text().toUpperCase(Locale.ROOT);
    out.printf(
        Locale.ROOT,
        "%s  %s  %s  %s%n",
        time(alert.time()),
        colour(colourOf(alert.rule().priority()), "%-13s".formatted(priority)),
        alert.rule().name(),
        where(alert.container()));
    out.printf(Locale.ROOT, "              %s%n", Text.printable(alert.output()));
    out.flush();
  }

  /**
   * A step of an action: when, what, on which container, and how it ended. What is only intended is
   * not shown: another step follows.
   */
  synchronized void action(Action action) {
    if (action.step() == Action.Step.INTENDED && !action.dryRun()) {
      return;
    }
    out.printf(
        Locale.ROOT,
        "%s  %s  %s %s: %s%s%n",
        time(action.time()),
        colour(CYAN, "%-13s".formatted("ACTION")),
        action.type(),
        action.step().text(),
        where(action.target()),
        tail(action));
    out.flush();
  }

  private static String tail(Action action) {
    String outcome =
        switch (action.outcome()) {
          case Outcome.Done done -> done.detail();
          case Outcome.Skipped skipped -> skipped.reason();
          case Outcome.Refused refused -> refused.reason();
          case Outcome.Failed failed -> failed.problem();
        };
    String dry = action.dryRun() ? " (dry-run: nothing was changed)" : "";
    return (outcome.isEmpty() ? "" : "; " + Text.printable(outcome)) + dry;
  }

  private static String where(@Nullable ContainerRef container) {
    if (container == null) {
      return "host";
    }
    String name = container.name().isEmpty() ? container.id().brief() : container.name();
    String image =
        container.image().isEmpty()
            ? ""
            : " ("
                + container.image()
                + (container.tag() == null ? "" : ":" + container.tag())
                + ")";
    return Text.printable(name + image);
  }

  private String time(long nanos) {
    return TIME.format(Instant.ofEpochSecond(0, nanos).atZone(zone));
  }

  private static String colourOf(Priority priority) {
    return switch (priority) {
      case EMERGENCY, ALERT, CRITICAL, ERROR -> RED;
      case WARNING -> YELLOW;
      case NOTICE, INFORMATIONAL, DEBUG -> CYAN;
    };
  }

  private String colour(String code, String text) {
    return colours ? code + text + PLAIN : text;
  }
}
