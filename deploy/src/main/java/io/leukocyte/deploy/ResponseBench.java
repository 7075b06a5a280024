package io.leukocyte.deploy;

import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.engine.Engine;
import io.leukocyte.events.Action.Step;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.ResponderControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How long each action takes, from an alert to the change that holds and, on an operator's word,
 * back: a responder in this process on the real engine, with the alerts written by the bench. Each
 * time the bare change is made beside it, after it and before it in turn.
 */
final class ResponseBench {
  private static final HostId HOST = new HostId("leuko-bench");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration START = Duration.ofSeconds(60);
  private static final long NONE = -1;

  private final List<ResponseAction> actions;
  private final int warm;
  private final int rounds;
  private final Consumer<String> progress;

  /**
   * Describes it.
   *
   * @param actions what is measured
   * @param warm rounds before, whose figures do not count
   * @param rounds how often each is measured
   * @param progress hears how far it is
   */
  ResponseBench(List<ResponseAction> actions, int warm, int rounds, Consumer<String> progress) {
    this.actions = List.copyOf(actions);
    this.warm = warm;
    this.rounds = rounds;
    this.progress = progress;
  }

  /** Measures on a Kafka of its own. */
  void run(BenchKafka kafka, Report report) throws IOException, InterruptedException {
    Path policies = kafka.folder().resolve("policies.yaml");
    Files.writeString(policies, policies());
    Map<String, String> settings = Map.of("LEUKO_RESPONDER_POLICIES", policies.toString());
    Config config = Config.load(null, settings, DeploySettings.allKeys());
    Path data = PrivateFiles.folder(kafka.folder().resolve("data"));
    try (Engine engine = Engines.fromEnvironment();
        BenchContainers containers = new BenchContainers();
        RoleProcess process = new RoleProcess();
        ActionWatch watch = new ActionWatch(kafka.client());
        AlertWriter alerts = new AlertWriter(kafka.client(), HOST)) {
      Roles roles = new Roles(config, kafka.client(), HOST, data, engine, process.metrics());
      process.start(process.add(roles.responder()), START);
      List<Running> targets = new ArrayList<>();
      for (ResponseAction action : actions) {
        targets.add(
            containers.startWith(action.options(), action.program().toArray(String[]::new)));
      }
      try (ResponderControl control = ResponderControl.open(Operator.folder(data), HOST, engine)) {
        Turn turn = new Turn(engine, watch, alerts, control);
        progress.accept("warming up, %d times each".formatted(warm));
        rounds(-warm, 0, targets, turn);
        progress.accept("measuring, %d times each".formatted(rounds));
        rounds(0, rounds, targets, turn).forEach(figures -> figures.report(report));
      }
    }
  }

  private String policies() {
    StringBuilder yaml = new StringBuilder();
    for (int i = 0; i < actions.size(); i++) {
      yaml.append(
          """
          - policy: %1$s
            match: {rules: [%1$s]}
            actions: [%2$s]
            guard: {mode: enforce}
          """
              .formatted(rule(i), actions.get(i).yaml()));
    }
    return yaml.toString();
  }

  private static String rule(int action) {
    return "leuko-bench-" + action;
  }

  /** All actions in turn, each second round in reverse. */
  private List<ResponseFigures> rounds(int from, int to, List<Running> targets, Turn turn)
      throws IOException, InterruptedException {
    List<ResponseFigures> figures = actions.stream().map(ResponseFigures::new).toList();
    for (int round = from; round < to; round++) {
      boolean forward = Math.floorMod(round, 2) == 0;
      for (int i = 0; i < actions.size(); i++) {
        int action = forward ? i : actions.size() - 1 - i;
        turn.take(action, targets.get(action), forward, figures.get(action));
      }
    }
    return figures;
  }

  /** One action and its limit, once. */
  private final class Turn {
    private final Engine engine;
    private final ActionWatch watch;
    private final AlertWriter alerts;
    private final ResponderControl control;

    Turn(Engine engine, ActionWatch watch, AlertWriter alerts, ResponderControl control) {
      this.engine = engine;
      this.watch = watch;
      this.alerts = alerts;
      this.control = control;
    }

    void take(int number, Running target, boolean limitLast, ResponseFigures figures)
        throws IOException, InterruptedException {
      ResponseAction action = actions.get(number);
      Bare before = limitLast ? new Bare(NONE, NONE) : bare(action, target);
      AlertWriter.Written alert = alerts.write(rule(number), target);
      long response = respond(action, alert, target, figures);
      long back = action.undone() && response >= 0 ? undo(alert.id(), target) : NONE;
      Bare limit = limitLast ? bare(action, target) : before;
      figures.turn(response, back, limit.change(), limit.back());
    }

    /** Nanoseconds of the bare change, and of the way back. */
    private record Bare(long change, long back) {}

    private Bare bare(ResponseAction action, Running target)
        throws IOException, InterruptedException {
      long begin = System.nanoTime();
      action.limit().run(engine, target);
      long between = System.nanoTime();
      action.back().run(engine, target);
      return new Bare(between - begin, System.nanoTime() - between);
    }

    /** Nanoseconds from the commit of an alert to the change that holds; negative: it does not. */
    private long respond(
        ResponseAction action, AlertWriter.Written alert, Running target, ResponseFigures figures)
        throws InterruptedException {
      Map<Step, ActionWatch.Seen> seen = watch.await(alert.id(), Step.VERIFIED, PATIENCE);
      ActionWatch.Seen verified = seen.get(Step.VERIFIED);
      if (verified == null) {
        progress.accept(
            "%s of %s was not verified: %s".formatted(action.name(), target.name(), seen));
        return NONE;
      }
      if (seen.values().stream().noneMatch(s -> s.detail().contains(action.way()))) {
        figures.otherWay();
      }
      long before = alert.committing();
      for (Step step : List.of(Step.INTENDED, Step.APPLIED, Step.VERIFIED)) {
        ActionWatch.Seen reached = seen.get(step);
        if (reached != null) {
          figures.step(step, reached.time() - before);
          before = reached.time();
        }
      }
      return verified.time() - alert.committing();
    }

    /** Nanoseconds from an operator's release to the change taken back; negative: it is not. */
    private long undo(AlertId alert, Running target) throws InterruptedException {
      long asked = LatencyWatch.now();
      control.release(target.name(), "bench");
      ActionWatch.Seen undone = watch.await(alert, Step.UNDONE, PATIENCE).get(Step.UNDONE);
      return undone == null ? NONE : undone.time() - asked;
    }
  }
}
