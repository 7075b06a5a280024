package io.leukocyte.responder;

import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out operators' orders, by the journal and on the host itself. */
final class Desk implements Orders {
  private static final Logger LOG = LoggerFactory.getLogger(Desk.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SHORTEST_ID = 4;

  private final HostId hostId;
  private final Host host;
  private final Journal journal;
  private final Interventions interventions;
  private final @Nullable Approvals approvals;
  private final Clock clock;
  private final ByHand byHand;
  private final Evidence evidence;
  private final Audit audit;
  private final Emergency emergency;
  private final FalseAlarms falseAlarms;
  private final Images images;

  /**
   * Makes the desk.
   *
   * @param approvals null where no responder runs: nothing can be approved then
   */
  Desk(
      HostId hostId,
      Host host,
      Journal journal,
      Interventions interventions,
      Protection protection,
      @Nullable Approvals approvals,
      Evidence evidence,
      Clock clock) {
    this.hostId = hostId;
    this.host = host;
    this.journal = journal;
    this.interventions = interventions;
    this.approvals = approvals;
    this.clock = clock;
    byHand = new ByHand(hostId, host, journal, interventions, protection, clock);
    this.evidence = evidence;
    audit = new Audit(hostId, journal, clock);
    emergency = new Emergency(audit, journal, clock);
    falseAlarms = new FalseAlarms(hostId, journal, clock);
    images = new Images(audit, host, clock);
  }

  ByHand byHand() {
    return byHand;
  }

  Emergency emergency() {
    return emergency;
  }

  @Override
  public Answer contain(Containment what, String container, String operator, String reason) {
    return byHand
        .contain(newId(), what, container, operator, reason)
        .orElseThrow(() ->
            new OrderException(
                "There is no container '"
                    + container
                    + "' on this host; 'leuko containers' lists those there are"));
  }

  @Override
  public List<BlockedImage> blocked() {
    return images.blocked();
  }

  @Override
  public Answer block(
      String image,
      BlockedImage.Running running,
      Optional<Duration> length,
      String operator,
      String reason) {
    return images.block(newId(), image, running, length, operator, reason);
  }

  @Override
  public Answer unblock(String image, String operator, String reason) {
    BlockedImage found = images.find(image);
    List<Released> released = lifted(found.digest(), operator);
    Optional<Released> left = released.stream().filter(r -> !r.released()).findFirst();
    if (left.isPresent()) {
      throw new OrderException("Not unblocked: " + left.get().detail());
    }
    return images.unblock(newId(), found, operator, reason);
  }

  /** Ends the actions that hold an image blocked. */
  List<Released> lifted(String digest, String operator) {
    return release(
        states(s ->
            s.onHost() && s.undo() instanceof Undo.Unblock(String held) && held.equals(digest)),
        operator);
  }

  @Override
  public Answer stop(String operator, String reason) {
    return emergency.stop(newId(), operator, reason);
  }

  @Override
  public Answer resume(String operator) {
    return emergency.resume(newId(), operator);
  }

  @Override
  public Answer deleteEvidence(String what, String operator, String reason) {
    EvidenceManifest found;
    try {
      found = evidence.find(what);
    } catch (EvidenceException e) {
      throw new OrderException(String.valueOf(e.getMessage()), e);
    }
    Audit.Entry entry = new Audit.Entry(newId(), "delete-evidence", operator);
    String about =
        "evidence %s of %s, begun %s%s"
            .formatted(
                found.id(), found.name(), found.began(), reason.isEmpty() ? "" : ": " + reason);
    audit.begins(entry, "to be deleted: " + about);
    try {
      evidence.delete(found.id());
      return audit.ends(entry, new Outcome.Done("deleted: " + about));
    } catch (OrderException e) {
      return audit.ends(entry, new Outcome.Refused(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      return audit.ends(
          entry, new Outcome.Failed("not all of it could be deleted: " + e.getMessage()));
    }
  }

  private static ActionId newId() {
    return ActionId.of("operator", UUID.randomUUID().toString());
  }

  @Override
  public List<OpenAction> actions() {
    return states(s -> s.phase() != ActionState.Phase.CLOSED).stream().map(OpenAction::of).toList();
  }

  private List<ActionState> states(Predicate<ActionState> which) {
    return journal.read(ledger -> ledger.all(which));
  }

  @Override
  public List<Released> release(String what, String operator) {
    Meant meant = meant(what);
    List<ActionState> found =
        states(s -> s.onHost() && meant.container().filter(s::of).isPresent());
    if (found.isEmpty()) {
      found = states(s -> s.onHost() && isNamed(s, what));
      unambiguous(what, found);
    }
    List<Released> released = new ArrayList<>(release(found, operator));
    meant.container().ifPresent(c -> released.addAll(sweep(c, operator)));
    if (released.isEmpty()) {
      throw nothingIn(what, meant.problem());
    }
    return released;
  }

  private static OrderException nothingIn(String what, @Nullable EngineException problem) {
    String known =
        "Nothing is in force on '" + what + "' on this host; 'leuko actions' lists what is";
    return problem == null
        ? new OrderException(known)
        : new OrderException(
            known + ". What the journal does not know cannot be seen: " + problem.getMessage(),
            problem);
  }

  @Override
  public List<Decided> approve(String what, String operator) {
    Approvals by = approvals();
    return decided(waiting(what), s -> by.approve(s.id(), operator), Outcome.Done.class);
  }

  @Override
  public List<Decided> deny(String what, String operator, String reason) {
    Approvals by = approvals();
    return decided(waiting(what), s -> by.deny(s.id(), operator, reason), Outcome.Refused.class);
  }

  @Override
  public List<Released> markFalse(String alert, String operator, String reason) {
    FalseAlarm alarm = falseAlarms.mark(newId(), alert, operator, reason);
    List<ActionState> caused =
        states(s -> alarm.alert().equals(s.last().alert()) && s.response() instanceof Intervention);
    List<Released> ended = new ArrayList<>();
    if (approvals != null) {
      ended.addAll(denied(approvals, caused, operator, alarm.refusal()));
    }
    List<ActionState> begun =
        caused.stream().filter(s -> s.onHost() || s.phase() == ActionState.Phase.INTENDED).toList();
    ended.addAll(release(begun, operator));
    return ended;
  }

  private static List<Released> denied(
      Approvals by, List<ActionState> caused, String operator, String why) {
    List<ActionState> waiting =
        caused.stream().filter(s -> s.phase() == ActionState.Phase.WAITING).toList();
    return decided(waiting, s -> by.deny(s.id(), operator, why), Outcome.Refused.class).stream()
        .map(d -> new Released(d.action(), d.type(), d.container(), d.done(), d.detail()))
        .toList();
  }

  private Approvals approvals() {
    if (approvals == null) {
      throw new OrderException(
          "No responder runs on this host: start it (leuko up, or leuko respond) and try again");
    }
    return approvals;
  }

  private List<ActionState> waiting(String what) {
    Optional<ContainerId> container = resolve(what);
    List<ActionState> found =
        states(s -> s.phase() == ActionState.Phase.WAITING && container.filter(s::of).isPresent());
    if (found.isEmpty()) {
      found = states(s -> s.phase() == ActionState.Phase.WAITING && isNamed(s, what));
      unambiguous(what, found);
    }
    if (found.isEmpty()) {
      throw new OrderException(
          "Nothing waits for an approval on '"
              + what
              + "' on this host; 'leuko actions' lists what does");
    }
    return found;
  }

  private static List<Decided> decided(
      List<ActionState> states,
      Function<ActionState, CompletableFuture<Outcome>> decide,
      Class<? extends Outcome> asAsked) {
    List<CompletableFuture<Outcome>> results = states.stream().map(decide).toList();
    List<Decided> decided = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      OpenAction action = OpenAction.of(states.get(i));
      Outcome outcome = await(results.get(i));
      Released said = said(action.id(), action.type(), action.container(), outcome);
      decided.add(
          new Decided(
              said.action(),
              said.type(),
              said.container(),
              asAsked.isInstance(outcome),
              said.detail()));
    }
    return decided;
  }

  /** The container that is meant, as the engine says; or why it could not say. */
  private record Meant(Optional<ContainerId> container, @Nullable EngineException problem) {}

  private Meant meant(String what) {
    try {
      return new Meant(host.engine().resolve(what), null);
    } catch (EngineException e) {
      return new Meant(Optional.empty(), e); // then by the journal alone
    }
  }

  private Optional<ContainerId> resolve(String what) {
    return meant(what).container();
  }

  private static boolean isNamed(ActionState state, String what) {
    boolean shortened = what.length() >= SHORTEST_ID;
    Action last = state.last();
    return (shortened && state.id().value().startsWith(what))
        || (last.target() != null
            && (last.target().name().equals(what)
                || (shortened && last.target().id().value().startsWith(what))));
  }

  private static void unambiguous(String what, List<ActionState> found) {
    Set<ContainerId> containers =
        found.stream().flatMap(s -> s.container().stream()).collect(Collectors.toSet());
    if (containers.size() > 1) {
      throw new OrderException(
          "'"
              + what
              + "' may mean the containers "
              + containers.stream().map(ContainerId::brief).sorted().toList()
              + "; write more of the id");
    }
  }

  @Override
  public List<Released> releaseAll(String operator) {
    List<Released> released = new ArrayList<>(release(states(ActionState::onHost), operator));
    for (ContainerSummary container : running()) {
      released.addAll(sweep(container.id(), operator));
    }
    return released;
  }

  private List<ContainerSummary> running() {
    try {
      return host.engine().running();
    } catch (EngineException e) {
      throw new OrderException(
          "What the journal knows was released; whether there is more cannot be seen: "
              + e.getMessage(),
          e);
    }
  }

  private List<Released> release(List<ActionState> states, String operator) {
    List<CompletableFuture<Outcome>> results = new ArrayList<>();
    states.forEach(s -> results.add(interventions.release(s.id(), operator)));
    List<Released> released = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      OpenAction action = OpenAction.of(states.get(i));
      released.add(said(action.id(), action.type(), action.container(), await(results.get(i))));
    }
    return released;
  }

  private static Outcome await(CompletableFuture<Outcome> result) {
    try {
      return result.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return new Outcome.Failed("not done after " + PATIENCE.toSeconds() + " s; it goes on");
    } catch (ExecutionException e) {
      return new Outcome.Failed(String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.Failed("interrupted; it goes on");
    }
  }

  private static Released said(String id, String type, String container, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done o -> new Released(id, type, container, true, o.detail());
      case Outcome.Skipped o -> new Released(id, type, container, true, o.reason());
      case Outcome.Refused o -> new Released(id, type, container, false, o.reason());
      case Outcome.Failed o -> new Released(id, type, container, false, o.problem());
    };
  }

  /** Takes away what of ours the journal does not know: it may have been lost. */
  private List<Released> sweep(ContainerId container, String operator) {
    Intervention quarantine = new Quarantine(Optional.empty());
    Intervention waf = new Waf(WafOptions.DEFAULT, Blocked.NOTHING, Optional.empty());
    return Stream.of(
            sweep(container, operator, quarantine, Undo.OpenFilter.class, this::openFilter),
            sweep(container, operator, waf, Undo.TakeAwayWaf.class, this::takeWafAway),
            sweep(container, operator, Recycle.LOST, Undo.PutBack.class, this::endDrain))
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<Released> sweep(
      ContainerId container,
      String operator,
      Intervention what,
      Class<? extends Undo> kind,
      Function<ContainerFacts, Optional<Outcome>> work) {
    boolean known =
        !states(s -> s.onHost() && s.of(container) && kind.isInstance(s.undo())).isEmpty();
    try {
      Optional<ContainerFacts> facts =
          host.engine()
              .inspect(container)
              .filter(Host::runs)
              .filter(f -> !known && !f.networkMode().equals("host"));
      return facts
          .flatMap(work)
          .map(outcome ->
              said(
                  journalSweep(facts.get(), operator, outcome, what).value(),
                  what.type(),
                  facts.get().container().name(),
                  outcome));
    } catch (NetworkFilterException.Gone e) {
      LOG.info("Nothing is looked for in {}: {}", container.brief(), e.getMessage());
      return Optional.empty();
    } catch (EngineException | NetworkFilterException e) {
      return Optional.of(
          said("", what.type(), container.brief(), new Outcome.Failed(e.getMessage() + "")));
    }
  }

  private Optional<Outcome> openFilter(ContainerFacts facts) {
    ContainerProcess process = ContainerProcess.of(facts);
    if (host.filter().unusable().isPresent() || !host.filter().isThere(process)) {
      return Optional.empty();
    }
    host.filter().open(process);
    return Optional.of(new Outcome.Done("opened a packet filter that the journal did not know"));
  }

  private Optional<Outcome> takeWafAway(ContainerFacts facts) {
    return Waf.found(host, facts).map(found -> found.run(host, facts.container().id()));
  }

  private Optional<Outcome> endDrain(ContainerFacts facts) {
    ContainerProcess process = ContainerProcess.of(facts);
    if (host.door().unusable().isPresent() || !host.door().refuses(process)) {
      return Optional.empty();
    }
    host.door().admit(process);
    return Optional.of(
        new Outcome.Done("it refused connections for a recycle that the journal did not know"));
  }

  private ActionId journalSweep(
      ContainerFacts facts, String operator, Outcome outcome, Intervention what) {
    long now = Nanos.now(clock);
    ActionId id =
        ActionId.of("sweep", facts.container().id().value(), operator, String.valueOf(now));
    Action action =
        new Action(
            id,
            Action.Step.UNDONE,
            0,
            now,
            hostId,
            what.type(),
            facts.container(),
            outcome,
            null,
            null,
            null,
            null,
            operator,
            0,
            false);
    JournalStep step = new JournalStep(action, ActionState.Phase.CLOSED, what, null);
    journal.append(new JournalEntry.Steps(List.of(step)));
    return id;
  }
}
