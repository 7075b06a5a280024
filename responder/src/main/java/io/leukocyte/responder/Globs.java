package io.leukocyte.responder;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names of which some may hold {@code *}, any run of characters. */
final class Globs {
  private final List<Pattern> patterns;

  Globs(Collection<String> globs) {
    patterns = globs.stream().map(Globs::pattern).toList();
  }

  private static Pattern pattern(String glob) {
    String regex =
        Arrays.stream(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    return Pattern.compile(regex, Pattern.DOTALL);
  }

  boolean match(String text) {
    return patterns.stream().anyMatch(p -> p.matcher(text).matches());
  }
}
