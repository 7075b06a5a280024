package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.Column;
import io.leukocyte.events.Columns;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Nanoseconds of CPU an event that matching takes, beside a loop over the same rules with hash
 * sets, on the same batches in the same run. Reading the batch is measured alone and taken off
 * both.
 *
 * <p>Batches have 200 events of one host: 25 % execs, 30 % connects, 25 % log lines, 20 % flows;
 * 1,000 containers on 50 hosts.
 */
public final class RulesBench {
  private static final int HOSTS = 50;
  private static final int BATCHES = 1_000;
  private static final int EVENTS = 200;
  private static final long WARM_UP_NANOS = Long.getLong("leuko.bench.nanos", 3_000_000_000L);
  private static final long MEASURE_NANOS = WARM_UP_NANOS;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Random random = new Random(1);
  private final List<byte[]> batches = new ArrayList<>();
  private long matches;

  private RulesBench() {}

  /** Prints the table. */
  public static void main(String[] args) throws MalformedBatchException {
    RulesBench bench = new RulesBench();
    bench.makeBatches();
    double reading = bench.time(bench::read);
    System.out.printf("%-42s %8s %10s%n", "rules", "ns/event", "matches %");
    System.out.printf("%-42s %8.1f%n", "none: open the batch, go over its rows", reading);
    for (int count : new int[] {20, 100, 1000}) {
      List<SetRule> rules = bench.setRules(count);
      bench.matcher(count + " set filters", file(rules), reading);
      bench.naive(count + " set filters, loop with hash sets", rules, reading);
    }
    for (int count : new int[] {20, 100, 1000}) {
      bench.matcher(
          count + " mixed (contains, startswith, nets, log)", bench.mixed(count), reading);
    }
    bench.matcher("100 in the rest of the language", bench.rest(100), reading);
    bench.matcher("the rules shipped", RuleFile.shipped().getFirst().text(), reading);
  }

  private interface Pass {
    /** Goes over a batch; returns matches. */
    long run(byte[] batch) throws MalformedBatchException;
  }

  private double time(Pass pass) throws MalformedBatchException {
    run(pass, WARM_UP_NANOS);
    return run(pass, MEASURE_NANOS);
  }

  private double run(Pass pass, long nanos) throws MalformedBatchException {
    long start = threads.getCurrentThreadCpuTime();
    long events = 0;
    matches = 0;
    long now = start;
    while (now - start < nanos) {
      for (int i = 0; i < 100; i++) {
        matches += pass.run(batches.get((int) (events / EVENTS % BATCHES)));
        events += EVENTS;
      }
      now = threads.getCurrentThreadCpuTime();
    }
    matches = matches * 10_000 / events;
    return (double) (now - start) / events;
  }

  private void print(String name, double nanos) {
    System.out.printf("%-42s %8.1f %10.2f%n", name, nanos, matches / 100.0);
  }

  private final BatchCursor cursor = new BatchCursor();

  private long read(byte[] batch) throws MalformedBatchException {
    cursor.open(batch);
    long rows = 0;
    while (cursor.next()) {
      rows += cursor.kind() == Kind.SENSOR_LOSS ? 1 : 0;
    }
    return rows;
  }

  private void matcher(String name, String file, double reading) throws MalformedBatchException {
    RuleSet.Loaded loaded = RuleSet.load(List.of(new RuleFile("bench.yaml", file)));
    if (!loaded.problems().isEmpty() || !loaded.skipped().isEmpty()) {
      throw new IllegalStateException(loaded.report());
    }
    Matcher matcher = new Matcher(loaded.rules(), FactsLookup.NONE);
    long[] found = {0};
    double nanos =
        time(batch -> {
          cursor.open(batch);
          matcher.open(cursor);
          found[0] = 0;
          while (cursor.next()) {
            matcher.match(cursor, rule -> found[0]++);
          }
          return found[0];
        });
    print(name, nanos - reading);
  }

  private void naive(String name, List<SetRule> rules, double reading)
      throws MalformedBatchException {
    double nanos =
        time(batch -> {
          cursor.open(batch);
          long found = 0;
          while (cursor.next()) {
            for (SetRule rule : rules) {
              found += rule.matches(cursor) ? 1 : 0;
            }
          }
          return found;
        });
    print(name, nanos - reading);
  }

  // Rules.

  /** A rule of set filters: a kind, one or two fields each in a set, and the image in a set. */
  private record SetRule(
      Kind kind, String type, List<Filter> filters, @Nullable Set<String> images) {

    boolean matches(BatchCursor row) {
      if (row.kind() != kind) {
        return false;
      }
      for (Filter filter : filters) {
        String value = row.text(filter.column());
        if (value == null || !filter.values().contains(value)) {
          return false;
        }
      }
      return images == null
          || (row.container() != 0 && images.contains(row.containerRef(row.container()).image()));
    }
  }

  private record Filter(String field, Column column, Set<String> values) {}

  private List<SetRule> setRules(int count) {
    List<SetRule> rules = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean exec = i % 2 == 0;
      List<Filter> filters = new ArrayList<>();
      filters.add(new Filter("proc.name", Columns.Proc.NAME, names("prog", 400, 3)));
      if (exec) {
        filters.add(new Filter("proc.pname", Columns.Proc.PARENT_NAME, names("prog", 400, 20)));
      } else {
        filters.add(new Filter("fd.sip", Columns.Connect.DESTINATION, addresses(5)));
      }
      rules.add(
          new SetRule(
              exec ? Kind.PROCESS_EXEC : Kind.NET_CONNECT,
              exec ? "execve" : "connect",
              filters,
              i % 3 == 0 ? names("image", 40, 10) : null));
    }
    return rules;
  }

  private Set<String> names(String prefix, int of, int count) {
    Set<String> names = new HashSet<>();
    while (names.size() < count) {
      names.add(prefix + random.nextInt(of));
    }
    return names;
  }

  private Set<String> addresses(int count) {
    Set<String> addresses = new HashSet<>();
    while (addresses.size() < count) {
      addresses.add(address());
    }
    return addresses;
  }

  private String address() {
    return "10.0." + random.nextInt(4) + "." + random.nextInt(250);
  }

  private static String file(List<SetRule> rules) {
    StringBuilder file = new StringBuilder();
    for (SetRule rule : rules) {
      StringBuilder condition = new StringBuilder("evt.type = " + rule.type());
      for (Filter filter : rule.filters()) {
        condition.append(" and " + filter.field() + " in (");
        condition.append(String.join(", ", new TreeSet<>(filter.values()))).append(")");
      }
      if (rule.images() != null) {
        condition.append(" and container.image.repository in (");
        condition.append(String.join(", ", new TreeSet<>(rule.images()))).append(")");
      }
      file.append(TestRules.rule("r" + file.length(), condition.toString()));
    }
    return file.toString();
  }

  private String mixed(int count) {
    StringBuilder file = new StringBuilder();
    for (int i = 0; i < count; i++) {
      int n = random.nextInt(400);
      String condition =
          switch (i % 6) {
            case 0 -> "proc.name in (prog%d, prog%d) and proc.args contains \"--opt%d\"";
            case 1 -> "proc.exepath startswith /opt/%d and not proc.pname in (prog%d, prog%d)";
            case 2 ->
                "log.line icontains attack%d and container.image.repository startswith image%d or log.line contains \"x%dy\"";
            case 3 -> "fd.snet in (\"10.0.%d.0/30\", \"192.168.%d.0/24\") and proc.name = prog%d";
            case 4 -> "proc.cmdline contains \"secret%d\" and proc.aname in (prog%d, prog%d)";
            default ->
                "fd.sport in (3%d, 4444) and fd.l4proto = udp and proc.pname = prog%d and user.uid = %d";
          };
      String type = List.of("execve", "execve", "log", "connect", "execve", "connect").get(i % 6);
      file.append(
          TestRules.rule(
              "r" + i,
              "evt.type = "
                  + type
                  + " and container.id != host and ("
                  + condition.formatted(n % 200, n % 200, n)
                  + ")"));
    }
    return file.toString();
  }

  /** Regular expressions, paths, functions and comparisons of two fields. */
  private String rest(int count) {
    StringBuilder file = new StringBuilder();
    for (int i = 0; i < count; i++) {
      int n = random.nextInt(400);
      String condition =
          switch (i % 5) {
            case 0 -> "evt.type = execve and proc.cmdline regex \".*--opt%d=[0-9]+.*\"";
            case 1 -> "evt.type = execve and proc.exepath pmatch (/opt/%d, /srv/*/bin%d)";
            case 2 -> "evt.type = log and log.line regex \".*attack%d[a-z]*/x.*\"";
            case 3 ->
                "evt.type = execve and toupper(proc.name) = val(proc.pname) and user.uid = %d";
            default -> "evt.type = connect and concat(fd.sip, \":\", fd.sport) in (10.0.0.%d:44)";
          };
      file.append(TestRules.rule("r" + i, condition.formatted(n, n)));
    }
    return file.toString();
  }

  // Events.

  private void makeBatches() {
    List<List<ContainerRef>> containers = new ArrayList<>();
    for (int host = 0; host < HOSTS; host++) {
      List<ContainerRef> own = new ArrayList<>();
      for (int c = 0; c < 20; c++) {
        own.add(container(host * 20 + c));
      }
      containers.add(own);
    }
    for (int b = 0; b < BATCHES; b++) {
      BatchWriter writer = new BatchWriter(new HostId("host-" + b % HOSTS), 1);
      for (int i = 0; i < EVENTS; i++) {
        writer.add(event(containers.get(b % HOSTS).get(random.nextInt(20))));
      }
      batches.add(writer.finish(b));
    }
  }

  private static ContainerRef container(int number) {
    return new ContainerRef(
        new ContainerId("%064x".formatted(number + 1L)),
        "service-" + number,
        "image" + number % 40,
        "1." + number % 7,
        null,
        false);
  }

  private Event event(ContainerRef container) {
    int kind = random.nextInt(100);
    long time = 1_767_225_600_000_000_000L + random.nextInt();
    if (kind < 25) {
      return new ProcessExec(time, container, process());
    }
    if (kind < 55) {
      return new NetConnect(
          time,
          container,
          process(),
          Protocol.TCP,
          new Endpoint("172.17.0." + random.nextInt(20), 30_000 + random.nextInt(20_000)),
          new Endpoint(address(), random.nextInt(4) == 0 ? 443 : 5432));
    }
    if (kind < 80) {
      String line =
          "172.17.0.1 - - [01/Jan/2026:00:00:%02d +0000] \"GET /item/%d?page=%d HTTP/1.1\" 200 512"
              .formatted(random.nextInt(60), random.nextInt(100_000), random.nextInt(100));
      return new ContainerLog(
          time, container, ContainerLog.Stream.STDOUT, line, line.length(), false);
    }
    return new NetFlow(time, container, Protocol.TCP, new Endpoint(address(), 443), 1500, 2, 1);
  }

  private ProcessInfo process() {
    String name = "prog" + random.nextInt(200);
    String parent = "prog" + random.nextInt(50);
    return new ProcessInfo(
        new ProcessRef(random.nextInt(30_000) + 1, 1),
        random.nextInt(1_000) + 1,
        name,
        "/usr/bin/" + name,
        List.of(name, "--config", "/etc/" + name + ".conf", "--shard=" + random.nextInt(100)),
        false,
        "/",
        0,
        random.nextInt(3) * 1000,
        0,
        -1,
        0,
        ProcessInfo.Flags.NONE,
        new ProcessInfo.Parent(
            new ProcessRef(1, 1), parent, "/usr/bin/" + parent, List.of(parent, "-d")),
        List.of("prog" + random.nextInt(10), "containerd-shim"));
  }
}
