package io.leukocyte.responder;

import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.responder.Flow.After;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An action of a policy in its place, for one alert.
 *
 * @param id the action's
 * @param response what is done
 * @param after what it waits for; empty: it begins with the decision
 */
record Placed(ActionId id, Response response, Optional<After> after) {

  static ActionId idOf(AlertId alert, String policy, int position) {
    return ActionId.of(alert.value(), policy, String.valueOf(position));
  }

  /** The actions with which a policy answers an alert. */
  static List<Placed> of(Policy policy, Alert about) {
    AlertId alert = about.id();
    List<Placed> all = new ArrayList<>();
    List<Course.Task> actions = policy.course().actions();
    @Nullable ActionId before = null;
    boolean waits = false;
    for (int i = 0; i < actions.size(); i++) {
      Course.Task task = actions.get(i);
      ActionId id = idOf(alert, policy.name(), i);
      Optional<After> after = task.given().map(g -> ended(policy, alert, 0, g));
      boolean inOrder = !(task.response() instanceof Notify);
      if (after.isEmpty() && waits && inOrder && before != null) {
        after = Optional.of(new After.Settled(before));
      }
      waits |= after.isPresent();
      before = inOrder ? id : before;
      all.add(new Placed(id, task.response().about(about), after));
    }
    otherwise(policy, about, List.copyOf(all), all);
    return all;
  }

  private static void otherwise(
      Policy policy, Alert about, List<Placed> actions, List<Placed> all) {
    AlertId alert = about.id();
    List<ActionId> changes =
        actions.stream().filter(p -> !(p.response() instanceof Notify)).map(Placed::id).toList();
    List<ActionId> of = changes.isEmpty() ? actions.stream().map(Placed::id).toList() : changes;
    for (Course.Task task : policy.course().otherwise()) {
      After after =
          task.given()
              .map(g -> ended(policy, alert, actions.size(), g))
              .orElseGet(() -> new After.Unanswered(of));
      ActionId id = idOf(alert, policy.name(), all.size());
      all.add(new Placed(id, task.response().about(about), Optional.of(after)));
    }
  }

  private static After ended(Policy policy, AlertId alert, int from, Course.Given given) {
    return new After.Ended(idOf(alert, policy.name(), from + given.index()), given.ends());
  }
}
