package io.leukocyte.analyzer;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.rules.KnownValues;
import org.jspecify.annotations.Nullable;

/** What is remembered of a container besides its row in the table of slots. */
final class ContainerState {
  final ContainerId id;
  final CaseFile caseFile = new CaseFile();

  /** Its row; -1 while a restore has not found it. */
  int slot = -1;

  @Nullable HostState host;
  @Nullable ContainerFacts facts;

  /** The facts as the batch carried them. */
  @Nullable String factsText;

  /** When the facts were last told to others, by the host's clock; 0 when that is not known. */
  long factsTold;

  /** Bytes it may send in 60 seconds; 0 while its label has not been looked at. */
  long egressLimit;

  /**
   * What baselines have seen of it; null before the first. Not logged: what is told twice counts
   * once.
   */
  @Nullable KnownValues known;

  boolean factsDirty;
  boolean caseDirty;
  boolean removed;

  ContainerState(ContainerId id) {
    this.id = id;
  }
}
