package io.leukocyte.rules;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The variables that conditions ask a process's environment for: the names in what they compare it
 * with, or in brackets. {@code proc.env icontains "HISTFILE=/dev/null"} and {@code
 * proc.env[HISTFILE] exists} ask for HISTFILE.
 */
final class EnvironmentUse {
  /** The field of the environment. */
  static final String FIELD = "proc.env";

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private EnvironmentUse() {}

  /** Adds the names, in upper case, that a condition asks for. */
  static void collect(Node node, Set<String> names) {
    switch (node) {
      case Node.All all -> all.parts().forEach(part -> collect(part, names));
      case Node.Any any -> any.parts().forEach(part -> collect(part, names));
      case Node.Not not -> collect(not.part(), names);
      case Node.Test test when test.field().name().equals(FIELD) -> {
        if (test.argument() == null) {
          texts(test.predicate()).forEach(text -> add(text, names));
        } else {
          names.add(test.argument().toUpperCase(Locale.ROOT));
        }
      }
      case Node.Compare compare -> add(compare.comparison(), names);
      case Node.Test _, Node.Literal _, Node.TypeTest _, Node.Needs _, Node.Read _ -> {}
    }
  }

  /**
   * Variables that a comparison names, and the texts that one which reads the whole environment has
   * on its other side.
   */
  private static void add(Comparison comparison, Set<String> names) {
    for (Term.OfField read : comparison.reads()) {
      String variable = read.argument();
      if (read.field().name().equals(FIELD) && variable != null) {
        names.add(variable.toUpperCase(Locale.ROOT));
      }
    }
    if (comparison.left().toString().contains(FIELD)
        && comparison.test() instanceof Comparison.Passes passes) {
      texts(passes.predicate()).forEach(text -> add(text, names));
    }
  }

  private static void add(String text, Set<String> names) {
    int equals = text.indexOf('=');
    Matcher matcher = NAME.matcher(equals < 0 ? text : text.substring(0, equals));
    String last = null;
    while (matcher.find()) {
      last = matcher.group();
    }
    if (last != null) {
      names.add(last.toUpperCase(Locale.ROOT));
    }
  }

  private static Set<String> texts(Predicate predicate) {
    return switch (predicate) {
      case Predicate.Equal p -> p.values();
      case Predicate.NotEqual p -> Set.of(p.other());
      case Predicate.StartsWith p -> Set.of(p.prefix());
      case Predicate.EndsWith p -> Set.of(p.suffix());
      case Predicate.Contains p -> Set.of(p.part());
      case Predicate.Matches p ->
          new TreeSet<>(Arrays.asList(p.pattern().split("[*?\\[\\]]+", -1)));
      case Predicate.MatchesRegex p -> Set.of(p.regex().literal());
      case Predicate.Below p -> p.paths().paths();
      case Predicate.HasBytes p -> Set.of(p.bytes());
      case Predicate.Transformed p -> texts(p.inner());
      case Predicate.ExactlyOne p -> {
        Set<String> all = new TreeSet<>();
        p.parts().forEach(part -> all.addAll(texts(part)));
        yield all;
      }
      case Predicate.Exists _, Predicate.Within _, Predicate.Range _, Predicate.OneOf _ -> Set.of();
    };
  }
}
