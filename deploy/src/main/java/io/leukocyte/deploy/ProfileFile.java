package io.leukocyte.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.config.ConfigException;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.Yaml;
import io.leukocyte.events.config.YamlNode;
import io.leukocyte.rules.Aspect;
import io.leukocyte.rules.Facet;
import io.leukocyte.rules.Profile;
import io.leukocyte.rules.ProfileJson;
import io.leukocyte.rules.Profiler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Profiles as files. YAML is for people and version control: what is normal and nothing else, in
 * order, so that a difference tells what changed. JSON has everything.
 */
final class ProfileFile {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> KEYS = keys();
  private static final Pattern DESTINATION =
      Pattern.compile("(.+?)(?::(\\d+|ephemeral))?/([a-z]+)");

  private ProfileFile() {}

  private static Set<String> keys() {
    Set<String> keys = new TreeSet<>(Set.of("profile", "baseline"));
    Aspect.learned().forEach(a -> keys.add(a.text()));
    return keys;
  }

  /** Values that are normal, from a file. */
  record Normal(Profile.Key key, List<String> items) {
    Normal {
      items = List.copyOf(items);
    }
  }

  /** Profiles in YAML. */
  static String yaml(List<Profile> profiles) {
    StringBuilder yaml =
        new StringBuilder(
            "# What is normal, as Leukocyte learned it. Put back with: leuko profile import"
                + " FILE\n");
    for (Profile profile : profiles) {
      yaml.append("- profile: ").append(quoted(profile.key().subject())).append('\n');
      yaml.append("  baseline: ").append(quoted(profile.key().baseline())).append('\n');
      for (Map.Entry<Aspect, Facet> facet : profile.facets().entrySet()) {
        if (facet.getValue().diverse()) {
          yaml.append("  # ")
              .append(facet.getKey().text())
              .append(": too many different ones to tell what is new\n");
        } else if (!facet.getValue().normal().isEmpty()) {
          yaml.append("  ").append(facet.getKey().text()).append(":\n");
          facet
              .getValue()
              .normal()
              .keySet()
              .forEach(value -> yaml.append("    - ").append(quoted(value)).append('\n'));
        }
      }
    }
    return yaml.toString();
  }

  /** A text in YAML, which takes JSON's form. */
  private static String quoted(String text) {
    try {
      return MAPPER.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A text can always be written", e);
    }
  }

  /** The documents as a JSON array. */
  static String json(List<ProfileBook.Known> profiles) {
    return String.join(",\n ", profiles.stream().map(ProfileBook.Known::document).toList())
        .transform(documents -> "[" + documents + "]\n");
  }

  /**
   * Profiles of a file in JSON.
   *
   * @throws BadInputException when it has none
   */
  static List<Profile> readJson(String file, String text) {
    try {
      JsonNode root = MAPPER.readTree(text);
      List<Profile> profiles = new ArrayList<>();
      for (JsonNode each : root.isArray() ? root : List.of(root)) {
        profiles.add(ProfileJson.read(each.toString().getBytes(StandardCharsets.UTF_8)));
      }
      return profiles;
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new BadInputException(
          "%s: %s; it is to be a file of leuko profile export."
              .formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
    }
  }

  /**
   * What is normal by a file in YAML.
   *
   * @throws ConfigException with every problem in it
   */
  static List<Normal> readYaml(String file, String text) {
    List<Problem> problems = new ArrayList<>();
    List<Normal> all = new ArrayList<>();
    Optional<YamlNode> root = Yaml.read(file, text, problems);
    if (root.isPresent()) {
      if (root.get() instanceof YamlNode.Sequence sequence) {
        sequence.items().forEach(item -> read(item, problems).ifPresent(all::add));
      } else {
        problems.add(
            new Problem(
                root.get().at(),
                "a file of profiles is a list, not " + root.get().description(),
                "begin each one with '- profile:'"));
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return all;
  }

  private static Optional<Normal> read(YamlNode node, List<Problem> problems) {
    if (!(node instanceof YamlNode.Mapping mapping)) {
      problems.add(new Problem(node.at(), "a profile is a mapping, not " + node.description(), ""));
      return Optional.empty();
    }
    String subject = name(mapping, "profile", problems);
    String baseline = name(mapping, "baseline", problems);
    List<String> items = new ArrayList<>();
    for (YamlNode.Entry entry : mapping.entries()) {
      String key = entry.key().text();
      Optional<Aspect> aspect = Aspect.ofText(key);
      if (aspect.isPresent()) {
        values(aspect.get(), entry.value(), items, problems);
      } else if (!KEYS.contains(key)) {
        problems.add(
            new Problem(
                entry.key().at(),
                "unknown key '" + key + "' in a profile",
                Suggestion.didYouMean(key, KEYS)));
      }
    }
    return subject.isEmpty() || baseline.isEmpty()
        ? Optional.empty()
        : Optional.of(new Normal(new Profile.Key(baseline, subject), items));
  }

  private static String name(YamlNode.Mapping mapping, String key, List<Problem> problems) {
    if (mapping.get(key).orElse(null) instanceof YamlNode.Scalar scalar
        && !scalar.isNull()
        && !scalar.text().isBlank()) {
      return scalar.text();
    }
    problems.add(new Problem(mapping.at(), "the profile has no " + key, "add '" + key + ": NAME'"));
    return "";
  }

  private static void values(
      Aspect aspect, YamlNode node, List<String> items, List<Problem> problems) {
    if (!(node instanceof YamlNode.Sequence sequence)) {
      problems.add(
          new Problem(node.at(), aspect.text() + " is a list, not " + node.description(), ""));
      return;
    }
    for (YamlNode item : sequence.items()) {
      if (item instanceof YamlNode.Scalar scalar && !scalar.text().isBlank()) {
        items.add(new Profiler.Item(aspect, scalar.text()).toString());
      } else {
        problems.add(new Problem(item.at(), "a value is text, not " + item.description(), ""));
      }
    }
  }

  /**
   * Where a profile's containers connect, as rows of who may talk to whom.
   *
   * @throws EnvironmentException when that was not collected, or is too much to be said
   */
  static String network(Profile profile) {
    Facet facet = profile.facets().get(Aspect.DESTINATIONS);
    if (facet == null) {
      throw new EnvironmentException(
          "Not collected: no destination of '%s' was seen by the baseline '%s'; add destinations under its watch, or wait until its containers connect somewhere."
              .formatted(profile.key().subject(), profile.key().baseline()));
    }
    if (facet.diverse()) {
      throw new EnvironmentException(
          "'%s' connects to too many different places to list them; let names or networks stand for them under exceptions of the baseline, and learn again."
              .formatted(profile.key().subject()));
    }
    StringBuilder rows =
        new StringBuilder("# Where containers of ")
            .append(profile.key().subject().replace('\n', ' '))
            .append(" connect, as it was learned. What is not listed was never seen.\n");
    facet.normal().keySet().forEach(value -> row(rows, profile.key().subject(), value));
    return rows.toString();
  }

  private static void row(StringBuilder rows, String subject, String value) {
    Matcher matcher = DESTINATION.matcher(value);
    if (!matcher.matches()) {
      rows.append("# not in the form of a destination: ").append(quoted(value)).append('\n');
      return;
    }
    String to = matcher.group(1);
    boolean bracketed = to.startsWith("[") && to.endsWith("]");
    rows.append("- from: {image: ").append(quoted(subject)).append("}\n");
    rows.append("  to: ")
        .append(quoted(bracketed ? to.substring(1, to.length() - 1) : to))
        .append('\n');
    String port = matcher.group(2);
    if (port != null) {
      rows.append("  port: ")
          .append(port.equals("ephemeral") ? "\"32768-65535\"" : port)
          .append('\n');
    }
    rows.append("  protocol: ").append(matcher.group(3)).append('\n');
  }
}
