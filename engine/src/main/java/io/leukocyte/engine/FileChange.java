package io.leukocyte.engine;

/**
 * A difference between a container's file system and its image. What is in volumes and other mounts
 * is none.
 *
 * @param path absolute, in the container
 * @param kind what became of it; a folder is modified when something in it was added or removed
 */
public record FileChange(String path, Kind kind) {
  /** What became of a path. */
  public enum Kind {
    /** It is in the image too. */
    MODIFIED,
    /** It is not in the image. */
    ADDED,
    /** It is in the image alone. */
    DELETED
  }
}
