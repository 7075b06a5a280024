package io.leukocyte.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A role in a process of its own, as {@code bin/leuko} runs it: the same JVM's options, with those
 * of LEUKO_JAVA_OPTS behind them.
 */
final class BenchProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int STOP_SECONDS = 30;

  /** A line of GC.heap_info: the part's name, and what it uses. */
  private static final Pattern USED =
      Pattern.compile("(?m)^ *(Metaspace|class space|[\\w-]+(?: [\\w-]+)*?) .*?used (\\d+)K");

  /** What is asked for the live heap: by one jcmd, which is a JVM itself. */
  private static final String LIVE_HEAP = "GC.run\nGC.heap_info\n";

  private final String role;
  private final ChildServer child;
  private final Path log;
  private final int port;
  private final Path questions;
  private final HttpClient http = HttpClient.newHttpClient();

  private BenchProcess(String role, ChildServer child, Path log, int port, Path questions) {
    this.role = role;
    this.child = child;
    this.log = log;
    this.port = port;
    this.questions = questions;
  }

  /**
   * Starts a role; {@link #awaitHealth} waits until it works.
   *
   * @param role collect, analyze, respond or index
   * @param folder for its data, settings and log
   * @param settings by their names in the environment
   */
  static BenchProcess start(String role, Path folder, Map<String, String> settings)
      throws IOException {
    Path data = PrivateFiles.folder(folder.resolve(role));
    Path log = folder.resolve(role + ".log");
    int port = LoopbackPorts.free();
    ProcessBuilder builder =
        new ProcessBuilder(new ServiceUser.Self().command(command(role, folder, data, port)));
    builder.environment().putAll(settings);
    builder.environment().putAll(JvmOptions.environment(role));
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Path questions = Files.writeString(folder.resolve(role + ".jcmd"), LIVE_HEAP);
    return new BenchProcess(role, ChildServer.start(role, builder), log, port, questions);
  }

  private static List<String> command(String role, Path folder, Path data, int port)
      throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    words.addAll(JvmOptions.of(role));
    String classes = System.getProperty("java.class.path");
    String distribution = System.getProperty("leuko.distribution"); // which bin/leuko names
    if (distribution != null) {
      words.addAll(JvmOptions.cache(Path.of(distribution), role));
      classes = Path.of(distribution, "lib", "*").toString();
    }
    String more = System.getenv("LEUKO_JAVA_OPTS");
    if (more != null) {
      words.addAll(Arrays.stream(more.split("\\s+")).filter(w -> !w.isEmpty()).toList());
    }
    words.addAll(List.of("-cp", classes, Leuko.class.getName()));
    words.addAll(List.of(role, "--data", data.toString(), "--http-port", Integer.toString(port)));
    Path none = folder.resolve("none.yaml");
    Files.writeString(none, "");
    words.addAll(List.of("--config", none.toString()));
    return words;
  }

  /**
   * Waits until all its checks are well.
   *
   * @throws EnvironmentException when they do not get well
   */
  void awaitHealth() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String last = "it did not answer";
    while (System.nanoTime() < end && child.isAlive()) {
      try {
        HttpResponse<String> health = get("/health");
        if (health.statusCode() == 200 && !health.body().contains("\"degraded\"")) {
          return;
        }
        last = health.body();
      } catch (IOException e) {
        last = String.valueOf(e.getMessage());
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    throw new EnvironmentException(
        "The bench cannot start 'leuko %s': %s; its log: %s".formatted(role, last, tail()));
  }

  private String tail() {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** All its metrics, in the form of Prometheus. */
  String metrics() throws IOException, InterruptedException {
    return get("/metrics").body();
  }

  /** The sum of a metric's samples whose labels contain a text. */
  double metric(String name, String label) throws IOException, InterruptedException {
    return sum(metrics(), name, label);
  }

  /** The same of metrics that were read before, so that several are of one moment. */
  static double sum(String metrics, String name, String label) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name) && line.contains(label))
        .filter(line -> " {".indexOf(line.charAt(name.length())) >= 0)
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** What the kernel knows of it now. */
  ProcessStats stats() throws IOException {
    return ProcessStats.of(child.pid());
  }

  /** Bytes of the heap that live after a full collection, which this asks for. */
  long liveHeap() throws IOException, InterruptedException {
    return usedHeap(jcmd("-f", questions.toString()));
  }

  /** The sum of what each part of a heap uses, from the answer to GC.heap_info. */
  static long usedHeap(String info) {
    return USED.matcher(info)
        .results()
        .filter(found -> !found.group(1).matches("(Metaspace|class space)"))
        .mapToLong(found -> Long.parseLong(found.group(2)) * 1024)
        .sum();
  }

  /** Asks the JVM something, by jcmd of the same JDK. */
  private String jcmd(String... question) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin/jcmd").toString());
    words.add(Long.toString(child.pid()));
    words.addAll(List.of(question));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    try (InputStream output = process.getInputStream()) {
      String answer = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
      return answer;
    }
  }

  /** Stops it where it is; {@link #thaw} lets it go on. */
  void freeze() throws IOException, InterruptedException {
    child.signal("STOP");
  }

  /** Lets it go on after {@link #freeze}. */
  void thaw() throws IOException, InterruptedException {
    child.signal("CONT");
  }

  /** Kills it, without a chance to put anything in order; to be closed. */
  void kill() throws IOException, InterruptedException {
    child.kill();
  }

  @Override
  public void close() {
    child.close();
    http.close();
  }
}
