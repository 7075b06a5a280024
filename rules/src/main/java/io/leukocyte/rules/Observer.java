package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.CallColumns.Listen;
import io.leukocyte.events.CallColumns.Open;
import io.leukocyte.events.Column;
import io.leukocyte.events.Columns.Connect;
import io.leukocyte.events.Columns.Flow;
import io.leukocyte.events.Columns.Proc;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Kind;
import io.leukocyte.events.Protocol;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes the values of baselines out of events. A value that a container has shown already is
 * answered by a number of its symbols, without an object: a string is looked at once a batch, as
 * bytes. The numbers are seeded, so that nobody outside can choose values that are taken for
 * others. One thread at a time.
 */
public final class Observer {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

  private static final byte[][] OF_MANY_NAMES =
      Values.OF_MANY_NAMES.stream()
          .map(name -> name.getBytes(StandardCharsets.US_ASCII))
          .toArray(byte[][]::new);

  private final FactsLookup facts;
  private final long seed = new SecureRandom().nextLong();
  private final Map<Rule, Integer> numbers = new HashMap<>();
  private long[] symbols = new long[256];
  private long cut;

  /**
   * An observer for the baselines in force.
   *
   * @param facts where container facts are found
   */
  public Observer(RuleSet rules, FactsLookup facts) {
    this.facts = facts;
    for (Rule rule : rules.observers()) {
      numbers.put(rule, numbers.size() + 1);
    }
  }

  /** Takes up a batch: to be called once after the cursor was opened. */
  public void open(BatchCursor batch) {
    if (numbers.isEmpty()) {
      return;
    }
    if (symbols.length <= batch.symbols()) {
      symbols = new long[batch.symbols() * 2];
    } else {
      Arrays.fill(symbols, 0, batch.symbols() + 1, 0);
    }
  }

  /** Values not told since this was last asked, because a container had too many. */
  public long takeCut() {
    long was = cut;
    cut = 0;
    return was;
  }

  /**
   * The value that a row shows, when its container has not shown it before.
   *
   * @param rule the observing rule that matched the row
   * @param row a row with a container
   * @param time when it happened, as far as that is believed
   * @param known what the container has shown; changed
   * @return null when there is nothing to tell
   */
  public @Nullable Observation observe(Rule rule, BatchCursor row, long time, KnownValues known) {
    Baseline.Watch watch = rule.watch();
    Integer number = numbers.get(rule);
    if (watch == null || number == null) {
      return null;
    }
    known.open(seed, time);
    long quick = quick(watch.aspect(), row);
    if (quick == 0) {
      return null;
    }
    long key = mix(quick, number);
    return known.contains(key) ? null : unknown(rule, watch, row, key, number, known);
  }

  private @Nullable Observation unknown(
      Rule rule, Baseline.Watch watch, BatchCursor row, long key, int number, KnownValues known) {
    Baseline baseline = watch.baseline();
    String value = value(watch.aspect(), row);
    ContainerRef container = row.containerRef(row.container());
    String subject =
        baseline.subject().of(container, facts.find(row, row.container(), container.id()));
    if (value == null || subject == null) {
      known.add(key);
      return null;
    }
    long normal = mix(hash(value), -number);
    if (known.contains(normal)) {
      known.add(key);
      return null;
    }
    if (baseline.exempts(watch.aspect(), value)) {
      known.add(key);
      return null;
    }
    if (!known.tells(watch.aspect())) {
      cut++;
      return null;
    }
    known.add(key);
    known.add(normal);
    return new Observation(
        baseline.name(),
        subject,
        watch.aspect(),
        value,
        row.time(),
        row.id(),
        container.id(),
        rule.output(row, facts));
  }

  /** A number for the row's value; 0 when it has none. */
  private long quick(Aspect aspect, BatchCursor row) {
    return switch (aspect) {
      case STARTS -> 1;
      case PROCESSES -> program(row, Proc.EXECUTABLE, Proc.NAME);
      case PARENTS -> {
        long program = program(row, Proc.EXECUTABLE, Proc.NAME);
        long parent = program(row, Proc.PARENT_EXECUTABLE, Proc.PARENT_NAME);
        yield program == 0 || parent == 0 ? 0 : mix(parent, program);
      }
      case FILES_WRITTEN -> symbol(row, row.symbol(Open.PATH));
      case DESTINATIONS -> {
        boolean flow = row.kind() == Kind.NET_FLOW;
        int name = row.symbol(flow ? Flow.DOMAIN : Connect.DOMAIN);
        int address = row.symbol(flow ? Flow.DESTINATION : Connect.DESTINATION);
        long end = symbol(row, name == 0 ? address : name);
        yield end == 0 ? 0 : mix(end, (long) port(row) << 8 | protocol(row));
      }
      case LISTENING_PORTS ->
          mix(
              symbol(row, row.symbol(Listen.LOCAL)) | 1,
              (long) row.intAt(Listen.LOCAL_PORT) << 8 | row.intAt(Listen.PROTOCOL));
    };
  }

  private static int port(BatchCursor row) {
    int port =
        row.intAt(row.kind() == Kind.NET_FLOW ? Flow.DESTINATION_PORT : Connect.DESTINATION_PORT);
    return Math.min(port, Values.EPHEMERAL);
  }

  private static int protocol(BatchCursor row) {
    return row.intAt(row.kind() == Kind.NET_FLOW ? Flow.PROTOCOL : Connect.PROTOCOL);
  }

  private long program(BatchCursor row, Column path, Column name) {
    int symbol = row.symbol(path);
    if (symbol == 0) {
      return symbol(row, row.symbol(name));
    }
    long program = symbol(row, symbol);
    return isOfManyNames(row, symbol) ? mix(program, symbol(row, row.symbol(name))) : program;
  }

  private static boolean isOfManyNames(BatchCursor row, int symbol) {
    int end = row.stringAt(symbol) + row.stringLength(symbol);
    for (byte[] name : OF_MANY_NAMES) {
      int from = end - name.length;
      if (row.stringLength(symbol) >= name.length
          && Arrays.equals(row.bytes(), from, end, name, 0, name.length)) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable String value(Aspect aspect, BatchCursor row) {
    return switch (aspect) {
      case STARTS -> "";
      case PROCESSES -> {
        String program = text(row, Proc.EXECUTABLE, Proc.NAME);
        yield program == null ? null : Values.program(program);
      }
      case PARENTS -> {
        String program = text(row, Proc.EXECUTABLE, Proc.NAME);
        String parent = text(row, Proc.PARENT_EXECUTABLE, Proc.PARENT_NAME);
        yield program == null || parent == null ? null : Values.parent(parent, program);
      }
      case FILES_WRITTEN -> {
        String path = row.text(Open.PATH);
        yield path == null ? null : Values.file(path);
      }
      case DESTINATIONS -> destination(row);
      case LISTENING_PORTS -> {
        String local = row.text(Listen.LOCAL);
        int port = row.intAt(Listen.LOCAL_PORT);
        Protocol protocol = Protocol.ofCode(row.intAt(Listen.PROTOCOL));
        yield port <= 0 || (protocol != Protocol.TCP && protocol != Protocol.UDP)
            ? null
            : Values.listening(port, protocol.text(), local != null && Values.isLoopback(local));
      }
    };
  }

  private static @Nullable String destination(BatchCursor row) {
    boolean flow = row.kind() == Kind.NET_FLOW;
    String address = row.text(flow ? Flow.DESTINATION : Connect.DESTINATION);
    String name = row.text(flow ? Flow.DOMAIN : Connect.DOMAIN);
    if (address == null || Values.isLoopback(address)) {
      return null;
    }
    return Values.destination(
        name == null ? address : name, port(row), Protocol.ofCode(protocol(row)).text());
  }

  private static @Nullable String text(BatchCursor row, Column path, Column name) {
    String text = row.text(path);
    return text == null ? row.text(name) : Values.called(text, row.text(name));
  }

  /** A number for a symbol of the batch; 0 for none. */
  private long symbol(BatchCursor row, int symbol) {
    if (symbol == 0) {
      return 0;
    }
    long known = symbols[symbol];
    if (known == 0) {
      known = hash(row.bytes(), row.stringAt(symbol), row.stringLength(symbol));
      symbols[symbol] = known;
    }
    return known;
  }

  private long hash(String text) {
    long hash = seed ^ 1;
    for (int i = 0; i < text.length(); i++) {
      hash = mix(hash, text.charAt(i));
    }
    return hash == 0 ? 1 : hash;
  }

  private long hash(byte[] bytes, int from, int length) {
    long hash = seed ^ length * MULTIPLIER;
    int at = from;
    int end = from + length;
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      hash = mix(hash, (long) LONG.get(bytes, at));
    }
    long rest = 0;
    for (; at < end; at++) {
      rest = rest << 8 | (bytes[at] & 0xff);
    }
    hash = mix(hash, rest);
    return hash == 0 ? 1 : hash;
  }

  /** One number of two, each bit of them spread over all of it; never 0. */
  private static long mix(long a, long b) {
    long mixed = (Long.rotateLeft(a, 23) + b) * MULTIPLIER;
    mixed = (mixed ^ mixed >>> 31) * 0xbf58476d1ce4e5b9L;
    mixed ^= mixed >>> 29;
    return mixed == 0 ? 1 : mixed;
  }
}
