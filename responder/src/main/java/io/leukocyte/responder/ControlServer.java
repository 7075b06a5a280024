package io.leukocyte.responder;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes orders at a Unix-domain socket that only its owner may open. */
final class ControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final int LONGEST_PATH = 107;
  private static final int LONGEST_ORDER = 64 * 1024;

  private final Path path;
  private final Orders orders;
  private final ServerSocketChannel server;

  private ControlServer(Path path, Orders orders, ServerSocketChannel server) {
    this.path = path;
    this.orders = orders;
    this.server = server;
  }

  /**
   * Opens the socket; the caller has the folder's lock, so that one left there is nobody's.
   *
   * @throws IOException when it cannot be opened
   */
  static ControlServer open(Path path, Orders orders) throws IOException {
    Path absolute = path.toAbsolutePath();
    if (absolute.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
      throw new IOException(
          "the path of the control socket "
              + absolute
              + " is longer than the system allows, "
              + LONGEST_PATH
              + " bytes; use a shorter data folder");
    }
    Files.deleteIfExists(absolute);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(absolute));
    Files.setPosixFilePermissions(absolute, PosixFilePermissions.fromString("rw-------"));
    ControlServer control = new ControlServer(absolute, orders, server);
    Thread.ofPlatform().daemon().name("responder-control").start(control::accept);
    return control;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.ofVirtual().name("responder-order").start(() -> serve(client));
      } catch (IOException e) {
        if (server.isOpen()) {
          LOG.warn("Cannot take an order at {}: {}", path, e.getMessage());
        }
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      String line = readLine(client);
      if (!line.isEmpty()) {
        String answer = ControlJson.answer(orders, line) + "\n";
        ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          client.write(bytes);
        }
      }
    } catch (IOException e) {
      LOG.warn("An order at {} was cut off: {}", path, e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("An order at {} failed", path, e);
    }
  }

  private static String readLine(SocketChannel client) throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
    StringBuilder line = new StringBuilder();
    int c = reader.read();
    while (c >= 0 && c != '\n' && line.length() < LONGEST_ORDER) {
      line.append((char) c);
      c = reader.read();
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(path);
  }
}
