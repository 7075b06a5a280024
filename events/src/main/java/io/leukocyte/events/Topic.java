package io.leukocyte.events;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** The topics, with how long and how each keeps what it has. */
public enum Topic {
  /** Batches of events, by host. */
  EVENTS("leuko.events", Keep.DELETE, Duration.ofHours(24)),
  /**
   * Matches of rules that a correlation over several hosts counts, by its group, and what baselines
   * observed, by their profile.
   */
  MATCHES("leuko.matches", Keep.DELETE, Duration.ofHours(24)),
  /** Alerts, by host. */
  ALERTS("leuko.alerts", Keep.DELETE, Duration.ofDays(30)),
  /** Incidents, by incident. */
  INCIDENTS("leuko.incidents", Keep.COMPACT_DELETE, Duration.ofDays(30)),
  /** Packages with known flaws, by finding. */
  FINDINGS("leuko.findings", Keep.COMPACT_DELETE, Duration.ofDays(90)),
  /** Steps of actions, by host. */
  ACTIONS("leuko.actions", Keep.DELETE, Duration.ofDays(90)),
  /** Facts of containers, by container. */
  CONTAINERS("leuko.containers", Keep.COMPACT, Duration.ZERO),
  /** Operators' orders, by host. */
  COMMANDS("leuko.commands", Keep.DELETE, Duration.ofDays(7)),
  /**
   * Requests to act on a container within a bound over all hosts, by policy: one partition, with
   * the broker's own time, because the place in the log decides.
   */
  PERMITS("leuko.permits", Keep.DELETE, Duration.ofDays(7)),
  /** What is normal for the containers of an image, by baseline and image. */
  PROFILES("leuko.profiles", Keep.COMPACT, Duration.ZERO),
  /** Images that may not start, and those that may again, by the image's id. */
  BLOCKED("leuko.blocked", Keep.COMPACT, Duration.ZERO),
  /** The rules and policies of the fleet in one piece: one partition, one key. */
  CONFIG("leuko.config", Keep.COMPACT, Duration.ZERO),
  /** What could not be read. */
  DEAD("leuko.dead", Keep.DELETE, Duration.ofDays(30));

  private final String text;
  private final Keep keep;
  private final Duration retention;

  Topic(String text, Keep keep, Duration retention) {
    this.text = text;
    this.keep = keep;
    this.retention = retention;
  }

  /** The topic's name in Kafka. */
  public String text() {
    return text;
  }

  /** Its cleanup policy. */
  public Keep keep() {
    return keep;
  }

  /** How long records are kept; zero where only compaction removes them. */
  public Duration retention() {
    return retention;
  }

  /** The topic of a name in Kafka. */
  public static Optional<Topic> ofText(String text) {
    return Arrays.stream(values()).filter(t -> t.text.equals(text)).findFirst();
  }

  /** Kafka's cleanup policies. */
  public enum Keep {
    /** By age and size. */
    DELETE,
    /** The last of each key. */
    COMPACT,
    /** The last of each key, by age and size. */
    COMPACT_DELETE
  }
}
