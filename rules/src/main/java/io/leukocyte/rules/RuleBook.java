package io.leukocyte.rules;

import io.leukocyte.events.config.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rule files, read once: the rules they make, and what is asked about single ones. */
public final class RuleBook {
  private final Definitions definitions;
  private final RuleSet.Loaded loaded;

  private RuleBook(Definitions definitions, RuleSet.Loaded loaded) {
    this.definitions = definitions;
    this.loaded = loaded;
  }

  /**
   * Reads rule files in their order, later ones building on earlier ones.
   *
   * @param files the files
   */
  public static RuleBook of(List<RuleFile> files) {
    List<Problem> problems = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>();
    DefinitionReader reader = new DefinitionReader(problems, warnings);
    files.forEach(reader::read);
    Definitions definitions = reader.definitions();
    return new RuleBook(definitions, RuleSet.load(files, definitions, problems, warnings));
  }

  /** The rules that are right, every problem of all files, and what was left out and why. */
  public RuleSet.Loaded loaded() {
    return loaded;
  }

  /**
   * Explains a rule.
   *
   * @param name the rule's name
   * @return empty when there is no such rule, or its condition is wrong
   */
  public Optional<Explanation> explain(String name) {
    return Explainer.explain(definitions, name, loaded.skipped());
  }

  /** The names of the rules, in their order, those that are left out included. */
  public List<String> names() {
    return List.copyOf(definitions.rules.keySet());
  }
}
