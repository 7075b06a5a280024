package io.leukocyte.rules;

import io.leukocyte.events.Text;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Suggestion;
import java.util.Optional;

/**
 * Takes the words of a condition one after the other. What a character means depends on where it
 * stands ({@code <} is an operator after a field and a part of a word after an operator), so the
 * parser asks for what may come next.
 */
final class Scanner {
  private static final java.util.regex.Pattern FIELD =
      java.util.regex.Pattern.compile("[a-zA-Z]\\w*(\\.[a-zA-Z]\\w*)+");

  private final SourceText source;
  private final String text;
  private int at;

  Scanner(SourceText source) {
    this.source = source;
    this.text = source.text();
  }

  Position here() {
    skipBlanks();
    return source.at(at);
  }

  boolean atEnd() {
    skipBlanks();
    return at >= text.length();
  }

  /** The next few characters, for messages. */
  String rest() {
    skipBlanks();
    if (at >= text.length()) {
      return "the end of the condition";
    }
    int end = at;
    while (end < text.length() && !isBlank(text.charAt(end))) {
      end++;
    }
    return "'" + Text.clip(Text.printable(text.substring(at, end)), 40) + "'";
  }

  /** What to write for a sign of other languages that comes next; empty when none does. */
  String foreignWord() {
    skipBlanks();
    for (String[] word : new String[][] {{"&&", "and"}, {"||", "or"}, {"!", "not"}}) {
      if (text.startsWith(word[0], at)) {
        return "write '" + word[1] + "' for " + word[0];
      }
    }
    return "";
  }

  /** Takes a sign if it comes next. */
  boolean take(char sign) {
    skipBlanks();
    return takeHere(sign);
  }

  /** Takes a text if it comes next. */
  boolean take(String word) {
    skipBlanks();
    if (!text.startsWith(word, at)) {
      return false;
    }
    at += word.length();
    return true;
  }

  /** Takes a sign if it comes next without a blank before it. */
  boolean takeHere(char sign) {
    if (at < text.length() && text.charAt(at) == sign) {
      at++;
      return true;
    }
    return false;
  }

  void expect(char sign, String where) throws SyntaxException {
    if (!take(sign)) {
      throw new SyntaxException(
          here(), "expected '" + sign + "' " + where + ", found " + rest(), "");
    }
  }

  /** Takes a keyword if it comes next and a blank, a parenthesis or the end follows. */
  boolean keyword(String word) {
    skipBlanks();
    int end = at + word.length();
    if (!text.startsWith(word, at)
        || (end < text.length() && !isBlank(text.charAt(end)) && text.charAt(end) != '(')) {
      return false;
    }
    at = end;
    return true;
  }

  /** A field or a macro: a letter, then letters, digits, underscores and dots. */
  String name() throws SyntaxException {
    skipBlanks();
    int start = at;
    while (at < text.length() && isNamePart(text.charAt(at))) {
      at++;
    }
    String name = text.substring(start, at);
    if (name.isEmpty() || !Character.isLetter(name.charAt(0))) {
      at = start;
      throw new SyntaxException(
          here(), "expected a field, a macro, 'not' or '(', found " + rest(), foreignWord());
    }
    if (name.endsWith(".") || name.contains("..")) {
      throw new SyntaxException(
          source.at(start), "'" + name + "' is not a name: a part between dots is empty", "");
    }
    return name;
  }

  /** A field's name, which has at least two parts; empty, and nothing taken, for anything else. */
  Optional<String> fieldName() {
    skipBlanks();
    java.util.regex.Matcher matcher = FIELD.matcher(text).region(at, text.length());
    if (!matcher.lookingAt() || (matcher.end() < text.length() && isWord(matcher.end()))) {
      return Optional.empty();
    }
    at = matcher.end();
    return Optional.of(matcher.group());
  }

  /** Whether a bare word goes on at a place. */
  private boolean isWord(int place) {
    return isBarePart(text.charAt(place)) && text.charAt(place) != '[';
  }

  /** What stands in brackets right after a field; empty when there are none. */
  Optional<String> argument() throws SyntaxException {
    Position start = source.at(at);
    if (!takeHere('[')) {
      return Optional.empty();
    }
    if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
      String quoted = quoted();
      expect(']', "after the field's argument");
      return Optional.of(quoted);
    }
    int end = text.indexOf(']', at);
    if (end < 0) {
      throw new SyntaxException(start, "'[' without ']'", "close the field's argument");
    }
    String argument = text.substring(at, end);
    at = end + 1;
    return Optional.of(argument);
  }

  Operator operator(String field) throws SyntaxException {
    skipBlanks();
    Position start = source.at(at);
    String word = operatorText();
    if (word.isEmpty()) {
      throw new SyntaxException(
          start, "expected an operator after " + field + ", found " + rest(), "");
    }
    return Operator.of(word)
        .orElseThrow(() ->
            new SyntaxException(
                start,
                "unknown operator '" + word + "'",
                Suggestion.didYouMean(word, Operator.words())));
  }

  private String operatorText() {
    for (String sign : new String[] {"==", "!=", "<=", ">=", "=", "<", ">"}) {
      if (text.startsWith(sign, at)) {
        at += sign.length();
        return sign;
      }
    }
    int start = at;
    while (at < text.length() && (Character.isLetter(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    return text.substring(start, at);
  }

  /** A quoted string or a bare word. */
  Expr.Value value(String after) throws SyntaxException {
    skipBlanks();
    Position start = source.at(at);
    if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
      return new Expr.Value(quoted(), start);
    }
    String word = bare();
    if (word.isEmpty()) {
      throw new SyntaxException(
          start,
          "expected a value after " + after + ", found " + rest(),
          "quote a value that has blanks or one of ( ) = , in it");
    }
    return new Expr.Value(word, start);
  }

  /** Whether the next value is quoted, so that it is never a list's name. */
  boolean quoteComes() {
    skipBlanks();
    return at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'');
  }

  private String bare() {
    int start = at;
    while (at < text.length() && isBarePart(text.charAt(at))) {
      at++;
    }
    return text.substring(start, at);
  }

  private String quoted() throws SyntaxException {
    int start = at;
    char quote = text.charAt(at++);
    StringBuilder out = new StringBuilder();
    while (at < text.length() && text.charAt(at) != quote) {
      char c = text.charAt(at++);
      if (c == '\\') {
        escape(out);
      } else {
        out.append(c);
      }
    }
    if (at >= text.length()) {
      throw new SyntaxException(source.at(start), "a quote is not closed", "add " + quote);
    }
    at++;
    return out.toString();
  }

  private void escape(StringBuilder out) throws SyntaxException {
    char c = at < text.length() ? text.charAt(at) : '\0';
    switch (c) {
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case '\\', '/', '"', '\'' -> out.append(c);
      case ' ' -> out.append("\\ ");
      case 'x' -> out.append(hexEscape());
      default ->
          throw new SyntaxException(
              source.at(at - 1),
              "unknown escape '\\" + Text.printable(String.valueOf(c)) + "'",
              "write \\\\ for a backslash");
    }
    at++;
  }

  /** The character of \xHH; leaves the last digit to be passed. */
  private char hexEscape() throws SyntaxException {
    int high = at + 1 < text.length() ? Character.digit(text.charAt(at + 1), 16) : -1;
    int low = at + 2 < text.length() ? Character.digit(text.charAt(at + 2), 16) : -1;
    if (high < 0 || low < 0) {
      throw new SyntaxException(source.at(at - 1), "\\x needs two hexadecimal digits", "");
    }
    at += 2;
    return (char) (high * 16 + low);
  }

  private void skipBlanks() {
    while (at < text.length() && isBlank(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  private static boolean isNamePart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '.';
  }

  private static boolean isBarePart(char c) {
    return !isBlank(c) && "()\"'=,".indexOf(c) < 0;
  }
}
