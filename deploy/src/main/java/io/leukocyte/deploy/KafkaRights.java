package io.leukocyte.deploy;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.Topic;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The rights of the roles' users in Kafka: what is in force against what has to be. */
final class KafkaRights implements AutoCloseable {
  /** The order in which rights are listed. */
  static final Comparator<AclBinding> ORDER =
      Comparator.comparing((AclBinding right) -> right.entry().principal())
          .thenComparing(right -> right.pattern().resourceType())
          .thenComparing(right -> right.pattern().name())
          .thenComparing(right -> right.entry().operation())
          .thenComparing(AclBinding::toString);

  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Admin admin;
  private final Set<AclBinding> wanted;
  private final Set<String> principals;

  private KafkaRights(Admin admin, String prefix, String application) {
    this.admin = admin;
    this.wanted = wanted(prefix, application);
    this.principals =
        Stream.of(KafkaRole.values()).map(r -> r.principal(prefix)).collect(Collectors.toSet());
  }

  /**
   * The rights of all roles' users.
   *
   * @param prefix what the users' names begin with
   * @param application the name of the analyzers' group
   */
  static Set<AclBinding> wanted(String prefix, String application) {
    Set<AclBinding> all = new TreeSet<>(ORDER);
    for (KafkaRole role : KafkaRole.values()) {
      all.addAll(role.rights(prefix, application));
    }
    return all;
  }

  /**
   * Opens them with a user who may change them.
   *
   * @param prefix what the users' names begin with
   * @param application the name of the analyzers' group
   */
  static KafkaRights open(KafkaSettings kafka, String prefix, String application) {
    Map<String, Object> client = new HashMap<>(kafka.clientProperties());
    client.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 30_000);
    try {
      return new KafkaRights(Admin.create(client), prefix, application);
    } catch (KafkaException e) {
      throw new EnvironmentException(
          "Cannot reach Kafka: %s; check kafka.bootstrap and the security settings."
              .formatted(e.getMessage()),
          e);
    }
  }

  /**
   * What is not as it has to be.
   *
   * @param missing rights that the roles need
   * @param surplus rights of the roles' users that no role needs
   * @param others rights of other users to write to our topics: whoever has one speaks for a role
   */
  record Difference(Set<AclBinding> missing, Set<AclBinding> surplus, Set<AclBinding> others) {}

  /**
   * Compares what is in force.
   *
   * @throws EnvironmentException when Kafka does not tell
   */
  Difference difference() {
    Collection<AclBinding> there =
        await(admin.describeAcls(AclBindingFilter.ANY).values(), "read the rights");
    Set<AclBinding> missing = new TreeSet<>(ORDER);
    missing.addAll(wanted);
    missing.removeAll(new HashSet<>(there));
    Set<AclBinding> surplus = new TreeSet<>(ORDER);
    Set<AclBinding> others = new TreeSet<>(ORDER);
    for (AclBinding right : there) {
      if (right.entry().permissionType() != AclPermissionType.ALLOW) {
        continue; // somebody's own bounds
      }
      if (principals.contains(right.entry().principal())) {
        if (!wanted.contains(right)) {
          surplus.add(right);
        }
      } else if (writes(right)) {
        others.add(right);
      }
    }
    return new Difference(missing, surplus, others);
  }

  private static boolean writes(AclBinding right) {
    AclOperation operation = right.entry().operation();
    ResourcePattern pattern = right.pattern();
    boolean ours =
        switch (pattern.patternType()) {
          case LITERAL ->
              pattern.name().equals(ResourcePattern.WILDCARD_RESOURCE)
                  || Topic.ofText(pattern.name()).isPresent();
          case PREFIXED ->
              Stream.of(Topic.values()).anyMatch(t -> t.text().startsWith(pattern.name()));
          case MATCH, ANY, UNKNOWN -> false; // no form of a right that is in force
        };
    return pattern.resourceType() == ResourceType.TOPIC
        && (operation == AclOperation.WRITE || operation == AclOperation.ALL)
        && ours;
  }

  /** Adds rights, and returns when the broker that is asked knows them. */
  void add(Set<AclBinding> rights) {
    if (rights.isEmpty()) {
      return;
    }
    await(admin.createAcls(rights).all(), "add rights");
    long begin = System.nanoTime();
    while (!disjoint(difference().missing(), rights)) {
      if (System.nanoTime() - begin > VISIBLE_WITHIN.toNanos()) {
        throw new EnvironmentException(
            "The rights were added, but after "
                + VISIBLE_WITHIN.toSeconds()
                + " s the brokers do not know all of them. Check that the controller runs.");
      }
      pause();
    }
  }

  private static boolean disjoint(Set<AclBinding> missing, Set<AclBinding> rights) {
    return missing.stream().noneMatch(rights::contains);
  }

  /** Takes rights away. */
  void remove(Set<AclBinding> rights) {
    List<AclBindingFilter> filters = rights.stream().map(AclBinding::toFilter).toList();
    if (!filters.isEmpty()) {
      await(admin.deleteAcls(filters).all(), "take rights away");
    }
  }

  @Override
  public void close() {
    admin.close();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static EnvironmentException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new EnvironmentException("Interrupted while waiting for Kafka", e);
  }

  private static <T> T await(KafkaFuture<T> future, String what) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new EnvironmentException(
          "Cannot %s: Kafka says %s; %s.".formatted(what, cause.getMessage(), todo(cause)), cause);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static String todo(Throwable cause) {
    return switch (cause) {
      case SecurityDisabledException e ->
          "set authorizer.class.name to org.apache.kafka.metadata.authorizer.StandardAuthorizer on"
              + " brokers and controllers, with a super user, and start them again";
      case AuthorizationException e -> "use a user that super.users names";
      default -> "check kafka.bootstrap and the security settings";
    };
  }
}
