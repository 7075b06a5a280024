package io.leukocyte.rules;

import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.YamlNode;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A baseline as a file has it; nothing looked up yet. */
final class BaselineDefinition {
  final String name;
  final Position at;
  final String file;
  @Nullable SourceText condition;
  Baseline.Subject subject = new Baseline.Subject.Image();
  Baseline.@Nullable Period learn;
  Set<Aspect> watch = EnumSet.noneOf(Aspect.class);
  List<YamlNode.Scalar> paths = List.of();
  final Map<Aspect, Baseline.Exempt> exceptions = new EnumMap<>(Aspect.class);
  @Nullable String description;
  @Nullable Priority priority;
  @Nullable YamlNode tests;
  List<String> tags = List.of();
  boolean enabled = true;

  /** Whether all that it says can be read. */
  boolean sound;

  BaselineDefinition(String name, Position at, String file) {
    this.name = name;
    this.at = at;
    this.file = file;
  }
}
