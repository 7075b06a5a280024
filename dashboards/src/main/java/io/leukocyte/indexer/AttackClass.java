package io.leukocyte.indexer;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Classes of web attacks by the ids of the rules that matched, as the OWASP Core Rule Set numbers
 * them: the first three of six digits are the family.
 */
final class AttackClass {
  private static final Pattern CORE_RULE = Pattern.compile("9\\d{5}");
  private static final int FAMILY = 3;

  private AttackClass() {}

  /** The class of a rule's id; empty for rules that only count, or are somebody's own. */
  static Optional<String> of(String rule) {
    if (!CORE_RULE.matcher(rule).matches()) {
      return Optional.empty();
    }
    return switch (rule.substring(0, FAMILY)) {
      case "911", "920" -> Optional.of("protocol violation");
      case "913" -> Optional.of("scanner");
      case "921", "922" -> Optional.of("protocol attack");
      case "930" -> Optional.of("local file inclusion");
      case "931" -> Optional.of("remote file inclusion");
      case "932" -> Optional.of("remote code execution");
      case "933" -> Optional.of("PHP injection");
      case "934" -> Optional.of("code injection");
      case "941" -> Optional.of("cross-site scripting");
      case "942" -> Optional.of("SQL injection");
      case "943" -> Optional.of("session fixation");
      case "944" -> Optional.of("Java attack");
      case "950", "951", "952", "953", "954", "955", "956" -> Optional.of("data leak");
      default -> Optional.empty();
    };
  }
}
