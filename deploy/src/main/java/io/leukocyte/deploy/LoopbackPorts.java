package io.leukocyte.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** TCP ports on 127.0.0.1: which are free, and who has those that are not. */
final class LoopbackPorts {
  private static final int MOST_PORT = 65_535;

  private LoopbackPorts() {}

  /**
   * A port that nobody listens on now; for tests, since another process may take it at any time.
   */
  static int free() {
    try (ServerSocket socket = listen(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot find a free port on 127.0.0.1", e);
    }
  }

  /**
   * Makes sure that nobody listens on a port, so that what we start there is what answers there.
   *
   * @param service whose port it is, as the message shall name it
   * @throws BadInputException if the number is no port
   * @throws EnvironmentException if somebody does; it names the process
   */
  static void requireFree(String service, int port) {
    if (port < 0 || port > MOST_PORT) {
      throw new BadInputException(
          "%d is no port for %s; choose one of 1 to 65535.".formatted(port, service));
    }
    try {
      listen(port).close();
    } catch (BindException e) {
      String owner =
          PortOwner.of(port).map(PortOwner::toString).orElse("a process that cannot be seen");
      throw new EnvironmentException(
          "Cannot start %s on 127.0.0.1:%d: the port is taken by %s; stop that, or choose another port for %s."
              .formatted(service, port, owner, service),
          e);
    } catch (IOException e) {
      throw new EnvironmentException(
          "Cannot start %s on 127.0.0.1:%d: %s; is the loopback interface up (ip link set lo up)?"
              .formatted(service, port, e.getMessage()),
          e);
    }
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"));
  }
}
