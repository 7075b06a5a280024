package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SystemCallTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static JsonNode json(Event event) throws IOException {
    return MAPPER.readTree(EventJson.write(TestEvents.observed(0, event)));
  }

  private static List<SystemCall> calls() {
    List<SystemCall> calls = new ArrayList<>();
    for (Event event : TestEvents.STORY) {
      if (event instanceof SystemCall call) {
        calls.add(call);
      }
    }
    return calls;
  }

  @Test
  void anotherContainerOrProcessChangesNothingElse() {
    ContainerRef other = ContainerRef.unknown(new ContainerId("d".repeat(64)));
    ProcessInfo shell = ProcessInfo.unknown(new ProcessRef(1, 2));
    for (SystemCall call : calls()) {
      SystemCall moved = call.with(other);
      assertThat(moved.container()).isEqualTo(other);
      assertThat(moved.process()).isEqualTo(call.process());
      assertThat(moved.kind()).isEqualTo(call.kind());
      assertThat(moved).isNotEqualTo(call);
      assertThat(moved.with(call.container())).isEqualTo(call);
      SystemCall renamed = call.with(shell);
      assertThat(renamed.process()).isEqualTo(shell);
      assertThat(renamed.with(call.process())).isEqualTo(call);
    }
  }

  @Test
  void everyKindOfCallIsInTheStoryAndAWriterPutsItsCallsIntoTheirKind() {
    Set<Kind> kinds = new HashSet<>();
    for (SystemCall call : calls()) {
      kinds.add(call.kind());
      assertThat(call.kind().calls()).contains(call.call());
      assertThat(((Event) call).kind()).isEqualTo(call.kind());
    }
    assertThat(kinds)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Kind.values()).filter(Kind::isSystemCall).toList());
    assertThat(kinds).allMatch(Kind::hasProcess).hasSize(17);
  }

  @Test
  void aCallBelongsToOneKind() {
    List<String> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      assertThat(kind.calls()).isSorted();
      all.addAll(kind.calls());
      assertThat(kind.more() == null).isEqualTo(!kind.hasProcess());
    }
    assertThat(all).hasSizeGreaterThan(80).doesNotHaveDuplicates();
  }

  @Test
  void numbersOfKindsAreGivenOnce() {
    List<Integer> codes = Arrays.stream(Kind.values()).map(Kind::code).toList();

    assertThat(codes)
        .isSorted()
        .containsExactly(
            1, 2, 3, 4, 8, 9, 10, 16, 17, 18, 19, 20, 21, 22, 24, 25, 28, 32, 33, 34, 36, 48, 49,
            50, 51, 64, 65);
  }

  @Test
  void outcomeAndErrorFollowFromTheResult() throws IOException {
    JsonNode read = json(TestEvents.READS_SHADOW);
    assertThat(read.at("/event/outcome").textValue()).isEqualTo("success");
    assertThat(read.at("/event/action").textValue()).isEqualTo("openat");
    assertThat(read.has("error")).isFalse();
    JsonNode refused = json(TestEvents.MAY_NOT_CREATE);
    assertThat(refused.at("/event/outcome").textValue()).isEqualTo("failure");
    assertThat(refused.at("/error/code").textValue()).isEqualTo("EACCES");
    assertThat(refused.at("/file/mode").textValue()).isEqualTo("0640");
    assertThat(refused.at("/leukocyte/file/flag_names").toString())
        .isEqualTo("[\"O_WRONLY\",\"O_CREAT\",\"O_TRUNC\"]");
    assertThat(refused.at("/leukocyte/call/result").longValue()).isEqualTo(-13);
  }

  @Test
  void eachKindIsClassedAsEcsHasIt() throws IOException {
    assertClass(TestEvents.SETS_USER_ID, "file", "change");
    assertClass(withCall("unlinkat"), "file", "deletion");
    assertClass(withCall("rmdir"), "file", "deletion");
    assertClass(withCall("symlinkat"), "file", "creation");
    assertClass(withCall("mkdir"), "file", "creation");
    assertClass(TestEvents.ACCEPTS, "network", "connection");
    assertClass(TestEvents.LOADS_A_MODULE, "driver", "start");
    assertClass(TestEvents.ATTACHES, "process", "access");
    assertClass(TestEvents.MOUNTS, "host", "change");
    assertThat(json(TestEvents.USES).at("/event/kind").textValue()).isEqualTo("metric");
  }

  private static FileChange withCall(String call) {
    return new FileChange(
        1, null, TestEvents.RENAMES.process(), call, "/x", null, 0, -1, -1, -1, false, 0);
  }

  private static void assertClass(Event event, String category, String type) throws IOException {
    JsonNode json = json(event);
    assertThat(json.at("/event/category/0").textValue()).isEqualTo(category);
    assertThat(json.at("/event/type/0").textValue()).isEqualTo(type);
  }

  @Test
  void whoSendsIsTheSourceAndAQueryIsShown() throws IOException {
    JsonNode sent = json(TestEvents.ASKS_FOR_A_NAME);
    assertThat(sent.at("/source/ip").textValue()).isEqualTo("172.20.0.5");
    assertThat(sent.at("/destination/port").intValue()).isEqualTo(53);
    assertThat(sent.at("/network/direction").textValue()).isEqualTo("egress");
    assertThat(sent.at("/network/protocol").textValue()).isEqualTo("dns");
    assertThat(sent.at("/dns/question/type").textValue()).isEqualTo("TXT");
    JsonNode received = json(TestEvents.GETS_A_DATAGRAM);
    assertThat(received.at("/source/ip").textValue()).isEqualTo("203.0.113.53");
    assertThat(received.at("/destination/ip").textValue()).isEqualTo("172.20.0.5");
    assertThat(received.at("/network/direction").textValue()).isEqualTo("ingress");
    assertThat(received.has("dns")).isFalse();
  }

  @Test
  void numbersHaveTheirNamesBesideThem() throws IOException {
    assertThat(json(TestEvents.PACKET_SOCKET).at("/leukocyte/socket").toString())
        .isEqualTo(
            "{\"domain\":17,\"domain_name\":\"packet\",\"type\":524291,\"type_name\":\"raw\","
                + "\"protocol\":768}");
    assertThat(json(TestEvents.ATTACHES).at("/leukocyte/trace/request_name").textValue())
        .isEqualTo("PTRACE_ATTACH");
    assertThat(json(TestEvents.ENTERS_A_NAMESPACE).at("/leukocyte/namespace/flag_names").toString())
        .isEqualTo("[\"CLONE_NEWNS\"]");
    assertThat(json(TestEvents.LOADS_A_PROGRAM).at("/leukocyte/bpf/command_name").textValue())
        .isEqualTo("BPF_PROG_LOAD");
    assertThat(json(TestEvents.RENAMES_ITSELF).at("/leukocyte/control/option_name").textValue())
        .isEqualTo("PR_SET_NAME");
    assertThat(json(TestEvents.MOUNTS).at("/leukocyte/mount/flag_names").toString())
        .isEqualTo("[\"MS_RDONLY\",\"MS_BIND\"]");
  }

  @Test
  void alertOfACallTellsItsAddressesAndCapabilities() throws IOException {
    Alert alert = TestEvents.ALERT;
    Alert reverseShell =
        new Alert(
            alert.id(),
            alert.rule(),
            alert.message(),
            alert.output(),
            alert.groupBy(),
            TestEvents.observed(
                1, TestEvents.SHELL_ON_A_SOCKET.with(TestEvents.SHELL_WITH_MORE.process())),
            alert.labels(),
            alert.hostname(),
            alert.bundle());
    JsonNode json = MAPPER.readTree(AlertJson.write(reverseShell));

    assertThat(json.at("/related/ip").toString()).isEqualTo("[\"172.20.0.5\",\"198.51.100.66\"]");
    assertThat(json.at("/process/thread/capabilities/permitted").toString())
        .contains("CAP_SYS_ADMIN");
    assertThat(json.at("/process/entity_id").textValue()).contains(":4711:");
    assertThat(json.at("/process/env_vars/0").textValue()).isEqualTo("LD_PRELOAD=/tmp/x.so");
  }

  @Test
  void figuresAreKeptToAThousandth() {
    ContainerStats uses = TestEvents.USES;
    assertThat(uses.cpuPercent()).isEqualTo(12.345);
    assertThat(uses.cpuThousandths()).isEqualTo(12_345);
    ContainerStats fine =
        new ContainerStats(1, TestEvents.WEB, 0, 0.12349, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    assertThat(fine.cpuPercent()).isEqualTo(0.123);
    ContainerRef other = ContainerRef.unknown(new ContainerId("d".repeat(64)));
    assertThat(uses.with(other).container()).isEqualTo(other);
    assertThat(uses.with(other).with(TestEvents.WEB)).isEqualTo(uses);
  }

  @Test
  void aCallHasNoMoreArgumentsThanTheKernelTakes() {
    KernelCall ring = TestEvents.RING;
    List<Long> seven = Collections.nCopies(7, 1L);

    assertThatThrownBy(() -> new KernelCall(1, null, ring.process(), "keyctl", seven, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("7");
  }
}
