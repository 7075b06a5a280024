package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A file was opened, or could not be.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call open, openat, openat2, creat or open_by_handle_at
 * @param path the file: behind symbolic links, as the container sees it, where the call succeeded;
 *     as it was asked for, made absolute where the directory is known, where it failed; empty when
 *     it could not be read
 * @param asked the path that was asked for, where it differs from the one above, else null: made
 *     absolute where the directory is known, with the steps upwards that it has
 * @param flags the O_ bits of open(2) on x86-64
 * @param mode permission bits that a new file was to have; 0 without O_CREAT and O_TMPFILE
 * @param created whether the call made the file
 * @param upperLayer whether the file lies in the container's upper layer, so that it is not the
 *     image's; false when it is not known
 * @param pathTruncated whether a bound cut a path
 * @param result the descriptor; negative: minus the errno
 */
public record FileOpen(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    String path,
    @Nullable String asked,
    long flags,
    int mode,
    boolean created,
    boolean upperLayer,
    boolean pathTruncated,
    long result)
    implements SystemCall {

  @Override
  public FileOpen with(@Nullable ContainerRef container) {
    return new FileOpen(
        time,
        container,
        process,
        call,
        path,
        asked,
        flags,
        mode,
        created,
        upperLayer,
        pathTruncated,
        result);
  }

  @Override
  public FileOpen with(ProcessInfo process) {
    return new FileOpen(
        time,
        container,
        process,
        call,
        path,
        asked,
        flags,
        mode,
        created,
        upperLayer,
        pathTruncated,
        result);
  }
}
