package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The dashboards as files that Kibana imports: a saved object on each line. */
final class Dashboards {
  private Dashboards() {}

  /** The files by name, {@code overview.ndjson}; each has all that it refers to but dashboards. */
  static Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    for (Dashboard dashboard : DashboardCatalogue.all()) {
      files.put(dashboard.name() + ".ndjson", lines(List.of(dashboard)));
    }
    return files;
  }

  /** All in one import, which may not have an object twice. */
  static String everything() {
    return lines(DashboardCatalogue.all());
  }

  private static String lines(Collection<Dashboard> dashboards) {
    Set<DataView> views = new TreeSet<>();
    Set<SavedSearch> searches = new LinkedHashSet<>();
    for (Dashboard dashboard : dashboards) {
      if (!dashboard.controls().isEmpty()) {
        views.add(DataView.ALL);
      }
      for (Panel panel : dashboard.panels()) {
        switch (panel) {
          case Panel.Chart chart -> views.add(chart.view());
          case Panel.Documents documents -> searches.add(documents.search());
          case Panel.Note n -> {}
        }
      }
    }
    searches.forEach(search -> views.add(search.view()));
    List<ObjectNode> objects = new ArrayList<>();
    views.forEach(view -> objects.add(SavedObjects.view(view)));
    searches.forEach(search -> objects.add(SavedObjects.search(search)));
    dashboards.forEach(dashboard -> objects.add(SavedObjects.dashboard(dashboard)));
    StringBuilder text = new StringBuilder();
    objects.forEach(object -> text.append(SavedObjects.text(object)).append('\n'));
    return text.toString();
  }
}
