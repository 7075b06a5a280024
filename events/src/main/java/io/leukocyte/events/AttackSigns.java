package io.leukocyte.events;

import java.util.BitSet;
import java.util.List;

/**
 * What stays of a secret's value when it is masked in a log line: signs of an attack on a web
 * application, as they stand or percent-encoded once or twice. An attack in a field whose name says
 * secret ({@code ?password=' or 1=1--}) would be invisible otherwise. A mask then tells of the
 * value that it has one of these well-known texts in it, and nothing else.
 */
final class AttackSigns {
  /** Characters of a value that are looked at; what comes after them is masked whole. */
  private static final int MOST = 8 * 1024;

  /** What stands around the value and belongs to a sign. */
  private static final int AROUND = 16;

  private static final List<String> SIGNS =
      List.of(
          "union select",
          "union all select",
          "union/**/select",
          "union+select",
          "union+all+select",
          "' or ",
          "' or '1'='1",
          "' or 1=1",
          "'or 1=1",
          "or 1=1",
          "'||",
          "or+1=1",
          "'+or+",
          "'+or+1=1",
          "information_schema.",
          "sleep(",
          "sleep(5)",
          "pg_sleep(",
          "benchmark(",
          "waitfor delay",
          "waitfor+delay",
          "drop table",
          "; drop table",
          ";drop table",
          "xp_cmdshell",
          "extractvalue(",
          "updatexml(",
          "load_file(",
          "into outfile",
          "<script",
          "<svg/onload",
          "<svg onload",
          "onerror=alert",
          "onerror=\"",
          "javascript:alert",
          "document.cookie",
          "<iframe",
          "<iframe src",
          "..",
          "../",
          "..\\",
          "/../..",
          "=../..",
          "/etc/passwd",
          "/etc/shadow",
          "/proc/self/environ",
          "php://filter",
          "php://input",
          "${jndi",
          "${jndi:",
          "${${",
          "${${lower:",
          "${${upper:",
          "${${::-",
          "${env:",
          ";cat ",
          ";cat+/etc/",
          ";cat /etc/",
          "|cat ",
          "|cat /etc/",
          ";id;",
          ";wget",
          ";wget ",
          ";wget+",
          ";curl",
          ";curl ",
          ";curl+",
          "$(curl",
          "$(wget",
          "`curl",
          "`wget",
          "/bin/sh",
          "/bin/bash",
          "/bin/sh -c",
          "/bin/sh+-c",
          "/bin/bash -c",
          "/bin/bash ",
          "/dev/tcp/",
          "() { :;}",
          "allow_url_include",
          "/cgi-bin/..");

  private AttackSigns() {}

  /** The mask for a part of a text: {@link Secrets#MASK} for all of it that is not a sign. */
  static String mask(String text, int from, int to) {
    int begin = Math.max(0, from - AROUND);
    int end = Math.min(Math.min(text.length(), to + AROUND), from + MOST);
    if (begin >= end) {
      return Secrets.MASK;
    }
    BitSet kept = new BitSet();
    View view = View.of(text, begin, end);
    for (int times = 0; times <= 2; times++) {
      view.find(kept);
      view = times == 2 ? view : view.decoded();
    }
    int first = kept.nextSetBit(from);
    return first < 0 || first >= to ? Secrets.MASK : between(text, from, to, kept);
  }

  private static String between(String text, int from, int to, BitSet kept) {
    StringBuilder mask = new StringBuilder();
    int at = from;
    while (at < to) {
      int sign = kept.nextSetBit(at);
      int next = sign < 0 ? to : Math.min(to, sign);
      mask.append(next > at ? Secrets.MASK : "");
      at = Math.min(to, Math.max(next, kept.nextClearBit(next)));
      mask.append(text, next, at);
    }
    return mask.toString();
  }

  /**
   * A text in lower case, decoded so and so often, with the places that its characters come from.
   *
   * @param text the characters
   * @param places where each begins in the whole text, and where the last one ends
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record View(String text, int[] places) {
    private static String lower(String text) {
      StringBuilder lower = new StringBuilder(text);
      for (int i = 0; i < lower.length(); i++) {
        char c = lower.charAt(i);
        if (c >= 'A' && c <= 'Z') {
          lower.setCharAt(i, (char) (c + 32));
        }
      }
      return lower.toString();
    }

    static View of(String text, int begin, int end) {
      int[] places = new int[end - begin + 1];
      for (int i = 0; i < places.length; i++) {
        places[i] = begin + i;
      }
      return new View(lower(text.substring(begin, end)), places);
    }

    void find(BitSet kept) {
      for (String sign : SIGNS) {
        for (int at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
          kept.set(places[at], places[at + sign.length()]);
        }
      }
    }

    View decoded() {
      StringBuilder out = new StringBuilder(text.length());
      int[] from = new int[text.length() + 1];
      int at = 0;
      while (at < text.length()) {
        from[out.length()] = places[at];
        char c = text.charAt(at);
        int value = c == '%' ? hex(at + 1, 2) : -1;
        int unit =
            value < 0 && c == '%' && at + 1 < text.length() && text.charAt(at + 1) == 'u'
                ? hex(at + 2, 4)
                : -1;
        if (value >= 0) {
          at += 3 + overlong(at, value, out);
        } else if (unit >= 0) {
          out.append((char) unit);
          at += 6;
        } else {
          out.append(c == '+' ? ' ' : c);
          at++;
        }
      }
      from[out.length()] = places[at];
      return new View(lower(out.toString()), from);
    }

    /** Appends a byte, or the slash, dot or backslash that it begins in two bytes too many. */
    private int overlong(int at, int value, StringBuilder out) {
      int next =
          (value & 0xfe) == 0xc0 && at + 3 < text.length() && text.charAt(at + 3) == '%'
              ? hex(at + 4, 2)
              : -1;
      if ((next & 0xc0) == 0x80 && next >= 0) {
        out.append((char) ((value & 1) << 6 | (next & 0x3f)));
        return 3;
      }
      out.append((char) value);
      return 0;
    }

    private int hex(int from, int digits) {
      if (from + digits > text.length()) {
        return -1;
      }
      int value = 0;
      for (int i = from; i < from + digits; i++) {
        int digit = text.charAt(i) < 0x80 ? UrlDecoding.hex((byte) text.charAt(i)) : -1;
        if (digit < 0) {
          return -1;
        }
        value = value << 4 | digit;
      }
      return value;
    }
  }
}
