package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.Priority;
import java.util.List;

/** Rules that need state no rule file can express. */
final class BuiltInRules {
  private static final String FILE = "built-in";

  static final Alert.RuleInfo EGRESS_VOLUME =
      new Alert.RuleInfo(
          "Unexpected egress volume",
          "A container sends more than its limit within 60 seconds to addresses outside the allowed"
              + " networks.",
          Priority.CRITICAL,
          List.of("container", "network", "mitre_exfiltration", "T1041", "T1048"),
          FILE);

  static final Alert.RuleInfo EGRESS_UNUSUAL =
      new Alert.RuleInfo(
          "Egress above the container's own history",
          "A container that has been watched for an hour or more sends ten times what it ever sent"
              + " within a minute before, to addresses outside the allowed networks.",
          Priority.WARNING,
          List.of("container", "network", "mitre_exfiltration", "T1041", "T1048"),
          FILE);

  static final Alert.RuleInfo EVENTS_LOST =
      new Alert.RuleInfo(
          "Events lost",
          "Events of a host did not reach detection: what happened in the meantime is not known.",
          Priority.WARNING,
          List.of("sensor", "mitre_defense_evasion", "T1562"),
          FILE);

  static final Alert.RuleInfo GROUPS_LOST =
      new Alert.RuleInfo(
          "Correlation groups lost",
          "There were more groups of correlations than are remembered: what the oldest ones had"
              + " counted is forgotten, and attacks may hide behind many groups.",
          Priority.WARNING,
          List.of("sensor", "mitre_defense_evasion", "T1562"),
          FILE);

  static final Alert.RuleInfo COVERAGE =
      new Alert.RuleInfo(
          "Coverage reduced",
          "A host's collector does not send all events of kinds that rules in force need.",
          Priority.WARNING,
          List.of("sensor", "mitre_defense_evasion", "T1562"),
          FILE);

  static final Alert.RuleInfo SILENT =
      new Alert.RuleInfo(
          "Sensor silent",
          "A host that sent heartbeats sends nothing any more: what happens there is not seen.",
          Priority.ERROR,
          List.of("sensor", "mitre_defense_evasion", "T1562"),
          FILE);

  private BuiltInRules() {}
}
