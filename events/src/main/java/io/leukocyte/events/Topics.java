package io.leukocyte.events;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes the topics that are missing and checks those that are there. */
public final class Topics {
  private Topics() {}

  /**
   * What there is to do.
   *
   * @param missing the topics to make
   * @param problems what is wrong with those that are there, a line each
   */
  record Plan(List<NewTopic> missing, List<String> problems) {}

  /**
   * Makes every topic that is missing. Running it again, or in several roles at once, changes
   * nothing more; settings of topics that are there stay as they are.
   *
   * @param admin a client, which stays open
   * @param specs how to make them
   * @throws TopicException when a topic has another number of partitions, or when Kafka does not
   *     answer or refuses
   */
  public static void ensure(Admin admin, TopicSpecs specs) {
    ensure(admin, specs, EnumSet.allOf(Topic.class));
  }

  /** The same for some of the topics. */
  public static void ensure(Admin admin, TopicSpecs specs, Collection<Topic> topics) {
    Plan plan = plan(specs, topics, existing(admin, topics));
    create(admin, plan.missing());
    List<String> problems = plan.problems();
    if (!plan.missing().isEmpty()) {
      // Another role may have made them meanwhile, with other numbers.
      problems = plan(specs, topics, existing(admin, topics)).problems();
    }
    if (!problems.isEmpty()) {
      throw new TopicException(String.join("\n", problems));
    }
  }

  /** What there is to do, given the partitions of the topics that exist. */
  static Plan plan(TopicSpecs specs, Collection<Topic> topics, Map<String, Integer> existing) {
    List<NewTopic> missing = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (Topic topic : topics) {
      Integer partitions = existing.get(topic.text());
      if (partitions == null) {
        missing.add(newTopic(specs, topic));
      } else if (partitions != specs.partitions()) {
        problems.add(
            ("The topic %s has %d partitions, but topics.partitions is %d. The number is fixed: set"
                    + " topics.partitions to %d, or delete the topic with all it holds.")
                .formatted(topic.text(), partitions, specs.partitions(), partitions));
      }
    }
    return new Plan(missing, problems);
  }

  private static NewTopic newTopic(TopicSpecs specs, Topic topic) {
    Optional<Short> replication =
        specs.replication() == 0 ? Optional.empty() : Optional.of((short) specs.replication());
    return new NewTopic(topic.text(), Optional.of(specs.partitions()), replication)
        .configs(specs.configOf(topic));
  }

  private static Map<String, Integer> existing(Admin admin, Collection<Topic> topics) {
    Set<String> names = await("list the topics", admin.listTopics().names());
    List<String> ours = topics.stream().map(Topic::text).filter(names::contains).toList();
    Map<String, TopicDescription> described =
        await("describe the topics", admin.describeTopics(ours).allTopicNames());
    Map<String, Integer> partitions = new HashMap<>();
    described.forEach((name, topic) -> partitions.put(name, topic.partitions().size()));
    return partitions;
  }

  private static void create(Admin admin, List<NewTopic> missing) {
    if (missing.isEmpty()) {
      return;
    }
    admin
        .createTopics(missing)
        .values()
        .forEach((name, created) -> {
          try {
            await("create the topic " + name, created);
          } catch (TopicException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
              throw e;
            }
          }
        });
  }

  private static <T> T await(String what, KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new TopicException(
          "Cannot "
              + what
              + ": Kafka says "
              + cause.getMessage()
              + ". Check kafka.bootstrap, kafka.user and the user's right to create topics.",
          cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TopicException("Interrupted while trying to " + what, e);
    }
  }
}
