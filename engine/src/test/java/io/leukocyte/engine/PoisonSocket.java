package io.leukocyte.engine;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** A Unix socket that sends any bytes as an answer, for as long as the other side takes them. */
final class PoisonSocket implements AutoCloseable {
  private final Path path;
  private final ServerSocketChannel server;
  private final Function<String, Answer> answers;
  private final Set<SocketChannel> channels = ConcurrentHashMap.newKeySet();

  /** Writes all that comes after the request; the connection is closed when it returns. */
  @FunctionalInterface
  interface Answer {
    void write(OutputStream out) throws IOException, InterruptedException;
  }

  /**
   * Listens.
   *
   * @param answers by method, a blank and the path
   */
  PoisonSocket(Path path, Function<String, Answer> answers) {
    this.path = path;
    this.answers = answers;
    try {
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var _ = Thread.ofVirtual().start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        channels.add(client);
        var _ = Thread.ofPlatform().daemon().start(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(SocketChannel client) {
    try (client;
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(client), 64 * 1024)) {
      String request = head(client).lines().findFirst().orElse("").replace(" HTTP/1.1", "");
      answers.apply(request).write(out);
    } catch (IOException | InterruptedException e) {
      // The other side has had enough.
    } finally {
      channels.remove(client);
    }
  }

  private static String head(SocketChannel client) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.UTF_8).contains("\r\n\r\n")) {
      int next = Channels.newInputStream(client).read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      server.close();
      for (SocketChannel channel : channels) {
        channel.close();
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
