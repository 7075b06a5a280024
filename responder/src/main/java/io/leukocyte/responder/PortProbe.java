package io.leukocyte.responder;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Looks whether somebody listens. */
interface PortProbe {
  /** By opening a connection, from this host, and closing it at once. */
  PortProbe TCP =
      (address, port) -> {
        try (Socket socket = new Socket()) {
          socket.connect(new InetSocketAddress(address, port), 500);
          return true;
        } catch (IOException e) {
          return false;
        }
      };

  /** Whether a TCP port of an address accepts connections. */
  boolean accepts(String address, int port);
}
