package io.leukocyte.responder;

import io.leukocyte.engine.EngineException;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Text;
import java.time.Duration;
import java.util.Optional;

/**
 * A program of the user's is run, with the alert. It is run once: who died while it ran does not
 * run it again. There is nothing to take back.
 *
 * @param program its name among those that the settings allow
 * @param errand what it is run for; empty until it is about to be
 */
record Run(String program, Optional<Errand> errand) implements Intervention {
  private static final int LAST_LINE = 200;

  /** By its name alone. */
  Run(String program) {
    this(program, Optional.empty());
  }

  /**
   * What a program is run for.
   *
   * @param action the action's id
   * @param alert the alert's id; empty when an operator wants it
   * @param container which the alert is about
   * @param document the alert as it was read, JSON
   * @param keeper keeps what it writes
   */
  record Errand(
      String action, String alert, ContainerRef container, String document, Keeper keeper) {
    /** The name of the container that it runs in, where it does. */
    String sidecar() {
      return sidecar(action);
    }

    private static String sidecar(String action) {
      return "leuko-run-" + action.substring(0, Math.min(12, action.length()));
    }
  }

  @Override
  public String type() {
    return "run";
  }

  @Override
  public Optional<Duration> length() {
    return Optional.empty();
  }

  @Override
  public boolean tells() {
    return true;
  }

  @Override
  public boolean outlivesStart() {
    return false;
  }

  @Override
  public boolean triedTwice() {
    return false;
  }

  @Override
  public Run of(ActionState state, Keeper keeper) {
    ContainerRef container = state.last().target();
    if (container == null) {
      return this;
    }
    return new Run(
        program,
        Optional.of(
            new Errand(
                state.id().value(),
                state.last().alert() == null ? "" : state.last().alert().value(),
                container,
                state.alert() == null ? "{}" : state.alert(),
                keeper)));
  }

  @Override
  public Checked check(Host host, Target target) {
    Optional<Program> found = host.programs().find(program);
    if (found.isEmpty()) {
      return cannot("there is no program '" + program + "' in responder.run-file");
    }
    Optional<String> lack =
        switch (found.get()) {
          case Program.OnHost p -> HostRun.lack(p);
          case Program.InContainer p -> Optional.empty(); // the engine says so
        };
    return lack.map(Run::cannot)
        .orElseGet(() ->
            new Checked.Ready(
                new Undo.Ran(
                    switch (found.get()) {
                      case Program.OnHost p -> "";
                      case Program.InContainer p -> errand.map(Errand::sidecar).orElse("");
                    }),
                program + ", " + found.get().description()));
  }

  private static Checked cannot(String why) {
    return new Checked.Not(new Outcome.Failed("cannot: " + why));
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    Optional<Program> found = host.programs().find(program);
    if (found.isEmpty() || errand.isEmpty()) {
      return new Outcome.Failed("there is no program '" + program + "' any more");
    }
    Ran ran;
    try {
      ran =
          switch (found.get()) {
            case Program.OnHost p -> HostRun.run(p, errand.get());
            case Program.InContainer p ->
                new ContainerRun(host.engine(), host.programs().folder()).run(p, errand.get());
          };
    } catch (EngineException e) {
      // not thrown on: it would be tried again
      return new Outcome.Failed("whether it ran to its end is unknown: " + e.getMessage());
    }
    if (!ran.output().isEmpty()) {
      errand.get().keeper().keep("run-" + program + ".txt", ran.output());
    }
    return ran.exitCode().isPresent() && ran.exitCode().getAsInt() == 0
        ? new Outcome.Done(said(ran))
        : new Outcome.Failed(said(ran));
  }

  private static String said(Ran ran) {
    String end =
        ran.exitCode().isPresent()
            ? "exit code " + ran.exitCode().getAsInt()
            : "it was ended after its time limit";
    String line = ran.lastLine();
    return "%s after %d ms, %d bytes of output%s"
        .formatted(
            end,
            ran.took().toMillis(),
            ran.bytes(),
            line.isEmpty() ? "" : ", the last line: " + Text.clip(Text.printable(line), LAST_LINE));
  }

  @Override
  public Outcome verify(Host host, ContainerId container, Undo undo) {
    return new Outcome.Done(program + " ran; what it did is not taken back");
  }

  @Override
  public Optional<String> interrupted(Host host, ContainerId container, Undo undo) {
    String left = "";
    if (undo instanceof Undo.Ran(String sidecar) && !sidecar.isEmpty()) {
      Optional<ContainerId> made = host.engine().resolve(sidecar);
      if (made.isPresent()) {
        host.engine().remove(made.get(), true);
        left = "; its container is removed";
      }
      ContainerRun.forget(host.programs().folder(), sidecar);
    }
    return Optional.of("unknown whether " + program + " ran: it is not run again" + left);
  }
}
