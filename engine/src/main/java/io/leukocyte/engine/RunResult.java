package io.leukocyte.engine;

import java.util.List;

/**
 * What became of a container that was run to its end.
 *
 * @param exitCode of its first process; 137 when the time was over and it was killed
 * @param inTime whether it ended by itself within its time
 * @param output the last lines that it wrote
 */
public record RunResult(int exitCode, boolean inTime, List<LogLine> output) {
  /** Lines that are kept at most. */
  public static final int MOST_LINES = 1_000;

  /** Copies the list. */
  public RunResult {
    output = List.copyOf(output);
  }

  /** Whether it ended in time and said so. */
  public boolean worked() {
    return inTime && exitCode == 0;
  }
}
