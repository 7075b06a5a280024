package io.leukocyte.rules;

import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.HostId;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A made-up stream for measuring rules, the same for the same seed: batches of 200 events, each of
 * one of 50 hosts with 20 containers; 25 % execs, 30 % connects, 25 % log lines, 20 % opened files.
 * Few programs, addresses and files make most of it; about 20,000 command lines differ.
 */
final class BenchStream {
  static final int EVENTS = 200;
  static final int PROGRAMS = 400;
  static final int SERVERS = 50;
  static final int IMAGES = 40;
  static final int FILES = 2_000;
  private static final int HOSTS = 50;
  private static final int PER_HOST = 20;
  private static final long BEGIN = 1_790_000_000_000_000_000L;
  private static final List<String> SYLLABLES =
      List.of("ka", "lor", "min", "te", "sol", "ra", "ven", "du", "pik", "os", "ne", "bal", "qui");
  private static final List<String> METHODS = List.of("GET", "GET", "GET", "POST", "HEAD");

  private final Random random;
  private final List<byte[]> batches = new ArrayList<>();
  private final List<List<BenchEvent>> events = new ArrayList<>();
  private long time = BEGIN;

  /** A stream of so many batches. */
  BenchStream(long seed, int batches) {
    random = new Random(seed);
    for (int i = 0; i < batches; i++) {
      add(i);
    }
  }

  private void add(int batch) {
    int host = batch % HOSTS;
    BatchWriter writer = new BatchWriter(new HostId("bench-" + host), 1);
    List<BenchEvent> parsed = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      time += random.nextInt(1_000_000);
      Event event = event(container(host * PER_HOST + skewed(PER_HOST)));
      writer.add(event);
      parsed.add(new BenchEvent(event));
    }
    batches.add(writer.finish(batch));
    events.add(List.copyOf(parsed));
  }

  /** The batches, as they are on the wire. */
  List<byte[]> batches() {
    return batches;
  }

  /** The same events parsed, by batch. */
  List<List<BenchEvent>> events() {
    return events;
  }

  /** A word that could be a name; the same for the same number. */
  static String word(int number) {
    StringBuilder word = new StringBuilder();
    for (int rest = number + SYLLABLES.size(); rest > 0; rest /= SYLLABLES.size()) {
      word.append(SYLLABLES.get(rest % SYLLABLES.size()));
    }
    return word.toString();
  }

  /** The path of a program. */
  static String executable(int program) {
    String folder = program % 3 == 0 ? "/opt/" + word(program % 40) + "/bin/" : "/usr/bin/";
    return folder + word(program);
  }

  /** The name of a server, which starts programs. */
  static String server(int number) {
    return word(number) + "d";
  }

  /** The name of an image. */
  static String image(int number) {
    return "registry.example/" + word(number % 7) + "/" + word(number);
  }

  /** A path. */
  static String file(int number) {
    String folder =
        switch (number % 4) {
          case 0 -> "/etc/";
          case 1 -> "/var/lib/";
          case 2 -> "/usr/share/";
          default -> "/srv/data/";
        };
    return folder + word(number % 60) + "/" + word(number) + (number % 5 == 0 ? ".conf" : ".db");
  }

  /** An address within the stream's networks. */
  static String address(int number) {
    return "10." + number % 7 + "." + number % 250 + "." + (1 + number % 101);
  }

  private static ContainerRef container(int number) {
    return new ContainerRef(
        new ContainerId("%064x".formatted(0x1000_0000L + number)),
        "service-" + number,
        image(number % IMAGES),
        "1." + number % 7,
        null,
        false);
  }

  private Event event(ContainerRef container) {
    int dice = random.nextInt(100);
    if (dice < 25) {
      return new ProcessExec(time, container, process());
    }
    if (dice < 55) {
      Endpoint from = new Endpoint("172.17.0.9", random.nextInt(32_768, 61_000));
      int port = random.nextInt(4) == 0 ? 5_432 : 443;
      Endpoint to = new Endpoint(address(skewed(3_000)), port);
      return new NetConnect(time, container, process(), Protocol.TCP, from, to);
    }
    if (dice < 80) {
      String line = line();
      return new ContainerLog(
          time, container, ContainerLog.Stream.STDOUT, line, line.length(), false);
    }
    return open(container);
  }

  private FileOpen open(ContainerRef container) {
    String path = file(skewed(FILES));
    return new FileOpen(
        time, container, process(), "openat", path, null, 0, 0, false, false, false, 3);
  }

  private String line() {
    int path = skewed(2_000);
    return "10.0.%d.%d - - [22/Sep/2026:12:%02d:%02d +0000] \"%s /%s/%s?page=%d HTTP/1.1\" 200 %d"
        .formatted(
            random.nextInt(256),
            random.nextInt(256),
            random.nextInt(60),
            random.nextInt(60),
            METHODS.get(random.nextInt(METHODS.size())),
            word(path % 30),
            word(path),
            random.nextInt(90),
            random.nextInt(50_000));
  }

  /** Small numbers often, large ones seldom. */
  private int skewed(int bound) {
    double r = random.nextDouble();
    return (int) (bound * r * r * r);
  }

  private ProcessInfo process() {
    int program = skewed(PROGRAMS);
    String name = word(program);
    String parent = server(skewed(SERVERS));
    List<String> args =
        List.of(
            name, "--config", "/etc/" + name + ".conf", "--" + word(program + random.nextInt(50)));
    return new ProcessInfo(
        new ProcessRef(random.nextInt(2, 4_000_000), time),
        random.nextInt(2, 60_000),
        name,
        executable(program),
        args,
        false,
        "/srv",
        0,
        random.nextInt(3) * 1_000,
        0,
        -1,
        0,
        ProcessInfo.Flags.NONE,
        new ProcessInfo.Parent(
            new ProcessRef(900, BEGIN - 1), parent, "/usr/sbin/" + parent, List.of(parent, "-d")),
        List.of("containerd-shim"));
  }
}
