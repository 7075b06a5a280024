package io.leukocyte.indexer;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The dashboards' panels with their answers: a picture of a period without Kibana.
 *
 * @param request what it is about
 * @param made when it was asked
 * @param sections a dashboard each, or one of them for one container
 * @param containers how many containers there are in the period, by their alerts; the first of them
 *     have a section
 * @param problem why it is not known which containers there are; empty when it is
 */
public record Report(
    ReportRequest request, Instant made, List<Section> sections, long containers, String problem) {
  private static final String PREFIX = "Leukocyte: ";

  /** Copies the list. */
  public Report {
    sections = List.copyOf(sections);
  }

  /**
   * A dashboard with its answers.
   *
   * @param id unique in the report
   * @param title what is written over it
   * @param description what it is for
   * @param container whose it is; empty when it is of all
   * @param rows from top to bottom, each from the left
   */
  record Section(
      String id, String title, String description, String container, List<List<Part>> rows) {
    /** Copies the lists. */
    Section {
      rows = rows.stream().map(List::copyOf).toList();
    }

    /** Its panels in order. */
    List<Part> parts() {
      return rows.stream().flatMap(List::stream).toList();
    }

    /** Whether no panel found a document. */
    boolean isEmpty() {
      return parts().stream()
          .allMatch(part -> part.answer().documents() == 0 && part.answer().problem().isEmpty());
    }
  }

  /** A panel and what was answered to it. */
  record Part(Panel panel, PanelAnswer answer) {}

  /**
   * Asks for all panels.
   *
   * @param settings where Elasticsearch is
   * @param request what about
   * @param now what time it is
   * @throws ReportException when Elasticsearch is away or refuses; the message says what to do
   * @throws IllegalArgumentException when a setting cannot be used
   */
  public static Report ask(IndexerSettings settings, ReportRequest request, Instant now)
      throws ReportException {
    try (ElasticsearchConnection connection = ElasticsearchConnection.open(settings)) {
      return new ReportReader(connection.rest()).read(request, now);
    } catch (IOException e) {
      throw new ReportException(ReportProblem.of(e, settings.urls()), e);
    }
  }

  /** One page of HTML that needs nothing else. */
  public String html() {
    return new ReportPage(this).write();
  }

  /** One JSON object, indented. */
  public String json() {
    return ReportJson.write(this);
  }

  /** Which panels have no answer, or not the whole: a line each. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (!problem.isEmpty()) {
      problems.add("Containers: " + problem);
    }
    for (Section section : sections) {
      for (Part part : section.parts()) {
        if (!part.answer().problem().isEmpty()) {
          problems.add(
              section.title() + ", " + part.panel().title() + ": " + part.answer().problem());
        }
      }
    }
    return problems;
  }

  /** The title of a dashboard without what they all begin with. */
  static String title(Dashboard dashboard) {
    return dashboard.title().startsWith(PREFIX)
        ? dashboard.title().substring(PREFIX.length())
        : dashboard.title();
  }

  /** The answer to a panel of a section; a failed one when it has no such panel. */
  PanelAnswer answer(String section, String panel) {
    return sections.stream()
        .filter(each -> each.id().equals(section))
        .flatMap(each -> each.parts().stream())
        .filter(part -> part.panel().id().equals(panel))
        .map(Part::answer)
        .findFirst()
        .orElseGet(() -> PanelAnswer.failed("not asked"));
  }

  /** How many documents an answer counts by its first bucket. */
  static Map<String, Long> totals(PanelAnswer answer) {
    Map<String, Long> totals = new TreeMap<>();
    for (List<Cell> row : answer.rows()) {
      if (row.getFirst() instanceof Cell.Text(String key)
          && row.getLast() instanceof Cell.Figure(double value)) {
        totals.merge(key, Math.round(value), Long::sum);
      }
    }
    return totals;
  }

  /** The names of the containers that have a section, and its id. */
  Map<String, String> links() {
    Map<String, String> links = new TreeMap<>(Comparator.naturalOrder());
    for (Section section : sections) {
      if (!section.container().isEmpty()) {
        links.put(section.container(), section.id());
      }
    }
    return links;
  }
}
