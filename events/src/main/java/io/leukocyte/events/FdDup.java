package io.leukocyte.events;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor was duplicated: how a shell's input and output come to be a connection.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call dup, dup2, dup3 or fcntl (F_DUPFD, F_DUPFD_CLOEXEC)
 * @param oldFd the descriptor that was there
 * @param newFd the one that is the same file now; -1 when the call failed
 * @param socket the socket that it is; null when it is no socket
 * @param result the new descriptor; negative: minus the errno
 */
public record FdDup(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    int oldFd,
    int newFd,
    @Nullable Socket socket,
    long result)
    implements SystemCall {

  /**
   * Both ends of a socket.
   *
   * @param local without address when it has none, and where it is not of the internet
   * @param remote without address when it is not connected
   */
  public record Socket(Endpoint local, Endpoint remote) {
    List<Endpoint> ends() {
      return List.of(local, remote);
    }
  }

  @Override
  public FdDup with(@Nullable ContainerRef container) {
    return new FdDup(time, container, process, call, oldFd, newFd, socket, result);
  }

  @Override
  public FdDup with(ProcessInfo process) {
    return new FdDup(time, container, process, call, oldFd, newFd, socket, result);
  }
}
