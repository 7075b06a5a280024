package io.leukocyte.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.EventId;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.HostId;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.Observed;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * docs/other-ways.md says where a field of a rule stands in the document of an alert: alerts are
 * raised with each of them, and what the rule printed is what stands there. {@code -Dgolden=write}
 * writes the table anew.
 */
class NamesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path DOCUMENT = Path.of("../docs/other-ways.md");
  private static final String HEAD =
      "| field of rules | in the document (ECS) | in Sigma |\n|---|---|---|\n";
  private static final long START = 1_790_000_100_000_000_000L;

  /**
   * A row.
   *
   * @param rule the field of the rule language
   * @param ecs the field of the document; its last element's, where it is a list
   * @param sigma the name in Sigma's taxonomy, or a dash
   */
  private record Name(String rule, String ecs, String sigma) {
    String row() {
      return "| `%s` | `%s` | %s |"
          .formatted(rule, ecs, sigma.equals("-") ? "-" : "`" + sigma + "`");
    }

    private static Name of(String line) {
      String[] parts = line.strip().split("\\s+", -1);
      return new Name(parts[0], parts[1], parts[2]);
    }
  }

  private static final List<Name> EVERYWHERE =
      """
      proc.exepath          process.executable           Image
      proc.name             process.name                 -
      proc.cmdline          process.command_line         CommandLine
      proc.cwd              process.working_directory    CurrentDirectory
      proc.pid              process.pid                  ProcessId
      proc.pname            process.parent.name          -
      proc.ppid             process.parent.pid           ParentProcessId
      user.uid              process.user.id              -
      group.gid             process.group.id             -
      container.name        container.name               -
      container.image.repository container.image.name    -
      container.image.tag   container.image.tag          -
      """
          .lines()
          .map(Name::of)
          .toList();
  private static final List<Name> OF_CONNECTIONS =
      """
      fd.sip                destination.ip               DestinationIp
      fd.sport              destination.port             DestinationPort
      fd.cip                source.ip                    SourceIp
      fd.cport              source.port                  SourcePort
      fd.sip.name           destination.domain           DestinationHostname
      fd.l4proto            network.transport            Protocol
      """
          .lines()
          .map(Name::of)
          .toList();
  private static final List<Name> OF_FILES =
      """
      fd.name               file.path                    TargetFilename
      """
          .lines()
          .map(Name::of)
          .toList();

  @TempDir private Path folder;

  private static final ContainerRef WEB =
      new ContainerRef(new ContainerId("ab".repeat(32)), "web", "shop/web", "1.4", null, false);
  private static final ProcessInfo SHELL =
      new ProcessInfo(
          new ProcessRef(4711, START),
          42,
          "sh",
          "/bin/dash",
          List.of("sh", "-c", "id; uname -a"),
          false,
          "/srv",
          34816,
          33,
          34,
          1000,
          0,
          new ProcessInfo.Flags(false, true, false, false),
          new ProcessInfo.Parent(
              new ProcessRef(4000, START - 5), "nginx", "/usr/sbin/nginx", List.of("nginx", "-g")),
          List.of("containerd-shim"));

  private static Map<Event, List<Name>> events() {
    Map<Event, List<Name>> events = new LinkedHashMap<>();
    events.put(new ProcessExec(START + 1, WEB, SHELL), EVERYWHERE);
    events.put(
        new NetConnect(
            START + 2,
            WEB,
            SHELL,
            Protocol.TCP,
            new Endpoint("198.51.100.7", 40_001),
            new Endpoint("203.0.113.9", 443),
            "shop.example"),
        OF_CONNECTIONS);
    events.put(
        new FileOpen(
            START + 3, WEB, SHELL, "openat", "/etc/shadow", null, 0, 0, false, true, false, 3),
        OF_FILES);
    return events;
  }

  @Test
  void whatARulePrintsStandsWhereTheTableSays() throws Exception {
    Path recording = folder.resolve("events.ndjson");
    StringBuilder lines = new StringBuilder();
    StringBuilder rules = new StringBuilder();
    Map<String, List<Name>> names = new LinkedHashMap<>();
    events()
        .forEach((event, of) -> {
          EventId id = new EventId(new HostId("host-1"), 1, 0, names.size());
          lines.append(EventJson.line(new Observed(id, event))).append('\n');
          String rule = "names " + names.size();
          names.put(rule, of);
          rules.append(
              "- rule: %s\n  desc: d\n  condition: evt.type in (%s)\n  output: \"%s\"\n  priority: WARNING\n"
                  .formatted(
                      rule,
                      switch (event) {
                        case NetConnect _ -> "connect";
                        case FileOpen _ -> "openat";
                        default -> "execve";
                      },
                      of.stream().map(name -> "%" + name.rule()).collect(Collectors.joining("|"))));
        });
    Files.writeString(recording, lines);
    Path file = Files.writeString(folder.resolve("names.yaml"), rules);

    Map<String, JsonNode> alerts = replay(recording, file);
    assertThat(alerts.keySet()).isEqualTo(names.keySet());
    names.forEach((rule, of) -> {
      JsonNode document = requireNonNull(alerts.get(rule));
      String[] printed = document.at("/leukocyte/alert/output").asText().split("\\|", -1);
      assertThat(printed).hasSameSizeAs(of);
      for (int i = 0; i < printed.length; i++) {
        JsonNode value = document.at("/" + of.get(i).ecs().replace('.', '/'));
        assertThat(value.isArray() ? value.path(0).asText() : value.asText())
            .as("%s in %s", of.get(i), document)
            .isEqualTo(printed[i])
            .isNotEmpty()
            .isNotEqualTo("<NA>");
      }
    });
  }

  private static Map<String, JsonNode> replay(Path recording, Path rules) throws Exception {
    StringWriter out = new StringWriter();
    CommandLine command = Leuko.commandLine().setOut(new PrintWriter(out));
    assertThat(command.execute("replay", recording.toString(), "--rules", rules.toString()))
        .isEqualTo(ExitCode.FINDINGS);
    Map<String, JsonNode> alerts = new LinkedHashMap<>();
    for (String line : out.toString().lines().toList()) {
      JsonNode alert = MAPPER.readTree(line);
      alerts.put(alert.at("/rule/name").asText(), alert);
    }
    return alerts;
  }

  @Test
  void theTableIsThatOfTheTest() throws Exception {
    StringBuilder table = new StringBuilder(HEAD);
    events().values().forEach(of -> of.forEach(name -> table.append(name.row()).append('\n')));
    String document = Files.readString(DOCUMENT);
    if ("write".equals(System.getProperty("golden"))) {
      int from = document.contains(HEAD) ? document.indexOf(HEAD) : document.indexOf("NAMES\n");
      int to = document.indexOf("\n\n", from) + 1;
      document = document.substring(0, from) + table + document.substring(to);
      Files.writeString(DOCUMENT, document);
    }
    assertThat(document).contains(table);
  }
}
