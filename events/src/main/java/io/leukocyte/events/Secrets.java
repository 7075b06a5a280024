package io.leukocyte.events;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Finds secrets in text and puts {@link #MASK} in their place: values of names such as {@code
 * password=}, {@code --token VALUE} or {@code "api_key": "…"}; {@code Authorization} and {@code
 * Cookie} headers; passwords in addresses; keys of clouds and code hosts; JSON web tokens.
 *
 * <p>A text in which no trigger occurs costs one table look-up a character and is returned as it
 * is. What looks like a secret is taken for one: a reader loses a word rather than a user a secret.
 * The value of a name ends at white space, a quote or one of {@code & ; ,}.
 */
@SuppressWarnings("ReferenceEquality") // the same object says that nothing was masked
public final class Secrets {
  /** What stands in the place of a secret. */
  public static final String MASK = "***";

  private static final int ASCII = 128;
  private static final int LEAST_PREFIXED = 12;
  private static final int LEAST_JWT = 20;
  private static final int CLOUD_KEY = 20;

  /** What to look for after a trigger. */
  private enum Form {
    /** A name whose value is secret. */
    NAME,
    /** A header whose whole value is secret, but for the name of its scheme. */
    HEADER,
    /** A scheme with the secret as next word. */
    SCHEME,
    /** An access key: the trigger and 16 capitals or digits. */
    CLOUD,
    /** A token that begins with the trigger. */
    PREFIX,
    /** A JSON web token. */
    JWT,
    /** An address that may hold user and password. */
    ADDRESS
  }

  private record Trigger(String word, Form form, boolean exactCase) {}

  private static final List<Trigger> TRIGGERS =
      List.of(
          new Trigger("password", Form.NAME, false),
          new Trigger("passwd", Form.NAME, false),
          new Trigger("passphrase", Form.NAME, false),
          new Trigger("pwd", Form.NAME, false),
          new Trigger("secret", Form.NAME, false),
          new Trigger("token", Form.NAME, false),
          new Trigger("apikey", Form.NAME, false),
          new Trigger("api_key", Form.NAME, false),
          new Trigger("api-key", Form.NAME, false),
          new Trigger("accesskey", Form.NAME, false),
          new Trigger("access_key", Form.NAME, false),
          new Trigger("access-key", Form.NAME, false),
          new Trigger("privatekey", Form.NAME, false),
          new Trigger("private_key", Form.NAME, false),
          new Trigger("private-key", Form.NAME, false),
          new Trigger("credentials", Form.NAME, false),
          new Trigger("credential", Form.NAME, false),
          new Trigger("authorization", Form.HEADER, false),
          new Trigger("cookie", Form.HEADER, false),
          new Trigger("bearer ", Form.SCHEME, false),
          new Trigger("AKIA", Form.CLOUD, true),
          new Trigger("ASIA", Form.CLOUD, true),
          new Trigger("AIza", Form.PREFIX, true),
          new Trigger("ghp_", Form.PREFIX, true),
          new Trigger("gho_", Form.PREFIX, true),
          new Trigger("ghu_", Form.PREFIX, true),
          new Trigger("ghs_", Form.PREFIX, true),
          new Trigger("ghr_", Form.PREFIX, true),
          new Trigger("github_pat_", Form.PREFIX, true),
          new Trigger("glpat-", Form.PREFIX, true),
          new Trigger("xoxb-", Form.PREFIX, true),
          new Trigger("xoxp-", Form.PREFIX, true),
          new Trigger("xoxa-", Form.PREFIX, true),
          new Trigger("xoxs-", Form.PREFIX, true),
          new Trigger("eyJ", Form.JWT, true),
          new Trigger("://", Form.ADDRESS, true));

  private static final List<String> SCHEMES =
      List.of("basic", "bearer", "digest", "negotiate", "token");

  /** Triggers by their first two characters; null for pairs that none begins with. */
  private static final Trigger[][] BY_PAIR = byPair();

  /** Whether a trigger begins with a pair: small enough to stay in the processor's first cache. */
  private static final boolean[] BEGINS = begins();

  private final String text;
  private final boolean keepsSigns;
  private final StringBuilder out;
  private int copied;

  private Secrets(String text, boolean keepsSigns) {
    this.text = text;
    this.keepsSigns = keepsSigns;
    this.out = new StringBuilder(text.length());
  }

  private static boolean[] begins() {
    boolean[] begins = new boolean[ASCII * ASCII];
    for (int pair = 0; pair < begins.length; pair++) {
      begins[pair] = BY_PAIR[pair] != null;
    }
    return begins;
  }

  private static Trigger[][] byPair() {
    Trigger[][] byPair = new Trigger[ASCII * ASCII][];
    for (Trigger trigger : TRIGGERS) {
      String lower = trigger.word().toLowerCase(Locale.ROOT);
      String upper = trigger.word().toUpperCase(Locale.ROOT);
      for (char first : new char[] {lower.charAt(0), upper.charAt(0)}) {
        for (char second : new char[] {lower.charAt(1), upper.charAt(1)}) {
          int pair = first * ASCII + second;
          List<Trigger> with =
              new ArrayList<>(byPair[pair] == null ? List.of() : Arrays.asList(byPair[pair]));
          if (!with.contains(trigger)) {
            with.add(trigger);
          }
          byPair[pair] = with.toArray(Trigger[]::new);
        }
      }
    }
    return byPair;
  }

  /** The text with each secret masked; the same object when there is none. */
  public static String mask(String text) {
    return mask(text, false);
  }

  /**
   * The same of a log line, in which the masks keep the signs of an attack on a web application
   * ({@code password=***' or 1=1***}): who attacks a field of that name is found like others.
   */
  public static String maskLine(String text) {
    return mask(text, true);
  }

  private static String mask(String text, boolean keepsSigns) {
    int first = firstTrigger(text);
    return first < 0 ? text : new Secrets(text, keepsSigns).maskFrom(first);
  }

  /** Where the first trigger's word is; -1 when there is none. */
  private static int firstTrigger(String text) {
    int last = text.length() - 1;
    if (last < 1) {
      return -1;
    }
    char first = text.charAt(0);
    for (int i = 0; i < last; i++) {
      char second = text.charAt(i + 1);
      if ((first | second) < ASCII
          && BEGINS[first * ASCII + second]
          && isTrigger(text, i, BY_PAIR[first * ASCII + second])) {
        return i;
      }
      first = second;
    }
    return -1;
  }

  private static boolean isTrigger(String text, int at, Trigger[] candidates) {
    for (Trigger trigger : candidates) {
      if (matches(text, at, trigger)) {
        return true;
      }
    }
    return false;
  }

  private static final Trigger[] NO_TRIGGERS = {};

  private static Trigger[] triggersAt(String text, int i) {
    char first = text.charAt(i);
    char second = text.charAt(i + 1);
    if (first >= ASCII || second >= ASCII) {
      return NO_TRIGGERS;
    }
    Trigger[] triggers = BY_PAIR[first * ASCII + second];
    return triggers == null ? NO_TRIGGERS : triggers;
  }

  /**
   * Arguments of a program with each secret masked: within an argument, and the argument after a
   * flag such as {@code --password} or {@code -u user:…} of curl. The same object when there is
   * none.
   */
  public static List<String> mask(List<String> args) {
    List<String> masked = args;
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      String shown =
          i > 0 && isSecretFlag(args.get(i - 1)) && !arg.startsWith("-") && !arg.isEmpty()
              ? MASK
              : maskArgument(args, i);
      if (!shown.equals(arg)) {
        if (masked == args) {
          masked = new ArrayList<>(args);
        }
        masked.set(i, shown);
      }
    }
    return masked;
  }

  private static String maskArgument(List<String> args, int i) {
    String arg = args.get(i);
    if (i > 0 && isUserFlag(args.get(i - 1))) {
      int colon = arg.indexOf(':');
      return colon < 0 ? arg : arg.substring(0, colon + 1) + MASK;
    }
    return mask(arg);
  }

  private static boolean isUserFlag(String arg) {
    return arg.equals("-u") || arg.equals("--user") || arg.equals("--proxy-user");
  }

  /** Whether it is a flag whose value, a secret, is the next argument. */
  private static boolean isSecretFlag(String arg) {
    if (!arg.startsWith("-")) {
      return false;
    }
    for (int i = 1; i < arg.length() - 1; i++) {
      for (Trigger trigger : triggersAt(arg, i)) {
        if (trigger.form() == Form.NAME && matches(arg, i, trigger)) {
          int end = nameEnd(arg, i + trigger.word().length());
          return end == arg.length();
        }
      }
    }
    return false;
  }

  private static boolean matches(String text, int at, Trigger trigger) {
    String word = trigger.word();
    return text.regionMatches(!trigger.exactCase(), at, word, 0, word.length());
  }

  private String maskFrom(int start) {
    int i = start;
    while (i < text.length() - 1) {
      int next = i + 1;
      for (Trigger trigger : triggersAt(text, i)) {
        if (matches(text, i, trigger)) {
          next = Math.max(next, maskAt(i, trigger));
          break;
        }
      }
      i = next;
    }
    return copied == 0 ? text : out.append(text, copied, text.length()).toString();
  }

  /** Masks what follows a trigger. Returns where to go on; 0 when there was no secret. */
  private int maskAt(int at, Trigger trigger) {
    int end = at + trigger.word().length();
    return switch (trigger.form()) {
      case NAME -> name(at, end);
      case HEADER -> header(end);
      case SCHEME -> word(end, LEAST_PREFIXED);
      case CLOUD -> cloudKey(at);
      case PREFIX -> prefixed(at);
      case JWT -> jwt(at);
      case ADDRESS -> address(end);
    };
  }

  private int replace(int from, int to) {
    out.append(text, copied, from).append(keepsSigns ? AttackSigns.mask(text, from, to) : MASK);
    copied = to;
    return to;
  }

  private int name(int at, int wordEnd) {
    int end = nameEnd(text, wordEnd);
    if (end < 0) {
      return 0;
    }
    int value = valueStart(end);
    if (value < 0 && isFlag(at) && isSpace(end)) {
      value = skipSpaces(end);
      if (value < text.length() && text.charAt(value) == '-') {
        return 0;
      }
    }
    return value < 0 ? 0 : value(value);
  }

  /** Where a name ends that has a trigger's word in it; -1 when the word is part of another. */
  private static int nameEnd(String text, int wordEnd) {
    int end = wordEnd;
    if (end < text.length() && isNamePart(text.charAt(end))) {
      char next = text.charAt(end);
      boolean camel =
          Character.isUpperCase(next) && Character.isLowerCase(text.charAt(wordEnd - 1));
      if (Character.isLetter(next) && !camel) {
        return -1;
      }
      while (end < text.length() && isNamePart(text.charAt(end))) {
        end++;
      }
    }
    return end;
  }

  private static boolean isNamePart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-'
        || c == '.';
  }

  /** Whether the name around a place begins with a dash. */
  private boolean isFlag(int at) {
    int start = at;
    while (start > 0 && isNamePart(text.charAt(start - 1))) {
      start--;
    }
    return text.charAt(start) == '-';
  }

  private boolean isSpace(int at) {
    return at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t');
  }

  private int skipSpaces(int from) {
    int at = from;
    while (isSpace(at)) {
      at++;
    }
    return at;
  }

  /** Skips the quote that a name or value may have, with a backslash before it in nested JSON. */
  private int skipQuote(int from) {
    int at = from;
    if (at + 1 < text.length() && text.charAt(at) == '\\' && isQuote(text.charAt(at + 1))) {
      at++;
    }
    return at < text.length() && isQuote(text.charAt(at)) ? at + 1 : from;
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '\'';
  }

  /** Where the value of a name begins that ends here; -1 when no = or : follows. */
  private int valueStart(int nameEnd) {
    int at = skipSpaces(skipQuote(nameEnd));
    if (at >= text.length() || (text.charAt(at) != '=' && text.charAt(at) != ':')) {
      return -1;
    }
    at++;
    while (at < text.length() && (text.charAt(at) == '=' || text.charAt(at) == '>')) {
      at++;
    }
    return skipSpaces(at);
  }

  /** Masks a value, with or without quotes. */
  private int value(int start) {
    int content = skipQuote(start);
    int end = content > start ? quotedEnd(start, content) : plainEnd(start);
    return end > content ? replace(content, end) : 0;
  }

  private int quotedEnd(int start, int content) {
    char quote = text.charAt(content - 1);
    boolean nested = text.charAt(start) == '\\';
    for (int i = content; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == quote) {
        return nested && text.charAt(i - 1) == '\\' ? i - 1 : i;
      }
      if (c == '\\' && !nested) {
        i++;
      }
    }
    return text.length();
  }

  private int plainEnd(int start) {
    int end = start;
    while (end < text.length() && !endsValue(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean endsValue(char c) {
    return c <= ' ' || c == '&' || c == ';' || c == ',' || isQuote(c);
  }

  private int header(int nameEnd) {
    int start = valueStart(nameEnd);
    if (start < 0) {
      return 0;
    }
    int content = skipQuote(start);
    for (String scheme : SCHEMES) {
      int end = content + scheme.length();
      if (text.regionMatches(true, content, scheme, 0, scheme.length()) && isSpace(end)) {
        content = skipSpaces(end);
        break;
      }
    }
    int end = content;
    while (end < text.length() && !isQuote(text.charAt(end)) && text.charAt(end) >= ' ') {
      end++;
    }
    if (end < text.length() && end > content && text.charAt(end - 1) == '\\') {
      end--;
    }
    return end > content ? replace(content, end) : 0;
  }

  private int word(int start, int least) {
    int end = plainEnd(start);
    return end - start >= least ? replace(start, end) : 0;
  }

  private int cloudKey(int at) {
    int end = at;
    while (end < text.length() && isCapitalOrDigit(text.charAt(end))) {
      end++;
    }
    boolean whole = at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1));
    return whole && end - at == CLOUD_KEY ? replace(at, end) : 0;
  }

  private static boolean isCapitalOrDigit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private int prefixed(int at) {
    int end = tokenEnd(at);
    return end - at >= LEAST_PREFIXED ? replace(at, end) : 0;
  }

  private int jwt(int at) {
    int end = tokenEnd(at);
    boolean dotted = text.indexOf('.', at) >= 0 && text.indexOf('.', at) < end;
    return dotted && end - at >= LEAST_JWT ? replace(at, end) : 0;
  }

  private int tokenEnd(int at) {
    int end = at;
    while (end < text.length() && isNamePart(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** Masks the password of {@code scheme://user:password@host}. */
  private int address(int start) {
    int colon = -1;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '@') {
        return colon >= 0 && i > colon + 1 ? replace(colon + 1, i) : 0;
      }
      if (c <= ' ' || c == '/' || c == '?' || c == '#' || isQuote(c)) {
        return 0;
      }
      if (c == ':' && colon < 0) {
        colon = i;
      }
    }
    return 0;
  }
}
