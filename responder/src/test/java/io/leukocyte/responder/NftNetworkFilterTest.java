package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whose namespace is touched: never the host's, never one of a process that is not the container's.
 */
class NftNetworkFilterTest {
  private static final ContainerId WEB = new ContainerId("ab".repeat(32));
  private static final ContainerId OTHER = new ContainerId("cd".repeat(32));

  @TempDir Path proc;
  private NftNetworkFilter filter;

  @BeforeEach
  void host() throws IOException {
    process("1", "/init.scope", "net:[1]");
    process("self", "/", "net:[1]");
    Commands commands = new Commands(Duration.ofSeconds(5));
    Nft programs = new NftPrograms(commands, "this is a test");
    filter = new NftNetworkFilter(proc, new ContainerNamespaces(proc, () -> programs, commands));
  }

  private void process(String pid, String cgroup, String namespace) throws IOException {
    Path folder = proc.resolve(pid);
    Files.createDirectories(folder.resolve("ns"));
    Files.createDirectories(folder.resolve("net"));
    Files.writeString(folder.resolve("net/dev"), "Inter-|\n    lo: 0\n  eth0: 0\n");
    Files.writeString(folder.resolve("cgroup"), "0::" + cgroup + "\n");
    Files.writeString(folder.resolve("stat"), "7 (a) b) S" + " 0".repeat(18) + " 4711 0 0\n");
    Files.createSymbolicLink(folder.resolve("ns/net"), Path.of(namespace));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1})
  void aContainerHasNoSuchProcess(int pid) {
    assertThatThrownBy(() -> new ContainerProcess(WEB, pid))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPidThatWasGivenToAnotherContainerIsNotTouched() throws IOException {
    process("777", "/docker/" + OTHER.value(), "net:[2]");
    assertThatThrownBy(() -> filter.close(new ContainerProcess(WEB, 777), Scope.ALL))
        .isInstanceOf(NetworkFilterException.Gone.class)
        .hasMessageContaining("ended meanwhile");
  }

  @Test
  void aPidThatIsGoneIsNotTouched() {
    assertThatThrownBy(() -> filter.close(new ContainerProcess(WEB, 778), Scope.ALL))
        .isInstanceOf(NetworkFilterException.class);
  }

  @Test
  void aReleaseOfAContainerWhoseProcessIsGoneHasNothingToOpen() {
    InMemoryEngine engine = new InMemoryEngine();
    ContainerId web = engine.run(ContainerSpec.of("web", "x:1"));
    Host host = new Host(engine, filter);
    assertThat(new Undo.OpenFilter(Scope.ALL).run(host, web)).isInstanceOf(Outcome.Done.class);
  }

  @Test
  void theHostsOwnNetworkIsNotTouched() throws IOException {
    process("779", "/docker/" + WEB.value(), "net:[1]");
    assertThatThrownBy(() -> filter.close(new ContainerProcess(WEB, 779), Scope.ALL))
        .isInstanceOf(NetworkFilterException.class)
        .hasMessageContaining("the host's network");
  }

  /** As nft 1.0.6 lists them. */
  @Test
  void interfacesAreFoundQuotedAndUnquotedAndNoneThatOnlyBeginsOrEndsLikeOne() {
    String one = "type filter hook ingress device \"eth0\" priority -500; policy drop;";
    String several =
        "type filter hook egress devices = { eth0, eth10, br-lan.7@if2 } priority -500;";
    assertThat(NftNetworkFilter.names(one, "eth0")).isTrue();
    assertThat(NftNetworkFilter.names(one, "eth")).isFalse();
    assertThat(NftNetworkFilter.names(one, "th0")).isFalse();
    assertThat(NftNetworkFilter.names(one, "eth01")).isFalse();
    assertThat(List.of("eth0", "eth10", "br-lan.7@if2"))
        .allMatch(name -> NftNetworkFilter.names(several, name));
    assertThat(List.of("eth1", "br-lan", "lan.7", "br-lan.7", "if2", "ethx0"))
        .noneMatch(name -> NftNetworkFilter.names(several, name));
  }

  @Test
  void aProcessIsTheContainersWhileItHasANamespaceAndItsControlGroup() throws IOException {
    process("783", "/docker/" + WEB.value(), "net:[3]");
    assertThat(filter.isStill(new ContainerProcess(WEB, 783))).isTrue();
    assertThat(filter.isStill(new ContainerProcess(OTHER, 783))).isFalse();
    assertThat(filter.isStill(new ContainerProcess(WEB, 784))).isFalse();
    Files.delete(proc.resolve("783/ns/net")); // as of one that ended, and was not waited for yet
    assertThat(filter.isStill(new ContainerProcess(WEB, 783))).isFalse();
  }

  @Test
  void othersInTheSameNamespaceAreFound() throws IOException {
    process("780", "/docker/" + WEB.value(), "net:[3]");
    process("781", "/system.slice/docker-" + OTHER.value() + ".scope", "net:[3]");
    process("782", "/docker/" + "ef".repeat(32), "net:[4]");
    assertThat(filter.sharers(new ContainerProcess(WEB, 780))).containsExactly(OTHER);
  }
}
