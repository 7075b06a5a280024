package io.leukocyte.responder;

import io.leukocyte.events.Secrets;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * What became of a program.
 *
 * @param exitCode empty when it was ended after its time limit
 * @param took how long it ran
 * @param bytes that it wrote
 * @param output what is kept of it: its begin and its end
 */
record Ran(OptionalInt exitCode, Duration took, long bytes, String output) {
  /** The last line that is not blank, without secrets; empty when there is none. */
  String lastLine() {
    return output
        .lines()
        .filter(line -> !line.isBlank())
        .reduce((first, second) -> second)
        .map(Secrets::mask)
        .orElse("");
  }
}
