package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A file, a directory or a link was made, moved, removed or changed in what describes it, or could
 * not be.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call rename, unlink, link, symlink, mkdir, mknod, chmod, chown and truncate with all their
 *     variants, rmdir
 * @param path what was changed, absolute where the directory is known; of rename and link the old
 *     path, of symlink the link itself; empty when it could not be read
 * @param target of rename and link the new path, of symlink what it points to, as written; else
 *     null
 * @param flags of calls that have flags (renameat2, unlinkat, linkat, fchmodat2, fchownat); 0 of
 *     others
 * @param mode of mkdir, mknod and chmod: permission bits, with the type of file of mknod; -1 of
 *     others
 * @param uid of chown: the new owner; -1 when it stays, and of others
 * @param gid of chown: the new group; -1 when it stays, and of others
 * @param pathTruncated whether a bound cut a path
 * @param result 0; negative: minus the errno
 */
public record FileChange(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    String path,
    @Nullable String target,
    long flags,
    int mode,
    int uid,
    int gid,
    boolean pathTruncated,
    long result)
    implements SystemCall {

  @Override
  public FileChange with(@Nullable ContainerRef container) {
    return new FileChange(
        time, container, process, call, path, target, flags, mode, uid, gid, pathTruncated, result);
  }

  @Override
  public FileChange with(ProcessInfo process) {
    return new FileChange(
        time, container, process, call, path, target, flags, mode, uid, gid, pathTruncated, result);
  }
}
