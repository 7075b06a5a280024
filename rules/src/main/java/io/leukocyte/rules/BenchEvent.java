package io.leukocyte.rules;

import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import org.jspecify.annotations.Nullable;

/** An event with the fields that rules read at hand as texts: what a loop over rules is given. */
@SuppressWarnings("EnumOrdinal") // places in an array of this class alone
final class BenchEvent {
  private static final BenchField[] FIELDS = BenchField.values();

  private final Kind kind;
  private final @Nullable String[] values = new String[FIELDS.length];

  BenchEvent(Event event) {
    this.kind = event.kind();
    for (BenchField field : FIELDS) {
      values[field.ordinal()] = field.read(event);
    }
  }

  Kind kind() {
    return kind;
  }

  /** A field's value; null when the event has none. */
  @Nullable String value(BenchField field) {
    return values[field.ordinal()];
  }
}
