package io.leukocyte.rules;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a baseline learns of the containers it is about. */
@SuppressWarnings("ImmutableEnumChecker") // the list is unmodifiable
public enum Aspect {
  /** That containers start: not learned and never an alert; learning waits for one. */
  STARTS("starts", "start", "evt.type = container", "container started", List.of()),
  /** Programs that run: the path, or the kernel's name where there is none. */
  PROCESSES(
      "processes",
      "process",
      "evt.type = execve",
      "command=%proc.cmdline parent=%proc.pname user=%user.uid"
          + " from_image_layer=%proc.is_exe_upper_layer",
      List.of("mitre_execution")),
  /** Which program runs which: {@code parent > program}. */
  PARENTS(
      "parents",
      "parent",
      "evt.type = execve",
      "command=%proc.cmdline parent_command=%proc.pcmdline user=%user.uid",
      List.of("mitre_execution")),
  /** Files opened for writing, by path. */
  FILES_WRITTEN(
      "files-written",
      "file",
      "evt.type in (open, openat, openat2, creat) and evt.is_open_write = true"
          + " and evt.failed = false",
      "file=%fd.name command=%proc.cmdline user=%user.uid",
      List.of("mitre_persistence")),
  /** Where connections go: {@code name:port/protocol}, or the address where no name is known. */
  DESTINATIONS(
      "destinations",
      "destination",
      "(evt.type = connect and fd.l4proto in (tcp, udp))"
          + " or (evt.type = flow and flow.inbound = false)",
      "to=%fd.rip:%fd.rport command=%proc.cmdline",
      List.of("mitre_command_and_control")),
  /** Ports on which it listens: {@code port/protocol}. */
  LISTENING_PORTS(
      "listening-ports",
      "port",
      "evt.type = listen and evt.failed = false",
      "on=%fd.name command=%proc.cmdline user=%user.uid",
      List.of("mitre_command_and_control"));

  private final String text;
  private final String item;
  private final String condition;
  private final String details;
  private final List<String> tags;

  Aspect(String text, String item, String condition, String details, List<String> tags) {
    this.text = text;
    this.item = item;
    this.condition = condition;
    this.details = details;
    this.tags = tags;
  }

  /** Its name in files: {@code files-written}. */
  public String text() {
    return text;
  }

  /** What one value of it is called, in alerts and on the command line: {@code file}. */
  public String item() {
    return item;
  }

  /** Which events have a value of it, in the rule language. */
  String condition() {
    return condition;
  }

  /** What an alert tells of the event, in the form of an output. */
  String details() {
    return details;
  }

  /** Tactics of ATT&amp;CK that a new value hints at. */
  List<String> tags() {
    return tags;
  }

  /** The aspect of a name in files. */
  public static Optional<Aspect> ofText(String text) {
    return learned().stream().filter(a -> a.text.equals(text)).findFirst();
  }

  /** The aspect of a word for one value of it. */
  public static Optional<Aspect> ofItem(String item) {
    return learned().stream().filter(a -> a.item.equals(item)).findFirst();
  }

  /** The aspects that can be learned. */
  public static List<Aspect> learned() {
    return Arrays.stream(values()).filter(a -> a != STARTS).toList();
  }
}
