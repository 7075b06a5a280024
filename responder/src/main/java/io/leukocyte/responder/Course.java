package io.leukocyte.responder;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a policy does, in order.
 *
 * @param actions never empty
 * @param otherwise what is done when one of the actions failed or was refused, and nothing that was
 *     to follow then held instead; may be empty
 */
record Course(List<Task> actions, List<Task> otherwise) {
  Course {
    actions = List.copyOf(actions);
    otherwise = List.copyOf(otherwise);
  }

  /**
   * One action, and when.
   *
   * @param response what is done
   * @param given empty: in any case
   */
  record Task(Response response, Optional<Given> given) {}

  /**
   * An action before it in the same list ended so.
   *
   * @param index its place, from 0
   * @param ends one of these
   */
  record Given(int index, Set<Flow.End> ends) {
    Given {
      ends = Set.copyOf(ends);
    }
  }

  /** All of them, those that are done otherwise last. */
  List<Response> responses() {
    return java.util.stream.Stream.concat(actions.stream(), otherwise.stream())
        .map(Task::response)
        .toList();
  }

  /** Whether something of it changes a container. */
  boolean changes() {
    return responses().stream().anyMatch(Intervention.class::isInstance);
  }
}
