package io.leukocyte.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A Unix socket before the engine's own, which drops connections, hangs or is gone on command. */
final class FlakySocket implements AutoCloseable {
  private final Path path;
  private final Path target;
  private final Set<SocketChannel> channels = ConcurrentHashMap.newKeySet();
  private volatile boolean hanging;
  private @Nullable ServerSocketChannel server;

  FlakySocket(Path path, Path target) {
    this.path = path;
    this.target = target;
    listen();
  }

  Path path() {
    return path;
  }

  void hang(boolean hang) {
    hanging = hang;
    if (!hang) {
      drop();
    }
  }

  void away(boolean away) {
    if (away) {
      stopListening();
      drop();
    } else {
      listen();
    }
  }

  void drop() {
    for (SocketChannel channel : channels) {
      closeQuietly(channel);
    }
  }

  private void listen() {
    try {
      Files.deleteIfExists(path);
      ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      opened.bind(UnixDomainSocketAddress.of(path));
      server = opened;
      start(() -> accept(opened));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(ServerSocketChannel listening) {
    try {
      while (true) {
        SocketChannel client = listening.accept();
        SocketChannel engine = SocketChannel.open(UnixDomainSocketAddress.of(target));
        channels.add(client);
        channels.add(engine);
        start(() -> copy(client, engine, true));
        start(() -> copy(engine, client, false));
      }
    } catch (IOException e) {
      closeQuietly(listening);
    }
  }

  private void copy(SocketChannel from, SocketChannel to, boolean request) {
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    try {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        if (!(request && hanging)) {
          while (buffer.hasRemaining()) {
            to.write(buffer);
          }
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // One side is gone; the other follows.
    } finally {
      closeQuietly(from);
      closeQuietly(to);
      channels.remove(from);
      channels.remove(to);
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "flaky-socket");
    thread.setDaemon(true);
    thread.start();
  }

  private void stopListening() {
    ServerSocketChannel listening = server;
    if (listening != null) {
      closeQuietly(listening);
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void closeQuietly(AutoCloseable channel) {
    try {
      channel.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    stopListening();
    drop();
  }
}
