package io.leukocyte.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A port of loopback that leads to another one, or at which nobody listens. */
final class TcpFront implements AutoCloseable {
  private final int port = LoopbackPorts.free();
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private @Nullable ServerSocket listening;

  /** A front that leads nowhere yet. */
  TcpFront(int target) {
    this.target = target;
  }

  int port() {
    return port;
  }

  /** From now on it leads to the target. */
  void open() throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    listening = server;
    Thread.ofVirtual().start(() -> accept(server));
  }

  /** From now on connections are refused, and those that there are end. */
  void shut() throws IOException {
    ServerSocket server = listening;
    listening = null;
    if (server != null) {
      server.close();
    }
    for (Socket socket : open) {
      socket.close();
    }
  }

  private void accept(ServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Socket node = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(node);
        Thread.ofVirtual().start(() -> pass(client, node));
        Thread.ofVirtual().start(() -> pass(node, client));
      } catch (IOException e) {
        // Shut, or the target is away: the client sees its connection end.
      }
    }
  }

  private void pass(Socket from, Socket to) {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException e) {
      // One of them has gone.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  @Override
  public void close() throws IOException {
    shut();
  }
}
