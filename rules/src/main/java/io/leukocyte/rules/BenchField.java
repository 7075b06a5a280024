package io.leukocyte.rules;

import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.Event;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields that rules of benchmarks read, and where they stand in a parsed event. */
@SuppressWarnings("ImmutableEnumChecker") // the readers have no state
enum BenchField {
  /** The program's name. */
  NAME("proc.name", event -> process(event, ProcessInfo::name)),
  /** The parent's name. */
  PARENT("proc.pname", event -> process(event, BenchField::parent)),
  /** Path of the program. */
  EXECUTABLE("proc.exepath", event -> process(event, ProcessInfo::executable)),
  /** Arguments after the first, joined by blanks. */
  ARGUMENTS("proc.args", event -> process(event, BenchField::arguments)),
  /** The user's number. */
  USER("user.uid", event -> process(event, process -> Integer.toString(process.uid()))),
  /** Address of the server; networks are asked of it as {@code fd.snet}. */
  ADDRESS("fd.sip", event -> event instanceof NetConnect c ? c.destination().address() : null),
  /** Port of the server. */
  PORT(
      "fd.sport",
      event -> event instanceof NetConnect c ? Integer.toString(c.destination().port()) : null),
  /** Path of a file that is opened. */
  FILE("fd.name", event -> event instanceof FileOpen open ? open.path() : null),
  /** A log line. */
  LINE("log.line", event -> event instanceof ContainerLog log ? log.line() : null),
  /** Name of the image. */
  IMAGE(
      "container.image.repository",
      event -> Objects.requireNonNull(event.container(), "The stream is of containers").image());

  private final String text;
  private final Function<Event, @Nullable String> reader;

  BenchField(String text, Function<Event, @Nullable String> reader) {
    this.text = text;
    this.reader = reader;
  }

  /** Its name in rules. */
  String text() {
    return text;
  }

  /** Its value in an event; null when the event has none. */
  @Nullable String read(Event event) {
    return reader.apply(event);
  }

  private static @Nullable String process(
      Event event, Function<ProcessInfo, @Nullable String> reader) {
    return switch (event) {
      case ProcessExec exec -> reader.apply(exec.process());
      case NetConnect connect when connect.process() != null -> reader.apply(connect.process());
      case FileOpen open -> reader.apply(open.process());
      default -> null;
    };
  }

  private static @Nullable String parent(ProcessInfo process) {
    ProcessInfo.Parent parent = process.parent();
    return parent == null ? null : parent.name();
  }

  private static String arguments(ProcessInfo process) {
    List<String> args = process.args();
    return String.join(" ", args.subList(1, args.size()));
  }
}
