package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds where conditions ask for the name of a user or group that no collector knows: root's is
 * known, others are {@code <NA>}. Each place is told once.
 */
final class RootNames {
  /** What {@link Fields} has such names for. */
  static final Set<String> FIELDS = Set.of("user.name", "user.loginname", "group.name");

  private static final String ROOT = "root";
  private static final int SHOWN = 3;

  private final Function<String, Optional<Expr>> macros;
  private final List<Problem> warnings;
  private final Set<Position> told = new HashSet<>();
  private final Set<String> seen = new HashSet<>();

  /**
   * None found yet.
   *
   * @param macros the condition of a macro, as far as it is right
   */
  RootNames(Function<String, Optional<Expr>> macros, List<Problem> warnings) {
    this.macros = macros;
    this.warnings = warnings;
  }

  /** Looks through a condition and the macros in it. */
  void look(Expr expr) {
    switch (expr) {
      case Expr.Or or -> or.parts().forEach(this::look);
      case Expr.And and -> and.parts().forEach(this::look);
      case Expr.Not not -> look(not.part());
      case Expr.MacroUse use -> {
        if (seen.add(use.name())) {
          macros.apply(use.name()).ifPresent(this::look);
        }
      }
      case Expr.Check check -> look(check);
    }
  }

  private void look(Expr.Check check) {
    List<String> others =
        check.values().stream().map(Expr.Value::text).filter(v -> !v.equals(ROOT)).toList();
    Optional<String> field =
        Operands.fields(check.left()).stream()
            .map(Expr.FieldName::name)
            .filter(FIELDS::contains)
            .findFirst();
    if (field.isEmpty() || others.isEmpty() || !told.add(check.at())) {
      return;
    }
    String some = String.join(", ", others.subList(0, Math.min(SHOWN, others.size())));
    warnings.add(
        new Problem(
            check.at(),
            "the only name that is known is root's: "
                + field.get()
                + " is never "
                + some
                + (others.size() > SHOWN ? " …" : ""),
            field.get().startsWith("group") ? "compare group.gid" : "compare user.uid"));
  }
}
