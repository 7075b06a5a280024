package io.leukocyte.collector;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The variables of a process's environment that rules name; nobody else's values leave the host.
 *
 * @param names in upper case: a variable is one of them when its name, in upper case, is
 */
record EnvironmentNames(Set<String> names) {
  /** None. */
  static final EnvironmentNames NONE = new EnvironmentNames(Set.of());

  EnvironmentNames {
    names = names.stream().map(n -> n.toUpperCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  /** Those of the variables, each {@code NAME=value}, that are named. */
  List<String> of(List<String> environment) {
    return names.isEmpty()
        ? List.of()
        : environment.stream().filter(variable -> names.contains(name(variable))).toList();
  }

  private static String name(String variable) {
    int equals = variable.indexOf('=');
    return (equals < 0 ? variable : variable.substring(0, equals)).toUpperCase(Locale.ROOT);
  }
}
