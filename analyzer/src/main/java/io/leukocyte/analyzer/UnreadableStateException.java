package io.leukocyte.analyzer;

import java.io.Serial;

/**
 * The changelog holds something that this analyzer cannot make its state of: it does not run, for
 * to go on without would forget open alerts and raise them again.
 */
final class UnreadableStateException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  private static final String RESET =
      "run the newest analyzer; if it says the same, set another analyzer.application-id to begin"
          + " without state";

  private UnreadableStateException(String what, Throwable cause) {
    super("Cannot restore the detector's state: " + what, cause);
  }

  private UnreadableStateException(String what) {
    super("Cannot restore the detector's state: " + what);
  }

  /** A record was written in a version not known here. */
  static UnreadableStateException version(String what, int version, int known) {
    return new UnreadableStateException(
        "%s of version %d, this analyzer knows %d".formatted(what, version, known));
  }

  /** A key that is not known here. */
  static UnreadableStateException key(String key) {
    return new UnreadableStateException(
        "a key of the changelog is " + key + ", which this analyzer does not know");
  }

  /** A record is not whole. */
  static UnreadableStateException damaged(String key, Throwable cause) {
    return new UnreadableStateException(
        "the record of the changelog with the key " + key + " is damaged", cause);
  }

  /** What to do. */
  static String todo() {
    return RESET;
  }
}
