package io.leukocyte.rules;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * What a profile knows of one aspect. What is normal grows by union alone; where it has too many
 * values to tell what is new, it is <i>diverse</i>: it has no values and nothing of it is an alert.
 */
public final class Facet {
  /** Values, counted by their groups; with more the aspect is diverse. */
  static final int MOST = 100;

  /** Values of a group, which stands for them all when there are more. */
  static final int MOST_OF_GROUP = 8;

  /** Values seen after learning that are kept. */
  static final int MOST_NOVEL = 64;

  /** Containers of a value seen after learning that are told apart. */
  private static final int MOST_TOLD = 32;

  /** Alerts of a container within a minute, before the rest is one alert. */
  static final int MOST_ALERTS = 8;

  private static final int MOST_RECENT = 64;

  /** A value's last time is kept this coarsely, so that what is usual changes nothing. */
  private static final long STEP = TimeUnit.HOURS.toNanos(24);

  private static final long MINUTE = TimeUnit.SECONDS.toNanos(60);

  /**
   * A value.
   *
   * @param first when it was first seen or accepted, unix nanoseconds
   * @param last when it was last told by a container that had not shown it lately
   * @param containers where
   * @param accepted whether an operator said that it is normal
   */
  public record Value(long first, long last, Sightings containers, boolean accepted) {
    /** What both tell. */
    Value with(Value other) {
      return new Value(
          Math.min(first, other.first),
          Math.max(last, other.last),
          containers.with(other.containers),
          accepted || other.accepted);
    }
  }

  /** What became of a value. */
  enum Verdict {
    /** It is normal, and that was known: nothing changed. */
    KNOWN,
    /** It is noted, without an alert. */
    QUIET,
    /** It was never seen before. */
    NEW,
    /** It was seen after learning, in other containers. */
    NEW_HERE,
    /** It is one too many of its container within a minute: one alert for all of these. */
    MANY
  }

  private final Aspect aspect;
  private final TreeMap<String, Value> normal = new TreeMap<>();
  private final TreeMap<String, Value> novel = new TreeMap<>();

  /** For values in {@link #novel}, the containers whose alert was raised. */
  private final Map<String, NavigableSet<String>> told = new TreeMap<>();

  /** Minute's begin and alerts in it, by container. */
  private final LinkedHashMap<String, long[]> recent = new LinkedHashMap<>();

  private boolean diverse;
  private long dropped;

  Facet(Aspect aspect) {
    this.aspect = aspect;
  }

  /** What is normal, in the order of the values. */
  public Map<String, Value> normal() {
    return new TreeMap<>(normal);
  }

  /** What was seen after learning and nobody has accepted. */
  public Map<String, Value> novel() {
    return new TreeMap<>(novel);
  }

  /** Whether there are too many values to tell what is new. */
  public boolean diverse() {
    return diverse;
  }

  /** Values seen after learning that were not kept. */
  public long dropped() {
    return dropped;
  }

  Map<String, NavigableSet<String>> told() {
    return told;
  }

  Map<String, long[]> recent() {
    return recent;
  }

  void dropped(long count) {
    dropped = count;
  }

  boolean isNormal(String value) {
    if (diverse || normal.containsKey(value)) {
      return true;
    }
    String group = Values.group(aspect, value);
    return group != null && normal.containsKey(group);
  }

  /** Whether a value was seen after learning only. */
  boolean isNovel(String value) {
    return novel.containsKey(value);
  }

  /** Makes a value normal; returns whether that changes anything. */
  boolean learn(String value, Value seen) {
    if (diverse || (isNormal(value) && !adds(value, seen))) {
      return false;
    }
    forgetNovel(value);
    add(value, seen);
    if (groups() > MOST) {
      makeDiverse();
    }
    return true;
  }

  /** Whether a normal value was seen elsewhere, or much later, than is kept of it. */
  private boolean adds(String value, Value seen) {
    Value before = normal.get(value);
    if (before == null) {
      String group = Values.group(aspect, value);
      before = group == null ? null : normal.get(group);
    }
    return before == null
        || seen.last() - before.last() >= STEP
        || (seen.accepted() && !before.accepted())
        || !before.containers().with(seen.containers()).equals(before.containers());
  }

  private void forgetNovel(String value) {
    novel.remove(value);
    told.remove(value);
  }

  /** There are too many values: none counts. */
  void makeDiverse() {
    diverse = true;
    normal.clear();
    novel.clear();
    told.clear();
    recent.clear();
    dropped = 0;
  }

  private void add(String value, Value seen) {
    if (diverse) {
      return;
    }
    String group = Values.group(aspect, value);
    String key = group != null && normal.containsKey(group) ? group : value;
    normal.merge(key, seen, Value::with);
    if (group != null && !key.equals(group) && alike(group).size() > MOST_OF_GROUP) {
      alike(group).forEach(v -> absorb(group, v));
    }
    alike(key).forEach(v -> absorb(key, v)); // when it is a group itself
  }

  /** The values of a group, without the group. */
  private List<String> alike(String group) {
    return normal.keySet().stream()
        .filter(v -> !v.equals(group) && group.equals(Values.group(aspect, v)))
        .toList();
  }

  private void absorb(String group, String value) {
    Value one = normal.remove(value);
    if (one != null) {
      normal.merge(group, one, Value::with);
    }
  }

  /** How many values there were if each group had come to one. */
  private long groups() {
    return normal.keySet().stream()
        .map(v -> {
          String group = Values.group(aspect, v);
          return group == null ? v : group;
        })
        .distinct()
        .count();
  }

  /** A value was seen after learning. */
  Verdict see(Observation seen) {
    if (isNormal(seen.value())) {
      return learn(seen.value(), value(seen)) ? Verdict.QUIET : Verdict.KNOWN;
    }
    String container = seen.container().brief();
    Value before = novel.get(seen.value());
    if (before == null && novel.size() >= MOST_NOVEL) {
      dropped++;
      return crowd(container, seen.time(), Verdict.NEW);
    }
    NavigableSet<String> containers = told.computeIfAbsent(seen.value(), v -> new TreeSet<>());
    if (containers.contains(container) || containers.size() >= MOST_TOLD) {
      return Verdict.KNOWN;
    }
    containers.add(container);
    novel.merge(seen.value(), value(seen), Value::with);
    return crowd(container, seen.time(), before == null ? Verdict.NEW : Verdict.NEW_HERE);
  }

  private static Value value(Observation seen) {
    return new Value(seen.time(), seen.time(), Sightings.of(seen.container()), false);
  }

  /** At most some alerts of a container in a minute, then one for the rest. */
  private Verdict crowd(String container, long time, Verdict one) {
    long[] minute = recent.remove(container);
    if (minute == null || time >= minute[0] + MINUTE || time < minute[0] - MINUTE) {
      minute = new long[] {time, 0};
    }
    minute[1]++;
    recent.put(container, minute);
    if (recent.size() > MOST_RECENT) {
      recent.pollFirstEntry();
    }
    if (minute[1] <= MOST_ALERTS) {
      return one;
    }
    return minute[1] == MOST_ALERTS + 1 ? Verdict.MANY : Verdict.QUIET;
  }

  /** An operator says that a value is normal. */
  void accept(String value, long time) {
    Value seen = novel.get(value);
    Value accepted = new Value(time, time, Sightings.NONE, true);
    learn(value, seen == null ? accepted : seen.with(accepted));
  }

  /** An operator says that a value is not normal; returns whether it was known. */
  boolean remove(String value) {
    boolean wasNormal = normal.remove(value) != null;
    boolean wasNovel = novel.remove(value) != null;
    told.remove(value);
    return wasNormal || wasNovel;
  }

  /** Takes over what another one knows to be normal, and what it saw besides. */
  void merge(Facet other) {
    if (diverse || other.diverse) {
      makeDiverse();
      return;
    }
    other.normal.forEach(this::add);
    if (groups() > MOST) {
      makeDiverse();
      return;
    }
    other.novel.forEach((value, seen) -> novel.merge(value, seen, Value::with));
    List.copyOf(novel.keySet()).stream().filter(this::isNormal).forEach(this::forgetNovel);
    while (novel.size() > MOST_NOVEL) {
      forgetNovel(novel.lastKey());
    }
    other.told.forEach((value, containers) -> {
      if (novel.containsKey(value)) {
        NavigableSet<String> all = told.computeIfAbsent(value, v -> new TreeSet<>());
        all.addAll(containers);
        while (all.size() > MOST_TOLD) {
          all.pollLast();
        }
      }
    });
    dropped = Math.max(dropped, other.dropped);
  }

  /** Reads a value that was kept. */
  void restore(String value, Value seen, boolean isNormal) {
    if (isNormal) {
      normal.put(value, seen);
    } else {
      novel.put(value, seen);
    }
  }
}
