package io.leukocyte.rules;

import io.leukocyte.events.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What is left of a condition for events of one kind: what the kind decides is decided. */
final class Folding {
  private static final Predicate TRUTH = new Predicate.Equal(Set.of("true"));
  private static final Predicate HOST = new Predicate.Equal(Set.of("host"));
  private static final Predicate NOT_HOST = new Predicate.NotEqual("host");
  private static final Field CONTAINER_ID = field("container.id");
  private static final Field SETUP = field(Fields.SETUP);

  private Folding() {}

  private static Field field(String name) {
    Field field = Fields.find(name);
    if (field == null) {
      throw new IllegalStateException("The table of fields lacks " + name);
    }
    return field;
  }

  /** The condition for each kind of which it can be true. */
  static Map<Kind, Node> byKind(Node condition) {
    Node own = readsSetup(condition) ? condition : Node.all(List.of(condition, noSetup()));
    Map<Kind, Node> kinds = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      Node folded = fold(kind.hasProcess() ? own : condition, kind);
      if (!folded.equals(Node.FALSE)) {
        kinds.put(kind, folded);
      }
    }
    return kinds;
  }

  /** Set-up tasks of the container runtime match only rules that ask for them. */
  private static Node noSetup() {
    return Node.not(new Node.Test(SETUP, null, TRUTH));
  }

  private static boolean readsSetup(Node node) {
    return switch (node) {
      case Node.All all -> all.parts().stream().anyMatch(Folding::readsSetup);
      case Node.Any any -> any.parts().stream().anyMatch(Folding::readsSetup);
      case Node.Not not -> readsSetup(not.part());
      case Node.Test test -> test.field().equals(SETUP);
      case Node.Compare compare -> compare.comparison().reads(SETUP);
      case Node.Literal l -> false;
      case Node.TypeTest t -> false;
      case Node.Needs n -> false;
      case Node.Read r -> false;
    };
  }

  static Node fold(Node node, Kind kind) {
    return switch (node) {
      case Node.All all -> Node.all(all.parts().stream().map(p -> fold(p, kind)).toList());
      case Node.Any any -> Node.any(any.parts().stream().map(p -> fold(p, kind)).toList());
      case Node.Not not -> Node.not(fold(not.part(), kind));
      case Node.Literal literal -> literal;
      case Node.Test test -> test(test, kind);
      case Node.Compare compare -> compare(compare.comparison(), kind);
      case Node.TypeTest type -> type(type.predicate(), kind);
      case Node.Needs needs -> needs;
      case Node.Read read -> read;
    };
  }

  private static Node type(Predicate predicate, Kind kind) {
    if (predicate instanceof Predicate.NotEqual(String other)) {
      return Node.not(type(new Predicate.Equal(Set.of(other)), kind));
    }
    if (kind.isSystemCall()) {
      return call(predicate, kind);
    }
    if (EventTypes.names(kind).stream().anyMatch(predicate::test)) {
      return Node.TRUE;
    }
    return kind == Kind.CONTAINER_LIFECYCLE && predicate.test(EventTypes.CONTAINER)
        ? new Node.Read(Fields.ACTION, new Predicate.Equal(Set.of(EventTypes.START)))
        : Node.FALSE;
  }

  /** A kind of system calls has many types: which one it is stands in the row. */
  private static Node call(Predicate predicate, Kind kind) {
    if (predicate.test(kind.text())) {
      return Node.TRUE;
    }
    Set<String> calls =
        kind.calls().stream()
            .filter(call -> EventTypes.passes(call, predicate))
            .collect(Collectors.toSet());
    return calls.isEmpty() ? Node.FALSE : new Node.Read(Fields.CALL, new Predicate.Equal(calls));
  }

  private static Node test(Node.Test test, Kind kind) {
    List<Source> sources = test.field().sources(kind, test.argument());
    Optional<Predicate> opposite =
        test.field().bothEnds() ? positive(test.predicate()) : Optional.empty();
    if (opposite.isPresent()) {
      Node either = any(sources, opposite.get());
      return Node.all(List.of(Node.not(either), any(sources, new Predicate.Exists())));
    }
    if (test.field().name().equals("evt.num")) {
      return eventNumber(any(sources, test.predicate()), test.predicate());
    }
    return any(sources, test.predicate());
  }

  private static Node compare(Comparison comparison, Kind kind) {
    if (!comparison.isPossible(kind)) {
      return Node.FALSE;
    }
    return comparison.test() instanceof Comparison.Passes(Predicate predicate, boolean all) && !all
        ? new Node.Read(new Source.Made(comparison.left(), kind), predicate)
        : new Node.Read(new Source.Joint(comparison, kind), new Predicate.Exists());
  }

  private static Node any(List<Source> sources, Predicate predicate) {
    return Node.any(sources.stream().map(s -> read(s, predicate)).toList());
  }

  private static Node read(Source source, Predicate predicate) {
    return source instanceof Source.Constant(String value)
        ? new Node.Literal(predicate.test(value))
        : new Node.Read(source, predicate);
  }

  /** The predicate that a negated one denies. */
  private static Optional<Predicate> positive(Predicate predicate) {
    return switch (predicate) {
      case Predicate.Within w when w.negated() ->
          Optional.of(new Predicate.Within(w.networks(), false));
      case Predicate.Range r when r.negated() ->
          Optional.of(new Predicate.Range(r.low(), r.high(), false));
      case Predicate.Within w -> Optional.empty();
      case Predicate.Range r -> Optional.empty();
      case Predicate.OneOf o -> Optional.empty();
      case Predicate.Exists e -> Optional.empty();
      case Predicate.Equal e -> Optional.empty();
      case Predicate.NotEqual n -> Optional.of(new Predicate.Equal(Set.of(n.other())));
      case Predicate.StartsWith s -> Optional.empty();
      case Predicate.EndsWith e -> Optional.empty();
      case Predicate.Contains c -> Optional.empty();
      case Predicate.Matches m -> Optional.empty();
      case Predicate.MatchesRegex m -> Optional.empty();
      case Predicate.Below b -> Optional.empty();
      case Predicate.HasBytes b -> Optional.empty();
      case Predicate.ExactlyOne o -> Optional.empty();
      case Predicate.Transformed t -> Optional.empty();
    };
  }

  /** Numbers begin with 1: what rule files write for "never" and "always" is decided here. */
  private static Node eventNumber(Node node, Predicate predicate) {
    return switch (predicate) {
      case Predicate.Range r when !r.negated() && r.high() < 1 -> Node.FALSE;
      case Predicate.Range r when !r.negated() && r.low() <= 1 && r.high() == Long.MAX_VALUE ->
          Node.TRUE;
      case Predicate.OneOf o when o.numbers().stream().allMatch(n -> n < 1) -> Node.FALSE;
      case Predicate.Range r -> node;
      case Predicate.OneOf o -> node;
      case Predicate.Exists e -> Node.TRUE;
      case Predicate.Equal e -> node;
      case Predicate.NotEqual n -> node;
      case Predicate.StartsWith s -> node;
      case Predicate.EndsWith e -> node;
      case Predicate.Contains c -> node;
      case Predicate.Matches m -> node;
      case Predicate.MatchesRegex m -> node;
      case Predicate.Below b -> node;
      case Predicate.HasBytes b -> node;
      case Predicate.ExactlyOne o -> node;
      case Predicate.Transformed t -> node;
      case Predicate.Within w -> node;
    };
  }

  /** A folded condition for one call of a kind: what the call decides is decided. */
  static Node ofCall(Node node, String call) {
    return switch (node) {
      case Node.All all -> Node.all(all.parts().stream().map(p -> ofCall(p, call)).toList());
      case Node.Any any -> Node.any(any.parts().stream().map(p -> ofCall(p, call)).toList());
      case Node.Not not -> Node.not(ofCall(not.part(), call));
      case Node.Read read when read.source().equals(Fields.CALL) ->
          new Node.Literal(read.predicate().test(call));
      case Node.Read read -> read;
      case Node.Literal l -> l;
      case Node.Test t -> t;
      case Node.Compare c -> c;
      case Node.TypeTest t -> t;
      case Node.Needs n -> n;
    };
  }

  /** A folded condition for events in a container: whether it is the host is decided. */
  static Node inContainer(Node node) {
    return switch (node) {
      case Node.All all -> Node.all(all.parts().stream().map(Folding::inContainer).toList());
      case Node.Any any -> Node.any(any.parts().stream().map(Folding::inContainer).toList());
      case Node.Not not -> Node.not(inContainer(not.part()));
      case Node.Read read when isContainerId(read) ->
          read.predicate().equals(HOST)
              ? Node.FALSE
              : read.predicate().equals(NOT_HOST) ? Node.TRUE : read;
      case Node.Read read -> read;
      case Node.Literal l -> l;
      case Node.Test t -> t;
      case Node.Compare c -> c;
      case Node.TypeTest t -> t;
      case Node.Needs n -> n;
    };
  }

  private static boolean isContainerId(Node.Read read) {
    return CONTAINER_ID.sources(Kind.PROCESS_EXEC, null).contains(read.source());
  }

  /** The first thing in a folded condition that no collector has. */
  static Optional<Node.Needs> needs(Node node) {
    return switch (node) {
      case Node.All all -> all.parts().stream().flatMap(p -> needs(p).stream()).findFirst();
      case Node.Any any -> any.parts().stream().flatMap(p -> needs(p).stream()).findFirst();
      case Node.Not not -> needs(not.part());
      case Node.Needs needs -> Optional.of(needs);
      case Node.Literal l -> Optional.empty();
      case Node.Test t -> Optional.empty();
      case Node.Compare c -> Optional.empty();
      case Node.TypeTest t -> Optional.empty();
      case Node.Read r -> Optional.empty();
    };
  }

  /**
   * The first event type that a condition asks for and that no collector sends.
   *
   * @param positive whether an even number of negations stands around it
   * @param alsoCovered whether types that other types stand for count too
   */
  static Optional<Node.Needs> unseen(Node node, boolean positive, boolean alsoCovered) {
    return switch (node) {
      case Node.All all ->
          all.parts().stream().flatMap(p -> unseen(p, positive, alsoCovered).stream()).findFirst();
      case Node.Any any ->
          any.parts().stream().flatMap(p -> unseen(p, positive, alsoCovered).stream()).findFirst();
      case Node.Not not -> unseen(not.part(), !positive, alsoCovered);
      case Node.TypeTest type ->
          type.predicate() instanceof Predicate.Equal(Set<String> types) && positive
              ? types.stream()
                  .filter(t -> !EventTypes.isSeen(t) || (alsoCovered && EventTypes.isCovered(t)))
                  .sorted()
                  .findFirst()
                  .map(t -> new Node.Needs("the event " + t, type.at()))
              : Optional.empty();
      case Node.Needs n -> Optional.empty();
      case Node.Literal l -> Optional.empty();
      case Node.Test t -> Optional.empty();
      case Node.Compare c -> Optional.empty();
      case Node.Read r -> Optional.empty();
    };
  }
}
