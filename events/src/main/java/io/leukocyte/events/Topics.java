package io.leukocyte.events;

import java.time.Duration;
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
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Makes the topics that are missing and checks those that are there. */
public final class Topics {
  private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(50);

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
    if (!plan.missing().isEmpty()) {
      // Another role may have made them meanwhile, with other numbers.
      plan = plan(specs, topics, whenVisible(admin, topics));
    }
    if (!plan.problems().isEmpty()) {
      throw new TopicException(String.join("\n", plan.problems()));
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
      } else if (partitions != specs.partitionsOf(topic)) {
        problems.add(problem(specs, topic, partitions));
      }
    }
    return new Plan(missing, problems);
  }

  private static String problem(TopicSpecs specs, Topic topic, int partitions) {
    return specs.partitionsOf(topic) != specs.partitions()
        ? "The topic %s has %d partitions, but the order of its one partition decides. Delete it."
            .formatted(topic.text(), partitions)
        : ("The topic %s has %d partitions, but topics.partitions is %d. The number is fixed: set"
                + " topics.partitions to %d, or delete the topic with all it holds.")
            .formatted(topic.text(), partitions, specs.partitions(), partitions);
  }

  private static NewTopic newTopic(TopicSpecs specs, Topic topic) {
    Optional<Short> replication =
        specs.replication() == 0 ? Optional.empty() : Optional.of((short) specs.replication());
    return new NewTopic(topic.text(), Optional.of(specs.partitionsOf(topic)), replication)
        .configs(specs.configOf(topic));
  }

  /** Partitions of the topics that exist; one that brokers have only just heard of may lack. */
  private static Map<String, Integer> existing(Admin admin, Collection<Topic> topics) {
    Set<String> names = await("list the topics", admin.listTopics().names());
    List<String> ours = topics.stream().map(Topic::text).filter(names::contains).toList();
    Map<String, Integer> partitions = new HashMap<>();
    admin
        .describeTopics(ours)
        .topicNameValues()
        .forEach((name, described) -> {
          try {
            TopicDescription topic = await("describe the topic " + name, described);
            partitions.put(name, topic.partitions().size());
          } catch (TopicException e) {
            throwUnless(e, UnknownTopicOrPartitionException.class);
          }
        });
    return partitions;
  }

  private static void throwUnless(TopicException e, Class<? extends Throwable> cause) {
    if (!cause.isInstance(e.getCause())) {
      throw e;
    }
  }

  /** The same once every topic has reached the brokers, which takes some milliseconds. */
  private static Map<String, Integer> whenVisible(Admin admin, Collection<Topic> topics) {
    long begin = System.nanoTime();
    Map<String, Integer> existing = existing(admin, topics);
    while (existing.size() < topics.size()) {
      if (System.nanoTime() - begin > VISIBLE_WITHIN.toNanos()) {
        throw new TopicException(
            "The topics were created, but after "
                + VISIBLE_WITHIN.toSeconds()
                + " s the brokers know only "
                + existing.keySet()
                + ". Check that the controller and all brokers run, and start again.");
      }
      pause();
      existing = existing(admin, topics);
    }
    return existing;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      throw interrupted("wait for the topics", e);
    }
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
              + message(cause)
              + ". Check kafka.bootstrap, kafka.user and the user's right to create topics.",
          cause);
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    }
  }

  private static TopicException interrupted(String what, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new TopicException("Interrupted while trying to " + what, e);
  }

  private static String message(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }
}
