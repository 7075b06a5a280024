package io.leukocyte.responder;

import io.leukocyte.events.config.HostPort;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * A server that takes syslog messages.
 *
 * @param transport how
 * @param address where
 */
public record SyslogServer(Transport transport, HostPort address) {
  /** How messages come there. */
  public enum Transport {
    /** A datagram each (RFC 5426); nobody says whether it came. */
    UDP,
    /** With their length before each (RFC 6587). */
    TCP,
    /** The same over TLS (RFC 5425). */
    TLS
  }

  /**
   * Reads {@code udp://host:514}, {@code tcp://host:601} or {@code tls://host:6514}.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  static SyslogServer parse(String text) {
    try {
      URI uri = new URI(text);
      Transport transport =
          switch (String.valueOf(uri.getScheme())) {
            case "udp" -> Transport.UDP;
            case "tcp" -> Transport.TCP;
            case "tls" -> Transport.TLS;
            default -> throw new IllegalArgumentException("not udp, tcp or tls");
          };
      String rest = uri.getPath();
      if (uri.getHost() == null || !(rest == null || rest.isEmpty())) {
        throw new IllegalArgumentException("not host:port");
      }
      int port =
          switch (transport) {
            case UDP -> 514;
            case TCP -> 601;
            case TLS -> 6514;
          };
      String host = uri.getHost().replaceAll("[\\[\\]]", "");
      return new SyslogServer(
          transport, new HostPort(host, uri.getPort() < 0 ? port : uri.getPort()));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("not an address", e);
    }
  }
}
