package io.leukocyte.collector;

/** The release this is. */
final class Version {
  /** As the jar's manifest has it; {@code development} when there is no jar. */
  static final String TEXT = text();

  private Version() {}

  private static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
