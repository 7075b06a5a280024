package io.leukocyte.engine;

/** What a container's own health check says. */
public enum Health {
  /** It has no health check, or does not run. */
  NONE,
  /** It was started, and nothing is known yet. */
  STARTING,
  /** The last check was good. */
  HEALTHY,
  /** So many checks failed in a row as its configuration says. */
  UNHEALTHY
}
