package io.leukocyte.rules;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ProfileOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Learns what is normal and says what is new: what containers showed in, profiles and findings out.
 * What it remembers is kept by whoever calls it. Its answers follow from the observations in their
 * order and the profiles alone. One thread at a time.
 */
public final class Profiler {
  /** How far ahead of our clock an order may be. */
  static final long SKEW = TimeUnit.MINUTES.toNanos(5);

  private static final String MORE = "more";
  private static final int SHOWN_ITEMS = 5;

  private final Map<String, Baseline> baselines = new HashMap<>();

  /** Where profiles are kept. */
  public interface Store {
    /** The profile of a key, an empty one when there is none; null when there is no room. */
    @Nullable Profile of(Profile.Key key);

    /** A profile has changed. */
    void changed(Profile profile);
  }

  /**
   * Something new for an image.
   *
   * @param rule what the alert says of its rule
   * @param group what tells alerts of a container within a minute apart
   * @param output what is new, and what was known
   */
  public record Finding(Alert.RuleInfo rule, List<String> group, String output) {
    /** Copies the list. */
    public Finding {
      group = List.copyOf(group);
    }
  }

  /** What is said of an observation. */
  public sealed interface Answer {
    /** It is normal, is being learned, or was told before. */
    record Quiet() implements Answer {}

    /** It is new. */
    record New(Finding finding) implements Answer {}

    /** Its baseline is not in force any more. */
    record Stray() implements Answer {}

    /** There are more profiles than there may be. */
    record NoRoom() implements Answer {}
  }

  /** One value, as {@code process:/usr/bin/x}. */
  public record Item(Aspect aspect, String value) {
    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is none; the message says what would be
     */
    public static Item of(String text) {
      int colon = text.indexOf(':');
      Optional<Aspect> aspect =
          colon < 0 ? Optional.empty() : Aspect.ofItem(text.substring(0, colon));
      if (aspect.isEmpty() || colon + 1 == text.length()) {
        throw new IllegalArgumentException(
            "'"
                + text
                + "' is no item; write process:, parent:, file:, destination: or port: and a value,"
                + " such as process:/usr/bin/curl");
      }
      return new Item(aspect.get(), text.substring(colon + 1));
    }

    @Override
    public String toString() {
      return aspect.item() + ":" + value;
    }
  }

  /** A profiler of the baselines in force. */
  public Profiler(RuleSet rules) {
    rules.baselines().forEach(b -> baselines.put(b.name(), b));
  }

  /** The baseline of a name; null when none is in force. */
  public @Nullable Baseline find(String name) {
    return baselines.get(name);
  }

  /** Takes what a container showed. */
  public Answer take(Observation seen, Store store) {
    Baseline baseline = baselines.get(seen.baseline());
    if (baseline == null || !isWatched(baseline, seen.aspect())) {
      return new Answer.Stray();
    }
    Profile profile = store.of(seen.profile());
    if (profile == null) {
      return new Answer.NoRoom();
    }
    Facet.Verdict verdict = profile.see(seen, baseline.learn().nanos());
    if (verdict == Facet.Verdict.KNOWN) {
      return new Answer.Quiet();
    }
    store.changed(profile);
    if (verdict == Facet.Verdict.QUIET || isSaid(baseline, profile, seen)) {
      return new Answer.Quiet();
    }
    return new Answer.New(finding(baseline, profile, seen, verdict));
  }

  private static boolean isWatched(Baseline baseline, Aspect aspect) {
    return aspect == Aspect.STARTS || baseline.watch().contains(aspect);
  }

  /** A new program has a new parent: one of the two alerts is enough. */
  private static boolean isSaid(Baseline baseline, Profile profile, Observation seen) {
    if (seen.aspect() != Aspect.PARENTS || !baseline.watch().contains(Aspect.PROCESSES)) {
      return false;
    }
    String program = seen.value().substring(seen.value().lastIndexOf(" > ") + 3);
    return profile.facet(Aspect.PROCESSES).isNovel(program);
  }

  private static Finding finding(
      Baseline baseline, Profile profile, Observation seen, Facet.Verdict verdict) {
    Aspect aspect = seen.aspect();
    String kind = aspect == Aspect.LISTENING_PORTS ? "listening port" : aspect.item();
    Facet facet = profile.facet(aspect);
    Facet.Value before = facet.novel().get(seen.value());
    String seenBefore =
        verdict == Facet.Verdict.NEW_HERE && before != null
            ? "never while learning, since %s in %s containers"
                .formatted(shown(before.first()), before.containers().count())
            : "never";
    String what = verdict == Facet.Verdict.MANY ? seen.value() + " and perhaps more" : seen.value();
    String output =
        "New %s for this %s: %s (seen before: %s; learned from %s to %s in %s containers, %d known; %s=%s %s)"
            .formatted(
                kind,
                baseline.subject() instanceof Baseline.Subject.Image ? "image" : "label",
                what,
                seenBefore,
                shown(profile.since()),
                shown(profile.learnsUntil(baseline.learn().nanos())),
                profile.containers().count(),
                facet.normal().size(),
                baseline.subject() instanceof Baseline.Subject.Label(String label)
                    ? label
                    : "image",
                seen.subject(),
                seen.details());
    return new Finding(
        baseline.info(aspect),
        List.of(verdict == Facet.Verdict.MANY ? MORE : seen.value()),
        output);
  }

  private static String shown(long nanos) {
    return Instant.ofEpochSecond(0, nanos).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /**
   * Carries an order out, whoever vouches for it. What became of it stands in the profile.
   *
   * @param now our clock, unix nanoseconds
   * @return whether it was carried out; false when it was refused
   */
  public boolean order(ProfileOrder order, long now, Store store) {
    Profile profile = store.of(new Profile.Key(order.baseline(), order.subject()));
    if (profile == null) {
      return false;
    }
    Profile.LastOrder last = profile.order();
    if (last != null && order.created() <= last.created()) {
      return false; // it was carried out before, or a younger one was
    }
    if (order.created() > now + SKEW) {
      return false; // it would keep all others from being carried out
    }
    Baseline baseline = baselines.get(order.baseline());
    String outcome;
    boolean done = baseline != null;
    if (baseline == null) {
      outcome = "refused: there is no baseline '" + order.baseline() + "' in force";
    } else {
      try {
        outcome = carryOut(order, baseline, profile);
      } catch (IllegalArgumentException e) {
        outcome = "refused: " + e.getMessage();
        done = false;
      }
    }
    profile.ordered(
        new Profile.LastOrder(
            order.id().value(), order.created(), order.author(), text(order), outcome));
    store.changed(profile);
    return done;
  }

  private static String text(ProfileOrder order) {
    List<String> words = new ArrayList<>(List.of(order.kind().text()));
    order.length().ifPresent(l -> words.add("for " + l));
    words.addAll(order.items().subList(0, Math.min(SHOWN_ITEMS, order.items().size())));
    int more = order.items().size() - SHOWN_ITEMS;
    if (more > 0) {
      words.add("and " + more + " more");
    }
    return String.join(" ", words);
  }

  private static String carryOut(ProfileOrder order, Baseline baseline, Profile profile) {
    return switch (order.kind()) {
      case LEARN -> {
        long nanos = order.length().map(Duration::toNanos).orElse(baseline.learn().nanos());
        profile.learnUntil(Math.addExact(order.created(), nanos));
        yield "done: learns until " + shown(profile.until());
      }
      case RELEARN -> {
        profile.relearn(order.created());
        yield "done: learns from the beginning";
      }
      case FREEZE -> {
        profile.learnUntil(order.created());
        yield "done: learning has ended";
      }
      case ACCEPT -> {
        List<Item> items = items(order, baseline);
        items.forEach(i -> profile.facet(i.aspect()).accept(i.value(), order.created()));
        yield "done: " + items.size() + " accepted";
      }
      case REMOVE -> {
        long known =
            items(order, baseline).stream()
                .filter(i -> profile.facet(i.aspect()).remove(i.value()))
                .count();
        yield "done: " + known + " of " + order.items().size() + " were known and are removed";
      }
      case MERGE -> {
        Profile other = ProfileJson.read(order.document().getBytes(StandardCharsets.UTF_8));
        profile.merge(other);
        yield "done: merged";
      }
    };
  }

  private static List<Item> items(ProfileOrder order, Baseline baseline) {
    List<Item> items = order.items().stream().map(Item::of).toList();
    for (Item item : items) {
      if (!baseline.watch().contains(item.aspect())) {
        throw new IllegalArgumentException(
            "the baseline '" + baseline.name() + "' does not watch " + item.aspect().text());
      }
    }
    return items;
  }
}
