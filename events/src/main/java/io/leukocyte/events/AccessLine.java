package io.leukocyte.events;

/**
 * Reads a line of an access log: {@code client ident user [time] "request" status bytes "referer"
 * "agent"} as nginx, Apache and Traefik write it, with a host and port before it or more fields
 * after it or without time and what follows the status; and HAProxy's {@code httplog}. Quotes
 * within quotes are known by their backslash. A line that is nearly so is none: then rules read its
 * text.
 */
final class AccessLine {
  /** How far into the line its request may begin. */
  private static final int MOST_AHEAD = 1024;

  private static final int MOST_METHOD = 24;
  private static final int MOST_TIME = 64;
  private static final byte[] COMMON = EscapedText.ascii("common");
  private static final byte[] COMBINED = EscapedText.ascii("combined");
  private static final byte[] HAPROXY = EscapedText.ascii("haproxy");

  private final ParsedLine out;
  private byte[] in = {};
  private int to;

  AccessLine(ParsedLine out) {
    this.out = out;
  }

  /** Whether it is one; its parts are handed to the parsed line. */
  boolean read(byte[] bytes, int from, int end) {
    in = bytes;
    to = end;
    int quote = find('"', from, Math.min(to, from + MOST_AHEAD));
    if (quote < from + 3 || in[quote - 1] != ' ') {
      return false;
    }
    int close = quoteEnd(quote + 1);
    int status = close + 2;
    if (close < to && isStatus(status) && in[close + 1] == ' ') {
      return common(from, quote, close, status);
    }
    return haproxy(from, quote);
  }

  private boolean common(int from, int quote, int close, int status) {
    int head = quote - 1;
    if (in[head - 1] == ']') {
      int open = openBracket(head - 2, from);
      if (open <= from + 1 || in[open - 1] != ' ') {
        return false;
      }
      head = open - 1;
    } else if (head - from < 3 || in[head - 1] != '-' || in[head - 2] != ' ') {
      return false; // without a time nothing but the user, which is not known, is before the
      // request
    }
    if (!client(from, head)) {
      return false;
    }
    out.request(quote + 1, close, true);
    out.set(LogPart.STATUS, in, status, status + 3);
    boolean combined = referer(status + 3);
    out.constant(LogPart.FORMAT, combined ? COMBINED : COMMON);
    return true;
  }

  /** The bracket before a time that ends at a place; -1 when there is none. */
  private int openBracket(int last, int from) {
    int least = Math.max(from, last - MOST_TIME);
    for (int i = last; i >= least; i--) {
      if (in[i] == '[') {
        return i;
      }
    }
    return -1;
  }

  /** Reads {@code [host:port] client ident user}; there are at least two of them. */
  private boolean client(int from, int head) {
    int first = tokenEnd(from, head);
    if (first == from || first >= head) {
      return false;
    }
    int second = skipBlanks(first, head);
    int secondEnd = tokenEnd(second, head);
    if (second == head) {
      return false;
    }
    int third = skipBlanks(secondEnd, head);
    boolean led =
        !isDash(second, secondEnd) && third < head && isDash(third, tokenEnd(third, head));
    if (led) {
      if (in[first - 1]
          != ':') { // else a level, as in INFO: 172.17.0.1:40000 - "GET / HTTP/1.1" 200
        out.host(from, first);
      }
      out.client(second, secondEnd);
    } else {
      out.client(from, first);
    }
    return true;
  }

  /** Reads what follows the status: the first two quoted texts. Whether there are some. */
  private boolean referer(int from) {
    int open = find('"', from, to);
    if (open == to) {
      return false;
    }
    int close = quoteEnd(open + 1);
    int next = find('"', Math.min(to, close + 1), to);
    if (next == to) {
      boolean address = isAddress(open + 1, close);
      out.escaped(address ? LogPart.REFERER : LogPart.USER_AGENT, open + 1, close, '\\');
    } else {
      out.escaped(LogPart.REFERER, open + 1, close, '\\');
      out.escaped(LogPart.USER_AGENT, next + 1, quoteEnd(next + 1), '\\');
    }
    return true;
  }

  private boolean isAddress(int from, int end) {
    return end - from > 7 && in[from] == 'h' && in[from + 1] == 't' && find(':', from, end) < end;
  }

  /**
   * HAProxy's: {@code client:port [28/Nov/2026:07:13:37.123] frontend backend/server timers status
   * bytes … "request"}, after whatever the log's transport put before it.
   */
  private boolean haproxy(int from, int quote) {
    int open = from;
    do {
      open = find('[', open + 1, quote);
    } while (open < quote && !isHaproxyTime(open, quote));
    if (open >= quote || in[open - 1] != ' ') {
      return false;
    }
    int at = skipBlanks(open + 26, quote);
    for (int i = 0; i < 2; i++) { // frontend, backend and server
      at = skipBlanks(tokenEnd(at, quote), quote);
    }
    int timers = at;
    int timersEnd = tokenEnd(at, quote);
    int status = skipBlanks(timersEnd, quote);
    if (find('/', timers, timersEnd) == timersEnd || status >= quote) {
      return false;
    }
    int client = open - 1;
    while (client > from && in[client - 1] != ' ') {
      client--;
    }
    int close = to - 1;
    while (close > quote && in[close] != '"') {
      close--;
    }
    out.client(client, open - 1);
    out.request(quote + 1, close > quote ? close : to, false);
    if (isStatus(status)) { // -1 when there was no answer
      out.set(LogPart.STATUS, in, status, status + 3);
    }
    out.constant(LogPart.FORMAT, HAPROXY);
    return true;
  }

  private boolean isHaproxyTime(int open, int end) {
    return open + 26 < end
        && in[open + 3] == '/'
        && in[open + 7] == '/'
        && in[open + 12] == ':'
        && in[open + 21] == '.'
        && in[open + 25] == ']';
  }

  private boolean isStatus(int at) {
    return at + 3 <= to
        && isDigit(in[at])
        && isDigit(in[at + 1])
        && isDigit(in[at + 2])
        && in[at] != '0'
        && (at + 3 == to || in[at + 3] == ' ');
  }

  private static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }

  private boolean isDash(int from, int end) {
    return end - from == 1 && in[from] == '-';
  }

  private int tokenEnd(int from, int end) {
    return find(' ', from, end);
  }

  private int skipBlanks(int from, int end) {
    int at = from;
    while (at < end && in[at] == ' ') {
      at++;
    }
    return at;
  }

  private int find(char wanted, int from, int end) {
    int at = from;
    while (at < end && in[at] != wanted) {
      at++;
    }
    return Math.min(at, end);
  }

  /** The quote that ends a quoted text; {@link #to} when there is none. */
  private int quoteEnd(int from) {
    int at = from;
    while (at < to && in[at] != '"') {
      at += in[at] == '\\' ? 2 : 1;
    }
    return Math.min(at, to);
  }

  /** Where a method ends that begins at a place; -1 when none does. */
  static int methodEnd(byte[] bytes, int from, int end) {
    int at = from;
    int most = Math.min(end, from + MOST_METHOD);
    while (at < most && ((bytes[at] >= 'A' && bytes[at] <= 'Z') || bytes[at] == '-')) {
      at++;
    }
    return at > from && bytes[from] != '-' && (at == end || bytes[at] == ' ') ? at : -1;
  }
}
