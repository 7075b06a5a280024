package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a policy may run: a program of this host, or a container. */
sealed interface Program {
  /** The program and its arguments, each as it is given to it; no shell reads them. */
  List<String> command();

  /** As whom it runs. */
  String user();

  /** Variables beside those that every program gets. */
  SortedMap<String, String> environment();

  /** After which time it is ended. */
  Duration timeout();

  /** What it is, for people: a clause. */
  String description();

  /**
   * A program of this host.
   *
   * @param command the first is an absolute path
   * @param user a user of this host
   * @param directory its working directory
   */
  record OnHost(
      List<String> command,
      String user,
      Path directory,
      SortedMap<String, String> environment,
      Duration timeout)
      implements Program {
    public OnHost {
      command = List.copyOf(command);
      environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    @Override
    public String description() {
      return command.getFirst() + " as " + user;
    }
  }

  /**
   * A container that is made for it and removed after it.
   *
   * @param image must be on this host
   * @param command empty: the image's
   * @param user empty: the image's
   * @param network none, or a network's name
   * @param limits of the container
   */
  record InContainer(
      String image,
      List<String> command,
      String user,
      String network,
      Limits limits,
      SortedMap<String, String> environment,
      Duration timeout)
      implements Program {
    public InContainer {
      command = List.copyOf(command);
      environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    @Override
    public String description() {
      return "a container of " + image;
    }
  }
}
