package io.leukocyte.responder;

import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** Reads how far a quarantine goes: its keys {@code allow} and {@code interfaces}. */
final class ScopeReader {
  private static final List<String> KEYS = List.of("address", "port", "protocol", "direction");
  static final int MOST = 64;

  private final List<Problem> problems;

  ScopeReader(List<Problem> problems) {
    this.problems = problems;
  }

  Scope read(Fields fields) {
    return new Scope(passages(fields), interfaces(fields));
  }

  private List<Passage> passages(Fields fields) {
    Optional<YamlNode> node = fields.node("allow");
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof YamlNode.Sequence sequence) || sequence.items().isEmpty()) {
      problems.add(
          fields.problem(
              "allow",
              "allow in quarantine must be a list, not " + node.get().description(),
              "write [{address: 10.0.0.5, port: 443}]"));
      return List.of();
    }
    if (sequence.items().size() > MOST) {
      problems.add(
          fields.problem(
              "allow", "allow has more than " + MOST + " items", "write networks for addresses"));
      return List.of();
    }
    List<Passage> passages = new ArrayList<>();
    for (YamlNode item : sequence.items()) {
      Fields.of(item, "allow", KEYS, problems)
          .flatMap(this::passage)
          .ifPresent(passage -> {
            if (passages.contains(passage)) {
              problems.add(
                  new Problem(item.at(), "'" + passage + "' is allowed twice", "remove one"));
            } else {
              passages.add(passage);
            }
          });
    }
    return passages;
  }

  private Optional<Passage> passage(Fields fields) {
    if (fields.node("address").isEmpty()) {
      fields.missing("address", "write an address or a network, such as 10.0.0.5 or 10.0.0.0/24");
    }
    OptionalInt port =
        fields.number("port", 1, 65_535).map(OptionalInt::of).orElse(OptionalInt.empty());
    Optional<Passage.Transport> transport =
        word(fields, "protocol", Passage.Transport.class, Passage.Transport.TCP);
    Optional<Passage.Direction> direction =
        word(fields, "direction", Passage.Direction.class, Passage.Direction.IN);
    Optional<String> address = fields.text("address");
    if (address.isEmpty() || transport.isEmpty() || direction.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Passage.of(direction.get(), transport.get(), address.get(), port));
    } catch (IllegalArgumentException e) {
      problems.add(
          fields.problem(
              "address",
              "address in allow is '" + Fields.shown(address.get()) + "': " + e.getMessage(),
              "write an address or a network, such as 10.0.0.5, 10.0.0.0/24 or 2001:db8::/64"));
      return Optional.empty();
    }
  }

  /** A word of a fixed set; the usual one when it is left out, none when it is wrong. */
  private <E extends Enum<E>> Optional<E> word(Fields fields, String key, Class<E> kind, E usual) {
    if (fields.node(key).isEmpty()) {
      return Optional.of(usual);
    }
    List<String> words =
        Stream.of(kind.getEnumConstants()).map(e -> e.name().toLowerCase(Locale.ROOT)).toList();
    Optional<String> text = fields.text(key);
    if (text.isPresent() && !words.contains(text.get())) {
      String hint = Suggestion.didYouMean(text.get(), words);
      problems.add(
          fields.problem(
              key,
              "unknown " + key + " '" + Fields.shown(text.get()) + "' in allow",
              hint.isEmpty() ? "there are " + String.join(", ", words) : hint));
      return Optional.empty();
    }
    return text.map(t -> Enum.valueOf(kind, t.toUpperCase(Locale.ROOT)));
  }

  /** Whether an interface may have this name, and is not the loopback. */
  static boolean canBeCut(String name) {
    return !name.equals("lo") && QuarantineRules.INTERFACE.matcher(name).matches();
  }

  private List<String> interfaces(Fields fields) {
    List<String> names = fields.texts("interfaces");
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!canBeCut(name)) {
        problems.add(
            fields.problem(
                "interfaces",
                "'" + Fields.shown(name) + "' is no interface that can be cut",
                "write names as the container sees them, such as [eth0]; loopback is never cut"));
      } else if (!seen.add(name)) {
        problems.add(
            fields.problem("interfaces", "the interface " + name + " stands twice", "remove one"));
      }
    }
    return names;
  }
}
