package io.leukocyte.responder;

import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who is at the page. A session has two secrets: one in a cookie, which the browser also sends to
 * other ports of the same host, and one that the page's own script keeps and sends in a header.
 * Both are needed for everything. Sessions end with the responder. Thread-safe.
 */
final class WebSessions {
  /** After this time an operator shows the token again. */
  static final Duration LENGTH = Duration.ofHours(12);

  /** For a further session the oldest ends. */
  static final int MOST = 32;

  private final Clock clock;
  private final Map<String, Session> sessions = new LinkedHashMap<>();

  /**
   * A session.
   *
   * @param cookie the secret in the cookie
   * @param key the secret in the header
   * @param operator for the audit
   * @param end unix milliseconds
   */
  record Session(String cookie, String key, String operator, long end) {
    /** Without the secrets. */
    @Override
    public String toString() {
      return "Session[operator=" + operator + "]";
    }
  }

  WebSessions(Clock clock) {
    this.clock = clock;
  }

  /** Begins one. */
  synchronized Session begin(String operator) {
    Session session =
        new Session(
            WebToken.secret(),
            WebToken.secret(),
            operator,
            clock.instant().plus(LENGTH).toEpochMilli());
    Iterator<Session> all = sessions.values().iterator();
    while (all.hasNext()) {
      if (all.next().end() <= clock.millis() || sessions.size() >= MOST) {
        all.remove();
      }
    }
    sessions.put(session.cookie(), session);
    return session;
  }

  /** The session of two secrets; empty when there is none, or none any more. */
  synchronized Optional<Session> find(String cookie, String key) {
    return Optional.ofNullable(sessions.get(cookie))
        .filter(s -> s.end() > clock.millis() && WebToken.same(s.key(), key));
  }

  /** Ends one. */
  synchronized void end(Session session) {
    sessions.remove(session.cookie());
  }
}
