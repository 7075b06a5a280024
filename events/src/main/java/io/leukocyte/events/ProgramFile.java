package io.leukocyte.events;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file of a program as it was when it was started, and since when its container runs: what was
 * changed after that was not in the image. Source: the file's inode, in the kernel.
 *
 * @param inode its number in its file system
 * @param changed when its content or attributes were last changed, unix nanoseconds; a container
 *     cannot set it
 * @param modified when its content was last changed, unix nanoseconds, or whatever was set
 * @param namespaceStart start of the first process of the process's pid namespace, unix
 *     nanoseconds; 0 when it is not known
 */
public record ProgramFile(long inode, long changed, long modified, long namespaceStart) {
  private static final int ITEMS = 4;

  List<String> items() {
    return List.of(
        Long.toString(inode),
        Long.toString(changed),
        Long.toString(modified),
        Long.toString(namespaceStart));
  }

  /** The inverse of {@link #items}; null when these are none. */
  static @Nullable ProgramFile of(List<String> items) {
    if (items.size() < ITEMS) {
      return null;
    }
    Long inode = Text.number(items.get(0));
    Long changed = Text.number(items.get(1));
    Long modified = Text.number(items.get(2));
    Long start = Text.number(items.get(3));
    return inode == null || changed == null || modified == null || start == null
        ? null
        : new ProgramFile(inode, changed, modified, start);
  }
}
