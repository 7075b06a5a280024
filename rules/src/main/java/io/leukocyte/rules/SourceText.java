package io.leukocyte.rules;

import io.leukocyte.events.config.Position;
import java.util.Arrays;

/** A text whose characters know where in a file they were written. */
final class SourceText {
  private final String text;
  private final String[] files;
  private final int[] lines;
  private final int[] columns;

  private SourceText(String text, String[] files, int[] lines, int[] columns) {
    this.text = text;
    this.files = files;
    this.lines = lines;
    this.columns = columns;
  }

  private static String[] repeat(String file, int times) {
    String[] files = new String[times];
    Arrays.fill(files, file);
    return files;
  }

  /** A text of which only the place of its first character is known. */
  static SourceText startingAt(Position start, String text) {
    int[] lines = new int[text.length() + 1];
    int[] columns = new int[text.length() + 1];
    boolean oneLine = text.indexOf('\n') < 0;
    for (int i = 0; i <= text.length(); i++) {
      lines[i] = start.line();
      columns[i] = start.column() + (oneLine ? i : 0);
    }
    return new SourceText(text, repeat(start.file(), lines.length), lines, columns);
  }

  /**
   * A text with the place of each character.
   *
   * @param lines line of each character and of the end, from 1
   * @param columns column of each character and of the end, from 1
   */
  static SourceText placed(String text, String file, int[] lines, int[] columns) {
    return new SourceText(text, repeat(file, lines.length), lines, columns);
  }

  String text() {
    return text;
  }

  int length() {
    return text.length();
  }

  /** Where a character was written; the offset may be one past the last. */
  Position at(int offset) {
    return new Position(files[offset], lines[offset], columns[offset]);
  }

  /** This text, one blank and the other text, which may come from another file. */
  SourceText then(SourceText other) {
    String[] allFiles = Arrays.copyOf(files, files.length + other.files.length);
    int[] allLines = Arrays.copyOf(lines, lines.length + other.lines.length);
    int[] allColumns = Arrays.copyOf(columns, columns.length + other.columns.length);
    System.arraycopy(other.files, 0, allFiles, files.length, other.files.length);
    System.arraycopy(other.lines, 0, allLines, lines.length, other.lines.length);
    System.arraycopy(other.columns, 0, allColumns, columns.length, other.columns.length);
    return new SourceText(text + " " + other.text, allFiles, allLines, allColumns);
  }
}
