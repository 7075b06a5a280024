package io.leukocyte.events.config;

/**
 * A server's address.
 *
 * @param host name, IPv4 or IPv6 address without brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
  /**
   * Checks both parts.
   *
   * @throws IllegalArgumentException when the host is empty or the port is none
   */
  public HostPort {
    if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || c == ',' || c == '/')) {
      throw new IllegalArgumentException("not a host: '" + host + "'");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("not a port: " + port);
    }
  }

  /**
   * Reads {@code host:port} or {@code [address]:port}.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.isEmpty() || host.contains(":") != bracketed || !port.matches("\\d{1,5}")) {
      throw new IllegalArgumentException("not host:port: '" + text + "'");
    }
    return new HostPort(
        bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
  }

  /** {@code host:port}, an IPv6 address in brackets. */
  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
