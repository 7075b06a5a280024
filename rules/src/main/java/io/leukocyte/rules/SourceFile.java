package io.leukocyte.rules;

import io.leukocyte.events.config.YamlNode;
import java.util.Arrays;

/**
 * The raw text of a YAML file, to find where a scalar's characters were written. Folding, block
 * indentation and escapes change only blanks and escape signs, so the other characters stand in the
 * file in the same order.
 */
final class SourceFile {
  /** Indentation and blank lines between two characters; beyond it an escape hides the next one. */
  private static final int LONGEST_GAP = 256;

  private final String name;
  private final String raw;
  private final int[] lineStarts;

  SourceFile(RuleFile file) {
    this.name = file.name();
    this.raw = file.text();
    this.lineStarts = lineStarts(raw);
  }

  private static int[] lineStarts(String raw) {
    int[] starts = new int[64];
    int lines = 1;
    for (int i = 0; i < raw.length(); i++) {
      if (raw.charAt(i) == '\n') {
        if (lines == starts.length) {
          starts = Arrays.copyOf(starts, lines * 2);
        }
        starts[lines++] = i + 1;
      }
    }
    return Arrays.copyOf(starts, lines);
  }

  /** The scalar's text with the place of each character. */
  SourceText locate(YamlNode.Scalar scalar) {
    String text = scalar.text();
    int[] lines = new int[text.length() + 1];
    int[] columns = new int[text.length() + 1];
    int line = Math.min(scalar.at().line(), lineStarts.length);
    int at = contentStart(Math.min(lineStarts[line - 1] + scalar.at().column() - 1, raw.length()));
    for (int i = 0; i <= text.length(); i++) {
      if (i < text.length() && !isBlank(text.charAt(i))) {
        int found = raw.indexOf(text.charAt(i), at);
        at = found < 0 || found - at > LONGEST_GAP ? at : found;
      }
      while (line < lineStarts.length && lineStarts[line] <= at) {
        line++;
      }
      lines[i] = line;
      columns[i] = at - lineStarts[line - 1] + 1;
      at = Math.min(at + 1, raw.length());
    }
    return SourceText.placed(text, name, lines, columns);
  }

  /** The first character of the content: after a quote, or on the line after a block's header. */
  private int contentStart(int at) {
    if (at >= raw.length()) {
      return at;
    }
    char first = raw.charAt(at);
    if (first == '|' || first == '>') {
      int end = raw.indexOf('\n', at);
      int start = end < 0 ? raw.length() : end + 1;
      while (start < raw.length() && isBlank(raw.charAt(start))) {
        start++;
      }
      return start;
    }
    return first == '"' || first == '\'' ? at + 1 : at;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }
}
