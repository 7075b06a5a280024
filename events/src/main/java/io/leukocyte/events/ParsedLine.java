package io.leukocyte.events;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A log line with its parts: of an access log, a JSON object or ModSecurity's audit log. It is
 * given as bytes of UTF-8 and read when a part is asked for, decoded when the decoded form is;
 * parts are ranges of the line, or of a buffer where escapes were undone. Takes any bytes and never
 * fails: a line of no known form has no parts but a level. Of a name that stands twice the first
 * counts. Memory: buffers of at most six times the longest line, which shrink again. Not
 * thread-safe; made once and used for line after line.
 */
@SuppressWarnings("EnumOrdinal") // places in arrays of this class alone
public final class ParsedLine {
  /** Most rules of a firewall that are kept of a line. */
  public static final int MOST_RULES = 64;

  private static final Set<LogPart> MANY = EnumSet.of(LogPart.WAF_RULE, LogPart.WAF_MESSAGE);
  private static final int PARTS = LogPart.values().length;
  private static final int KEPT_SCRATCH = 64 * 1024;
  private static final byte[] NOTHING = {};
  private static final byte[] JSON = EscapedText.ascii("json");
  private static final byte[] MODSECURITY = EscapedText.ascii("modsecurity");
  private static final byte[] TRANSACTION = EscapedText.ascii("transaction.");
  private static final byte[] HTTP = EscapedText.ascii("HTTP/");
  private static final byte[] ID = EscapedText.ascii("[id \"");
  private static final byte[] MSG = EscapedText.ascii("[msg \"");

  private byte[] line = NOTHING;
  private int lineFrom;
  private int lineTo;
  private boolean isRead;
  private boolean isJson;

  private final byte[][] in = new byte[PARTS][];
  private final int[] from = new int[PARTS];

  /** Where each part ends; 0: the line does not have it. */
  private final int[] to = new int[PARTS];

  /** Parts that are worked out when they are asked for, and have been. */
  private int workedOut;

  private final Many rules = new Many();
  private final Many messages = new Many();

  private byte[] scratch = new byte[1024];
  private int scratchLength;

  private final AccessLine access = new AccessLine(this);
  private final JsonWalk walk = new JsonWalk();

  // What a JSON object holds of a request; it is one when method and target are right.
  private boolean hasRequest;
  private int targetFrom;
  private int targetTo;
  private byte[] targetIn = NOTHING;
  private boolean hasTarget;
  private boolean isAudit;

  /** Values of a part that may have many. */
  private static final class Many {
    private byte[][] in = new byte[4][];
    private int[] from = new int[4];
    private int[] to = new int[4];
    private int count;

    void add(byte[] bytes, int start, int end) {
      if (count == MOST_RULES) {
        return;
      }
      if (count == in.length) {
        in = Arrays.copyOf(in, 2 * count);
        from = Arrays.copyOf(from, 2 * count);
        to = Arrays.copyOf(to, 2 * count);
      }
      in[count] = bytes;
      from[count] = start;
      to[count] = end;
      count++;
    }
  }

  /** Takes a value. */
  @FunctionalInterface
  public interface Values {
    /** A value: bytes of UTF-8, which hold until the next line. */
    void take(byte[] bytes, int from, int to);
  }

  /** A line without anything. */
  public ParsedLine() {}

  /** Whether a part may stand more than once. */
  public static boolean isMany(LogPart part) {
    return MANY.contains(part);
  }

  /** Takes up a line. The bytes are not copied, nor looked at before a part is asked for. */
  public void line(byte[] bytes, int start, int end) {
    line = bytes;
    lineFrom = start;
    lineTo = end;
    isRead = false;
  }

  /** Whether the line has the part. */
  public boolean has(LogPart part) {
    read();
    return isMany(part) ? many(part).count > 0 : find(part);
  }

  /** Hands on each value of a part: none, one, or many of those that may be. */
  public void each(LogPart part, Values values) {
    read();
    if (isMany(part)) {
      Many many = many(part);
      for (int i = 0; i < many.count; i++) {
        values.take(many.in[i], many.from[i], many.to[i]);
      }
    } else if (find(part)) {
      values.take(in[part.ordinal()], from[part.ordinal()], to[part.ordinal()]);
    }
  }

  /** A part as text, what is no UTF-8 in it as U+FFFD; the first of many; null when missing. */
  public @Nullable String text(LogPart part) {
    read();
    if (isMany(part)) {
      Many many = many(part);
      return many.count == 0 ? null : string(many.in[0], many.from[0], many.to[0]);
    }
    int i = part.ordinal();
    return find(part) ? string(in[i], from[i], to[i]) : null;
  }

  /** The status; -1 when it is missing. */
  public int status() {
    read();
    int i = LogPart.STATUS.ordinal();
    if (!find(LogPart.STATUS)) {
      return -1;
    }
    byte[] bytes = in[i];
    int at = from[i];
    return (bytes[at] - '0') * 100 + (bytes[at + 1] - '0') * 10 + bytes[at + 2] - '0';
  }

  /** Whether the client is an IP address, in a form that Elasticsearch takes, and not a name. */
  public boolean hasClientAddress() {
    read();
    int i = LogPart.CLIENT.ordinal();
    return find(LogPart.CLIENT)
        && (isFourNumbers(in[i], from[i], to[i])
            || (to[i] - from[i] <= 45
                && EscapedText.has(in[i], from[i], to[i], ':')
                && IpAddress.isLiteral(string(in[i], from[i], to[i]))));
  }

  private static boolean isFourNumbers(byte[] bytes, int start, int end) {
    int dots = 0;
    int digits = 0;
    int number = 0;
    for (int i = start; i < end; i++) {
      byte c = bytes[i];
      if (c == '.') {
        dots++;
        if (digits == 0) {
          return false;
        }
        digits = 0;
        number = 0;
      } else {
        number = number * 10 + c - '0';
        boolean leadingZero = digits == 1 && number == c - '0';
        digits++;
        if (c < '0' || c > '9' || number > 255 || leadingZero) {
          return false;
        }
      }
    }
    return dots == 3 && digits > 0;
  }

  /**
   * Hands on each value under a name of a JSON object: the names that lead to it joined by dots, in
   * lower case; elements of an array stand under the array's name. Nothing when the line is none.
   */
  public void eachJson(byte[] name, Values values) {
    read();
    if (!isJson) {
      return;
    }
    int kept = scratchLength;
    walk.walk(
        line,
        lineFrom,
        lineTo,
        (path, length, start, end, escaped) -> {
          if (Arrays.equals(path, 0, length, name, 0, name.length)) {
            int begin = escaped ? unescape(line, start, end, '\\') : start;
            values.take(escaped ? scratch : line, begin, escaped ? scratchLength : end);
            scratchLength = Math.min(kept, begin);
          }
        });
  }

  private static String string(byte[] bytes, int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.UTF_8);
  }

  private Many many(LogPart part) {
    return part == LogPart.WAF_RULE ? rules : messages;
  }

  private void read() {
    if (isRead) {
      return;
    }
    isRead = true;
    clear();
    int start = lineFrom;
    while (start < lineTo && (line[start] == ' ' || line[start] == '\t')) {
      start++;
    }
    if (start == lineTo) {
      return;
    }
    if (line[start] == '{') {
      readJson();
    } else if (!access.read(line, start, lineTo)) {
      clear(); // it was nearly one
    }
  }

  private void clear() {
    Arrays.fill(to, 0);
    workedOut = 0;
    rules.count = 0;
    messages.count = 0;
    scratchLength = 0;
    if (scratch.length > KEPT_SCRATCH) {
      scratch = new byte[1024];
    }
    isJson = false;
    hasRequest = false;
    hasTarget = false;
    isAudit = false;
  }

  /** Whether the part is there, after working it out where that is due. */
  private boolean find(LogPart part) {
    int i = part.ordinal();
    if (to[i] == 0 && (workedOut & (1 << i)) == 0) {
      workedOut |= (1 << i);
      workOut(part);
    }
    return to[i] > 0;
  }

  private void workOut(LogPart part) {
    switch (part) {
      case PATH_DECODED -> decode(LogPart.PATH, part, false);
      case PATH_DECODED2 -> decode(LogPart.PATH_DECODED, part, false);
      case QUERY_DECODED -> decode(LogPart.QUERY, part, true);
      case QUERY_DECODED2 -> decode(LogPart.QUERY_DECODED, part, true);
      case LEVEL -> {
        byte[] level =
            isJson || to[LogPart.FORMAT.ordinal()] > 0
                ? null
                : LogLevels.in(line, lineFrom, lineTo);
        if (level != null) {
          constant(LogPart.LEVEL, level);
        }
      }
      case FORMAT,
          METHOD,
          PATH,
          QUERY,
          STATUS,
          CLIENT,
          USER_AGENT,
          REFERER,
          HOST,
          VERSION,
          MESSAGE,
          WAF_RULE,
          WAF_MESSAGE -> {}
    }
  }

  private void decode(LogPart of, LogPart part, boolean plus) {
    if (!find(of)) {
      return;
    }
    int i = of.ordinal();
    if (!UrlDecoding.isNeeded(in[i], from[i], to[i], plus)) {
      set(part, in[i], from[i], to[i]);
      return;
    }
    int at = room(to[i] - from[i]);
    scratchLength = UrlDecoding.decode(in[i], from[i], to[i], plus, scratch, at);
    set(part, scratch, at, scratchLength);
  }

  /** Makes room in the buffer. Parts that are in the old one keep it. Returns where it begins. */
  private int room(int bytes) {
    if (scratch.length - scratchLength < bytes) {
      scratch = new byte[Math.max(2 * scratch.length, bytes)];
      scratchLength = 0;
    }
    return scratchLength;
  }

  /** Undoes escapes into the buffer, which then ends with the outcome. Returns where it begins. */
  private int unescape(byte[] bytes, int start, int end, char mark) {
    int at = room(end - start);
    scratchLength = EscapedText.unescape(bytes, start, end, mark, scratch, at);
    return at;
  }

  // What the readers of forms hand over.

  /** Sets a part that is not empty; the first one stays. */
  void set(LogPart part, byte[] bytes, int start, int end) {
    int i = part.ordinal();
    if (end > start && to[i] == 0) {
      in[i] = bytes;
      from[i] = start;
      to[i] = end;
    }
  }

  void constant(LogPart part, byte[] value) {
    set(part, value, 0, value.length);
  }

  /** A text of the line; {@code -} says that it is missing. */
  void escaped(LogPart part, int start, int end, char mark) {
    escaped(part, line, start, end, mark);
  }

  private void escaped(LogPart part, byte[] bytes, int start, int end, char mark) {
    if (end - start == 1 && bytes[start] == '-') {
      return;
    }
    if (EscapedText.has(bytes, start, end, mark)) {
      int at = unescape(bytes, start, end, mark);
      set(part, scratch, at, scratchLength);
    } else {
      set(part, bytes, start, end);
    }
  }

  /** A host with or without its port. */
  void host(int start, int end) {
    address(LogPart.HOST, line, start, end);
  }

  /** A client with or without its port. */
  void client(int start, int end) {
    address(LogPart.CLIENT, line, start, end);
  }

  /** The first of a list; brackets of IPv6 and a port are left out. */
  private void address(LogPart part, byte[] bytes, int start, int end) {
    int stop = start;
    int colons = 0;
    int colon = -1;
    while (stop < end && bytes[stop] != ',' && bytes[stop] != ' ') {
      if (bytes[stop] == ':') {
        colons++;
        colon = stop;
      }
      stop++;
    }
    if (start < stop && bytes[start] == '[') {
      int close = start + 1;
      while (close < stop && bytes[close] != ']') {
        close++;
      }
      set(part, bytes, start + 1, close);
    } else if (!(stop - start == 1 && bytes[start] == '-')) {
      set(part, bytes, start, colons == 1 ? colon : stop);
    }
  }

  /**
   * A request: {@code GET /path?query HTTP/1.1}. Without a method it is not HTTP, and has no parts.
   *
   * @param backslash whether escapes begin with a backslash, else with a number sign
   */
  void request(int start, int end, boolean backslash) {
    request(line, start, end, backslash ? '\\' : '#');
  }

  private void request(byte[] bytes, int start, int end, char mark) {
    int methodEnd = AccessLine.methodEnd(bytes, start, end);
    if (methodEnd < 0) {
      return;
    }
    set(LogPart.METHOD, bytes, start, methodEnd);
    int target = Math.min(end, methodEnd + 1);
    int targetEnd = end;
    int space = end - 1;
    while (space > target && bytes[space] != ' ') {
      space--;
    }
    if (space > target && startsWith(bytes, space + 1, end, HTTP)) {
      set(LogPart.VERSION, bytes, space + 1, end);
      targetEnd = space;
    }
    if (EscapedText.has(bytes, target, targetEnd, mark)) {
      int at = unescape(bytes, target, targetEnd, mark);
      target(scratch, at, scratchLength);
    } else {
      target(bytes, target, targetEnd);
    }
  }

  private static boolean startsWith(byte[] bytes, int start, int end, byte[] prefix) {
    return end - start >= prefix.length
        && Arrays.equals(bytes, start, start + prefix.length, prefix, 0, prefix.length);
  }

  /** {@code /path?query}, {@code *}, or a whole address; else, as of CONNECT, a host and port. */
  private void target(byte[] bytes, int start, int end) {
    int path = start;
    if (start < end && bytes[start] != '/' && bytes[start] != '*' && bytes[start] != '?') {
      int host = afterScheme(bytes, start, end);
      path = host < 0 ? start : host;
      while (path < end && bytes[path] != '/' && bytes[path] != '?') {
        path++;
      }
      if (host >= 0 || path == end) {
        address(LogPart.HOST, bytes, host < 0 ? start : host, path);
      } else {
        path = start; // such as ../../etc/passwd without the slash that belongs before it
      }
    }
    int question = path;
    while (question < end && bytes[question] != '?') {
      question++;
    }
    set(LogPart.PATH, bytes, path, question);
    set(LogPart.QUERY, bytes, question + 1, end);
  }

  /** Where the host begins in {@code scheme://host}; -1 when it is not so. */
  private static int afterScheme(byte[] bytes, int start, int end) {
    int most = Math.min(end, start + 16);
    for (int i = start; i < most; i++) {
      if (bytes[i] == ':') {
        return i + 2 < end && bytes[i + 1] == '/' && bytes[i + 2] == '/' ? i + 3 : -1;
      }
      if (bytes[i] == '/' || bytes[i] == '?') {
        return -1;
      }
    }
    return -1;
  }

  private void readJson() {
    if (!walk.walk(line, lineFrom, lineTo, this::jsonValue)) {
      clear(); // then its text is what rules read
      return;
    }
    isJson = true;
    int method = LogPart.METHOD.ordinal();
    boolean valid =
        to[method] > 0 && AccessLine.methodEnd(in[method], from[method], to[method]) == to[method];
    if (valid && hasTarget) {
      takeTarget();
    }
    if (!(valid && (hasTarget || hasRequest))) {
      forgetRequest();
    }
    constant(LogPart.FORMAT, isAudit ? MODSECURITY : JSON);
  }

  private void takeTarget() {
    int query = LogPart.QUERY.ordinal();
    int given = to[query];
    if (EscapedText.has(targetIn, targetFrom, targetTo, '?')) {
      to[query] = 0; // the target has its own
    }
    target(targetIn, targetFrom, targetTo);
    if (to[query] == 0) {
      to[query] = given;
    }
  }

  /** A method that is none, or nothing that was asked for: it is not about HTTP. */
  private void forgetRequest() {
    for (LogPart part :
        new LogPart[] {
          LogPart.METHOD,
          LogPart.PATH,
          LogPart.QUERY,
          LogPart.STATUS,
          LogPart.CLIENT,
          LogPart.USER_AGENT,
          LogPart.REFERER,
          LogPart.HOST,
          LogPart.VERSION
        }) {
      to[part.ordinal()] = 0;
    }
  }

  private void jsonValue(byte[] path, int length, int start, int end, boolean escaped) {
    JsonNames.Meaning meaning = JsonNames.find(path, length);
    if (meaning == null || end == start) {
      return;
    }
    byte[] bytes = line;
    int begin = start;
    int stop = end;
    if (escaped) {
      begin = unescape(line, start, end, '\\');
      bytes = scratch;
      stop = scratchLength;
    }
    isAudit |= startsWith(path, 0, length, TRANSACTION) && meaning != JsonNames.Meaning.CLIENT;
    take(meaning, bytes, begin, stop);
  }

  private void take(JsonNames.Meaning meaning, byte[] bytes, int start, int end) {
    switch (meaning) {
      case MESSAGE -> set(LogPart.MESSAGE, bytes, start, end);
      case LEVEL -> {
        byte[] level = LogLevels.of(bytes, start, end);
        if (level != null) {
          constant(LogPart.LEVEL, level);
        }
      }
      case METHOD -> set(LogPart.METHOD, bytes, start, end);
      case TARGET -> {
        if (!hasTarget && isTarget(bytes, start, end)) {
          hasTarget = true;
          targetIn = bytes;
          targetFrom = start;
          targetTo = end;
        }
      }
      case QUERY -> set(LogPart.QUERY, bytes, bytes[start] == '?' ? start + 1 : start, end);
      case REQUEST -> {
        int methodEnd = AccessLine.methodEnd(bytes, start, end);
        if (methodEnd > 0 && methodEnd + 1 < end) {
          hasRequest = true;
          request(bytes, start, end, EscapedText.NONE);
        }
      }
      case STATUS -> {
        if (isStatus(bytes, start, end)) {
          set(LogPart.STATUS, bytes, start, end);
        }
      }
      case CLIENT -> address(LogPart.CLIENT, bytes, start, end);
      case USER_AGENT -> escaped(LogPart.USER_AGENT, bytes, start, end, EscapedText.NONE);
      case REFERER -> escaped(LogPart.REFERER, bytes, start, end, EscapedText.NONE);
      case HOST -> address(LogPart.HOST, bytes, start, end);
      case VERSION -> set(LogPart.VERSION, bytes, start, end);
      case WAF_RULE -> rules.add(bytes, start, end);
      case WAF_MESSAGE -> messages.add(bytes, start, end);
      case WAF_TEXT -> {
        isAudit = true;
        bracketed(ID, bytes, start, end, rules);
        bracketed(MSG, bytes, start, end, messages);
      }
      case WAF_MARK -> isAudit = true;
    }
  }

  private static boolean isTarget(byte[] bytes, int start, int end) {
    return bytes[start] == '/' || bytes[start] == '*' || afterScheme(bytes, start, end) > 0;
  }

  private static boolean isStatus(byte[] bytes, int start, int end) {
    if (end - start != 3 || bytes[start] < '1') {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return false;
      }
    }
    return true;
  }

  /** Adds what stands after {@code [id "} up to the quote. */
  private static void bracketed(byte[] what, byte[] bytes, int start, int end, Many into) {
    for (int i = start; i + what.length < end; i++) {
      if (bytes[i] == '[' && startsWith(bytes, i, end, what)) {
        int begin = i + what.length;
        int stop = begin;
        while (stop < end && bytes[stop] != '"') {
          stop++;
        }
        into.add(bytes, begin, stop);
        return;
      }
    }
  }
}
