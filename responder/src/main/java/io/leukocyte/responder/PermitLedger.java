package io.leukocyte.responder;

import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.config.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the log of permits adds up to: a pure function of its records and their append times, so
 * that every responder that reads the log comes to the same decisions.
 *
 * <p>A request is granted when fewer other containers than the bound have a request before it that
 * counts, whatever became of that: whoever is refused gives its request back. So a decision hangs
 * on the records of the last 24 hours alone, never on earlier decisions, and one who begins to read
 * there decides alike. A turn is granted when no other container of the service has one.
 */
final class PermitLedger {
  /** Records older than that change no decision. */
  static final Duration MEMORY = PolicyReader.LONGEST_MEMORY;

  /** A host that said nothing for so long has no replicas any more. */
  static final Duration CENSUS_LIFE = Duration.ofMinutes(30);

  /** A turn that nobody gave back is over then: longer than any recycle takes. */
  static final Duration TURN_LIFE = Duration.ofHours(2);

  private final Map<ActionId, Entry> entries = new LinkedHashMap<>();
  private final Map<Bound, List<Entry>> byBound = new HashMap<>();
  private final Map<String, Set<Entry>> byService = new HashMap<>();
  private final Map<String, Map<HostId, Statement>> services = new HashMap<>();

  /**
   * What was decided about a question.
   *
   * @param request the first with its id
   * @param refusal why not; empty: it is granted
   */
  record Decision(PermitRecord.Question request, Optional<String> refusal) {}

  /** Which questions count together. */
  private sealed interface Bound {
    /** Those of a policy that acts, or of one that only tries. */
    record OfPolicy(String policy, boolean dryRun) implements Bound {}

    /** Those for the turn of a container of a service. */
    record OfService(String service) implements Bound {}

    static Bound of(PermitRecord.Question question) {
      return switch (question) {
        case PermitRecord.Request r -> new OfPolicy(r.policy(), r.dryRun());
        case PermitRecord.Turn t -> new OfService(t.service());
      };
    }
  }

  /** What a host said last of a service: how many replicas, and when and which it said are held. */
  private record Statement(long time, int count, long heldTime, Set<ContainerId> held) {}

  /** A question and what became of it. */
  private static final class Entry {
    private final PermitRecord.Question request;
    private final long time;
    private final Optional<String> refusal;
    private boolean returned;
    private boolean ended;

    private Entry(PermitRecord.Question request, long time, Optional<String> refusal) {
      this.request = request;
      this.time = time;
      this.refusal = refusal;
    }

    /** Of whose share it takes. */
    private Optional<PermitRecord.Service> service() {
      return request instanceof PermitRecord.Request r ? r.service() : Optional.empty();
    }
  }

  /**
   * Takes the next record in.
   *
   * @param time when the broker appended it, unix milliseconds
   * @return what is decided, when it is a question
   */
  Optional<Decision> add(long time, PermitRecord record) {
    forget(time - 2 * MEMORY.toMillis());
    return switch (record) {
      case PermitRecord.Question question -> Optional.of(decide(time, question));
      case PermitRecord.Returned returned -> {
        own(returned.id(), returned.host()).ifPresent(this::giveBack);
        yield Optional.empty();
      }
      case PermitRecord.Ended ended -> {
        own(ended.id(), ended.host()).ifPresent(this::end);
        yield Optional.empty();
      }
      case PermitRecord.Census census -> {
        count(time, census);
        yield Optional.empty();
      }
    };
  }

  /** Questions of a host that nobody gave back or ended, the oldest first. */
  List<Decision> open(HostId host) {
    return entries.values().stream()
        .filter(e -> e.request.host().equals(host) && !e.returned && !e.ended)
        .map(e -> new Decision(e.request, e.refusal))
        .toList();
  }

  /** When a question was appended, unix milliseconds; empty when it is not known. */
  Optional<Long> timeOf(ActionId id) {
    return Optional.ofNullable(entries.get(id)).map(e -> e.time);
  }

  private Optional<Entry> own(ActionId id, HostId host) {
    return Optional.ofNullable(entries.get(id)).filter(e -> e.request.host().equals(host));
  }

  private Decision decide(long time, PermitRecord.Question question) {
    Entry before = entries.get(question.id());
    if (before != null) {
      boolean gone = before.returned && before.refusal.isEmpty();
      return new Decision(
          before.request,
          gone ? Optional.of("permits: the permit was given back before") : before.refusal);
    }
    Entry entry = new Entry(question, time, refusal(time, question));
    entries.put(question.id(), entry);
    byBound.computeIfAbsent(Bound.of(question), b -> new ArrayList<>()).add(entry);
    entry.service().ifPresent(service -> remember(time, entry, service));
    return new Decision(question, entry.refusal);
  }

  private Optional<String> refusal(long time, PermitRecord.Question question) {
    return switch (question) {
      case PermitRecord.Request r ->
          tooMany(time, r).or(() -> r.service().flatMap(s -> tooLarge(time, r, s)));
      case PermitRecord.Turn t -> taken(time, t.service(), t.container());
    };
  }

  /**
   * Why it is not the turn of a container of a service; empty when it is.
   *
   * @param time of the question, unix milliseconds
   */
  Optional<String> taken(long time, String service, ContainerId container) {
    long from = time - TURN_LIFE.toMillis();
    return byBound.getOrDefault(new Bound.OfService(service), List.of()).stream()
        .filter(e -> e.time > from && !e.request.container().equals(container))
        .findFirst()
        .map(e ->
            "turn: another container of %s is recycled, on host %s"
                .formatted(service, e.request.host()));
  }

  private void remember(long time, Entry entry, PermitRecord.Service service) {
    if (!(entry.request instanceof PermitRecord.Request r && r.dryRun())) {
      byService.computeIfAbsent(service.name(), s -> new HashSet<>()).add(entry);
    }
    Map<HostId, Statement> hosts = services.computeIfAbsent(service.name(), s -> new HashMap<>());
    Statement said = hosts.get(entry.request.host());
    hosts.put(
        entry.request.host(),
        said == null
            ? new Statement(time, service.replicas(), time, Set.of())
            : new Statement(time, service.replicas(), said.heldTime, said.held));
  }

  private Optional<String> tooMany(long time, PermitRecord.Request request) {
    long from = time - request.per().toMillis();
    List<Entry> others = byBound.getOrDefault(Bound.of(request), List.of());
    Set<ContainerId> containers = new HashSet<>();
    for (Entry other : others) {
      if (other.time > from && !other.request.container().equals(request.container())) {
        containers.add(other.request.container());
      }
    }
    return containers.size() < request.containers()
        ? Optional.empty()
        : Optional.of(
            "at-most: %d containers of the fleet in %s, and others came first"
                .formatted(request.containers(), Durations.format(request.per())));
  }

  private Optional<String> tooLarge(
      long time, PermitRecord.Request request, PermitRecord.Service service) {
    int replicas = service.replicas();
    Set<ContainerId> held = new HashSet<>();
    long fresh = time - CENSUS_LIFE.toMillis();
    for (Map.Entry<HostId, Statement> entry :
        services.getOrDefault(service.name(), Map.of()).entrySet()) {
      Statement said = entry.getValue();
      boolean own = entry.getKey().equals(request.host());
      replicas += own || said.time <= fresh ? 0 : said.count;
      held.addAll(said.heldTime <= fresh ? Set.of() : said.held);
    }
    if (replicas < Services.LEAST_REPLICAS) {
      return Optional.empty();
    }
    for (Entry other : byService.getOrDefault(service.name(), Set.of())) {
      if (other.time > time - MEMORY.toMillis()) {
        held.add(other.request.container());
      }
    }
    held.remove(request.container());
    int allowed = Services.allowed(replicas, request.share());
    return held.size() < allowed
        ? Optional.empty()
        : Optional.of(
            "share-of-service: %d of the %d containers of %s in the fleet, and others came first"
                .formatted(allowed, replicas, service.name()));
  }

  private void giveBack(Entry entry) {
    entry.returned = true;
    uncount(entry);
  }

  private void end(Entry entry) {
    entry.ended = true;
    entry.service().ifPresent(service -> remove(service.name(), entry));
  }

  private void uncount(Entry entry) {
    Bound bound = Bound.of(entry.request);
    List<Entry> counted = byBound.get(bound);
    if (counted != null) {
      counted.remove(entry);
      if (counted.isEmpty()) {
        byBound.remove(bound);
      }
    }
    entry.service().ifPresent(service -> remove(service.name(), entry));
  }

  private void remove(String service, Entry entry) {
    Set<Entry> counted = byService.get(service);
    if (counted != null) {
      counted.remove(entry);
      if (counted.isEmpty()) {
        byService.remove(service);
      }
    }
  }

  private void count(long time, PermitRecord.Census census) {
    services.values().forEach(hosts -> hosts.remove(census.host()));
    census
        .services()
        .forEach((name, replicas) ->
            services
                .computeIfAbsent(name, s -> new HashMap<>())
                .put(census.host(), new Statement(time, replicas.count(), time, replicas.held())));
    services.values().removeIf(Map::isEmpty);
  }

  /** What is far older than anything that is looked at. */
  private void forget(long before) {
    Iterator<Entry> oldest = entries.values().iterator();
    while (oldest.hasNext()) {
      Entry entry = oldest.next();
      if (entry.time >= before) {
        return;
      }
      oldest.remove();
      uncount(entry);
    }
  }
}
