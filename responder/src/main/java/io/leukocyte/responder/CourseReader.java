package io.leukocyte.responder;

import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what a policy does: its actions in order, when each is done, and what is done otherwise.
 */
final class CourseReader {
  private static final String IF = "if";
  private static final Map<String, Flow.End> ENDS =
      Map.of(
          "verified", Flow.End.VERIFIED,
          "failed", Flow.End.FAILED,
          "refused", Flow.End.REFUSED,
          "skipped", Flow.End.SKIPPED);
  private static final String HINT =
      "write 'if: failed', or 'if: quarantine failed or refused'; an action ends verified, failed,"
          + " refused or skipped";

  private final Channels channels;
  private final List<Problem> problems;

  CourseReader(Channels channels, List<Problem> problems) {
    this.channels = channels;
    this.problems = problems;
  }

  /**
   * Reads the keys {@code actions} and {@code else}.
   *
   * @param base holds where a key is left out; without it there must be actions
   */
  Course read(Fields fields, Optional<Course> base) {
    if (fields.node("actions").isEmpty() && base.isEmpty()) {
      fields.missing("actions", "say what it does, such as '- quarantine: {for: 15m}'");
    }
    return new Course(
        fields
            .node("actions")
            .map(node -> tasks("actions", node))
            .or(() -> base.map(Course::actions))
            .orElse(List.of()),
        fields
            .node("else")
            .map(node -> tasks("else", node))
            .or(() -> base.map(Course::otherwise))
            .orElse(List.of()));
  }

  private List<Course.Task> tasks(String what, YamlNode node) {
    if (!(node instanceof YamlNode.Sequence list)) {
      problems.add(
          new Problem(
              node.at(),
              what + " must be a list, not " + node.description(),
              "begin each action with '- '"));
      return List.of();
    }
    if (list.items().isEmpty()) {
      problems.add(
          new Problem(
              list.at(),
              what + " is empty",
              "say what it does, such as '- quarantine: {for: 15m}'"));
    }
    ResponseReader reader = new ResponseReader(channels, problems);
    List<Optional<Course.Task>> tasks = new ArrayList<>();
    list.items().forEach(item -> tasks.add(task(reader, item, tasks)));
    return tasks.stream().flatMap(Optional::stream).toList();
  }

  private Optional<Course.Task> task(
      ResponseReader reader, YamlNode item, List<Optional<Course.Task>> before) {
    Optional<YamlNode> condition =
        item instanceof YamlNode.Mapping m && m.entries().size() > 1 ? m.get(IF) : Optional.empty();
    Optional<Response> response = reader.read(without(item, condition), condition.isEmpty());
    Optional<Course.Given> given = condition.flatMap(node -> given(node, before));
    if (response.isPresent() && given.isPresent()) {
      possible(condition.get(), response.get(), given.get(), before);
    }
    return condition.isPresent() && given.isEmpty()
        ? Optional.empty()
        : response.map(r -> new Course.Task(r, given));
  }

  /** The action alone. */
  private static YamlNode without(YamlNode item, Optional<YamlNode> condition) {
    return condition.isPresent() && item instanceof YamlNode.Mapping mapping
        ? new YamlNode.Mapping(
            mapping.at(),
            mapping.entries().stream().filter(e -> !e.key().text().equals(IF)).toList())
        : item;
  }

  /** {@code failed}, or {@code quarantine failed or refused}. */
  private Optional<Course.Given> given(YamlNode node, List<Optional<Course.Task>> before) {
    if (!(node instanceof YamlNode.Scalar scalar) || scalar.text().isBlank()) {
      return wrong(node, "if must say how an action ended, not " + node.description(), HINT);
    }
    List<String> words =
        Arrays.stream(scalar.text().strip().split("\\s+", -1))
            .filter(word -> !word.equals("or"))
            .toList();
    if (words.isEmpty()) {
      return wrong(node, "if does not say how an action ended", HINT);
    }
    boolean named = !ENDS.containsKey(words.getFirst()) && words.size() > 1;
    Optional<Integer> index =
        named ? index(node, words.getFirst(), before) : indexBefore(node, before);
    Set<Flow.End> ends = EnumSet.noneOf(Flow.End.class);
    for (String word : named ? words.subList(1, words.size()) : words) {
      Flow.End end = ENDS.get(word);
      if (end == null) {
        String hint = Suggestion.didYouMean(word, ENDS.keySet());
        return wrong(
            node,
            "unknown end of an action '" + Fields.shown(word) + "'",
            hint.isEmpty() ? HINT : hint);
      }
      ends.add(end);
    }
    return index.map(i -> new Course.Given(i, ends));
  }

  private Optional<Integer> index(YamlNode node, String type, List<Optional<Course.Task>> before) {
    List<String> types =
        before.stream().flatMap(Optional::stream).map(t -> t.response().type()).toList();
    int last = types.lastIndexOf(type);
    if (last < 0 && before.stream().allMatch(Optional::isPresent)) {
      String hint = Suggestion.didYouMean(type, types);
      return wrong(
          node,
          "no action '" + Fields.shown(type) + "' stands before",
          hint.isEmpty() ? "name one that does, or put it behind" : hint);
    }
    return last < 0 ? Optional.empty() : Optional.of(last);
  }

  /** The nearest before that is not only told. */
  private Optional<Integer> indexBefore(YamlNode node, List<Optional<Course.Task>> before) {
    if (before.isEmpty()) {
      return wrong(node, "no action stands before this one", "remove 'if', or put it behind");
    }
    List<Course.Task> tasks = before.stream().flatMap(Optional::stream).toList();
    for (int i = tasks.size() - 1; i >= 0; i--) {
      if (!(tasks.get(i).response() instanceof Notify)) {
        return Optional.of(i);
      }
    }
    return tasks.isEmpty() ? Optional.empty() : Optional.of(tasks.size() - 1);
  }

  private void possible(
      YamlNode node, Response response, Course.Given given, List<Optional<Course.Task>> before) {
    Response first =
        before.stream().flatMap(Optional::stream).toList().get(given.index()).response();
    if (response instanceof Intervention
        && !(response instanceof Run)
        && !(response instanceof BlockImage)
        && given.ends().equals(Set.of(Flow.End.VERIFIED))
        && ResponseReader.ends(first)) {
      wrong(
          node,
          response.type()
              + " can do nothing when "
              + first.type().toLowerCase(Locale.ROOT)
              + " is verified: the container ended",
          "write 'if: failed', or remove it");
    }
    if (given.ends().equals(Set.of(Flow.End.SKIPPED)) && first instanceof Notify) {
      wrong(node, "notify is never skipped", "write 'if: notify failed'");
    }
  }

  private <T> Optional<T> wrong(YamlNode node, String what, String todo) {
    problems.add(new Problem(node.at(), what, todo));
    return Optional.empty();
  }
}
