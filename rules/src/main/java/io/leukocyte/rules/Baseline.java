package io.leukocyte.rules;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A baseline in force: what is learned of which containers, for how long, and what it alerts. */
public final class Baseline {
  /** So long a container that started within the period is learned at least, nanoseconds. */
  static final long SETTLE = TimeUnit.MINUTES.toNanos(10);

  private final Text text;
  private final Position at;
  private final Subject subject;
  private final Period learn;
  private final List<Aspect> watch;
  private final Map<Aspect, Exempt> exceptions;

  /** What it says of itself. */
  record Text(String name, String description, Priority priority, List<String> tags, String file) {
    Text {
      tags = List.copyOf(tags);
    }
  }

  /**
   * How long it learns.
   *
   * @param text as it is written
   * @param nanos nanoseconds
   */
  public record Period(String text, long nanos) {}

  /** What containers have in common that are learned together. */
  public sealed interface Subject {
    /** The word for it in alerts. */
    String word();

    /** Its value for a container; null when the container has none. */
    @Nullable String of(ContainerRef container, @Nullable ContainerFacts facts);

    /** The image's name without tag and digest, so that a new version does not begin anew. */
    record Image() implements Subject {
      @Override
      public String word() {
        return "image";
      }

      @Override
      public @Nullable String of(ContainerRef container, @Nullable ContainerFacts facts) {
        return container.image().isEmpty() ? null : container.image();
      }
    }

    /** The value of a label. */
    record Label(String name) implements Subject {
      @Override
      public String word() {
        return "label " + name;
      }

      @Override
      public @Nullable String of(ContainerRef container, @Nullable ContainerFacts facts) {
        String value = facts == null ? null : facts.labels().get(name);
        return value == null || value.isEmpty() ? null : value;
      }
    }
  }

  /**
   * What is never an alert.
   *
   * @param patterns shell patterns over whole values
   * @param networks blocks of destinations
   */
  record Exempt(List<String> patterns, List<Network> networks) {
    Exempt {
      patterns = List.copyOf(patterns);
      networks = List.copyOf(networks);
    }
  }

  /** One aspect of a baseline: what a rule that observes for it is about. */
  public record Watch(Baseline baseline, Aspect aspect) {}

  Baseline(
      Text text,
      Position at,
      Subject subject,
      Period learn,
      Set<Aspect> watch,
      Map<Aspect, Exempt> exceptions) {
    this.text = text;
    this.at = at;
    this.subject = subject;
    this.learn = learn;
    this.watch = List.copyOf(new LinkedHashSet<>(watch));
    this.exceptions = exceptions.isEmpty() ? Map.of() : new EnumMap<>(exceptions);
  }

  /** Its name. */
  public String name() {
    return text.name();
  }

  /** Where it is written. */
  public Position at() {
    return at;
  }

  /** What containers have in common that are learned together. */
  public Subject subject() {
    return subject;
  }

  /** How long it learns by itself. */
  public Period learn() {
    return learn;
  }

  /** What it learns, in the order of {@link Aspect}. */
  public List<Aspect> watch() {
    return watch;
  }

  /** What its alerts about an aspect say of themselves; their rule is {@code NAME: new process}. */
  public Alert.RuleInfo info(Aspect aspect) {
    List<String> tags = new ArrayList<>(text.tags());
    aspect.tags().stream().filter(tag -> !tags.contains(tag)).forEach(tags::add);
    return new Alert.RuleInfo(
        ruleName(text.name(), aspect), text.description(), text.priority(), tags, text.file());
  }

  static String ruleName(String baseline, Aspect aspect) {
    return baseline + ": new " + aspect.item();
  }

  /** Whether an exception names a value. */
  boolean exempts(Aspect aspect, String value) {
    Exempt exempt = exceptions.get(aspect);
    if (exempt == null) {
      return false;
    }
    if (exempt.patterns().stream().anyMatch(p -> Glob.matches(p, value))) {
      return true;
    }
    Network address = exempt.networks().isEmpty() ? null : Values.addressOf(value);
    return address != null && exempt.networks().stream().anyMatch(n -> n.contains(address));
  }

  /** What it does, in one sentence. */
  public String explanation() {
    return "learns %s of containers by %s for %s and until one was seen to start; evaluated over all hosts (stage 2); alerts as %s"
        .formatted(
            String.join(", ", watch.stream().map(Aspect::text).toList()),
            subject.word(),
            learn.text(),
            String.join(", ", watch.stream().map(a -> "'" + ruleName(name(), a) + "'").toList()));
  }

  @Override
  public String toString() {
    return name();
  }
}
