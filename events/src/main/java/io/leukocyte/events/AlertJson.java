package io.leukocyte.events;

/** An alert as the ECS document of the topic of alerts. */
public final class AlertJson {
  private AlertJson() {}
}
