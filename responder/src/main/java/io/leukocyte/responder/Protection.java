package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Containers that are never touched: those the settings name, and our own. */
final class Protection {
  private static final Pattern OWN = Pattern.compile("/containers/([0-9a-f]{64})/");

  private final Globs names;
  private final Globs images;
  private final List<String> labels;
  private final Set<ContainerId> own;
  private final Predicate<String> made;

  /**
   * Makes the list.
   *
   * @param names of containers, or ids (12 or 64 digits); {@code *} is any run of characters
   * @param images with or without their tag
   * @param labels {@code key=value}, or {@code key} for any value
   * @param own our own containers
   */
  Protection(List<String> names, List<String> images, List<String> labels, Set<ContainerId> own) {
    this(names, images, labels, own, name -> false);
  }

  /**
   * Makes the list.
   *
   * @param made says by its name whether a container was made for an action that is in force
   */
  Protection(
      List<String> names,
      List<String> images,
      List<String> labels,
      Set<ContainerId> own,
      Predicate<String> made) {
    this.made = made;
    this.names = new Globs(names);
    this.images = new Globs(images);
    this.labels = List.copyOf(labels);
    this.own = Set.copyOf(own);
  }

  /** The container that this process runs in; empty outside of one. */
  static Set<ContainerId> ownContainer() {
    Set<ContainerId> own = new HashSet<>();
    try {
      // The engine mounts /etc/hostname and its like from the container's folder.
      for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
        String[] fields = line.split(" ", -1);
        Matcher matcher = OWN.matcher(line);
        if (fields.length > 4 && fields[4].startsWith("/etc/") && matcher.find()) {
          own.add(new ContainerId(matcher.group(1)));
        }
      }
    } catch (IOException e) {
      return Set.of(); // not Linux: no container of ours
    }
    return own;
  }

  /** Why a container is never touched; empty when it may be. */
  Optional<String> reason(ContainerRef container, Map<String, String> containerLabels) {
    if (own.contains(container.id()) || made.test(container.name())) {
      return Optional.of("protected: it is one of our own");
    }
    if (names.match(container.name())
        || names.match(container.id().value())
        || names.match(container.id().brief())) {
      return Optional.of("protected: protect.containers names it");
    }
    String tagged = container.tag() == null ? "" : container.image() + ":" + container.tag();
    if (images.match(container.image()) || images.match(tagged)) {
      return Optional.of("protected: protect.images names its image");
    }
    return labels.stream()
        .filter(label -> carries(containerLabels, label))
        .findFirst()
        .map(label -> "protected: it has the label " + label + " of protect.labels");
  }

  /** Whether labels have one, {@code key=value} or {@code key}. */
  static boolean carries(Map<String, String> labels, String wanted) {
    int equals = wanted.indexOf('=');
    return equals < 0
        ? labels.containsKey(wanted)
        : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
  }
}
