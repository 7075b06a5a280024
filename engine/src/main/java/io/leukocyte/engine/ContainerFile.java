package io.leukocyte.engine;

/**
 * A file in a container, as it is listed.
 *
 * @param type what it is
 * @param size bytes of its content; 0 when it is not a regular file
 * @param mode permission bits with setuid, setgid and sticky, such as 0755
 * @param uid its owner in the container; -1 where the engine does not tell it
 * @param gid its group in the container; -1 where the engine does not tell it
 * @param modified unix seconds
 * @param target where it leads; empty when it is not a symbolic link
 */
public record ContainerFile(
    Type type, long size, int mode, long uid, long gid, long modified, String target) {
  /** What a file is. */
  public enum Type {
    /** It has content. */
    REGULAR,
    /** A folder. */
    FOLDER,
    /** A symbolic link; not followed. */
    LINK,
    /** A device, pipe or socket. */
    OTHER
  }

  /** Whether somebody may execute it. */
  public boolean executable() {
    return (mode & 0111) != 0;
  }
}
