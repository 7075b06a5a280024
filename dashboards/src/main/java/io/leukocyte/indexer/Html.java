package io.leukocyte.indexer;

/**
 * A page being written; whatever is not a tag of ours is escaped. It is ASCII, so that it is the
 * same whatever the encoding of the standard output is.
 */
final class Html {
  private final StringBuilder out = new StringBuilder(1 << 16);

  /** The text with what HTML reads as markup written as references, also within quotes. */
  static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> escape(out, c));
    return out.toString();
  }

  private static void escape(StringBuilder out, int c) {
    switch (c) {
      case '&' -> out.append("&amp;");
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '"' -> out.append("&quot;");
      case '\'' -> out.append("&#39;");
      case '\n', '\t' -> out.append((char) c);
      default -> {
        if (isInvisible(c)) {
          out.append(c < 0x100 ? "\\x%02x".formatted(c) : "\\u%04x".formatted(c));
        } else if (c > '~') {
          out.append("&#").append(c).append(';');
        } else {
          out.append((char) c);
        }
      }
    }
  }

  /** What would change how a page reads without being seen: controls, marks of direction. */
  private static boolean isInvisible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> true;
      case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> false;
    };
  }

  /**
   * Begins an element.
   *
   * @param name the element's
   * @param attributes names and values in turn; the values are escaped
   */
  Html open(String name, String... attributes) {
    out.append('<').append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"").append(escaped(attributes[i + 1]));
      out.append('"');
    }
    out.append('>');
    return this;
  }

  /** Ends an element. */
  Html close(String name) {
    out.append("</").append(name).append('>');
    return this;
  }

  /** Ends an element and the line. */
  Html closeLine(String name) {
    close(name).out.append('\n');
    return this;
  }

  /** An element with a text in it. */
  Html element(String name, String text, String... attributes) {
    return open(name, attributes).text(text).close(name);
  }

  /** Text, escaped. */
  Html text(String text) {
    out.append(escaped(text));
    return this;
  }

  /** Markup of our own, as it is. */
  Html markup(String ours) {
    out.append(ours);
    return this;
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
