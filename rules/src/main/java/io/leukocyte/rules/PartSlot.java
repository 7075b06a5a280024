package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ParsedLine;

/** A part of a log line that has a form: each of its values is asked as free text is. */
final class PartSlot extends LineSlot {
  private final Source.Part source;
  private final Dictionaries dictionaries;
  private final ParsedLine.Values values = this::ask;

  PartSlot(Plan plan, int index, Source.Part source, Dictionaries dictionaries) {
    super(plan, index);
    this.source = source;
    this.dictionaries = dictionaries;
  }

  @Override
  void askRow(BatchCursor row) {
    ParsedLine line = dictionaries.line(row);
    if (line != null) {
      source.each(line, values);
    }
  }
}
