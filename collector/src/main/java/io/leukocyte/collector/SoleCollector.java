package io.leukocyte.collector;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mark that a collector is at work on this host for a Kafka: a Unix socket with an abstract
 * name, which the kernel takes away with the process however that ends. It is seen in the same
 * network namespace, so a collector in a container is told apart only with the host's network.
 */
public final class SoleCollector implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SoleCollector.class);
  private static final int NAME_BYTES = 8;

  /** Nobody accepts: after so many second collectors the next are not told the pid. */
  private static final int MOST_ASKING = 4096;

  private final NativeSocket socket;

  private SoleCollector(NativeSocket socket) {
    this.socket = socket;
  }

  /** Another collector is at work on this host for the same Kafka. */
  public static final class Taken extends Exception {
    private final int pid;

    Taken(int pid) {
      super("Another collector runs on this host for the same Kafka, process " + pid);
      this.pid = pid;
    }

    /** The other's pid; 0 when it cannot be seen from here. */
    public int pid() {
      return pid;
    }
  }

  /**
   * Takes the mark until it is closed or the process ends. Where there are no such sockets, or
   * native access is not allowed, there is no mark: empty.
   *
   * @param bootstrap the brokers, in any order
   * @throws Taken when another process has it, or this one
   */
  public static Optional<SoleCollector> take(List<String> bootstrap) throws Taken {
    byte[] address = address(bootstrap);
    try {
      NativeSocket socket =
          NativeSocket.open(
              NativeSocket.AF_UNIX, NativeSocket.SOCK_STREAM | NativeSocket.SOCK_NONBLOCK, 0);
      int bound = socket.bind(address);
      if (bound == -NativeSocket.EADDRINUSE) {
        int pid = socket.connect(address) < 0 ? 0 : socket.peer();
        socket.close();
        throw new Taken(pid);
      }
      if (bound < 0 || socket.listen(MOST_ASKING) < 0) {
        socket.close();
        LOG.warn("A second collector would not be noticed: errno {}", -bound);
        return Optional.empty();
      }
      return Optional.of(new SoleCollector(socket));
    } catch (NativeSocket.NativeException | LinkageError | IllegalCallerException e) {
      LOG.warn("A second collector would not be noticed: {}", e.toString());
      return Optional.empty();
    }
  }

  /** struct sockaddr_un: family u16, then NUL and the name. */
  private static byte[] address(List<String> bootstrap) {
    byte[] name = ("leuko-collector-" + digest(bootstrap)).getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream address = new ByteArrayOutputStream();
    address.writeBytes(
        ByteBuffer.allocate(2)
            .order(ByteOrder.nativeOrder())
            .putShort((short) NativeSocket.AF_UNIX)
            .array());
    address.write(0);
    address.writeBytes(name);
    return address.toByteArray();
  }

  private static String digest(List<String> bootstrap) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(String.join(",", new TreeSet<>(bootstrap)).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This Java has no SHA-256", e);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
