package io.leukocyte.events;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * MITRE ATT&amp;CK as rules' tags name it: {@code mitre_execution} or {@code attack.execution} for
 * a tactic, {@code T1059}, {@code T1059.004} or {@code attack.t1059} for a technique. The
 * techniques of its Containers matrix have their names here, with others that rules for containers
 * use; one without a name here is shown by its id.
 */
final class Attack {
  private static final Pattern TECHNIQUE =
      Pattern.compile("(?:mitre_|attack\\.)?(t\\d{4})(?:\\.(\\d{3}))?");
  private static final String SITE = "https://attack.mitre.org/";

  private static final Map<String, Named> TACTICS =
      Map.ofEntries(
          tactic("TA0043", "Reconnaissance"),
          tactic("TA0042", "Resource Development"),
          tactic("TA0001", "Initial Access"),
          tactic("TA0002", "Execution"),
          tactic("TA0003", "Persistence"),
          tactic("TA0004", "Privilege Escalation"),
          tactic("TA0005", "Defense Evasion"),
          tactic("TA0006", "Credential Access"),
          tactic("TA0007", "Discovery"),
          tactic("TA0008", "Lateral Movement"),
          tactic("TA0009", "Collection"),
          tactic("TA0010", "Exfiltration"),
          tactic("TA0011", "Command and Control"),
          tactic("TA0040", "Impact"));

  private static final Map<String, String> TECHNIQUES =
      Map.ofEntries(
          Map.entry("T1003", "OS Credential Dumping"),
          Map.entry("T1005", "Data from Local System"),
          Map.entry("T1014", "Rootkit"),
          Map.entry("T1016", "System Network Configuration Discovery"),
          Map.entry("T1018", "Remote System Discovery"),
          Map.entry("T1020", "Automated Exfiltration"),
          Map.entry("T1021", "Remote Services"),
          Map.entry("T1027", "Obfuscated Files or Information"),
          Map.entry("T1033", "System Owner/User Discovery"),
          Map.entry("T1036", "Masquerading"),
          Map.entry("T1036.005", "Match Legitimate Resource Name or Location"),
          Map.entry("T1037", "Boot or Logon Initialization Scripts"),
          Map.entry("T1041", "Exfiltration Over C2 Channel"),
          Map.entry("T1046", "Network Service Discovery"),
          Map.entry("T1048", "Exfiltration Over Alternative Protocol"),
          Map.entry("T1049", "System Network Connections Discovery"),
          Map.entry("T1053", "Scheduled Task/Job"),
          Map.entry("T1053.007", "Container Orchestration Job"),
          Map.entry("T1055", "Process Injection"),
          Map.entry("T1057", "Process Discovery"),
          Map.entry("T1059", "Command and Scripting Interpreter"),
          Map.entry("T1059.004", "Unix Shell"),
          Map.entry("T1059.006", "Python"),
          Map.entry("T1068", "Exploitation for Privilege Escalation"),
          Map.entry("T1069", "Permission Groups Discovery"),
          Map.entry("T1070", "Indicator Removal"),
          Map.entry("T1071", "Application Layer Protocol"),
          Map.entry("T1071.004", "DNS"),
          Map.entry("T1074", "Data Staged"),
          Map.entry("T1078", "Valid Accounts"),
          Map.entry("T1082", "System Information Discovery"),
          Map.entry("T1083", "File and Directory Discovery"),
          Map.entry("T1090", "Proxy"),
          Map.entry("T1095", "Non-Application Layer Protocol"),
          Map.entry("T1098", "Account Manipulation"),
          Map.entry("T1105", "Ingress Tool Transfer"),
          Map.entry("T1110", "Brute Force"),
          Map.entry("T1133", "External Remote Services"),
          Map.entry("T1136", "Create Account"),
          Map.entry("T1190", "Exploit Public-Facing Application"),
          Map.entry("T1195", "Supply Chain Compromise"),
          Map.entry("T1203", "Exploitation for Client Execution"),
          Map.entry("T1204", "User Execution"),
          Map.entry("T1204.003", "Malicious Image"),
          Map.entry("T1210", "Exploitation of Remote Services"),
          Map.entry("T1485", "Data Destruction"),
          Map.entry("T1489", "Service Stop"),
          Map.entry("T1496", "Resource Hijacking"),
          Map.entry("T1498", "Network Denial of Service"),
          Map.entry("T1499", "Endpoint Denial of Service"),
          Map.entry("T1505", "Server Software Component"),
          Map.entry("T1505.003", "Web Shell"),
          Map.entry("T1525", "Implant Internal Image"),
          Map.entry("T1528", "Steal Application Access Token"),
          Map.entry("T1543", "Create or Modify System Process"),
          Map.entry("T1543.005", "Container Service"),
          Map.entry("T1546", "Event Triggered Execution"),
          Map.entry("T1547", "Boot or Logon Autostart Execution"),
          Map.entry("T1548", "Abuse Elevation Control Mechanism"),
          Map.entry("T1550", "Use Alternate Authentication Material"),
          Map.entry("T1552", "Unsecured Credentials"),
          Map.entry("T1552.005", "Cloud Instance Metadata API"),
          Map.entry("T1552.007", "Container API"),
          Map.entry("T1555", "Credentials from Password Stores"),
          Map.entry("T1556", "Modify Authentication Process"),
          Map.entry("T1560", "Archive Collected Data"),
          Map.entry("T1562", "Impair Defenses"),
          Map.entry("T1565", "Data Manipulation"),
          Map.entry("T1567", "Exfiltration Over Web Service"),
          Map.entry("T1570", "Lateral Tool Transfer"),
          Map.entry("T1571", "Non-Standard Port"),
          Map.entry("T1572", "Protocol Tunneling"),
          Map.entry("T1573", "Encrypted Channel"),
          Map.entry("T1574", "Hijack Execution Flow"),
          Map.entry("T1595", "Active Scanning"),
          Map.entry("T1609", "Container Administration Command"),
          Map.entry("T1610", "Deploy Container"),
          Map.entry("T1611", "Escape to Host"),
          Map.entry("T1612", "Build Image on Host"),
          Map.entry("T1613", "Container and Resource Discovery"),
          Map.entry("T1620", "Reflective Code Loading"));

  private Attack() {}

  private record Named(String id, String name) {}

  private static Map.Entry<String, Named> tactic(String id, String name) {
    return Map.entry(name.toLowerCase(Locale.ROOT).replace(' ', '_'), new Named(id, name));
  }

  /** The ECS object {@code threat} of a rule's tags; empty when none names ATT&amp;CK. */
  static ObjectNode threat(Collection<String> tags) {
    Map<String, String> tactics = new LinkedHashMap<>();
    Map<String, String> techniques = new TreeMap<>();
    Map<String, String> subtechniques = new TreeMap<>();
    for (String tag : tags) {
      String lower = tag.toLowerCase(Locale.ROOT);
      Named tactic = tactic(lower);
      Matcher technique = TECHNIQUE.matcher(lower);
      if (tactic != null) {
        tactics.put(tactic.id(), tactic.name());
      } else if (technique.matches()) {
        String id = technique.group(1).toUpperCase(Locale.ROOT);
        techniques.put(id, TECHNIQUES.getOrDefault(id, id));
        if (technique.group(2) != null) {
          String sub = id + "." + technique.group(2);
          subtechniques.put(sub, TECHNIQUES.getOrDefault(sub, sub));
        }
      }
    }
    ObjectNode threat = Json.object();
    if (tactics.isEmpty() && techniques.isEmpty()) {
      return threat;
    }
    threat.put("framework", "MITRE ATT&CK");
    put(threat, "tactic", tactics, "tactics/");
    put(threat, "technique", techniques, "techniques/");
    if (!subtechniques.isEmpty()) {
      put(threat.withObject("/technique"), "subtechnique", subtechniques, "techniques/");
    }
    return threat;
  }

  private static @Nullable Named tactic(String lower) {
    for (String prefix : List.of("mitre_", "attack.")) {
      if (lower.startsWith(prefix)) {
        return TACTICS.get(lower.substring(prefix.length()).replace('-', '_'));
      }
    }
    return null;
  }

  private static void put(
      ObjectNode threat, String name, Map<String, String> named, String folder) {
    if (named.isEmpty()) {
      return;
    }
    ObjectNode tree = threat.putObject(name);
    ArrayNode ids = tree.putArray("id");
    ArrayNode names = tree.putArray("name");
    ArrayNode references = tree.putArray("reference");
    named.forEach((id, text) -> {
      ids.add(id);
      names.add(text);
      references.add(SITE + folder + id.replace('.', '/') + "/");
    });
  }
}
