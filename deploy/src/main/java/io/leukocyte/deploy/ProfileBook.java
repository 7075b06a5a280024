package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Topic;
import io.leukocyte.rules.Profile;
import io.leukocyte.rules.ProfileJson;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The profiles of what is normal, as their topic has them by now. */
final class ProfileBook {
  private static final Logger LOG = LoggerFactory.getLogger(ProfileBook.class);

  /**
   * A profile.
   *
   * @param document it as it lies in Kafka, with what the analyzer says of it
   */
  record Known(Profile profile, String document) {}

  private final Map<Profile.Key, Known> profiles = new TreeMap<>();

  ProfileBook() {}

  /** Reads the topic to its end. */
  static ProfileBook read(KafkaSettings kafka) {
    ProfileBook book = new ProfileBook();
    Map<String, byte[]> last = new TreeMap<>();
    TopicReader.read(
        kafka,
        Topic.PROFILES,
        Instant.EPOCH,
        record -> {
          String key = record.key() == null ? "" : new String(record.key(), UTF_8);
          if (record.value() == null) {
            last.remove(key);
          } else {
            last.put(key, record.value());
          }
        });
    last.values().forEach(book::take);
    return book;
  }

  /** Takes a document; one that cannot be read is left out, and told. */
  void take(byte[] document) {
    try {
      Profile profile = ProfileJson.read(document);
      profiles.put(profile.key(), new Known(profile, new String(document, UTF_8)));
    } catch (IllegalArgumentException e) {
      LOG.warn("A record of {} is left out: {}", Topic.PROFILES.text(), e.getMessage());
    }
  }

  /** All of them, in the order of their baselines and subjects. */
  List<Known> all() {
    return List.copyOf(profiles.values());
  }

  /**
   * The profiles of an image, a label's value or a container.
   *
   * @param what an image with or without tag, a value, or the name or id of a container
   * @param baseline only of this one; null for any
   * @param kafka where containers are looked up
   * @throws BadInputException when there is none
   */
  List<Known> of(String what, @Nullable String baseline, KafkaSettings kafka) {
    List<Known> found = of(Set.copyOf(List.of(what, withoutTag(what))), baseline);
    if (found.isEmpty()) {
      found = of(subjectsOf(what, kafka), baseline);
    }
    if (found.isEmpty()) {
      Set<String> known = new TreeSet<>();
      profiles.keySet().forEach(key -> known.add(key.subject()));
      throw new BadInputException(
          "There is no profile of '%s'%s; there are: %s."
              .formatted(
                  what,
                  baseline == null ? "" : " by the baseline '" + baseline + "'",
                  known.isEmpty() ? "none yet" : String.join(", ", known)));
    }
    return found;
  }

  /** The one profile of these, when there are others by other baselines. */
  static Known only(List<Known> found) {
    if (found.size() > 1) {
      throw new BadInputException(
          "There are profiles of several baselines: say --baseline with one of %s."
              .formatted(
                  String.join(
                      ", ",
                      found.stream().map(k -> "'" + k.profile().key().baseline() + "'").toList())));
    }
    return found.getFirst();
  }

  private List<Known> of(Set<String> subjects, @Nullable String baseline) {
    return profiles.values().stream()
        .filter(k -> subjects.contains(k.profile().key().subject()))
        .filter(k -> baseline == null || k.profile().key().baseline().equals(baseline))
        .toList();
  }

  /** An image's name without tag and digest. */
  static String withoutTag(String image) {
    String name = image.contains("@") ? image.substring(0, image.indexOf('@')) : image;
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
  }

  /** What a container could be learned by: its image, and the values of its labels. */
  private static Set<String> subjectsOf(String container, KafkaSettings kafka) {
    Set<String> subjects = new HashSet<>();
    TopicReader.read(
        kafka,
        Topic.CONTAINERS,
        Instant.EPOCH,
        record -> {
          try {
            if (record.value() != null
                && EventJson.read(record.value()).event() instanceof ContainerFacts facts
                && (facts.container().name().equals(container)
                    || (container.length() >= 12
                        && facts.container().id().value().startsWith(container)))) {
              subjects.add(facts.container().image());
              subjects.addAll(facts.labels().values());
            }
          } catch (MalformedJsonException e) {
            LOG.debug("Facts that cannot be read", e);
          }
        });
    return subjects;
  }
}
