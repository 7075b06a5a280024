package io.leukocyte.responder;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;

/** One HTTP connection that sends exactly the bytes it is given. */
final class WireClient implements AutoCloseable {
  private final Socket socket = new Socket();
  private final InputStream in;

  WireClient(InetSocketAddress address, int timeoutMillis) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(timeoutMillis);
    socket.connect(address, timeoutMillis);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** An answer's status, and whether the connection goes on. */
  record Answer(int status, boolean goesOn, String body) {}

  Answer send(byte[] request, boolean withoutBody) throws IOException {
    socket.getOutputStream().write(request);
    String status = line();
    if (!status.startsWith("HTTP/1.")) {
      throw new IOException("No answer of HTTP: " + status);
    }
    int length = -1;
    boolean goesOn = true;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring(15).strip());
      }
      goesOn &= !lower.equals("connection: close");
    }
    int code = Integer.parseInt(status.substring(9, 12));
    boolean none = withoutBody || code == 204 || code == 304;
    byte[] body = none ? new byte[0] : length < 0 ? in.readAllBytes() : in.readNBytes(length);
    if (!none && length > body.length) {
      throw new EOFException("The answer was cut");
    }
    return new Answer(code, goesOn && (none || length >= 0), new String(body, US_ASCII));
  }

  private String line() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("The connection ended in the middle of an answer");
      }
      text.append((char) c);
    }
    return text.toString().strip();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
