package io.leukocyte.events;

/** What a part of a role found when it looked at itself. Health is the list of these. */
public sealed interface CheckResult {
  /** What was looked at, such as {@code sensor} or {@code kafka}. */
  String name();

  /**
   * It works.
   *
   * @param name what was looked at
   * @param detail one line for people
   */
  record Ok(String name, String detail) implements CheckResult {}

  /**
   * It works in part. Health stays green; the line is shown.
   *
   * @param name what was looked at
   * @param problem what does not work
   * @param todo what to do
   */
  record Degraded(String name, String problem, String todo) implements CheckResult {}

  /**
   * It does not work.
   *
   * @param name what was looked at
   * @param problem what is wrong
   * @param todo what to do
   */
  record Failed(String name, String problem, String todo) implements CheckResult {}
}
