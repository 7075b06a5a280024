package io.leukocyte.analyzer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is open about one container, or about a host itself, which has no incident. */
final class CaseFile {
  /** Most alerts that take in matches at a time; with more, the oldest no longer does. */
  static final int MAX_OPEN = 256;

  final List<Fold> open = new ArrayList<>();
  @Nullable IncidentDraft incident;

  /** The open alert that a match belongs to; null when it makes a new one. */
  @Nullable Fold find(String rule, List<String> groupBy, long time) {
    for (int i = open.size() - 1; i >= 0; i--) {
      if (open.get(i).takes(rule, groupBy, time)) {
        return open.get(i);
      }
    }
    return null;
  }

  /** The newest open alert of a rule and group; null when there is none. */
  @Nullable Fold latest(String rule, List<String> groupBy) {
    for (int i = open.size() - 1; i >= 0; i--) {
      Fold fold = open.get(i);
      if (fold.rule.equals(rule) && fold.groupBy.equals(groupBy)) {
        return fold;
      }
    }
    return null;
  }

  /** Nothing in it is later than a clock that was set back. Returns whether that changed it. */
  boolean setBack(long clock) {
    boolean changed = false;
    for (Fold fold : open) {
      changed |= fold.touched > clock;
      fold.touched = Math.min(fold.touched, clock);
    }
    IncidentDraft draft = incident;
    if (draft != null && draft.touched > clock) {
      draft.touched = clock;
      changed = true;
    }
    return changed;
  }

  boolean isEmpty() {
    return open.isEmpty() && incident == null;
  }
}
