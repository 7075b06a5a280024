package io.leukocyte.engine;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a container was started from.
 *
 * @param repository with its registry where one was given; the id itself when it was started by an
 *     image id
 * @param tag latest when none was given; null when started by digest or image id
 */
record ImageName(String repository, @Nullable String tag) {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{12,64}");

  /**
   * Splits {@code registry:5000/repository:tag@digest}.
   *
   * @param name as the container's configuration has it
   * @param imageId {@code sha256:…} of the image; null when unknown
   */
  static ImageName parse(String name, @Nullable String imageId) {
    if (name.startsWith("sha256:") || isIdOf(name, imageId)) {
      return new ImageName(name, null);
    }
    int at = name.indexOf('@');
    String named = at < 0 ? name : name.substring(0, at);
    int colon = named.lastIndexOf(':');
    if (colon > named.lastIndexOf('/')) {
      return new ImageName(named.substring(0, colon), named.substring(colon + 1));
    }
    return new ImageName(named, at < 0 && !named.isEmpty() ? "latest" : null);
  }

  private static boolean isIdOf(String name, @Nullable String imageId) {
    return imageId != null && HEX.matcher(name).matches() && imageId.startsWith("sha256:" + name);
  }
}
