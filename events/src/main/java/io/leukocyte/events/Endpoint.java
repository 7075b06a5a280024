package io.leukocyte.events;

/**
 * One end of a connection.
 *
 * @param address IPv4 in dotted form or IPv6 in the compressed form of RFC 5952
 * @param port 0 to 65535; 0 when the protocol has none or it is unknown
 */
public record Endpoint(String address, int port) {
  /** Checks the port. */
  public Endpoint {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("Not a port: " + port);
    }
  }

  @Override
  public String toString() {
    return address.indexOf(':') >= 0 ? "[" + address + "]:" + port : address + ":" + port;
  }
}
