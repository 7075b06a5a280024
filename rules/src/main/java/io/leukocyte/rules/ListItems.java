package io.leukocyte.rules;

import io.leukocyte.events.config.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The items of lists, with the lists that stand in them put in. */
final class ListItems implements Parser.Lists {
  /** Items of a list with the lists in it put in. */
  private static final int MAX_ITEMS = 100_000;

  private final Map<String, Definitions.ListDefinition> definitions;
  private final List<Problem> problems;
  private final Map<String, List<Expr.Value>> known = new HashMap<>();
  private final Set<String> open = new HashSet<>();

  ListItems(Map<String, Definitions.ListDefinition> definitions, List<Problem> problems) {
    this.definitions = definitions;
    this.problems = problems;
  }

  @Override
  public @Nullable List<Expr.Value> items(String name) {
    Definitions.ListDefinition list = definitions.get(name);
    if (list == null) {
      return null;
    }
    List<Expr.Value> items = known.get(name);
    if (items == null) {
      items = expand(name, list);
      known.put(name, items);
    }
    return items;
  }

  /**
   * A list sees the lists that were first defined before its own last definition. The name of one
   * that it is in itself, by whatever way, is an item like others.
   */
  private List<Expr.Value> expand(String name, Definitions.ListDefinition list) {
    open.add(name);
    List<Expr.Value> all = allItems(name, list);
    open.remove(name);
    return all;
  }

  private List<Expr.Value> allItems(String name, Definitions.ListDefinition list) {
    List<Expr.Value> all = new ArrayList<>();
    for (Expr.Value item : list.items()) {
      Definitions.ListDefinition inner = definitions.get(item.text());
      boolean seen = inner != null && inner.first() < list.last() && !open.contains(item.text());
      List<Expr.Value> items = seen ? items(item.text()) : null;
      all.addAll(items == null ? List.of(item) : items);
      if (all.size() > MAX_ITEMS) {
        problems.add(
            new Problem(
                item.at(), "the list '" + name + "' has more than " + MAX_ITEMS + " items", ""));
        return List.of();
      }
    }
    return List.copyOf(all);
  }
}
