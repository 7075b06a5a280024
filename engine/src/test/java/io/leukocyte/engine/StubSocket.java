package io.leukocyte.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A Unix socket that answers each request as a test has it. */
final class StubSocket implements AutoCloseable {
  private final Path path;
  private final ServerSocketChannel server;
  private final Function<String, Answer> answers;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Set<SocketChannel> channels = ConcurrentHashMap.newKeySet();

  /**
   * An answer.
   *
   * @param status of HTTP; 0: none comes
   * @param open whether the connection stays open after the body
   */
  record Answer(int status, String body, boolean open) {
    static Answer of(int status, String body) {
      return new Answer(status, body, false);
    }
  }

  /**
   * Listens.
   *
   * @param answers by method, a blank and the path
   */
  StubSocket(Path path, Function<String, Answer> answers) {
    this.path = path;
    this.answers = answers;
    try {
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  List<String> requests() {
    return List.copyOf(requests);
  }

  void drop() {
    channels.forEach(StubSocket::close);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        channels.add(client);
        start(() -> serve(client));
      }
    } catch (IOException e) {
      close(server);
    }
  }

  private void serve(SocketChannel client) {
    try {
      String request = head(client).lines().findFirst().orElse("").replace(" HTTP/1.1", "");
      requests.add(request);
      Answer answer = answers.apply(request);
      if (answer.status() > 0) {
        send(client, "HTTP/1.1 " + answer.status() + " x\r\nTransfer-Encoding: chunked\r\n\r\n");
        int length = answer.body().getBytes(StandardCharsets.UTF_8).length;
        if (length > 0) {
          send(client, Integer.toHexString(length) + "\r\n" + answer.body() + "\r\n");
        }
        if (!answer.open()) {
          send(client, "0\r\n\r\n");
          close(client);
        }
      }
    } catch (IOException e) {
      close(client);
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

  private static void send(SocketChannel client, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      client.write(bytes);
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "stub-socket");
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(AutoCloseable channel) {
    try {
      channel.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    close(server);
    drop();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
