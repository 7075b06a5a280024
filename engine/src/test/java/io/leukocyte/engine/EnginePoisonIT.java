package io.leukocyte.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.leukocyte.engine.PoisonSocket.Answer;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog.Stream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Every call of the engine's port against every kind of rubbish that may answer it: it has a value,
 * or ends with an {@link EngineException} that says what failed, in time; a stream goes on or says
 * why it ended.
 */
final class EnginePoisonIT {
  private static final ContainerId ID = new ContainerId("ab".repeat(32));
  private static final Duration DEADLINE = Duration.ofMillis(400);
  private static final Duration SECONDS = Duration.ofSeconds(60);
  private static final String VERSION = "{\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.12\"}";

  private static final String INSPECT =
      "{\"Id\":\"%s\",\"Name\":\"/web\",\"Created\":\"2026-01-02T03:04:05.6Z\",\"Path\":\"sh\","
              .formatted(ID)
          + "\"Args\":[\"-c\"],\"Image\":\"sha256:aa\",\"State\":{\"Status\":\"running\",\"Running\":"
          + "true,\"Pid\":7,\"StartedAt\":\"2026-01-02T03:04:06Z\"},\"Mounts\":[{\"Type\":\"bind\","
          + "\"Source\":\"/a\",\"Destination\":\"/b\",\"RW\":true}],\"Config\":{\"Image\":\"a/b:1\","
          + "\"Labels\":{\"k\":\"v\"},\"Tty\":false},\"HostConfig\":{\"CpuQuota\":5,\"CpuPeriod\":9,"
          + "\"Tmpfs\":{\"/t\":\"ro\"},\"CapAdd\":[\"x\"],\"LogConfig\":{\"Type\":\"json-file\"}},"
          + "\"NetworkSettings\":{\"Ports\":{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"80\"}]},"
          + "\"Networks\":{\"n\":{\"NetworkID\":\"n\",\"IPAddress\":\"192.0.2.2\",\"Aliases\":[\"w\"],"
          + "\"IPAMConfig\":{\"IPv4Address\":\"192.0.2.2\"}}}}}";

  private static final NetworkAttachment NETWORK =
      new NetworkAttachment("m", "m", null, null, null, List.of(), List.of(), new TreeMap<>());

  /** What an engine may take minutes for, whatever the deadline of the other calls is. */
  private static final Set<String> PATIENT =
      Set.of("create", "createLike", "remove", "removeImage", "commit", "run");

  private static final Set<String> TOO_LONG = Set.of("silence", "slow drip");

  private static final NewContainer NEW = NewContainer.named("web-1", "a/b:1").build();

  @TempDir private Path folder;
  private final AtomicInteger rigs = new AtomicInteger();
  private final ExecutorService callers = Executors.newCachedThreadPool();
  private final ExecutorService few = Executors.newFixedThreadPool(8);

  @AfterEach
  void close() {
    callers.shutdownNow();
    few.shutdownNow();
  }

  /** An engine, and the socket that answers it as a script says. */
  private final class Rig implements AutoCloseable {
    private final AtomicReference<Function<String, Answer>> script =
        new AtomicReference<>(EnginePoisonIT::good);
    private final PoisonSocket socket;
    private final DockerEngine engine;

    Rig() {
      Path path = folder.resolve("poison" + rigs.getAndIncrement());
      socket =
          new PoisonSocket(
              path,
              request ->
                  request.equals("GET /version") ? good(request) : script.get().apply(request));
      engine =
          new DockerEngine(
              EngineOptions.of(URI.create("unix://" + path))
                  .withDeadline(DEADLINE)
                  .withEndTime(DEADLINE)
                  .withReconnect(Duration.ofMillis(10)));
    }

    void answer(Function<String, Answer> by) {
      script.set(by);
    }

    void requireItStillWorks() {
      answer(EnginePoisonIT::good);
      assertThat(engine.list()).hasSize(1);
    }

    @Override
    public void close() {
      engine.close();
      socket.close();
    }
  }

  /** Some cases at a time, each with a rig of its own: most of it is waiting. */
  private <T> void each(Collection<T> cases, BiConsumer<Rig, T> test) {
    try (ExecutorService lanes = Executors.newFixedThreadPool(8)) {
      List<Future<?>> ends = new ArrayList<>();
      for (T one : cases) {
        ends.add(
            lanes.submit(() -> {
              try (Rig rig = new Rig()) {
                test.accept(rig, one);
              }
            }));
      }
      for (Future<?> end : ends) {
        try {
          end.get();
        } catch (ExecutionException | InterruptedException e) {
          fail("a case failed: " + e.getCause(), e);
        }
      }
    }
  }

  /** All calls of the port that ask the engine. */
  private Map<String, Consumer<Engine>> calls() {
    Map<String, Consumer<Engine>> calls = new LinkedHashMap<>();
    calls.put("info", Engine::info);
    calls.put("ping", Engine::ping);
    calls.put("list", Engine::list);
    calls.put("running", Engine::running);
    calls.put("inspect", e -> e.inspect(ID));
    calls.put("resolve", e -> e.resolve("web"));
    calls.put("logFile", e -> e.inspect(ID).ifPresent(e::logFile));
    calls.put("pause", e -> e.pause(ID));
    calls.put("unpause", e -> e.unpause(ID));
    calls.put("stop", e -> e.stop(ID, Duration.ZERO));
    calls.put("kill", e -> e.kill(ID, "KILL"));
    calls.put("start", e -> e.start(ID));
    calls.put("restart", e -> e.restart(ID, Duration.ZERO));
    calls.put("attachments", e -> e.attachments(ID));
    calls.put("disconnectNetwork", e -> e.disconnectNetwork(ID, "n"));
    calls.put("connectNetwork", e -> e.connectNetwork(ID, NETWORK));
    calls.put("top", e -> e.top(ID));
    calls.put("describe", e -> e.describe(ID));
    calls.put("fileChanges", e -> e.fileChanges(ID));
    calls.put("readFile", e -> e.readFile(ID, "/f", (file, in) -> in.readNBytes(1 << 20).length));
    calls.put("lastLines", e -> e.lastLines(ID, 10));
    calls.put("create", e -> e.create(NEW));
    calls.put("createLike", e -> e.createLike(ID, "web-2"));
    calls.put("remove", e -> e.remove(ID, true));
    calls.put("rename", e -> e.rename(ID, "web-3"));
    calls.put("settings", e -> e.settings(ID));
    calls.put("update", e -> e.update(ID, ContainerSettings.NONE));
    calls.put("health", e -> e.health(ID));
    calls.put("commit", e -> e.commit(ID, "leuko/evidence", "1", Map.of("k", "v")));
    calls.put("removeImage", e -> e.removeImage("leuko/evidence:1"));
    calls.put("run", e -> e.run(NEW, Duration.ZERO));
    return calls;
  }

  // ---- what an engine says ----

  private static byte[] goodBody(String request) {
    if (request.contains("/archive")) {
      return tar();
    }
    if (request.contains("/logs")) {
      return frame(1, "2026-01-02T03:04:05.000000001Z a line\n");
    }
    if (request.contains("/containers/create")) {
      return "{\"Id\":\"%s\",\"Warnings\":[]}".formatted(ID).getBytes(UTF_8);
    }
    if (request.contains("/commit")) {
      return "{\"Id\":\"sha256:%s\"}".formatted(ID).getBytes(UTF_8);
    }
    if (!request.startsWith("GET") || request.contains("/_ping")) {
      return new byte[0];
    }
    return goodJson(request).getBytes(UTF_8);
  }

  private static String goodJson(String request) {
    if (request.contains("/version")) {
      return VERSION;
    }
    if (request.contains("/containers/json")) {
      return "[{\"Id\":\"%s\",\"Names\":[\"/web\"],\"Image\":\"i\",\"Created\":5}]".formatted(ID);
    }
    if (request.contains("/top")) {
      return "{\"Titles\":[\"PID\",\"PPID\",\"UID\",\"COMMAND\"],\"Processes\":[[\"1\",\"0\",\"0\",\"sh\"]]}";
    }
    if (request.contains("/changes")) {
      return "[{\"Path\":\"/etc\",\"Kind\":0},{\"Path\":\"/etc/x\",\"Kind\":1}]";
    }
    return request.contains("/info") ? "{\"DockerRootDir\":\"/d\"}" : INSPECT;
  }

  private static byte[] tar() {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
        TarArchiveEntry entry = new TarArchiveEntry("f");
        entry.setSize(5);
        tar.putArchiveEntry(entry);
        tar.write("12345".getBytes(UTF_8));
        tar.closeArchiveEntry();
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] frame(int stream, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return ByteBuffer.allocate(8 + bytes.length)
        .put((byte) stream)
        .position(4)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }

  // ---- kinds of answers ----

  private static Answer good(String request) {
    return body(200, goodBody(request));
  }

  private static Answer body(int status, byte[] body) {
    return out -> {
      out.write(head(status, "Content-Length: " + body.length));
      out.write(body);
      out.flush();
    };
  }

  private static Answer body(int status, String body) {
    return body(status, body.getBytes(UTF_8));
  }

  private static byte[] head(int status, String header) {
    return ("HTTP/1.1 " + status + " x\r\n" + header + "\r\n\r\n").getBytes(UTF_8);
  }

  /** A body that ends with the connection, as long as somebody reads it, or so many times. */
  private static Answer repeated(String begin, String piece, long times) {
    byte[] block = piece.repeat(Math.max(1, 8192 / piece.length())).getBytes(UTF_8);
    return out -> {
      out.write(head(200, "Content-Type: application/json"));
      out.write(begin.getBytes(UTF_8));
      for (long sent = 0; sent < times * piece.length(); sent += block.length) {
        out.write(block);
      }
      out.flush();
    };
  }

  private static Answer dripping(byte[] body) {
    return out -> {
      out.write(head(200, "Content-Length: " + 100_000));
      for (int i = 0; i < 100_000; i++) {
        out.write(body.length == 0 ? ' ' : body[i % body.length]);
        out.flush();
        TimeUnit.MILLISECONDS.sleep(20);
      }
    };
  }

  private static Answer raw(String bytes) {
    return out -> {
      out.write(bytes.getBytes(UTF_8));
      out.flush();
    };
  }

  private static Answer silent() {
    return out -> TimeUnit.SECONDS.sleep(60);
  }

  /** Rubbish that is the same for each call. */
  private static SortedMap<String, Function<String, Answer>> poisons() {
    SortedMap<String, Function<String, Answer>> poisons = new TreeMap<>();
    String html = "<html><body>502 Bad Gateway</body></html>";
    poisons.put("empty", r -> body(200, ""));
    poisons.put("nothing at all", r -> raw(""));
    poisons.put("no HTTP", r -> raw("\0\1\2\3\r\n\r\n"));
    poisons.put("half a header", r -> raw("HTTP/1.1 200 OK\r\nContent-Le"));
    poisons.put("a length that is none", r -> raw("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"));
    poisons.put("a negative length", r -> raw("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nab"));
    poisons.put(
        "a broken chunk",
        r -> raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"));
    poisons.put("a status of its own", r -> raw("HTTP/1.1 999 ?\r\nContent-Length: 0\r\n\r\n"));
    poisons.put("HTML", r -> body(200, html));
    poisons.put("HTML and 404", r -> body(404, html));
    poisons.put("HTML and 502", r -> body(502, html));
    poisons.put("500", r -> body(500, "{\"message\":\"it failed\"}"));
    poisons.put("500 with a list", r -> body(500, "[1,2"));
    poisons.put("500 with another type", r -> body(500, "{\"message\":{\"a\":[5]}}"));
    poisons.put(
        "endless error",
        r ->
            out -> {
              out.write(head(500, "A: b"));
              while (true) {
                out.write("x".repeat(8192).getBytes(UTF_8));
              }
            });
    for (String json :
        List.of("5", "\"x\"", "true", "{}", "[5]", "[null]", "[[]]", "[{}]", "{\"Id\":5}")) {
      poisons.put("of another type: " + json, r -> body(200, json));
    }
    poisons.put("about another container", r -> body(200, INSPECT.replace("ab", "cd")));
    poisons.put("100 MB of text", r -> repeated("\"", "abcdefgh", 13_000_000));
    poisons.put("100 MB of a list", r -> repeated("[1", ",1", 50_000_000));
    poisons.put("30 MB of objects", r -> repeated("[{}", ",{}", 10_000_000));
    poisons.put("very deep", r -> repeated("", "[", 1_000_000));
    poisons.put("endless", r -> repeated("[", " ", Long.MAX_VALUE / 2));
    poisons.put("slow drip", r -> dripping(goodBody(r)));
    poisons.put("silence", r -> silent());
    return poisons;
  }

  // ---- calls ----

  /** Whether the call has a value. */
  private boolean call(Rig rig, String name, Consumer<Engine> call, String poison) {
    Future<Boolean> done =
        callers.submit(() -> {
          try {
            call.accept(rig.engine);
            return true;
          } catch (EngineException e) {
            assertThat(e.getMessage())
                .as("%s, %s", name, poison)
                .matches("(?s)(Cannot|Gave up to|Container) .+")
                .doesNotContain("java.lang.", "Exception:")
                .hasSizeLessThan(1_500);
            return false;
          }
        });
    try {
      return done.get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      return fail(name + ", " + poison + ": " + e, e);
    }
  }

  @Test
  void withGoodAnswersEachCallHasAValue() {
    Map<String, Consumer<Engine>> calls = calls();
    Consumer<Engine> run = Objects.requireNonNull(calls.remove("run"));
    try (Rig rig = new Rig()) {
      calls.forEach((name, call) -> {
        if (!name.equals("connectNetwork")) { // the stub attaches nothing
          assertThat(call(rig, name, call, "good")).as(name).isTrue();
        }
      });
      String ended = INSPECT.replace("\"Running\":true", "\"Running\":false");
      rig.answer(request -> request.contains("/json") ? body(200, ended) : good(request));
      assertThat(call(rig, "run", run, "good")).isTrue();
    }
  }

  @Test
  void eachKindOfRubbishEndsEachCallWithAnErrorThatSaysWhatFailed() {
    Queue<String> values = new ConcurrentLinkedQueue<>();
    each(
        poisons().entrySet(),
        (rig, poison) -> {
          rig.answer(poison.getValue());
          values.addAll(values(rig, poison.getKey(), calls()));
          rig.requireItStillWorks();
        });
    // A change has no answer that is read, and a sign of life is one whatever it says.
    assertThat(values)
        .isNotEmpty()
        .allMatch(v ->
            v.matches(
                "(ping|pause|unpause|stop|kill|start|restart|disconnectNetwork|remove|removeImage|rename),"
                    + " .*|info, of another type: \\{.*|(info|resolve|create), about another"
                    + " container"));
  }

  @Test
  void rubbishAfterAGoodAnswerEndsTheCallToo() {
    List<String> second =
        List.of(
            "lastLines",
            "pause",
            "connectNetwork",
            "disconnectNetwork",
            "createLike",
            "update",
            "commit");
    Map<String, Consumer<Engine>> calls = calls();
    calls.keySet().retainAll(second);
    Queue<String> values = new ConcurrentLinkedQueue<>();
    each(
        poisons().entrySet(),
        (rig, poison) -> {
          rig.answer(request ->
              request.startsWith("POST") || request.contains("/logs")
                  ? poison.getValue().apply(request)
                  : good(request));
          values.addAll(values(rig, poison.getKey(), calls));
        });
    assertThat(values)
        .isNotEmpty()
        .allMatch(v ->
            v.matches(
                "(pause|disconnectNetwork|update), (empty|of another type|about another).*"
                    + "|lastLines, empty"));
  }

  /** Which of the calls have a value. */
  private List<String> values(Rig rig, String poison, Map<String, Consumer<Engine>> calls) {
    Map<String, Future<Boolean>> running = new LinkedHashMap<>();
    Map<String, Consumer<Engine>> asked = new LinkedHashMap<>(calls);
    if (TOO_LONG.contains(poison)) {
      asked.keySet().removeAll(PATIENT);
    }
    asked.forEach(
        (name, call) -> running.put(name, few.submit(() -> call(rig, name, call, poison))));
    List<String> values = new ArrayList<>();
    running.forEach((name, result) -> {
      if (value(result)) {
        values.add(name + ", " + poison);
      }
    });
    return values;
  }

  private static boolean value(Future<Boolean> result) {
    try {
      return result.get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      return fail("a call did not end: " + e, e);
    }
  }

  @Test
  void cutAndFlippedAnswersEndInAValueOrAnError() {
    each(
        calls().entrySet(),
        (rig, call) -> {
          Random random = new Random(45L + call.getKey().hashCode());
          for (int i = 0; i < 40; i++) {
            boolean cut = i % 4 == 0;
            long seed = random.nextLong();
            rig.answer(request -> mutated(request, new Random(seed), cut));
            call(rig, call.getKey(), call.getValue(), (cut ? "cut, " : "flipped, ") + seed);
          }
          rig.requireItStillWorks();
        });
  }

  private static Answer mutated(String request, Random random, boolean cut) {
    byte[] body = goodBody(request);
    if (body.length == 0) {
      return good(request);
    }
    if (cut) {
      return body(200, Arrays.copyOf(body, random.nextInt(body.length)));
    }
    for (int n = random.nextInt(3); n >= 0; n--) {
      body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return body(200, body);
  }

  @Test
  void eachValueOfAnotherTypeEndsInAValueOrAnError() {
    each(
        List.of("5", "[[1]]", "{\"a\":1}", "null", "\"\u0000\"", "-1e400"),
        (rig, other) -> {
          rig.answer(request -> retyped(request, other));
          calls().forEach((name, call) -> call(rig, name, call, "each value is " + other));
        });
  }

  /** Each text and number but the id is of another type. */
  private static Answer retyped(String request, String other) {
    byte[] body = goodBody(request);
    if (body.length == 0 || (body[0] != '{' && body[0] != '[')) {
      return good(request);
    }
    String json = new String(body, UTF_8);
    String changed =
        json.replaceAll(
            "([:\\[,])(\"[^\"]*\"|[0-9]+|true)(?=[,}\\]])", "$1" + other.replace("\\", "\\\\"));
    return body(200, changed.replaceFirst("\"Id\":[^,}]*", "\"Id\":\"" + ID + "\""));
  }

  // ---- streams ----

  private static String event(long nanos, String action) {
    return "{\"Type\":\"container\",\"Action\":\"%s\",\"timeNano\":%d,\"Actor\":{\"ID\":\"%s\"}}\n"
        .formatted(action, nanos, ID);
  }

  private static Answer open(String body) {
    return out -> {
      out.write(head(200, "Content-Type: application/json"));
      out.write(body.getBytes(UTF_8));
      out.flush();
      TimeUnit.SECONDS.sleep(60);
    };
  }

  @Test
  void theStreamOfEventsOutlivesEachKindOfRubbish() {
    each(
        noisyPoisons(),
        (rig, poison) -> {
          rig.answer(request ->
              request.contains("until=") ? good(request) : poison.getValue().apply(request));
          EventRecorder events = new EventRecorder();
          long now = LogTime.nanos(Instant.now());
          try (Subscription subscription = rig.engine.events(new EventPosition(now), events)) {
            await().pollDelay(Duration.ofMillis(20)).atMost(SECONDS).until(() -> true);
            rig.answer(request ->
                request.contains("until=") ? good(request) : open(event(now + 5, "start")));
            await()
                .atMost(SECONDS)
                .untilAsserted(() -> assertThat(events.of(ID)).as(poison.getKey()).hasSize(1));
            assertThat(subscription.isOpen()).isTrue();
          }
        });
  }

  /** Without those that are what a stream looks like where nothing happens. */
  private static List<Map.Entry<String, Function<String, Answer>>> noisyPoisons() {
    return poisons().entrySet().stream().filter(p -> !TOO_LONG.contains(p.getKey())).toList();
  }

  @Test
  void eventsThatCannotBeUnderstoodAreCountedAndThoseBesideThemCome() {
    try (Rig rig = new Rig()) {
      long now = LogTime.nanos(Instant.now());
      String rubbish =
          "5 \"x\" [] {} null {\"Type\":\"container\"} {\"timeNano\":-5} {\"timeNano\":\"x\"}\n"
              + event(Long.MAX_VALUE, "from-the-future")
              + event(now + TimeUnit.DAYS.toNanos(400), "next-year");
      rig.answer(request ->
          request.contains("until=")
              ? good(request)
              : open(event(now + 1, "create") + rubbish + event(now + 2, "start")));
      EventRecorder events = new EventRecorder();
      try (Subscription subscription = rig.engine.events(new EventPosition(now), events)) {
        events.awaitEvent(ID, "start");
        assertThat(events.actions(ID)).containsExactly("create", "start");
        assertThat(events.disconnections()).isZero();
        assertThat(events.unreadable()).isPositive();
        assertThat(subscription.isOpen()).isTrue();
      }
    }
  }

  @Test
  void anEventThatNeverEndsIsGivenUpAndTheNextConnectionGoesOn() {
    try (Rig rig = new Rig()) {
      long now = LogTime.nanos(Instant.now());
      rig.answer(request ->
          request.contains("until=")
              ? good(request)
              : repeated("{\"Type\":[1", ",1", Long.MAX_VALUE / 4));
      EventRecorder events = new EventRecorder();
      try (Subscription subscription = rig.engine.events(new EventPosition(now), events)) {
        await().atMost(SECONDS).until(() -> events.disconnections() >= 2);
        rig.answer(
            request -> request.contains("until=") ? good(request) : open(event(now + 5, "start")));
        events.awaitEvent(ID, "start");
        assertThat(subscription.isOpen()).isTrue();
      }
    }
  }

  @Test
  void theStreamOfALogEndsWithAReasonOrGoesOnAfterEachKindOfRubbish() {
    each(
        noisyPoisons(),
        (rig, poison) -> {
          rig.answer(request ->
              request.contains("/logs") ? poison.getValue().apply(request) : good(request));
          LogRecorder log = new LogRecorder();
          try (Subscription subscription = rig.engine.logs(ID, new LogOptions(0, true), log)) {
            await().pollDelay(Duration.ofMillis(20)).atMost(SECONDS).until(() -> true);
            rig.answer(
                request -> request.contains("/logs") ? opened(goodBody(request)) : good(request));
            await().atMost(SECONDS).until(() -> log.closed() == 1 || !log.lines().isEmpty());
            assertThat(log.closed() == 1 || subscription.isOpen()).as(poison.getKey()).isTrue();
            if (log.closed() == 1) {
              assertThat(log.cause().orElseThrow().getMessage())
                  .as(poison.getKey())
                  .startsWith("Cannot ");
            } else {
              assertThat(log.texts(Stream.STDOUT)).as(poison.getKey()).contains("a line");
            }
          }
        });
  }

  private static Answer opened(byte[] body) {
    return out -> {
      out.write(head(200, "Content-Type: application/octet-stream"));
      out.write(body);
      out.flush();
      TimeUnit.SECONDS.sleep(60);
    };
  }

  @Test
  void flippedFramesOfALogNeverLeaveItsReaderDead() {
    try (Rig rig = new Rig()) {
      Random random = new Random(46);
      for (int i = 0; i < 60; i++) {
        byte[] body = new byte[0];
        for (int line = 0; line < 5; line++) {
          body = join(body, frame(1 + line % 2, "2026-01-02T03:04:0" + line + ".5Z line\n"));
        }
        body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
        byte[] flipped = body;
        rig.answer(request -> request.contains("/logs") ? body(200, flipped) : good(request));
        LogRecorder log = new LogRecorder();
        try (Subscription _ = rig.engine.logs(ID, new LogOptions(0, false), log)) {
          log.awaitClosed();
        }
      }
    }
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  // ---- our own log ----

  @Test
  void aLineOfAContainerNeverStandsInOurOwnLogWhateverFails() {
    try (Rig rig = new Rig()) {
      String secret = "kq7zebraofthecontainer";
      List<String> said = new CopyOnWriteArrayList<>();
      AppenderBase<ILoggingEvent> appender =
          new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
              said.add(
                  event.getFormattedMessage()
                      + (event.getThrowableProxy() == null
                          ? ""
                          : ThrowableProxyUtil.asString(event.getThrowableProxy())));
            }
          };
      Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
      appender.start();
      root.addAppender(appender);
      try {
        byte[] body =
            join(
                frame(1, "2026-01-02T03:04:05.5Z " + secret + "\n"),
                frame(1, secret + " has no time\n"));
        rig.answer(request -> request.contains("/logs") ? body(200, body) : good(request));
        List<String> heard = new CopyOnWriteArrayList<>();
        AtomicReference<Boolean> closed = new AtomicReference<>(false);
        try (Subscription _ =
            rig.engine.logs(
                ID,
                new LogOptions(0, false),
                new LogListener() {
                  @Override
                  public void line(LogLine line) {
                    heard.add(line.text());
                    throw new IllegalArgumentException("cannot take '" + line.text() + "'");
                  }

                  @Override
                  public void closed(@Nullable EngineException cause) {
                    closed.set(true);
                  }
                })) {
          await().atMost(SECONDS).until(closed::get);
        }
        assertThat(heard).containsExactly(secret);
        assertThat(said).as("the failure is said").anyMatch(line -> line.contains("listener"));
        rig.answer(request ->
            request.contains("until=") ? good(request) : open("{\"Type\": " + secret + "\n"));
        EventRecorder events = new EventRecorder();
        try (Subscription _ = rig.engine.events(new EventPosition(5), events)) {
          await().atMost(SECONDS).until(() -> events.disconnections() >= 1);
        }
        assertThat(said).noneMatch(line -> line.contains(secret));
      } finally {
        root.detachAppender(appender);
      }
    }
  }
}
