package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Observed;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FleetContainersTest {
  private static final long STARTED = 1_767_225_600_000_000_000L; // 2026-01-01

  private final FleetContainers fleet = new FleetContainers();

  private void put(String host, ContainerFacts facts) {
    fleet.take(
        facts.container().id().value().getBytes(StandardCharsets.UTF_8),
        EventJson.write(new Observed(new EventId(new HostId(host), 1, 1, 1), facts)));
  }

  private static ContainerFacts facts(String digit, String name, Map<String, String> labels) {
    return new ContainerFacts(
        STARTED,
        new ContainerRef(new ContainerId(digit.repeat(64)), name, "shop", "1.2", null, false),
        "running",
        7,
        STARTED,
        STARTED,
        new TreeMap<>(labels),
        List.of(),
        List.of(
            new ContainerFacts.Network("front", "n", "192.0.2.7", "2001:db8::7", null, List.of())),
        "front",
        "",
        List.of(),
        "",
        List.of(),
        false,
        "",
        "",
        ContainerFacts.Limits.NONE,
        ContainerFacts.Security.DEFAULT);
  }

  private String printed(Table.Format format) {
    StringWriter text = new StringWriter();
    fleet.print(new PrintWriter(text), format);
    return text.toString();
  }

  @Test
  void containersOfAllHostsAreListedWithWhatIsKnownOfThem() {
    put("host-b", facts("1", "web", Map.of()));
    put(
        "host-a",
        facts(
            "2",
            "k8s_api",
            Map.of("io.kubernetes.pod.name", "api-0", "io.kubernetes.pod.namespace", "prod")));
    assertThat(printed(Table.Format.TABLE).lines().map(l -> l.replaceAll(" +", " ")))
        .containsExactly(
            "HOST ID NAME IMAGE STATE STARTED ADDRESSES POD",
            "host-a 222222222222 k8s_api shop:1.2 running 2026-01-01T00:00:00Z"
                + " 192.0.2.7,2001:db8::7 prod/api-0",
            "host-b 111111111111 web shop:1.2 running 2026-01-01T00:00:00Z"
                + " 192.0.2.7,2001:db8::7 -");
  }

  @Test
  void theLastWordOfAContainerCountsAndWithoutAValueItIsForgotten() {
    ContainerFacts web = facts("1", "web", Map.of());
    put("host-a", web);
    put("host-a", web.destroyed(STARTED + 1));
    assertThat(printed(Table.Format.TABLE)).contains("destroyed").doesNotContain("running");
    fleet.take(web.container().id().value().getBytes(StandardCharsets.UTF_8), null);
    assertThat(printed(Table.Format.TABLE).lines()).hasSize(1);
    assertThat(printed(Table.Format.JSON).strip()).isEqualTo("[]");
  }

  @Test
  void jsonHasWholeDocumentsAndWhatCannotBeReadIsLeftOut() throws Exception {
    put("host-a", facts("1", "web", Map.of("tier", "web")));
    put("host-a", facts("2", "db", Map.of()));
    fleet.take("3".getBytes(StandardCharsets.UTF_8), "{".getBytes(StandardCharsets.UTF_8));
    JsonNode all = new ObjectMapper().readTree(printed(Table.Format.JSON));
    assertThat(all).hasSize(2);
    assertThat(all.get(1).at("/container/name").asText()).isEqualTo("web");
    assertThat(all.get(1).at("/leukocyte/facts/labels/tier").asText()).isEqualTo("web");
    assertThat(all.get(1).at("/host/id").asText()).isEqualTo("host-a");
  }
}
