package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.LogLine;
import io.leukocyte.engine.LogPlace;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineGroupsTest {
  private record Taken(LogLine line, int lines, LogMark after) {}

  private final List<Taken> taken = new ArrayList<>();

  private LineGroups groups(boolean joins) {
    return new LineGroups(
        joins, LogMark.NONE, (line, lines, after) -> taken.add(new Taken(line, lines, after)));
  }

  private static LogLine line(Stream stream, long time, String text) {
    return new LogLine(time, stream, text, text.getBytes(StandardCharsets.UTF_8).length, false);
  }

  /** The events of lines of standard error, by how many lines they are. */
  private List<Integer> counts(String text) {
    taken.clear();
    LineGroups groups = groups(true);
    long time = 0;
    for (String line : text.split("\n", -1)) {
      time++;
      groups.line(line(Stream.STDERR, time, line), LogMark.both(time), 0);
    }
    groups.flush();
    assertThat(String.join("\n", taken.stream().map(t -> t.line().text()).toList()))
        .isEqualTo(text);
    return taken.stream().map(Taken::lines).toList();
  }

  @Test
  void aTraceOfJavaIsOneEventWithItsCauses() {
    assertThat(
            counts(
                """
                INFO started
                Exception in thread "main" java.lang.IllegalStateException: no
                \tat shop.Web.serve(Web.java:7)
                \tSuppressed: java.io.IOException
                \t\tat shop.Web.close(Web.java:9)
                Caused by: java.io.IOException: broken
                \t... 12 more
                INFO next\
                """))
        .containsExactly(1, 6, 1);
    Taken trace = taken.get(1);
    assertThat(trace.line().time()).isEqualTo(2);
    assertThat(trace.line().originalBytes())
        .isEqualTo(trace.line().text().getBytes(StandardCharsets.UTF_8).length);
    assertThat(trace.after()).isEqualTo(LogMark.both(7));
  }

  @Test
  void tracesOfOtherLanguagesAreOneEvent() {
    assertThat(
            counts(
                """
                ERROR in request
                Traceback (most recent call last):
                  File "a.py", line 3, in <module>
                    work()
                KeyError: 'x'

                During handling of the above exception, another exception occurred:

                Traceback (most recent call last):
                  File "a.py", line 5, in <module>
                app.errors.Failed
                next\
                """))
        .containsExactly(1, 10, 1);
    assertThat(
            counts(
                """
                panic: runtime error: index out of range [5] with length 3

                goroutine 1 [running]:
                main.work({0xc000012345, 0x3})
                \t/src/main.go:8 +0x1d
                main.main()
                \t/src/main.go:4 +0x18
                created by main.start in goroutine 1
                exit status 2
                listening on (all)\
                """))
        .containsExactly(9, 1);
    assertThat(
            counts(
                """
                TypeError: x is not a function
                    at work (/srv/a.js:3:5)
                    at node:internal/main:28:49 {
                  code: 'E'
                }
                next\
                """))
        .containsExactly(5, 1);
    assertThat(
            counts(
                """
                Unhandled exception. System.InvalidOperationException: no
                   at Shop.Web.Serve() in /src/Web.cs:line 7
                --- End of stack trace from previous location ---
                   at Shop.Main()
                next\
                """))
        .containsExactly(4, 1);
    assertThat(
            counts(
                """
                a.rb:3:in 'work': no (RuntimeError)
                \tfrom a.rb:7:in '<main>'
                next\
                """))
        .containsExactly(2, 1);
  }

  @Test
  void linesThatBelongToNoTraceStayAlone() {
    assertThat(
            counts(
                """
                Error: one
                Error: two
                {"error":"x"}
                  indented after JSON
                GET /error
                next\
                """))
        .containsExactly(1, 1, 1, 1, 1, 1);
    assertThat(counts("")).containsExactly(1);
  }

  @Test
  void aLineIsHeldOnlyUntilNothingCame() {
    LineGroups groups = groups(true);
    groups.line(line(Stream.STDOUT, 1, "plain"), LogMark.both(1), 100);
    assertThat(taken).hasSize(1);
    groups.line(line(Stream.STDOUT, 2, "an Error"), LogMark.both(2), 100);
    groups.flushIdle(100);
    assertThat(taken).hasSize(1);
    groups.flushIdle(101);
    assertThat(taken).hasSize(2);
    assertThat(taken.getLast().after()).isEqualTo(LogMark.both(2));
  }

  @Test
  void nothingIsHeldWhereLinesAreNotJoined() {
    LineGroups groups = groups(false);
    groups.line(line(Stream.STDOUT, 1, "an Error"), LogMark.both(1), 0);
    groups.line(line(Stream.STDOUT, 2, "  at"), LogMark.both(2), 0);
    assertThat(taken).extracting(Taken::lines).containsExactly(1, 1);
  }

  @Test
  void boundsOfLinesBytesAndTimeBeginAnotherEvent() {
    assertThat(counts("Error: x" + "\n  at y".repeat(600))).containsExactly(256, 256, 89);
    assertThat(counts("Error: x" + ("\n  " + "é".repeat(10_000)).repeat(7)))
        .containsExactly(4, 3, 1);
    assertThat(taken)
        .allSatisfy(t ->
            assertThat(t.line().text().getBytes(StandardCharsets.UTF_8).length)
                .isLessThanOrEqualTo(ContainerLog.MAX_BYTES));
    taken.clear();
    LineGroups groups = groups(true);
    groups.line(line(Stream.STDOUT, 1, "an Error"), LogMark.both(1), 0);
    long late = 2 + LineGroups.MOST_TIME;
    groups.line(line(Stream.STDOUT, late, "  at"), LogMark.both(late), 0);
    groups.flush();
    assertThat(taken).extracting(Taken::lines).containsExactly(1, 1);
  }

  /** Both streams mixed, killed after any event, and read on from its place: each line once. */
  @Test
  void afterACrashEachLineComesOnce() {
    String[] texts = {
      "an Error", "  at x", "plain", "Traceback (most recent call last):", "E: y", ""
    };
    Random random = new Random(9);
    for (int round = 0; round < 300; round++) {
      List<LogLine> log = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        Stream stream = random.nextBoolean() ? Stream.STDOUT : Stream.STDERR;
        log.add(
            line(
                stream,
                i + 1L,
                texts[random.nextInt(texts.length)] + (i % 2 == 0 ? "" : " #" + i)));
      }
      List<Taken> whole = run(log, LogMark.NONE, random);
      assertThat(flat(whole, whole.size())).containsExactlyInAnyOrderElementsOf(expected(log));
      for (int killed = 0; killed <= whole.size(); killed++) {
        LogMark from = killed == 0 ? LogMark.NONE : whole.get(killed - 1).after();
        List<String> all = flat(whole, killed);
        List<Taken> rest = run(log, from, random);
        all.addAll(flat(rest, rest.size()));
        assertThat(all)
            .as("killed after %d", killed)
            .containsExactlyInAnyOrderElementsOf(expected(log));
      }
    }
  }

  private static List<String> expected(List<LogLine> log) {
    return log.stream().map(l -> l.stream() + l.text()).toList();
  }

  private static List<String> flat(List<Taken> events, int count) {
    List<String> lines = new ArrayList<>();
    for (Taken event : events.subList(0, count)) {
      String[] texts = event.line().text().split("\n", -1);
      assertThat(texts).hasSize(event.lines());
      for (String text : texts) {
        lines.add(event.line().stream() + text);
      }
    }
    return lines;
  }

  /** Reads as the reader of files does: the place of a silent stream follows now and then. */
  private List<Taken> run(List<LogLine> log, LogMark from, Random random) {
    taken.clear();
    LineGroups groups =
        new LineGroups(
            true, from, (line, lines, after) -> taken.add(new Taken(line, lines, after)));
    LogPlace out = from.out();
    LogPlace err = from.err();
    for (int i = 0; i < log.size(); i++) {
      LogLine line = log.get(i);
      boolean isErr = line.stream() == Stream.STDERR;
      if (i < (isErr ? err : out).offset()) {
        continue;
      }
      LogPlace here = new LogPlace(line.time(), 1, 1, i + 1L, line.time());
      boolean follows = random.nextInt(3) == 0;
      out = (!isErr || follows) && here.offset() > out.offset() ? here : out;
      err = (isErr || follows) && here.offset() > err.offset() ? here : err;
      groups.line(line, new LogMark(out, err), i);
      if (random.nextInt(5) == 0) {
        groups.flushIdle(i + 1L);
      }
    }
    groups.flush();
    return List.copyOf(taken);
  }
}
