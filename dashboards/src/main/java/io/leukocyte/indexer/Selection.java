package io.leukocyte.indexer;

import io.leukocyte.events.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What of the events becomes documents.
 *
 * @param logs which containers' lines
 * @param metrics whether the sensors' health and what containers use
 * @param metricsInterval the time that one document of a sensor or a container stands for; zero
 *     makes one of each report
 * @param events which other events
 */
public record Selection(Logs logs, boolean metrics, Duration metricsInterval, Events events) {
  /** The label that asks for a container's lines to be kept. */
  static final String LOGS_LABEL = "leuko.logs";

  /** Which containers' lines become documents, of those whose logs the collector follows. */
  public enum Logs {
    /** Those of all of them. */
    ALL,
    /** Those with the label {@code leuko.logs=true}. */
    LABELLED,
    /** None. */
    OFF
  }

  /** How events are chosen. */
  public enum Mode {
    /** None become documents. */
    OFF,
    /** One of so many. */
    SAMPLED,
    /** Those of some kinds or containers. */
    FILTERED
  }

  /**
   * Which events become documents.
   *
   * @param mode how they are chosen
   * @param kinds of these kinds
   * @param label of containers with this label, {@code key} or {@code key=value}
   * @param oneOf in {@link Mode#SAMPLED} one of so many
   * @param rate at most so many in a second; what is more is left out and counted
   */
  public record Events(Mode mode, Set<Kind> kinds, Optional<Label> label, int oneOf, int rate) {
    /** Kinds that have documents of their own, and those are made whether or not events are. */
    private static final Set<Kind> ELSEWHERE =
        EnumSet.of(
            Kind.CONTAINER_LOG, Kind.CONTAINER_STATS, Kind.SENSOR_LOSS, Kind.SENSOR_HEARTBEAT);

    /** No events. */
    static final Events OFF = new Events(Mode.OFF, Set.of(), Optional.empty(), 100, 500);

    /** Names of the kinds that can be chosen. */
    static List<String> kindNames() {
      return EnumSet.complementOf(EnumSet.copyOf(ELSEWHERE)).stream().map(Kind::text).toList();
    }

    /**
     * Checks that a filter filters, and takes all kinds where none is named.
     *
     * @throws IllegalArgumentException when neither kinds nor a label are named in {@link
     *     Mode#FILTERED}
     */
    public Events {
      if (mode == Mode.FILTERED && kinds.isEmpty() && label.isEmpty()) {
        throw new IllegalArgumentException(
            "indexer.events is filtered, but neither indexer.events-kinds nor indexer.events-label"
                + " says by what; set one of them, or use sampled");
      }
      kinds = kinds.isEmpty() ? EnumSet.complementOf(EnumSet.copyOf(ELSEWHERE)) : Set.copyOf(kinds);
    }
  }

  /**
   * A label of containers.
   *
   * @param key its name
   * @param value its value; empty is any
   */
  public record Label(String key, Optional<String> value) {
    /**
     * The label of {@code key} or {@code key=value}.
     *
     * @throws IllegalArgumentException when there is no key
     */
    static Label parse(String text) {
      int equals = text.indexOf('=');
      String key = (equals < 0 ? text : text.substring(0, equals)).strip();
      if (key.isEmpty()) {
        throw new IllegalArgumentException(
            "indexer.events-label is '" + text + "'; write key or key=value");
      }
      return new Label(
          key, equals < 0 ? Optional.empty() : Optional.of(text.substring(equals + 1).strip()));
    }

    boolean isOf(Map<String, String> labels) {
      String has = labels.get(key);
      return has != null && (value.isEmpty() || value.get().equals(has));
    }
  }

  /** Metrics each minute, no events, and lines of all containers or of none. */
  static Selection of(boolean logs) {
    return new Selection(logs ? Logs.ALL : Logs.OFF, true, Duration.ofMinutes(1), Events.OFF);
  }

  /** Whether anything is made of the topic of events. */
  boolean readsEvents() {
    return logs != Logs.OFF || metrics || events.mode() != Mode.OFF;
  }

  /** Whether containers' labels have to be known. */
  boolean needsLabels() {
    return logs == Logs.LABELLED || events.label().isPresent();
  }
}
