package io.leukocyte.responder;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.leukocyte.responder.FrontDoor.Speech;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HexFormat;

/**
 * Asks a port what is spoken there: one request {@code HEAD /}, and where that is answered by an
 * error, as servers of TLS do, the first message of a TLS client.
 */
final class HttpProbe {
  private static final int TIMEOUT_MILLIS = 1500;
  private static final int LENGTH = 13;

  /** A ClientHello of TLS 1.2: 32 random bytes, no session, four ciphers, no compression. */
  private static final byte[] CLIENT_HELLO =
      HexFormat.of()
          .parseHex(
              "1603010033"
                  + "0100002f0303"
                  + "4c65756b6f6379746561736b737768617469737370656b656e68657265000000"
                  + "00"
                  + "0008c02fc030009c002f"
                  + "0100");

  private HttpProbe() {}

  static Speech ask(String address, int port) {
    InetSocketAddress at = new InetSocketAddress(address, port);
    String host = address.contains(":") ? "[" + address + "]" : address;
    String request =
        "HEAD / HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: leuko\r\nConnection: close\r\n\r\n"
            .formatted(host, port);
    byte[] answer = talk(at, request.getBytes(US_ASCII));
    boolean http = new String(answer, US_ASCII).startsWith("HTTP/1.");
    if (http && !new String(answer, US_ASCII).contains(" 400")) {
      return Speech.HTTP;
    }
    byte[] hello = talk(at, CLIENT_HELLO);
    if (hello.length > 0 && (hello[0] == 0x15 || hello[0] == 0x16)) {
      return Speech.TLS;
    }
    if (http) {
      return Speech.HTTP;
    }
    return answer.length == 0 && hello.length == 0 ? Speech.SILENCE : Speech.OTHER;
  }

  /** The first bytes of an answer; none when there is none in time. */
  private static byte[] talk(InetSocketAddress at, byte[] message) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(at, TIMEOUT_MILLIS);
      OutputStream out = socket.getOutputStream();
      out.write(message);
      out.flush();
      return socket.getInputStream().readNBytes(LENGTH);
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
