package io.leukocyte.engine;

/** A version of the engine's API, such as 1.41. */
record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
  /** Reads it; an unreadable one is 0.0, which {@link #between} takes as unknown. */
  static ApiVersion parse(String text) {
    int dot = text.indexOf('.');
    try {
      return new ApiVersion(
          Integer.parseInt(text.substring(0, Math.max(0, dot))),
          Integer.parseInt(text.substring(dot + 1)));
    } catch (NumberFormatException e) {
      return new ApiVersion(0, 0);
    }
  }

  /** This version, or the nearest one that the engine speaks. */
  ApiVersion between(ApiVersion oldest, ApiVersion newest) {
    if (compareTo(oldest) < 0) {
      return oldest;
    }
    return newest.major > 0 && compareTo(newest) > 0 ? newest : this;
  }

  @Override
  public int compareTo(ApiVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
