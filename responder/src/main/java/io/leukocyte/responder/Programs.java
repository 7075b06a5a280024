package io.leukocyte.responder;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What policies may run, by the names that they use; nothing else is run.
 *
 * @param named the programs
 * @param folder where alerts for containers are while those run; theirs alone
 */
record Programs(SortedMap<String, Program> named, Path folder) {
  /** There is nothing to run. */
  static final Programs NONE = new Programs(new TreeMap<>(), Path.of("runs"));

  Programs {
    named = Collections.unmodifiableSortedMap(new TreeMap<>(named));
  }

  Optional<Program> find(String name) {
    return Optional.ofNullable(named.get(name));
  }

  Set<String> names() {
    return named.keySet();
  }

  /** The same with another folder. */
  Programs in(Path other) {
    return new Programs(named, other);
  }
}
