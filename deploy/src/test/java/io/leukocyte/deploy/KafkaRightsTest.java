package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Topic;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

/** The least rights: what they hold together, and what docs/threat-model.md says of them. */
class KafkaRightsTest {
  private static final Set<AclBinding> ALL = KafkaRights.wanted("leuko-", "leuko-analyzer");

  /** Who may do it with that topic. */
  private static Set<String> who(AclOperation operation, Topic topic) {
    return ALL.stream()
        .filter(right -> right.pattern().resourceType() == ResourceType.TOPIC)
        .filter(right -> right.pattern().name().equals(topic.text()))
        .filter(right -> right.entry().operation() == operation)
        .map(right -> right.entry().principal().replace("User:leuko-", ""))
        .collect(Collectors.toSet());
  }

  @Test
  void nobodyMayWriteWhatMakesOthersActButWhoMakesItAndWhoBringsItBack() {
    assertThat(who(AclOperation.WRITE, Topic.COMMANDS)).containsExactly("operator");
    assertThat(who(AclOperation.WRITE, Topic.CONFIG)).containsExactly("operator");
    assertThat(who(AclOperation.WRITE, Topic.PERMITS)).containsExactly("responder");
    assertThat(who(AclOperation.WRITE, Topic.BLOCKED)).containsExactly("responder");
    assertThat(who(AclOperation.WRITE, Topic.MATCHES)).containsExactly("analyzer");
    assertThat(who(AclOperation.WRITE, Topic.EVENTS))
        .containsExactlyInAnyOrder("collector", "retry");
    assertThat(who(AclOperation.WRITE, Topic.ALERTS))
        .containsExactlyInAnyOrder("analyzer", "retry");
    assertThat(who(AclOperation.READ, Topic.ALERTS))
        .containsExactlyInAnyOrder("analyzer", "responder", "indexer", "operator");
  }

  @Test
  void nothingIsAllowedOfTheClusterAndAllToNobody() {
    assertThat(ALL)
        .allSatisfy(right -> {
          assertThat(right.pattern().resourceType())
              .isIn(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID);
          assertThat(right.entry().operation())
              .isNotIn(AclOperation.ALL, AclOperation.ALTER, AclOperation.DELETE);
          assertThat(right.pattern().name()).startsWith("leuko");
        });
  }

  @Test
  void whatDeadRetrySendsBackToIsWhatItsUserMayWrite() {
    assertThat(KafkaRole.RETRY.writes())
        .containsAll(DeadRetryCommand.AGAIN)
        .hasSize(DeadRetryCommand.AGAIN.size() + 1)
        .contains(Topic.DEAD);
  }

  @Test
  void documentHasTheTable() throws Exception {
    StringBuilder table = new StringBuilder("| user | reads | writes |\n|---|---|---|\n");
    for (KafkaRole role : KafkaRole.values()) {
      table.append(
          "| `%s` | %s | %s |%n".formatted(role.text(), names(role.reads()), names(role.writes())));
    }
    assertThat(Files.readString(Path.of("../docs/threat-model.md")))
        .contains(table.toString().replace("\r", ""));
  }

  private static String names(Set<Topic> topics) {
    return topics.stream()
        .map(topic -> topic.text().substring("leuko.".length()))
        .sorted()
        .collect(Collectors.joining(", "));
  }

  @Test
  void listTellsThemWithoutKafka() {
    StringWriter out = new StringWriter();
    int code =
        Leuko.commandLine()
            .setOut(new PrintWriter(out, true))
            .execute("rights", "list", "--prefix", "leuko-");
    assertThat(code).isZero();
    assertThat(out.toString().lines()).hasSize(ALL.size() + 1);
    assertThat(out.toString())
        .containsPattern("User:leuko-collector +write +topic +leuko.events")
        .containsPattern("User:leuko-analyzer +create +topic +leuko-analyzer-\\*")
        .containsPattern("User:leuko-indexer +read +group +leuko-indexer");
  }

  @Test
  void eachRoleHasItsNameAsItsUser() {
    assertThat(Stream.of(KafkaRole.values()).map(role -> role.principal("")))
        .containsExactly(
            "User:collector",
            "User:analyzer",
            "User:responder",
            "User:indexer",
            "User:operator",
            "User:retry");
  }
}
