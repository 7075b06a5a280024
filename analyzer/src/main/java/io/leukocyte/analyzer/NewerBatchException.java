package io.leukocyte.analyzer;

/**
 * A batch was written by a newer collector in a form this analyzer cannot read. It must wait for a
 * newer analyzer, not be put aside.
 */
final class NewerBatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Says where it stands.
   *
   * @param major the batch's major version
   * @param place topic, partition and offset
   */
  NewerBatchException(int major, String place) {
    super(
        "A batch at "
            + place
            + " has major version "
            + major
            + ", which this analyzer cannot read; detection waits there: upgrade analyzers before"
            + " collectors");
  }
}
