package io.leukocyte.rules;

import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.YamlNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A correlation as a file has it; nothing looked up yet. */
final class CorrelationDefinition {
  final String name;
  final Position at;
  final String file;
  Optional<Correlation.Type> type = Optional.empty();
  List<YamlNode.Scalar> rules = List.of();
  List<YamlNode.Scalar> groupBy = List.of();
  Correlation.@Nullable Timespan timespan;
  List<Correlation.Bound> bounds = List.of();
  int regular;
  YamlNode.@Nullable Scalar field;

  /** What each alias stands for: a field by the name of each rule. */
  Map<String, Map<String, YamlNode.Scalar>> aliases = Map.of();

  @Nullable SourceText output;
  @Nullable String description;
  @Nullable Priority priority;
  @Nullable YamlNode tests;
  List<String> tags = List.of();

  Correlation.Generate generate = new Correlation.Generate(Set.of(), false);

  boolean enabled = true;

  /** Whether all that it says can be read. */
  boolean sound;

  CorrelationDefinition(String name, Position at, String file) {
    this.name = name;
    this.at = at;
    this.file = file;
  }
}
