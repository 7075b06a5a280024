package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * Something was mounted, moved or taken away in the tree of files, or the root was changed.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call mount, umount2, pivot_root, chroot, move_mount, fsmount or open_tree
 * @param source what is mounted or moved: a device, a path, a name; of pivot_root where the old
 *     root goes; null where the call has none
 * @param target where it is mounted, what is taken away, the new root; empty where the call has
 *     none, or it could not be read
 * @param type of mount: the type of file system; null where none is given
 * @param flags of mount the MS_ bits, of others the call's own; 0 when it has none
 * @param result 0, of fsmount and open_tree a descriptor; negative: minus the errno
 */
public record FsMount(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    @Nullable String source,
    String target,
    @Nullable String type,
    long flags,
    long result)
    implements SystemCall {

  @Override
  public FsMount with(@Nullable ContainerRef container) {
    return new FsMount(time, container, process, call, source, target, type, flags, result);
  }

  @Override
  public FsMount with(ProcessInfo process) {
    return new FsMount(time, container, process, call, source, target, type, flags, result);
  }
}
