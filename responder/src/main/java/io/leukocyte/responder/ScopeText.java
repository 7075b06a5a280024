package io.leukocyte.responder;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** How far a quarantine goes, as an operator writes it: the keys of a policy, in one word each. */
final class ScopeText {
  private ScopeText() {}

  /**
   * Reads what is let through, and which interfaces are cut.
   *
   * @throws OrderException when there is no such passage or interface
   */
  static Scope parse(List<String> allow, List<String> interfaces) {
    if (allow.size() > ScopeReader.MOST) {
      throw new OrderException(
          "More than " + ScopeReader.MOST + " passages; write networks for addresses");
    }
    for (String name : interfaces) {
      if (!ScopeReader.canBeCut(name)) {
        throw new OrderException(
            "'"
                + Fields.shown(name)
                + "' is no interface that can be cut; write its name as the container sees it, such"
                + " as eth0");
      }
    }
    return new Scope(
        allow.stream().map(ScopeText::passage).distinct().toList(),
        interfaces.stream().distinct().toList());
  }

  private static Passage passage(String text) {
    List<String> words = new ArrayList<>(List.of(text.split(",", -1)));
    String network = words.removeFirst();
    OptionalInt port = OptionalInt.empty();
    Passage.Transport transport = Passage.Transport.TCP;
    Passage.Direction direction = Passage.Direction.IN;
    Set<String> seen = new HashSet<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      String value = word.substring(equals + 1);
      if (!seen.add(key)) {
        throw unfit(text, key + " stands twice");
      }
      switch (key) {
        case "port" -> port = OptionalInt.of(port(text, value));
        case "protocol" -> transport = word(text, value, Passage.Transport.values());
        case "direction" -> direction = word(text, value, Passage.Direction.values());
        default ->
            throw unfit(text, "there is no '" + key + "'; there are port, protocol, direction");
      }
    }
    try {
      return Passage.of(direction, transport, network, port);
    } catch (IllegalArgumentException e) {
      throw unfit(text, String.valueOf(e.getMessage()));
    }
  }

  private static int port(String text, String value) {
    if (!value.matches("[0-9]{1,5}")) {
      throw unfit(text, "'" + value + "' is not a port");
    }
    return Integer.parseInt(value);
  }

  private static <E extends Enum<E>> E word(String text, String value, E[] all) {
    return Stream.of(all)
        .filter(e -> e.name().toLowerCase(Locale.ROOT).equals(value))
        .findFirst()
        .orElseThrow(() ->
            unfit(
                text,
                "'"
                    + value
                    + "' is not one of "
                    + List.of(all).toString().toLowerCase(Locale.ROOT)));
  }

  private static OrderException unfit(String text, String why) {
    return new OrderException(
        "'"
            + Fields.shown(text)
            + "' cannot be let through: "
            + Fields.shown(why)
            + "; write such as 10.0.0.5,port=443 or 10.0.0.0/24,protocol=udp,direction=out");
  }
}
