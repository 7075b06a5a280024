package io.leukocyte.events.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads YAML text into nodes that know their places. */
public final class Yaml {
  private static final int MAX_BYTES = 8 << 20;
  private static final int MAX_NODES = 1_000_000;

  private final String file;
  private final List<Problem> problems;
  private int nodes;

  private Yaml(String file, List<Problem> problems) {
    this.file = file;
    this.problems = problems;
  }

  /**
   * The document in the text; empty when there is none, or when it is not YAML.
   *
   * @param file the file's name as the user gave it, for messages
   * @param text its content
   * @param problems receives what is wrong: syntax, doubled keys, keys that are not text, size
   */
  public static Optional<YamlNode> read(String file, String text, List<Problem> problems) {
    return read(
            file, text, problems, (compose, yaml) -> compose.composeString(text).map(yaml::convert))
        .flatMap(root -> root);
  }

  /**
   * The documents in the text, which {@code ---} parts; what stands before one that is not YAML is
   * there, too.
   *
   * @param file the file's name as the user gave it, for messages
   * @param text its content
   * @param problems receives what is wrong, as for one document
   */
  public static List<YamlNode> readAll(String file, String text, List<Problem> problems) {
    List<YamlNode> documents = new ArrayList<>();
    read(
        file,
        text,
        problems,
        (compose, yaml) -> {
          compose.composeAllFromString(text).forEach(node -> documents.add(yaml.convert(node)));
          return documents;
        });
    return List.copyOf(documents);
  }

  private static <T> Optional<T> read(
      String file, String text, List<Problem> problems, BiFunction<Compose, Yaml, T> reading) {
    if (text.length() > MAX_BYTES) {
      problems.add(
          new Problem(new Position(file, 1, 1), "the file is larger than 8 MiB", "split it"));
      return Optional.empty();
    }
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(file)
            .setUseMarks(true)
            .setMaxAliasesForCollections(50)
            .setCodePointLimit(MAX_BYTES)
            .build();
    try {
      return Optional.of(reading.apply(new Compose(settings), new Yaml(file, problems)));
    } catch (MarkedYamlEngineException e) {
      Position at = e.getProblemMark().map(m -> at(file, m)).orElse(new Position(file, 1, 1));
      problems.add(new Problem(at, "not YAML: " + e.getProblem(), "mend the syntax here"));
    } catch (YamlEngineException e) {
      problems.add(
          new Problem(new Position(file, 1, 1), "not YAML: " + e.getMessage(), "mend the syntax"));
    } catch (StackOverflowError e) {
      problems.add(
          new Problem(
              new Position(file, 1, 1), "values are nested too deeply or hold themselves", ""));
    }
    return Optional.empty();
  }

  private static Position at(String file, Mark mark) {
    return new Position(file, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private Position at(Node node) {
    return node.getStartMark().map(m -> at(file, m)).orElse(new Position(file, 1, 1));
  }

  private YamlNode convert(Node node) {
    if (++nodes > MAX_NODES) {
      throw new YamlEngineException("more than a million values, aliases followed");
    }
    return switch (node) {
      case ScalarNode s ->
          new YamlNode.Scalar(at(s), s.getValue(), s.getScalarStyle() != ScalarStyle.PLAIN);
      case SequenceNode s ->
          new YamlNode.Sequence(at(s), s.getValue().stream().map(this::convert).toList());
      case MappingNode m -> mapping(m);
      default -> throw new YamlEngineException("unknown node " + node.getNodeType());
    };
  }

  private YamlNode mapping(MappingNode node) {
    List<YamlNode.Entry> entries = new ArrayList<>();
    Map<String, Position> seen = new HashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problems.add(new Problem(at(tuple.getKeyNode()), "a key must be text", ""));
        continue;
      }
      YamlNode.Scalar scalar = new YamlNode.Scalar(at(key), key.getValue(), false);
      Position first = seen.putIfAbsent(key.getValue(), scalar.at());
      if (first != null) {
        problems.add(
            new Problem(
                scalar.at(),
                "the key '" + key.getValue() + "' stands twice, first in line " + first.line(),
                "remove one"));
        continue;
      }
      entries.add(new YamlNode.Entry(scalar, convert(tuple.getValueNode())));
    }
    return new YamlNode.Mapping(at(node), entries);
  }
}
