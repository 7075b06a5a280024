package io.leukocyte.engine;

import io.leukocyte.events.ContainerLog.Stream;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a {@link JsonLogReader} says. */
final class JsonLogRecorder implements JsonLogListener {
  final List<LogLine> lines = new ArrayList<>();
  final List<String> losses = new ArrayList<>();
  long lostLines;
  long damaged;
  LogPlace out = LogPlace.BEGIN;
  LogPlace err = LogPlace.BEGIN;
  LogPlace firstOut = LogPlace.BEGIN;
  LogPlace firstErr = LogPlace.BEGIN;
  final List<LogPlace> outs = new ArrayList<>();
  final List<LogPlace> errs = new ArrayList<>();

  @Override
  public void line(LogLine line, LogPlace outPlace, LogPlace errPlace) {
    lines.add(line);
    outs.add(outPlace);
    errs.add(errPlace);
    out = outPlace;
    err = errPlace;
  }

  @Override
  public void lost(String reason, long count, long from, long to) {
    losses.add(reason);
    lostLines += count;
  }

  @Override
  public void damaged(long bytes) {
    damaged += bytes;
  }

  List<String> texts(Stream stream) {
    return lines.stream().filter(l -> l.stream() == stream).map(LogLine::text).toList();
  }
}
