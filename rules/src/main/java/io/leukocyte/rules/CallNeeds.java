package io.leukocyte.rules;

import io.leukocyte.events.CallColumns.Open;
import io.leukocyte.events.Columns.Connect;
import io.leukocyte.events.Kind;
import io.leukocyte.rules.CallNeed.PathPattern;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds out what a condition needs of system calls. It is evaluated for each call and mode without
 * an event: a comparison is true, false, a set of paths, or could be anything. Whatever is not
 * understood could be.
 */
final class CallNeeds {
  /** More paths than these are put together to all that there are. */
  private static final int MOST_PATHS = 2000;

  /** Pairs beyond which it does not pay to look for what two sets of paths have in common. */
  private static final int MOST_PAIRS = 40_000;

  private static final String GLOB_SIGNS = "*?[\\";
  private static final Set<PathPattern> NONE = Set.of();
  private static final Set<PathPattern> EVERY = Set.of(PathPattern.EVERY);

  /** The fields about which a call and its mode say something, by where a kind keeps them. */
  private static final Map<Kind, Map<Source, String>> FIELDS = fields();

  private final Kind kind;
  private final String call;
  private final int mode;

  private CallNeeds(Kind kind, String call, int mode) {
    this.kind = kind;
    this.call = call;
    this.mode = mode;
  }

  /**
   * What a condition needs.
   *
   * @param condition folded for the kind
   * @param kind of system calls
   * @return by the call's name; calls that it cannot match are left out
   */
  static Map<String, CallNeed> of(Node condition, Kind kind) {
    Map<String, CallNeed> needs = new TreeMap<>();
    for (String call : calls(kind)) {
      CallNeed need = CallNeed.NOTHING;
      for (int mode = 0; mode < CallNeed.MODES; mode++) {
        if (kind == Kind.FILE_OPEN || CallNeed.access(mode) == 0) {
          Set<PathPattern> paths = new CallNeeds(kind, call, mode).paths(condition, true);
          need = need.or(CallNeed.of(paths, bits(kind, mode)));
        }
      }
      if (!need.equals(CallNeed.NOTHING)) {
        needs.put(call, need);
      }
    }
    return needs;
  }

  /** The kinds of which something comes of system calls. */
  static boolean concern(Kind kind) {
    return kind.isSystemCall() || kind == Kind.NET_CONNECT;
  }

  /** Of connections those to Unix sockets come of a call; others are told by their sockets. */
  private static List<String> calls(Kind kind) {
    return kind == Kind.NET_CONNECT ? List.of("connect") : kind.calls();
  }

  /** Calls that open nothing have no access: what holds for one holds for all. */
  private static int bits(Kind kind, int mode) {
    return kind == Kind.FILE_OPEN ? 1 << mode : CallNeed.EACH_ACCESS << mode;
  }

  /**
   * Paths outside of which the condition is not what is asked.
   *
   * @param truth whether the condition is to hold, or not to hold
   */
  private Set<PathPattern> paths(Node node, boolean truth) {
    return switch (node) {
      case Node.All all -> truth ? common(all.parts(), true) : either(all.parts(), false);
      case Node.Any any -> truth ? either(any.parts(), true) : common(any.parts(), false);
      case Node.Not not -> paths(not.part(), !truth);
      case Node.Literal literal -> literal.value() == truth ? EVERY : NONE;
      case Node.Read read -> read(read, truth);
      case Node.Test t -> EVERY;
      case Node.TypeTest t -> EVERY;
      case Node.Needs n -> EVERY;
    };
  }

  private Set<PathPattern> either(List<Node> parts, boolean truth) {
    Set<PathPattern> all = new HashSet<>();
    for (Node part : parts) {
      all.addAll(paths(part, truth));
      if (all.contains(PathPattern.EVERY) || all.size() > MOST_PATHS) {
        return EVERY;
      }
    }
    return all;
  }

  private Set<PathPattern> common(List<Node> parts, boolean truth) {
    Set<PathPattern> left = EVERY;
    for (Node part : parts) {
      left = common(left, paths(part, truth));
      if (left.isEmpty()) {
        return NONE;
      }
    }
    return left;
  }

  private static Set<PathPattern> common(Set<PathPattern> some, Set<PathPattern> others) {
    if (some.equals(EVERY)) {
      return others;
    }
    if (others.equals(EVERY)) {
      return some;
    }
    if ((long) some.size() * others.size() > MOST_PAIRS) {
      return some.size() < others.size() ? some : others;
    }
    Set<PathPattern> common = new HashSet<>();
    for (PathPattern one : some) {
      for (PathPattern other : others) {
        if (one.covers(other)) {
          common.add(other);
        } else if (other.covers(one)) {
          common.add(one);
        }
      }
    }
    return common;
  }

  /** A missing value makes each comparison false, and so its negation true. */
  private Set<PathPattern> read(Node.Read read, boolean truth) {
    return switch (outcome(read)) {
      case ALWAYS -> truth ? EVERY : NONE;
      case NEVER -> truth ? NONE : EVERY;
      case OPEN -> truth ? namedBy(read) : EVERY;
    };
  }

  private enum Outcome {
    ALWAYS,
    NEVER,
    OPEN
  }

  private static Outcome of(boolean holds) {
    return holds ? Outcome.ALWAYS : Outcome.NEVER;
  }

  private static Map<Kind, Map<Source, String>> fields() {
    Set<String> names = new HashSet<>(CallFields.PATHS.keySet());
    names.addAll(
        List.of(
            "fd.port",
            "fd.l4proto",
            "evt.failed",
            "evt.res",
            "evt.rawres",
            "fd.num",
            "evt.is_open_write",
            "evt.is_open_read"));
    Map<Kind, Map<Source, String>> fields = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      Map<Source, String> sources = new HashMap<>();
      for (String name : names) {
        Field field = Fields.find(name);
        if (field != null) {
          field.sources(kind, null).forEach(source -> sources.put(source, name));
        }
      }
      fields.put(kind, sources);
    }
    return fields;
  }

  private String field(Source source) {
    return FIELDS.getOrDefault(kind, Map.of()).getOrDefault(source, "");
  }

  /** What the call and its mode say about a comparison. */
  private Outcome outcome(Node.Read read) {
    Predicate predicate = read.predicate();
    if (read.source().equals(Fields.CALL)) {
      return of(predicate.test(call));
    }
    if (kind == Kind.NET_CONNECT) {
      return ofUnixSocket(read.source(), predicate);
    }
    boolean failed = CallNeed.failed(mode);
    int access = CallNeed.access(mode);
    String field = field(read.source());
    Set<String> calls = CallFields.PATHS.get(field);
    if (calls != null) {
      return calls.contains(call) ? Outcome.OPEN : Outcome.NEVER;
    }
    return switch (field) {
      case "evt.failed" -> of(predicate.test(Boolean.toString(failed)));
      case "evt.res" -> ofResult(predicate);
      case "evt.rawres" -> ofNumber(predicate);
      case "fd.num" ->
          kind == Kind.FD_DUP ? Outcome.OPEN : failed ? Outcome.NEVER : ofNumber(predicate);
      case "evt.is_open_write" -> of(predicate.test(Boolean.toString(access != 0)));
      case "evt.is_open_read" -> of(predicate.test(Boolean.toString(access != 1)));
      default -> Outcome.OPEN;
    };
  }

  /** A Unix socket has a path, or a name, and neither a port nor an address of the internet. */
  private Outcome ofUnixSocket(Source source, Predicate predicate) {
    if (source instanceof Source.Symbol(var column, View view)) {
      if (column.equals(Connect.SOURCE)) {
        return Outcome.NEVER;
      }
      if (column.equals(Connect.DESTINATION) && view instanceof View.Family(_, _, String unix)) {
        return of(predicate.test(unix));
      }
      if (column.equals(Connect.DESTINATION) && predicate instanceof Predicate.Within) {
        return Outcome.NEVER;
      }
    }
    return switch (field(source)) {
      case "fd.port" -> Outcome.NEVER;
      case "fd.l4proto" -> of(predicate.test("other"));
      default -> Outcome.OPEN;
    };
  }

  private Outcome ofResult(Predicate predicate) {
    if (!CallNeed.failed(mode)) {
      return of(predicate.test("SUCCESS"));
    }
    return predicate.equals(new Predicate.Equal(Set.of("SUCCESS"))) ? Outcome.NEVER : Outcome.OPEN;
  }

  /** The result is from 0 on when the call was done, below when it failed. */
  private Outcome ofNumber(Predicate predicate) {
    if (!(predicate instanceof Predicate.Range(long low, long high, boolean negated)) || negated) {
      return Outcome.OPEN;
    }
    if (CallNeed.failed(mode)) {
      return low >= 0
          ? Outcome.NEVER
          : low == Long.MIN_VALUE && high >= -1 ? Outcome.ALWAYS : Outcome.OPEN;
    }
    return high < 0
        ? Outcome.NEVER
        : low <= 0 && high == Long.MAX_VALUE ? Outcome.ALWAYS : Outcome.OPEN;
  }

  private Set<PathPattern> namedBy(Node.Read read) {
    if (kind == Kind.FILE_OPEN
        && read.source() instanceof Source.Symbol(var column, View view)
        && column.equals(Open.PATH)) {
      return switch (view) {
        case View.Whole w -> named(read.predicate());
        case View.NonEmpty n -> named(read.predicate());
        case View.Directory d -> inDirectory(read.predicate());
        default -> EVERY;
      };
    }
    return kind == Kind.FILE_CHANGE && CallFields.PATHS.containsKey(field(read.source()))
        ? named(read.predicate())
        : EVERY;
  }

  private static Set<PathPattern> named(Predicate predicate) {
    if (!(predicate instanceof Predicate.Equal(Set<String> values))) {
      return beginningSo(predicate);
    }
    if (values.size() > MOST_PATHS) {
      return EVERY;
    }
    Set<PathPattern> named = new HashSet<>();
    values.forEach(value -> named.add(new PathPattern(value, true)));
    return named;
  }

  /** The directory of a path is its beginning. */
  private static Set<PathPattern> inDirectory(Predicate predicate) {
    if (!(predicate instanceof Predicate.Equal(Set<String> values))) {
      return beginningSo(predicate);
    }
    if (values.size() > MOST_PATHS) {
      return EVERY;
    }
    Set<PathPattern> named = new HashSet<>();
    values.forEach(
        value -> named.add(new PathPattern(value.endsWith("/") ? value : value + "/", false)));
    return named;
  }

  private static Set<PathPattern> beginningSo(Predicate predicate) {
    if (predicate instanceof Predicate.StartsWith(String prefix)) {
      return Set.of(new PathPattern(prefix, false));
    }
    if (predicate instanceof Predicate.Matches(String pattern, boolean anyCase) && !anyCase) {
      int end = 0;
      while (end < pattern.length() && GLOB_SIGNS.indexOf(pattern.charAt(end)) < 0) {
        end++;
      }
      return Set.of(new PathPattern(pattern.substring(0, end), false));
    }
    return EVERY;
  }
}
