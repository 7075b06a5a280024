package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.HostId;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What policies would have done about alerts, with their guards, in the alerts' own time: by the
 * responder's own way from alerts to actions, but no container, no engine and no network is
 * touched. Policies act in it whatever their mode, each action works and is over at once,
 * maintenance windows are closed, and bounds count on each host alone.
 */
public final class Foresight implements AutoCloseable {
  private final PolicySet policies;
  private final Map<HostId, Rehearsal> hosts = new HashMap<>();

  /** The foresight of policies, with nothing done yet. */
  public Foresight(PolicySet policies) {
    this.policies = policies.acting();
  }

  /**
   * An action that would have come.
   *
   * @param policy whose
   * @param action its type: quarantine, pause …
   * @param done whether it would have been done; else a guard would have refused it, or there would
   *     have been nothing to do
   */
  public record Planned(String policy, String action, boolean done) {}

  /**
   * What an alert would have led to, in order. Alerts come in the order of their times.
   *
   * @param facts of its container; null where they are not known
   */
  public List<Planned> take(Alert alert, @Nullable ContainerFacts facts) {
    String document = new String(AlertJson.write(alert), StandardCharsets.UTF_8);
    Rehearsal rehearsal =
        hosts.computeIfAbsent(alert.host(), host -> new Rehearsal(policies, Map.of(), host));
    return rehearsal.take(new PolicyTest.Sample(alert, document, facts)).stream()
        .map(state ->
            new Planned(
                Objects.requireNonNullElse(state.last().policy(), ""),
                state.last().type(),
                state.end().orElseThrow() == Flow.End.VERIFIED))
        .toList();
  }

  /** Removes what it noted. */
  @Override
  public void close() {
    hosts.values().forEach(Rehearsal::close);
  }
}
