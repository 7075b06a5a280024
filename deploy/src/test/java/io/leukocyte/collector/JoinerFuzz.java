package io.leukocyte.collector;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.LogLine;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Lines of a container, as bytes, that may be stack traces: the first byte of a line says its
 * stream and whether a pause follows, the rest is its text. Whatever they are, each line comes out
 * once, in the order of its stream and within the bounds of an event.
 */
public final class JoinerFuzz {
  private static final int PAUSE = 2;
  private static final int LEFT_OUT = 4;

  private JoinerFuzz() {}

  /** Traces of several languages. */
  public static List<byte[]> seeds() {
    return List.of(
        utf8(
            "0started\n1Exception in thread \"main\" x.Y: no\n1\tat x.Y.z(Y.java:7)\n1Caused by: z\n0on"),
        utf8(
            "1Traceback (most recent call last):\n1  File \"a.py\", line 3\n0in between\n1KeyError: 'x'"),
        utf8(
            "0panic: no\n0\n0goroutine 1 [running]:\n0main.main()\n2\t/src/main.go:4 +0x18\n4gone"),
        utf8(
            "0TypeError: x\n0    at work (/srv/a.js:3:5)\n3a.rb:3:in 'work': no (Error)\n3\tfrom a"));
  }

  /** Joins the lines; throws what it must not. */
  public static void run(byte[] bytes) {
    Map<Stream, List<String>> given = new EnumMap<>(Stream.class);
    Map<Stream, List<String>> taken = new EnumMap<>(Stream.class);
    LineGroups groups =
        new LineGroups(true, LogMark.NONE, (line, lines, after) -> take(taken, line, lines));
    long time = 0;
    for (String text : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      time++;
      int how = text.isEmpty() ? 0 : text.charAt(0);
      Stream stream = (how & 1) == 0 ? Stream.STDOUT : Stream.STDERR;
      String line = text.isEmpty() ? "" : text.substring(1);
      if ((how & LEFT_OUT) != 0) {
        groups.leftOut(stream, LogMark.both(time));
      } else {
        given.computeIfAbsent(stream, s -> new ArrayList<>()).add(line);
        int size = utf8(line).length;
        groups.line(new LogLine(time, stream, line, size, false), LogMark.both(time), time);
      }
      if ((how & PAUSE) != 0) {
        groups.flushIdle(time + 1);
      }
    }
    groups.flush();
    if (!given.equals(taken)) {
      throw new AssertionError("Of the lines\n" + given + "\ncame\n" + taken);
    }
  }

  private static void take(Map<Stream, List<String>> taken, LogLine line, int lines) {
    String[] texts = line.text().split("\n", -1);
    if (texts.length != lines || lines > LineGroups.MOST_LINES) {
      throw new AssertionError("An event of " + texts.length + " lines says " + lines);
    }
    if (lines > 1 && utf8(line.text()).length > ContainerLog.MAX_BYTES) {
      throw new AssertionError("A joined event of " + line.text().length() + " characters");
    }
    taken.computeIfAbsent(line.stream(), s -> new ArrayList<>()).addAll(List.of(texts));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
