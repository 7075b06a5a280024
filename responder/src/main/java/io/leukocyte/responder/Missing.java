package io.leukocyte.responder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What evidence lacks.
 *
 * @param what the kind of thing: open files, sockets, memory map …
 * @param of of which processes or paths, so many as are worth naming; empty: the whole of it
 * @param why what stood in the way
 */
public record Missing(String what, List<String> of, String why) {
  private static final int MOST_NAMED = 100;

  /** Copies the list. */
  public Missing {
    of = List.copyOf(of);
  }

  static Missing all(String what, String why) {
    return new Missing(what, List.of(), why);
  }

  /** The same with one entry for what is missing for the same reason. */
  static List<Missing> grouped(List<Missing> all) {
    Map<List<String>, List<String>> groups = new LinkedHashMap<>();
    for (Missing one : all) {
      groups.computeIfAbsent(List.of(one.what, one.why), k -> new ArrayList<>()).addAll(one.of);
    }
    List<Missing> grouped = new ArrayList<>();
    groups.forEach((key, of) -> {
      int more = of.size() - MOST_NAMED;
      List<String> named =
          more > 0 ? new ArrayList<>(of.subList(0, MOST_NAMED)) : new ArrayList<>(of);
      if (more > 0) {
        named.add("and " + more + " more");
      }
      grouped.add(new Missing(key.get(0), named, key.get(1)));
    });
    return grouped;
  }

  /** One line for people. */
  @Override
  public String toString() {
    return what + (of.isEmpty() ? "" : " of " + String.join(", ", of)) + ": " + why;
  }
}
