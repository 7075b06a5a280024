package io.leukocyte.events;

/** A step of an action as the ECS document of the topic of actions. */
public final class ActionJson {
  private ActionJson() {}
}
