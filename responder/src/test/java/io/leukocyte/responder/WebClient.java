package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the page byte by byte, so that nothing a browser would mend is mended. */
final class WebClient {
  final URI address;
  final Map<String, String> headers = new LinkedHashMap<>();

  /**
   * An answer.
   *
   * @param status the code
   * @param headers by name in lower case
   * @param body the text
   */
  record Reply(int status, Map<String, String> headers, String body) {
    JsonNode json() {
      try {
        return JournalLines.MAPPER.readTree(body);
      } catch (IOException e) {
        throw new AssertionError(body, e);
      }
    }
  }

  WebClient(String address) {
    this.address = URI.create(address);
    headers.put("Host", authority());
  }

  String authority() {
    return address.getHost() + ":" + address.getPort();
  }

  String origin() {
    return "http://" + authority();
  }

  /** The same client, with another header; null leaves it out. */
  WebClient with(String name, @Nullable String value) {
    WebClient other = new WebClient(address.toString());
    other.headers.putAll(headers);
    if (value == null) {
      other.headers.remove(name);
    } else {
      other.headers.put(name, value);
    }
    return other;
  }

  /** Signs in, and is that operator from then on. */
  WebClient signedIn(String token, String name) throws IOException {
    Reply reply = trySignIn(token, name);
    if (reply.status() != 200) {
      throw new AssertionError(reply);
    }
    String cookie = Optional.ofNullable(reply.headers().get("set-cookie")).orElseThrow();
    return with("Origin", origin())
        .with("Cookie", cookie.substring(0, cookie.indexOf(';')))
        .with("Leuko-Session-Key", reply.json().path("key").asText());
  }

  Reply trySignIn(String token, String name) throws IOException {
    String body =
        JournalLines.MAPPER.createObjectNode().put("token", token).put("name", name).toString();
    return with("Origin", origin()).post("/api/sign-in", body);
  }

  Reply get(String path) throws IOException {
    return send(request("GET", path, ""));
  }

  Reply order(String json) throws IOException {
    return post("/api/orders", json);
  }

  Reply post(String path, String json) throws IOException {
    WebClient typed =
        headers.containsKey("Content-Type") ? this : with("Content-Type", "application/json");
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    return typed.with("Content-Length", String.valueOf(length)).send("POST", path, json);
  }

  private Reply send(String method, String path, String body) throws IOException {
    return send(request(method, path, body));
  }

  String request(String method, String path, String body) {
    StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    headers.forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
    return text + "Connection: close\r\n\r\n" + body;
  }

  /** Sends bytes as they are and reads to the end. */
  Reply send(String bytes) throws IOException {
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return read(new String(toTheEnd(socket), StandardCharsets.UTF_8));
    }
  }

  /** What comes before the server ends the connection, however it does. */
  private static byte[] toTheEnd(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some = new byte[8192];
    try {
      int count = socket.getInputStream().read(some);
      while (count >= 0) {
        all.write(some, 0, count);
        count = socket.getInputStream().read(some);
      }
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      if (all.size() == 0) {
        throw e;
      }
    }
    return all.toByteArray();
  }

  private static Reply read(String text) {
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      return new Reply(0, Map.of(), text);
    }
    String[] lines = text.substring(0, end).split("\r\n", -1);
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    return new Reply(Integer.parseInt(lines[0].split(" ", 3)[1]), headers, text.substring(end + 4));
  }
}
