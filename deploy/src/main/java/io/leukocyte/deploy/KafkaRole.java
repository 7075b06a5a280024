package io.leukocyte.deploy;

import io.leukocyte.events.Topic;
import io.leukocyte.indexer.Indexer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Who uses Kafka, and the least that each has to be allowed: a user of its own for each. */
enum KafkaRole {
  /** Writes events, and reads the end of what it wrote after a crash. */
  COLLECTOR,
  /** Of the containers it takes out what is gone; of alerts it makes incidents. */
  ANALYZER,
  /** In no group: it knows its partitions itself. */
  RESPONDER,
  /** Has nothing to say to other roles. */
  INDEXER,
  /** People: they look at everything but the roles' own affairs, give orders and push rules. */
  OPERATOR,
  /**
   * {@code leuko dead retry}. Who writes alerts makes responders act without a signed order, so
   * that operators have another user for their daily work.
   */
  RETRY;

  private static final String OURS = "leuko.";
  private static final String ANY_HOST = "*";

  /** The name, lower case. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The topics that it reads. */
  Set<Topic> reads() {
    return switch (this) {
      case COLLECTOR -> EnumSet.of(Topic.EVENTS, Topic.CONFIG);
      case ANALYZER ->
          EnumSet.of(
              Topic.EVENTS,
              Topic.MATCHES,
              Topic.ALERTS,
              Topic.COMMANDS,
              Topic.CONTAINERS,
              Topic.CONFIG);
      case RESPONDER ->
          EnumSet.of(Topic.ALERTS, Topic.COMMANDS, Topic.PERMITS, Topic.BLOCKED, Topic.CONFIG);
      case INDEXER ->
          EnumSet.of(Topic.ALERTS, Topic.ACTIONS, Topic.INCIDENTS, Topic.FINDINGS, Topic.EVENTS);
      case OPERATOR ->
          EnumSet.of(
              Topic.EVENTS,
              Topic.ALERTS,
              Topic.INCIDENTS,
              Topic.FINDINGS,
              Topic.ACTIONS,
              Topic.CONTAINERS,
              Topic.PROFILES,
              Topic.CONFIG,
              Topic.DEAD);
      case RETRY -> EnumSet.of(Topic.DEAD);
    };
  }

  /** The topics that it writes to. */
  Set<Topic> writes() {
    return switch (this) {
      case COLLECTOR -> EnumSet.of(Topic.EVENTS);
      case ANALYZER ->
          EnumSet.of(
              Topic.MATCHES,
              Topic.ALERTS,
              Topic.INCIDENTS,
              Topic.CONTAINERS,
              Topic.PROFILES,
              Topic.DEAD);
      case RESPONDER -> EnumSet.of(Topic.ACTIONS, Topic.PERMITS, Topic.BLOCKED, Topic.DEAD);
      case INDEXER -> EnumSet.of(Topic.DEAD);
      case OPERATOR -> EnumSet.of(Topic.COMMANDS, Topic.CONFIG);
      case RETRY ->
          EnumSet.of(
              Topic.EVENTS,
              Topic.ALERTS,
              Topic.INCIDENTS,
              Topic.FINDINGS,
              Topic.ACTIONS,
              Topic.DEAD);
    };
  }

  /** As whom Kafka knows it. */
  String principal(String prefix) {
    return "User:" + prefix + text();
  }

  /**
   * What its user has to be allowed.
   *
   * @param prefix what the names of the roles' users begin with
   * @param application the name of the analyzers' group
   */
  List<AclBinding> rights(String prefix, String application) {
    Rights rights = new Rights(principal(prefix));
    // Each role looks at its start whether all topics are there.
    rights.add(ResourceType.TOPIC, OURS, PatternType.PREFIXED, AclOperation.DESCRIBE);
    for (Topic topic : reads()) {
      rights.add(ResourceType.TOPIC, topic.text(), PatternType.LITERAL, AclOperation.READ);
    }
    for (Topic topic : writes()) {
      rights.add(ResourceType.TOPIC, topic.text(), PatternType.LITERAL, AclOperation.WRITE);
    }
    switch (this) {
      case ANALYZER -> {
        rights.add(
            ResourceType.TOPIC,
            application + "-", // the changelogs
            PatternType.PREFIXED,
            AclOperation.CREATE,
            AclOperation.READ,
            AclOperation.WRITE,
            AclOperation.DESCRIBE,
            AclOperation.DESCRIBE_CONFIGS);
        rights.add(
            ResourceType.TRANSACTIONAL_ID,
            application + "-",
            PatternType.PREFIXED,
            AclOperation.WRITE,
            AclOperation.DESCRIBE);
        rights.group(application);
      }
      case INDEXER -> rights.group(Indexer.GROUP);
      case COLLECTOR, RESPONDER, OPERATOR, RETRY -> {}
    }
    return List.copyOf(rights.all);
  }

  /** The rights of one user. */
  private static final class Rights {
    final List<AclBinding> all = new ArrayList<>();
    private final String principal;

    Rights(String principal) {
      this.principal = principal;
    }

    void group(String name) {
      add(ResourceType.GROUP, name, PatternType.LITERAL, AclOperation.READ, AclOperation.DESCRIBE);
    }

    void add(ResourceType type, String name, PatternType how, AclOperation... operations) {
      for (AclOperation operation : operations) {
        all.add(
            new AclBinding(
                new ResourcePattern(type, name, how),
                new AccessControlEntry(principal, ANY_HOST, operation, AclPermissionType.ALLOW)));
      }
    }
  }
}
