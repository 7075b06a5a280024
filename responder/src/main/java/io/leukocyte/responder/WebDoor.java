package io.leukocyte.responder;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may ask the page for what. A browser asks under a name of this host and from the page
 * itself, with both secrets of its session; a script shows the token each time. Thread-safe.
 */
final class WebDoor {
  static final String COOKIE = "leuko_session";

  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");
  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  private static final Pattern OPERATOR = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
  private static final String BEARER = "Bearer ";

  private final WebToken token;
  private final WebSessions sessions;
  private final WrongTries wrongTries;
  private final Set<String> names = new HashSet<>(Set.of("localhost"));
  private final boolean tls;

  /**
   * What a request says of itself.
   *
   * @param from the client's address
   * @param host the header Host
   * @param origin the header Origin; null without
   * @param authorization the header Authorization; null without
   * @param cookie the session's first secret; null without
   * @param key the session's second secret; null without
   * @param operator who a script says it acts for; null when it does not
   * @param changes whether it is more than a question
   */
  record Asked(
      String from,
      @Nullable String host,
      @Nullable String origin,
      @Nullable String authorization,
      @Nullable String cookie,
      @Nullable String key,
      @Nullable String operator,
      boolean changes) {
    /** Without the secrets. */
    @Override
    public String toString() {
      return "Asked[from=" + from + ", host=" + host + ", origin=" + origin + "]";
    }
  }

  /** What the door says. */
  sealed interface Entry {
    /** Come in. */
    record Operator(String name, Optional<WebSessions.Session> session) implements Entry {}

    /** Stay out. */
    record Closed(int status, String why) implements Entry {}
  }

  WebDoor(
      WebToken token,
      WebSessions sessions,
      WrongTries wrongTries,
      List<String> moreNames,
      boolean tls) {
    this.token = token;
    this.sessions = sessions;
    this.wrongTries = wrongTries;
    this.tls = tls;
    moreNames.forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
  }

  /**
   * Why nothing at all is answered: who made its name point here with DNS gets nothing. An address
   * cannot be made to point elsewhere.
   */
  Optional<Entry.Closed> misdirected(@Nullable String host) {
    if (host != null) {
      var authority = AUTHORITY.matcher(host);
      if (authority.matches()) {
        String name = authority.group(1).toLowerCase(Locale.ROOT);
        if (name.startsWith("[") || IPV4.matcher(name).matches() || names.contains(name)) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(
        new Entry.Closed(
            421,
            "The page is not served under this name; use localhost or the address, or list the"
                + " name in responder.web.names."));
  }

  /** Whether a browser says that the page itself asks. */
  private boolean isFromThePage(Asked asked) {
    String origin = asked.origin();
    String host = asked.host();
    if (origin == null || host == null) {
      return false;
    }
    return origin.equalsIgnoreCase("https://" + host)
        || (!tls && origin.equalsIgnoreCase("http://" + host));
  }

  /** Lets somebody in, or not. */
  Entry enter(Asked asked) {
    if (asked.origin() != null && !isFromThePage(asked)) {
      return new Entry.Closed(403, "Another site asks; only the page itself may.");
    }
    String authorization = asked.authorization();
    if (authorization != null) {
      return byToken(asked, authorization);
    }
    Optional<WebSessions.Session> session =
        asked.cookie() == null || asked.key() == null
            ? Optional.empty()
            : sessions.find(asked.cookie(), asked.key());
    if (session.isEmpty()) {
      return new Entry.Closed(401, "Sign in with the token.");
    }
    if (asked.changes() && !isFromThePage(asked)) {
      return new Entry.Closed(403, "An order needs the header Origin of the page itself.");
    }
    return new Entry.Operator(session.get().operator(), session);
  }

  private Entry byToken(Asked asked, String authorization) {
    if (!authorization.startsWith(BEARER)) {
      return new Entry.Closed(401, "Use Authorization: Bearer TOKEN.");
    }
    String name = asked.operator() == null ? "" : asked.operator();
    return checked(asked.from(), authorization.substring(BEARER.length()).strip(), name)
        .<Entry>map(closed -> closed)
        .orElseGet(() -> new Entry.Operator(operator(name, asked.from()), Optional.empty()));
  }

  /**
   * Begins a session, or not.
   *
   * @param given what may be the token
   * @param name who it is; empty: nobody says
   */
  Entry signIn(Asked asked, String given, String name) {
    if (!isFromThePage(asked)) {
      return new Entry.Closed(403, "Another site asks; only the page itself may.");
    }
    return checked(asked.from(), given, name)
        .<Entry>map(closed -> closed)
        .orElseGet(() -> {
          WebSessions.Session session = sessions.begin(operator(name, asked.from()));
          return new Entry.Operator(session.operator(), Optional.of(session));
        });
  }

  private Optional<Entry.Closed> checked(String from, String given, String name) {
    if (wrongTries.tooMany(from)) {
      return Optional.of(
          new Entry.Closed(
              429,
              "Too many wrong tokens from this address; wait for a minute, or use the leuko"
                  + " command on the host."));
    }
    if (!token.is(given)) {
      wrongTries.add(from);
      return Optional.of(
          new Entry.Closed(401, "This is not the token; it is in the file that the log names."));
    }
    if (!name.isEmpty() && !OPERATOR.matcher(name).matches()) {
      return Optional.of(
          new Entry.Closed(
              400,
              "A name is 1 to 64 letters, digits, . _ @ or -, and begins with one of the first two."));
    }
    return Optional.empty();
  }

  /** Whom the audit names. Whoever has the token may say any name. */
  private static String operator(String name, String from) {
    return "web:" + (name.isEmpty() ? from : name);
  }

  void signOut(WebSessions.Session session) {
    sessions.end(session);
  }
}
