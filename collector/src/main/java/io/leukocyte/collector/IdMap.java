package io.leukocyte.collector;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a user namespace numbers users or groups, as {@code /proc/PID/uid_map} and {@code gid_map}
 * tell it to the host.
 */
record IdMap(List<Range> ranges) {
  /** The host's own: each number stands for itself. */
  static final IdMap SAME = new IdMap(List.of(new Range(0, 0, 0xffff_ffffL)));

  /** The kernel's bound. */
  private static final int MOST_RANGES = 340;

  private static final Pattern RANGE =
      Pattern.compile("^ *(\\d{1,10}) +(\\d{1,10}) +(\\d{1,10}) *$", Pattern.MULTILINE);

  /** Numbers that follow each other on both sides. */
  record Range(long inside, long outside, long count) {}

  /** Copies the list. */
  IdMap {
    ranges = List.copyOf(ranges);
  }

  /** Reads the file; what is no range is passed over. */
  static IdMap parse(String text) {
    List<Range> ranges = new ArrayList<>();
    Matcher range = RANGE.matcher(text);
    while (range.find() && ranges.size() < MOST_RANGES) {
      ranges.add(
          new Range(
              Long.parseLong(range.group(1)),
              Long.parseLong(range.group(2)),
              Long.parseLong(range.group(3))));
    }
    return new IdMap(ranges);
  }

  /** The number within the namespace of one of the host's, both of 32 bits; -1 when it has none. */
  int inside(int outside) {
    long number = Integer.toUnsignedLong(outside);
    for (Range range : ranges) {
      long place = number - range.outside();
      if (place >= 0 && place < range.count()) {
        return (int) (range.inside() + place);
      }
    }
    return -1;
  }
}
