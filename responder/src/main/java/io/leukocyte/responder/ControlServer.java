package io.leukocyte.responder;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes orders at a Unix-domain socket that only its owner may open: a line each, answered with a
 * line. A client that does not give its order, or does not take its answer, in time is cut off, and
 * holds no other up.
 */
final class ControlServer implements AutoCloseable {
  /** So long a client may take for its order, and for the answer. */
  static final Duration TIME = Duration.ofSeconds(5);

  /** Clients that may be waited for; for a further one the oldest is cut off. */
  static final int MOST_SILENT = 256;

  static final int LONGEST_ORDER = 64 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final int LONGEST_PATH = 107;
  private static final int CHUNK = 4096;
  private static final Duration LOOK_EACH = Duration.ofMillis(250);

  private final Path path;
  private final Orders orders;
  private final ServerSocketChannel server;
  private final Duration time;

  /** Clients that are waited for, the oldest first. */
  private final Set<Client> waitedFor = new LinkedHashSet<>();

  /** Clients that were cut off since that was last said; guarded like those. */
  private int cut;

  /** A client, and until when it is waited for, {@link System#nanoTime}. */
  private record Client(SocketChannel channel, long due) {}

  private ControlServer(Path path, Orders orders, ServerSocketChannel server, Duration time) {
    this.path = path;
    this.orders = orders;
    this.server = server;
    this.time = time;
  }

  /**
   * Opens the socket; the caller has the folder's lock, so that one left there is nobody's.
   *
   * @throws IOException when it cannot be opened
   */
  static ControlServer open(Path path, Orders orders) throws IOException {
    return open(path, orders, TIME);
  }

  static ControlServer open(Path path, Orders orders, Duration time) throws IOException {
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
    server.bind(UnixDomainSocketAddress.of(absolute), MOST_SILENT);
    Files.setPosixFilePermissions(absolute, PosixFilePermissions.fromString("rw-------"));
    ControlServer control = new ControlServer(absolute, orders, server, time);
    Thread.ofPlatform().daemon().name("responder-control").start(control::accept);
    Thread.ofVirtual().name("responder-control-watch").start(control::watch);
    return control;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel channel = server.accept();
        Client client = waitFor(channel);
        Thread.ofVirtual().name("responder-order").start(() -> serve(client));
      } catch (IOException e) {
        if (server.isOpen()) {
          LOG.warn("Cannot take an order at {}: {}", path, e.getMessage());
          pause(); // such as for want of descriptors
        }
      }
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(LOOK_EACH);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Client waitFor(SocketChannel channel) {
    Client client = new Client(channel, System.nanoTime() + time.toNanos());
    synchronized (waitedFor) {
      waitedFor.add(client);
      if (waitedFor.size() > MOST_SILENT) {
        Iterator<Client> oldest = waitedFor.iterator();
        cutOff(oldest.next());
        oldest.remove();
        cut++;
      }
    }
    return client;
  }

  private void forget(Client client) {
    synchronized (waitedFor) {
      waitedFor.remove(client);
    }
  }

  /** Cuts off who was waited for long enough. */
  private void watch() {
    while (server.isOpen() && pause()) {
      long now = System.nanoTime();
      int since;
      synchronized (waitedFor) {
        Iterator<Client> clients = waitedFor.iterator();
        while (clients.hasNext()) {
          Client client = clients.next();
          if (client.due() - now < 0) {
            clients.remove();
            cutOff(client);
            cut++;
          }
        }
        since = cut;
        cut = 0;
      }
      if (since > 0) {
        LOG.warn("{} clients at {} gave no order, or took no answer, in time", since, path);
      }
    }
  }

  private static void cutOff(Client client) {
    try {
      client.channel().close();
    } catch (IOException e) {
      LOG.debug("A client could not be cut off: {}", e.getMessage());
    }
  }

  private void serve(Client client) {
    SocketChannel channel = client.channel();
    try (channel) {
      String line = readLine(channel);
      forget(client); // what it ordered takes its own time
      if (!line.isEmpty()) {
        write(channel, ControlJson.answer(orders, line) + "\n");
      }
    } catch (IOException e) {
      LOG.debug("An order at {} was cut off: {}", path, e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("An order at {} failed", path, e);
    } finally {
      forget(client);
    }
  }

  private void write(SocketChannel channel, String answer) throws IOException {
    Client client = waitFor(channel);
    try {
      ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } finally {
      forget(client);
    }
  }

  /**
   * The order; empty when the client went before its end. One that is too long is cut, and so none
   * that can be read.
   */
  private static String readLine(SocketChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
    int searched = 0;
    while (true) {
      if (channel.read(bytes) < 0) {
        return "";
      }
      for (; searched < bytes.position(); searched++) {
        if (bytes.get(searched) == '\n') {
          return new String(bytes.array(), 0, searched, StandardCharsets.UTF_8);
        }
      }
      if (bytes.position() == LONGEST_ORDER) {
        return new String(bytes.array(), StandardCharsets.UTF_8);
      }
      if (!bytes.hasRemaining()) {
        bytes = ByteBuffer.allocate(2 * bytes.capacity()).put(bytes.flip());
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    synchronized (waitedFor) {
      waitedFor.forEach(ControlServer::cutOff);
      waitedFor.clear();
    }
    Files.deleteIfExists(path);
  }
}
