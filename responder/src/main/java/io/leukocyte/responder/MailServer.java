package io.leukocyte.responder;

import io.leukocyte.events.config.HostPort;
import java.util.Optional;

/**
 * The server that takes our mail.
 *
 * @param address where it is
 * @param tls how the connection is protected
 * @param from whose mail it is
 * @param user who logs in; empty: nobody does
 * @param password the secret; empty without one
 */
public record MailServer(
    HostPort address, Tls tls, String from, Optional<String> user, Optional<String> password) {
  /** How the connection is protected. */
  public enum Tls {
    /** It must become TLS before anything is said. */
    STARTTLS,
    /** It is TLS from its beginning. */
    TLS,
    /** It is not. */
    NONE
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "MailServer[" + address + ", " + tls + ", from " + from + "]";
  }
}
