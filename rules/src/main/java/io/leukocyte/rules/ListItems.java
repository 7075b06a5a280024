package io.leukocyte.rules;

import io.leukocyte.events.config.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The items of lists, with the lists that stand in them put in. */
final class ListItems implements Parser.Lists {
  /** Items of a list with the lists in it put in. */
  private static final int MAX_ITEMS = 100_000;

  private final Map<String, Definitions.ListDefinition> definitions;
  private final List<Problem> problems;
  private final Map<String, List<Expr.Value>> known = new HashMap<>();

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

  /** A list sees the lists last defined before it, so this ends. */
  private List<Expr.Value> expand(String name, Definitions.ListDefinition list) {
    List<Expr.Value> all = new ArrayList<>();
    for (Expr.Value item : list.items()) {
      Definitions.ListDefinition inner = definitions.get(item.text());
      List<Expr.Value> items =
          inner != null && inner.order() < list.order() ? items(item.text()) : null;
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
