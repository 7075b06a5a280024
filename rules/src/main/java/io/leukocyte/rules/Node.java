package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A condition with its names looked up: macros put in, fields and values understood. */
sealed interface Node {
  /** All of them hold. */
  record All(List<Node> parts) implements Node {}

  /** One of them holds. */
  record Any(List<Node> parts) implements Node {}

  /** It does not hold. */
  record Not(Node part) implements Node {}

  /** It always or never holds. */
  record Literal(boolean value) implements Node {}

  /**
   * A field passes a predicate; false when the field is missing.
   *
   * @param field what is read
   * @param argument what stands in brackets after the field; null when nothing does
   * @param predicate what is asked of it
   */
  record Test(Field field, @Nullable String argument, Predicate predicate) implements Node {}

  /** A comparison of several places; false when a side of it is missing. */
  record Compare(Comparison comparison) implements Node {}

  /** The event's type, by one of its names, passes a predicate. */
  record TypeTest(Predicate predicate, Position at) implements Node {}

  /**
   * Something that this version or its collectors do not have.
   *
   * @param what its name: {@code the field k8s.deployment.name}
   * @param at where it is written
   */
  record Needs(String what, Position at) implements Node {}

  /**
   * A place in events of one kind passes a predicate: what a {@link Test} becomes for a kind.
   *
   * @param source where it is read
   * @param predicate what is asked of it
   */
  record Read(Source source, Predicate predicate) implements Node {}

  Literal TRUE = new Literal(true);
  Literal FALSE = new Literal(false);

  /** The conjunction, as simple as its parts allow. */
  static Node all(List<Node> parts) {
    List<Node> left = parts.stream().filter(p -> !p.equals(TRUE)).toList();
    if (left.contains(FALSE)) {
      return FALSE;
    }
    return left.isEmpty() ? TRUE : left.size() == 1 ? left.getFirst() : new All(left);
  }

  /** The disjunction, as simple as its parts allow. */
  static Node any(List<Node> parts) {
    List<Node> left = parts.stream().filter(p -> !p.equals(FALSE)).toList();
    if (left.contains(TRUE)) {
      return TRUE;
    }
    return left.isEmpty() ? FALSE : left.size() == 1 ? left.getFirst() : new Any(left);
  }

  /** The negation, as simple as its part allows. */
  static Node not(Node part) {
    return switch (part) {
      case Literal l -> new Literal(!l.value());
      case Not n -> n.part();
      case All a -> new Not(a);
      case Any a -> new Not(a);
      case Test t -> new Not(t);
      case Compare c -> new Not(c);
      case TypeTest t -> new Not(t);
      case Needs n -> new Not(n);
      case Read r -> new Not(r);
    };
  }
}
