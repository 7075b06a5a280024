package io.leukocyte.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is normal for the containers of one image, or of one value of a label, by one baseline. Two
 * of them are put together in any order, any number of times. One thread at a time.
 */
public final class Profile {
  /**
   * Which profile.
   *
   * @param baseline the baseline's name
   * @param subject the image's name, or the label's value
   */
  public record Key(String baseline, String subject) implements Comparable<Key> {
    /** Neither part is empty. */
    public Key {
      if (baseline.isEmpty() || subject.isEmpty()) {
        throw new IllegalArgumentException("A profile is of a baseline and a subject");
      }
    }

    @Override
    public int compareTo(Key other) {
      int order = baseline.compareTo(other.baseline);
      return order != 0 ? order : subject.compareTo(other.subject);
    }
  }

  /**
   * The order that was carried out, or refused, last.
   *
   * @param id the order's
   * @param created when it was given, unix nanoseconds: only younger ones are carried out
   * @param author who says that he gave it
   * @param text what it says
   * @param outcome what became of it
   */
  public record LastOrder(String id, long created, String author, String text, String outcome) {}

  /** What a profile does. */
  public enum State {
    /** It learns until a time. */
    LEARNING,
    /** It learns, and goes on until a container has started. */
    WAITING_FOR_A_START,
    /** What is new is an alert. */
    LEARNED
  }

  /** The newest event's time is kept this coarsely, nanoseconds. */
  private static final long STEP = TimeUnit.MINUTES.toNanos(10);

  private final Key key;
  private long since;
  private long firstStart;
  private long until;
  private long newest;
  private Sightings containers = Sightings.NONE;
  private final Map<Aspect, Facet> facets = new EnumMap<>(Aspect.class);
  private @Nullable LastOrder order;

  /** A profile that knows nothing. */
  public Profile(Key key) {
    this.key = key;
  }

  /** Which one it is. */
  public Key key() {
    return key;
  }

  /** The first event that was learned, unix nanoseconds; 0 before it. */
  public long since() {
    return since;
  }

  /** The first start of a container that was seen, unix nanoseconds; 0 before it. */
  public long firstStart() {
    return firstStart;
  }

  /** Until when an operator lets it learn, unix nanoseconds; 0: as the baseline says. */
  public long until() {
    return until;
  }

  /** The newest event, within ten minutes, unix nanoseconds; 0 before the first. */
  public long newest() {
    return newest;
  }

  /** In which containers it was learned. */
  public Sightings containers() {
    return containers;
  }

  /** What it knows, by aspect. */
  public Map<Aspect, Facet> facets() {
    return new EnumMap<>(facets);
  }

  /** The last order; null when there was none. */
  public @Nullable LastOrder order() {
    return order;
  }

  void restore(
      long newSince,
      long newFirstStart,
      long newUntil,
      long newNewest,
      Sightings newContainers,
      @Nullable LastOrder newOrder) {
    since = newSince;
    firstStart = newFirstStart;
    until = newUntil;
    newest = newNewest;
    containers = newContainers;
    order = newOrder;
  }

  /** What it knows of an aspect. */
  Facet facet(Aspect aspect) {
    return facets.computeIfAbsent(aspect, Facet::new);
  }

  void ordered(LastOrder last) {
    order = last;
  }

  /**
   * When it stops to learn, unix nanoseconds; {@link Long#MAX_VALUE} while it waits for a start.
   *
   * @param learn how long the baseline learns, nanoseconds
   */
  public long learnsUntil(long learn) {
    if (until > 0) {
      return until;
    }
    return firstStart == 0
        ? Long.MAX_VALUE
        : Math.max(since + learn, firstStart + Math.min(learn, Baseline.SETTLE));
  }

  /** What it does at a time. */
  public State state(long learn, long time) {
    if (time >= learnsUntil(learn)) {
      return State.LEARNED;
    }
    return until == 0 && firstStart == 0 && time >= since + learn
        ? State.WAITING_FOR_A_START
        : State.LEARNING;
  }

  /**
   * A container showed a value.
   *
   * @param learn how long the baseline learns, nanoseconds
   */
  Facet.Verdict see(Observation seen, long learn) {
    long time = seen.time();
    boolean changes = since == 0 || time - newest >= STEP;
    since = since == 0 ? time : since;
    newest = changes ? Math.max(newest, time) : newest;
    boolean learns = state(learn, time) != State.LEARNED;
    if (learns) {
      Sightings before = containers;
      containers = containers.with(Sightings.of(seen.container()));
      changes |= !containers.equals(before);
    }
    Facet.Verdict verdict;
    if (seen.aspect() == Aspect.STARTS) {
      changes |= learns && firstStart == 0;
      firstStart = learns && firstStart == 0 ? time : firstStart;
      verdict = Facet.Verdict.KNOWN;
    } else if (learns) {
      changes |=
          facet(seen.aspect())
              .learn(
                  seen.value(), new Facet.Value(time, time, Sightings.of(seen.container()), false));
      verdict = Facet.Verdict.KNOWN;
    } else {
      verdict = facet(seen.aspect()).see(seen);
    }
    return changes && verdict == Facet.Verdict.KNOWN ? Facet.Verdict.QUIET : verdict;
  }

  /** Begins anew at a time. */
  void relearn(long time) {
    facets.clear();
    containers = Sightings.NONE;
    since = time;
    firstStart = 0;
    until = 0;
  }

  /** Learns until a time, whatever the baseline says. */
  void learnUntil(long time) {
    until = time;
  }

  /** Takes over what another profile knows; both stay what they are when it is done twice. */
  public void merge(Profile other) {
    since = earlier(since, other.since);
    firstStart = earlier(firstStart, other.firstStart);
    until = Math.max(until, other.until);
    newest = Math.max(newest, other.newest);
    containers = containers.with(other.containers);
    List<Aspect> aspects = new ArrayList<>(other.facets.keySet());
    aspects.forEach(aspect -> facet(aspect).merge(other.facet(aspect)));
    LastOrder theirs = other.order;
    LastOrder ours = order;
    if (theirs != null && (ours == null || isAfter(theirs, ours))) {
      order = theirs;
    }
  }

  private static boolean isAfter(LastOrder one, LastOrder other) {
    return one.created() != other.created()
        ? one.created() > other.created()
        : one.id().compareTo(other.id()) > 0;
  }

  private static long earlier(long a, long b) {
    return a == 0 ? b : b == 0 ? a : Math.min(a, b);
  }

  /** Gives up the largest aspect, when all is too large to be kept; false when none is left. */
  boolean shrink() {
    Optional<Facet> largest =
        facets.values().stream()
            .filter(facet -> !facet.diverse())
            .max(Comparator.comparingInt(facet -> facet.normal().size()));
    largest.ifPresent(Facet::makeDiverse);
    return largest.isPresent();
  }
}
