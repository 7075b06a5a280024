package io.leukocyte.deploy;

/** Exit codes of the command. */
final class ExitCode {
  private ExitCode() {}

  /** All is well. */
  static final int FINE = 0;

  /** It worked, and found something. */
  static final int FINDINGS = 1;

  /** What the user gave is wrong: options, files, names. */
  static final int BAD_INPUT = 2;

  /** The machine lacks something; the message says what to do. */
  static final int ENVIRONMENT = 3;
}
