package io.leukocyte.events;

import java.util.List;

/** A part of a role. Making it does no I/O. */
public interface Component extends AutoCloseable {
  /** Begins its work and returns when it works or is trying to. */
  void start();

  /** Looks at itself; quick, and never fails. */
  List<CheckResult> check();

  /** Ends its work in good order. Safe to call twice, and without a start. */
  @Override
  void close();
}
