package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.analyzer.AnalyzerSettings;
import io.leukocyte.analyzer.Replay;
import io.leukocyte.collector.JoinerFuzz;
import io.leukocyte.collector.UsersFuzz;
import io.leukocyte.engine.LogFuzz;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchLimits;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.Event;
import io.leukocyte.events.EventId;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.LogPart;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Order;
import io.leukocyte.events.OrderJson;
import io.leukocyte.events.OrderKeys;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.ParsedLine;
import io.leukocyte.events.SampleStream;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import io.leukocyte.responder.ControlFuzz;
import io.leukocyte.responder.PolicyFile;
import io.leukocyte.responder.PolicySet;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What takes bytes from outside. Each target reads any bytes: it throws for a fault of ours only,
 * and checks that what it could read is the same after writing and reading again.
 */
enum FuzzTarget {
  /** Batches of events. */
  BATCH {
    @Override
    List<byte[]> seeds() {
      List<byte[]> seeds = new ArrayList<>();
      for (int seed = 0; seed < 4; seed++) {
        BatchWriter writer = new BatchWriter(HOST, 7);
        new SampleStream(seed).next(1 + 5 * seed).forEach(writer::add);
        seeds.add(writer.finish(seed));
      }
      return seeds;
    }

    @Override
    void run(byte[] input, Reader reader) {
      byte[] once = again(reader.bytes(input));
      if (once != null) {
        requireSame(once, again(once));
      }
    }
  },

  /** Events as JSON, as in recordings. */
  EVENT {
    @Override
    List<byte[]> seeds() {
      return recording().stream().map(FuzzTarget::utf8).toList();
    }

    @Override
    void run(byte[] input, Reader reader) {
      try {
        EventId id = new EventId(HOST, 0, 0, 0);
        Observed read = EventJson.read(new String(reader.bytes(input), UTF_8), id);
        requireSame(read, EventJson.read(EventJson.line(read), id));
      } catch (MalformedJsonException e) {
        // Refused.
      }
    }
  },

  /** Alerts as JSON. */
  ALERT {
    @Override
    List<byte[]> seeds() {
      List<byte[]> seeds = new ArrayList<>();
      Replay replay =
          new Replay(
              RuleSet.load(RuleFile.shipped()).rules(),
              AnalyzerSettings.from(Config.defaults(DeploySettings.allKeys())).detector(),
              (Alert alert) -> seeds.add(AlertJson.write(alert)));
      try {
        for (String line : recording()) {
          replay.add(EventJson.read(line));
        }
      } catch (MalformedJsonException e) {
        throw new IllegalStateException(e);
      }
      replay.end();
      return seeds;
    }

    @Override
    void run(byte[] input, Reader reader) {
      try {
        Alert read = AlertJson.read(reader.bytes(input));
        requireSame(read, AlertJson.read(AlertJson.write(read)));
      } catch (MalformedJsonException e) {
        // Refused.
      }
    }
  },

  /** Steps of actions as JSON. */
  ACTION {
    @Override
    List<byte[]> seeds() {
      List<byte[]> seeds = new ArrayList<>();
      for (Outcome outcome :
          List.of(new Outcome.Done("d"), new Outcome.Refused("r"), new Outcome.Failed("f"))) {
        seeds.add(
            ActionJson.write(
                new Action(
                    new ActionId("ab".repeat(16)),
                    Action.Step.APPLIED,
                    1,
                    5,
                    HOST,
                    "quarantine",
                    null,
                    outcome,
                    null,
                    "a rule",
                    "a policy",
                    "p.yaml:1",
                    "ann",
                    9,
                    true)));
      }
      return seeds;
    }

    @Override
    void run(byte[] input, Reader reader) {
      try {
        Action read = ActionJson.read(reader.bytes(input));
        requireSame(read, ActionJson.read(ActionJson.write(read)));
      } catch (MalformedJsonException e) {
        // Refused.
      }
    }
  },

  /** A file of settings. */
  SETTINGS {
    @Override
    List<byte[]> seeds() {
      return List.of(
          utf8("kafka:\n  bootstrap: [a:1, \"[::1]:9\"]\n  security: sasl-ssl\n  user: u\n"),
          utf8("topics.partitions: 12\nkafka.properties: {linger.ms: 5}\n"),
          utf8("collector.flush-interval: 100ms\ntopics: {events-bytes: 2GiB}\n"),
          utf8("a: &a [x, y]\nb: *a\nc: |\n  text\n"));
    }

    @Override
    void run(byte[] input, Reader reader) {
      try {
        Config.parse(
                "f", new String(reader.bytes(input), UTF_8), Map.of(), DeploySettings.allKeys())
            .effective();
      } catch (ConfigException e) {
        requireProblems(e.problems());
      }
    }
  },

  /** A file of rules. */
  RULES {
    @Override
    List<byte[]> seeds() {
      List<byte[]> seeds = new ArrayList<>();
      RuleFile.shipped().forEach(file -> seeds.add(utf8(file.text())));
      seeds.add(
          utf8(
              "- list: l\n  items: [a, \"b\"]\n- macro: m\n  condition: proc.name in (l)\n"
                  + "- rule: r\n  desc: d\n  condition: evt.type=execve and not m\n"
                  + "  output: \"%proc.cmdline %x[1]\"\n  priority: warning\n"));
      for (String condition :
          List.of(
              "proc.name regex \"a(b|c)+.*\" or log.line regex anyof ('[a-z]+', \"x{2,3}\")",
              "fd.name pmatch (/etc, /usr/*/b?n) and fd.name bstartswith 2f and fd.name bcontains c3",
              "proc.name startswith oneof (a, b) or len(proc.args) >= 2",
              "tolower(basename(proc.exepath)) = val(proc.name) and b64(proc.exe) exists",
              "concat(proc.name, \":\", fd.sport) in (a:1) or join(\"-\", (proc.name, x)) = y",
              "getopt(proc.args, \"ab:\")[b] intersects (x) and fd.sip != val(fd.cip)")) {
        seeds.add(
            utf8(
                "- required_engine_version: 0.60.0\n- rule: r\n  desc: d\n  output: o\n"
                    + "  priority: info\n  condition: >\n    "
                    + condition
                    + "\n  exceptions:\n    - {name: e, fields: proc.name, values: [a]}\n"
                    + "    - {name: f, fields: [proc.name, fd.name], comps: [=, in],"
                    + " values: [[a, [b, c]]]}\n"
                    + "- {rule: r, exceptions: [{name: e, values: [b]}],"
                    + " override: {exceptions: append}}\n"));
      }
      return seeds;
    }

    @Override
    void run(byte[] input, Reader reader) {
      RuleSet.load(List.of(new RuleFile("f", new String(reader.bytes(input), UTF_8))));
    }
  },

  /** A file of policies. */
  POLICIES {
    @Override
    List<byte[]> seeds() {
      return PolicyFile.shipped().stream().map(file -> utf8(file.text())).toList();
    }

    @Override
    void run(byte[] input, Reader reader) {
      PolicySet.load(
          List.of(new PolicyFile("f", new String(reader.bytes(input), UTF_8))), Set.of("ops"));
    }
  },

  /** Orders at the control socket. */
  CONTROL {
    @Override
    List<byte[]> seeds() {
      return ControlFuzz.seeds();
    }

    @Override
    void run(byte[] input, Reader reader) {
      ControlFuzz.run(reader.bytes(input));
    }
  },

  /** The engine's log stream. */
  LOG {
    @Override
    List<byte[]> seeds() {
      return LogFuzz.seeds();
    }

    @Override
    void run(byte[] input, Reader reader) {
      LogFuzz.run(reader.bytes(input));
    }
  },

  /** Log files of the json-file driver. */
  LOG_FILE {
    @Override
    List<byte[]> seeds() {
      return LogFuzz.fileSeeds();
    }

    @Override
    void run(byte[] input, Reader reader) {
      LogFuzz.runFile(reader.bytes(input));
    }
  },

  /** Lines of a container that may be stack traces. */
  TRACES {
    @Override
    List<byte[]> seeds() {
      return JoinerFuzz.seeds();
    }

    @Override
    void run(byte[] input, Reader reader) {
      JoinerFuzz.run(reader.bytes(input));
    }
  },

  /** Files of users and groups that a container wrote. */
  USERS {
    @Override
    List<byte[]> seeds() {
      return UsersFuzz.seeds();
    }

    @Override
    void run(byte[] input, Reader reader) {
      UsersFuzz.run(reader.bytes(input));
    }
  },

  /** What a log line is read for: access logs, JSON, audit logs. */
  LINE {
    @Override
    List<byte[]> seeds() {
      return List.of(
          utf8(
              "203.0.113.9 - ann [22/Nov/2026:17:12:41 +0000] \"GET /a?q=%2527 HTTP/1.1\" 200 5 \"-\""
                  + " \"curl/8\""),
          utf8(
              "203.0.113.9:4000 [22/Nov/2026:17:12:41.521] in out/one 0/0/1/2/3 200 5 - - ----"
                  + " 1/1/0/0/0 0/0 \"GET /%c0%af HTTP/1.1\""),
          utf8(
              "{\"level\":\"warn\",\"method\":\"GET\",\"path\":\"/\\u00e9\\ud83d\","
                  + "\"status\":500,\"user\":{\"name\":\"ann\"}}"),
          utf8(
              "{\"transaction\":{\"client_ip\":\"203.0.113.9\",\"request\":{\"method\":\"GET\","
                  + "\"uri\":\"/?id=1\"},\"response\":{\"http_code\":403},\"messages\":"
                  + "[{\"message\":\"x\",\"details\":{\"ruleId\":\"942100\"}}]}}"));
    }

    @Override
    void run(byte[] input, Reader reader) {
      byte[] bytes = reader.bytes(input);
      ParsedLine line = new ParsedLine();
      line.line(bytes, 0, bytes.length);
      for (LogPart part : LogPart.values()) {
        boolean[] any = {false};
        line.each(
            part,
            (in, from, to) -> {
              any[0] = true;
              if (from < 0 || to < from || to > in.length) {
                throw new AssertionError(part + " from " + from + " to " + to + " of " + in.length);
              }
            });
        if (any[0] != line.has(part)) {
          throw new AssertionError("A line that has " + part + " and has it not");
        }
      }
    }
  },

  /** Orders over Kafka. */
  ORDER {
    @Override
    List<byte[]> seeds() {
      List<byte[]> seeds = new ArrayList<>();
      for (Order.Kind kind : Order.Kind.values()) {
        seeds.add(OrderJson.write(order(kind)));
        seeds.add(OrderJson.write(order(kind), KEYS));
      }
      return seeds;
    }

    @Override
    void run(byte[] input, Reader reader) {
      try {
        OrderJson.Signed read = OrderJson.read(reader.bytes(input));
        requireSame(read.order(), OrderJson.read(OrderJson.write(read.order())).order());
        boolean known = seeds().stream().anyMatch(seed -> Arrays.equals(seed, input));
        if (reader.isSigned(read, KEYS)
            && !known
            && !order(read.order().kind()).equals(read.order())) {
          throw new AssertionError("A forged order passes for signed: " + read);
        }
      } catch (MalformedJsonException e) {
        // Refused.
      }
    }
  };

  private static final OrderKeys KEYS = OrderKeys.parse("k1:0123456789abcdef0123456789abcdef");

  private static final HostId HOST = new HostId("h1");

  /** Inputs that it can read, from which others are made. */
  abstract List<byte[]> seeds();

  /** Reads the input. */
  final void run(byte[] input) {
    run(input, new Reader() {});
  }

  /** Reads the input with what may have a fault. */
  abstract void run(byte[] input, Reader reader);

  /** What a target reads with, where a double can take its place. */
  interface Reader {
    /** The bytes of an input. */
    default byte[] bytes(byte[] input) {
      return input;
    }

    /** Whether an order is signed with one of these keys. */
    default boolean isSigned(OrderJson.Signed order, OrderKeys keys) {
      return order.isSignedBy(keys);
    }
  }

  /** The batch of the events of a batch; null when it is none, or the events need several. */
  private static byte @Nullable [] again(byte[] batch) {
    try {
      BatchCursor cursor = BatchCursor.over(batch);
      BatchWriter writer = new BatchWriter(cursor.host(), cursor.epoch());
      while (cursor.next()) {
        Event event = cursor.event();
        if (writer.isFull()) {
          return null;
        }
        writer.add(event);
      }
      byte[] written = writer.finish(cursor.sequence());
      return written.length > BatchLimits.MAX_BYTES ? null : written;
    } catch (MalformedBatchException e) {
      return null;
    }
  }

  private static Order order(Order.Kind kind) {
    return new Order(
        new ActionId("cd".repeat(16)),
        Order.EVERYWHERE,
        kind,
        what(kind),
        Optional.empty(),
        false,
        "ann",
        "drill",
        5,
        9);
  }

  private static String what(Order.Kind kind) {
    return switch (kind) {
      case RELEASE, APPROVE, DENY, QUARANTINE, PAUSE, KILL, WAF, FALSE_ALERT -> "web";
      case RELEASE_ALL, STOP, RESUME -> "";
    };
  }

  private static void requireSame(byte[] one, byte @Nullable [] other) {
    if (!Arrays.equals(one, other)) {
      throw new AssertionError("Writing and reading again gives another batch");
    }
  }

  private static void requireSame(Record one, Record other) {
    if (!one.equals(other)) {
      throw new AssertionError("Writing and reading again gives\n" + other + "\nof\n" + one);
    }
  }

  private static void requireProblems(List<?> problems) {
    if (problems.isEmpty()) {
      throw new AssertionError("Refused without a problem");
    }
  }

  private static List<String> recording() {
    try {
      return Files.readAllLines(Path.of("src/test/resources/recordings/shell.ndjson"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
