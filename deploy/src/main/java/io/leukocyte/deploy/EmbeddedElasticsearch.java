package io.leukocyte.deploy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One Elasticsearch node on this machine, as a child process, on loopback only.
 *
 * <p>In the data folder, below {@code elasticsearch}: {@code home-VERSION} the programs, {@code
 * config}, {@code data}, {@code logs} and {@code tmp} for the node's own user, {@code password} the
 * password of user {@code elastic} and {@code client.properties} how to reach it, both for us only.
 * Everything is kept over restarts.
 */
final class EmbeddedElasticsearch implements AutoCloseable {
  private static final String USER = "elastic";
  private static final String CLUSTER = "leukocyte";

  /** For a JVM that ends before the second compiler pays. */
  private static final String FIRST_COMPILER = "-XX:TieredStopAtLevel=1";

  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);
  private static final int PROBE_MILLIS = 200;

  /**
   * Where it listens, for whom, and from what it runs.
   *
   * @param port TCP port of its HTTP interface; nodes' own port is the first free one from 9300
   * @param access who may use it
   * @param heapMegabytes the node's heap, fixed
   * @param distribution the folder that the build left, with {@code elasticsearch-VERSION.zip}
   * @param shortLived whether it will end soon: it starts with half of the processor time, and does
   *     less with it afterwards
   */
  record Settings(
      int port, Access access, int heapMegabytes, Path distribution, boolean shortLived) {
    Settings {
      if (port < 1 || port > 65535) {
        throw new IllegalArgumentException("A port is 1 to 65535, not " + port);
      }
      if (heapMegabytes < 256) {
        throw new IllegalArgumentException(
            "Elasticsearch needs a heap of 256 MB, not " + heapMegabytes);
      }
    }

    /** Port 9200, password, 512 MB, and the distribution that {@code bin/leuko} runs from. */
    static Settings defaults() {
      return new Settings(
          9200,
          Access.PASSWORD,
          512,
          Path.of(System.getProperty("leuko.distribution", "deploy/target/leuko")),
          false);
    }

    Settings withPort(int newPort) {
      return new Settings(newPort, access, heapMegabytes, distribution, shortLived);
    }

    Settings withAccess(Access newAccess) {
      return new Settings(port, newAccess, heapMegabytes, distribution, shortLived);
    }

    Settings withShortLife(boolean isShort) {
      return new Settings(port, access, heapMegabytes, distribution, isShort);
    }
  }

  /** User and password, for HTTP's basic authentication. */
  record Login(String user, String password) {
    /** The value of the header {@code Authorization}. */
    String header() {
      byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    @Override
    public String toString() {
      return user + ":…";
    }
  }

  /**
   * How to reach it.
   *
   * @param url without a path
   * @param login absent when everybody may use it
   */
  record Connection(URI url, Optional<Login> login) {}

  private final Path dataFolder;
  private final Path folder;
  private final Settings settings;
  private final ServiceUser user = ServiceUser.current();
  private @Nullable FolderLock lock;
  private @Nullable ChildServer server;
  private @Nullable Connection connection;

  private EmbeddedElasticsearch(Path dataFolder, Settings settings) {
    this.dataFolder = dataFolder;
    this.folder = dataFolder.resolve("elasticsearch");
    this.settings = settings;
  }

  /** Describes it; nothing is read, written or started before {@link #start()}. */
  static EmbeddedElasticsearch create(Path dataFolder, Settings settings) {
    return new EmbeddedElasticsearch(dataFolder.toAbsolutePath().normalize(), settings);
  }

  /** How to reach the node that was last started on a data folder; empty if none ever was. */
  static Optional<Connection> connection(Path dataFolder) {
    return ClientFile.read(dataFolder.resolve("elasticsearch/client.properties"))
        .map(EmbeddedElasticsearch::connection);
  }

  /**
   * Starts the node and returns when it answers and has its indices back; the first time it is
   * unpacked and the password made. Takes about ten seconds.
   *
   * @throws EnvironmentException if the port is taken, the folder cannot be used, or the node does
   *     not start
   */
  void start() throws InterruptedException {
    if (server != null) {
      throw new IllegalStateException("Elasticsearch is started already");
    }
    LoopbackPorts.requireFree("Elasticsearch", settings.port());
    try {
      prepare();
    } catch (IOException e) {
      throw new EnvironmentException(
          "Cannot prepare %s for Elasticsearch: %s; make room there, or choose another data folder with --data."
              .formatted(folder, e),
          e);
    }
    awaitReady(connection());
    ClientFile.write(folder.resolve("client.properties"), entries(connection()));
  }

  /** How to reach it; with a password in it, so not to be printed. */
  Connection connection() {
    if (connection == null) {
      throw new IllegalStateException("Elasticsearch has not been started");
    }
    return connection;
  }

  /** Why it does not run, if it has been started and has ended by itself; else empty. */
  Optional<String> problem() {
    ChildServer running = server;
    return running == null || running.isAlive()
        ? Optional.empty()
        : Optional.of(
            "Elasticsearch ended with exit code %d; its log: %s"
                .formatted(running.exitValue(), log()));
  }

  /** Stops the node where it is, as a machine that stands still; {@link #thaw} lets it go on. */
  void freeze() throws IOException, InterruptedException {
    running().signal("STOP");
  }

  /** Lets a frozen node go on. */
  void thaw() throws IOException, InterruptedException {
    running().signal("CONT");
  }

  /** Kills the node, as a machine that loses power; to be closed, and started as another one. */
  void kill() throws IOException, InterruptedException {
    running().kill();
  }

  private ChildServer running() {
    ChildServer running = server;
    if (running == null) {
      throw new IllegalStateException("Elasticsearch does not run");
    }
    return running;
  }

  /** Stops the node; what it acknowledged is on disk. */
  @Override
  public void close() {
    ChildServer running = server;
    if (running != null) {
      server = null;
      running.close();
    }
    FolderLock held = lock;
    if (held != null) {
      lock = null;
      held.close();
    }
  }

  private void prepare() throws IOException, InterruptedException {
    PrivateFiles.folder(folder);
    letThrough(dataFolder);
    letThrough(folder);
    lock = FolderLock.take(folder);
    Path home = ElasticsearchHome.unpacked(settings.distribution(), folder);
    requireReadable(home.resolve("bin/elasticsearch"));
    requireReadable(java().resolve("bin/java"));
    for (String own : List.of("config", "data", "logs", "tmp")) {
      user.folder(folder.resolve(own));
    }
    String password = PrivateFiles.password(folder.resolve("password"));
    connection =
        new Connection(
            URI.create("http://127.0.0.1:" + settings.port()),
            switch (settings.access()) {
              case PASSWORD -> Optional.of(new Login(USER, password));
              case OPEN -> Optional.empty();
            });
    configure(home);
    storePassword(home, password);
    server =
        ChildServer.start(
            "elasticsearch", command(home, "elasticsearch", "--quiet").redirectErrorStream(true));
  }

  /** The node's user must pass through our folders; what is inside keeps its own permissions. */
  private void letThrough(Path ours) throws IOException {
    switch (user) {
      case ServiceUser.Self _ -> {}
      case ServiceUser.Other _ -> {
        Set<PosixFilePermission> permissions = EnumSet.copyOf(Files.getPosixFilePermissions(ours));
        if (permissions.add(PosixFilePermission.OTHERS_EXECUTE)) {
          Files.setPosixFilePermissions(ours, permissions);
        }
      }
    }
  }

  private void requireReadable(Path file) throws IOException, InterruptedException {
    if (!user.reads(file)) {
      throw new EnvironmentException(
          "Cannot start Elasticsearch: its user (%s) cannot read %s; every folder above it must let others through (chmod o+x), or choose another data folder with --data."
              .formatted(user, file));
    }
  }

  private void configure(Path home) throws IOException {
    Path config = folder.resolve("config");
    for (String file : List.of("jvm.options", "log4j2.properties")) {
      Path copy = config.resolve(file);
      Files.copy(home.resolve("config").resolve(file), copy, StandardCopyOption.REPLACE_EXISTING);
      user.give(copy);
    }
    Path file = config.resolve("elasticsearch.yml");
    PrivateFiles.write(file, configuration());
    user.give(file);
  }

  private String configuration() {
    return """
    # Written at each start.
    cluster.name: %s
    node.name: %s
    discovery.type: single-node
    network.host: 127.0.0.1
    http.port: %d
    transport.port: 9300-9399
    path.data: %s
    path.logs: %s
    xpack.security.enabled: %b
    xpack.security.enrollment.enabled: false
    xpack.security.http.ssl.enabled: false
    xpack.security.transport.ssl.enabled: false
    # Shares of a disk say little about one that is not Elasticsearch's alone.
    cluster.routing.allocation.disk.watermark.low: 2gb
    cluster.routing.allocation.disk.watermark.high: 1gb
    cluster.routing.allocation.disk.watermark.flood_stage: 500mb
    """
        .formatted(
            CLUSTER,
            CLUSTER,
            settings.port(),
            quoted(folder.resolve("data")),
            quoted(folder.resolve("logs")),
            settings.access() == Access.PASSWORD);
  }

  private static String quoted(Path path) {
    return "'" + path.toString().replace("'", "''") + "'";
  }

  /** The first password of user elastic comes from the node's key store. */
  private void storePassword(Path home, String password) throws IOException, InterruptedException {
    if (Files.exists(folder.resolve("config/elasticsearch.keystore"))) {
      return;
    }
    Process adding =
        command(home, "elasticsearch-keystore", "add", "-x", "-f", "bootstrap.password")
            .redirectErrorStream(true)
            .start();
    try (var stdin = adding.outputWriter(StandardCharsets.UTF_8)) {
      stdin.write(password);
    }
    if (adding.waitFor() != 0) {
      throw new EnvironmentException(
          "Cannot make the key store of Elasticsearch in %s: %s"
              .formatted(folder.resolve("config"), console()));
    }
  }

  /** One of its programs, with nothing of our environment but the PATH. */
  private ProcessBuilder command(Path home, String program, String... arguments) {
    List<String> words = new ArrayList<>();
    words.add("bash");
    words.add(home.resolve("bin").resolve(program).toString());
    words.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(user.command(words));
    Map<String, String> environment = builder.environment();
    String path = environment.getOrDefault("PATH", "/usr/bin:/bin");
    environment.clear();
    environment.put("PATH", path);
    environment.put("HOME", folder.resolve("tmp").toString());
    environment.put("LANG", "C.UTF-8");
    environment.put("ES_JAVA_HOME", java().toString());
    environment.put("ES_PATH_CONF", folder.resolve("config").toString());
    environment.put("ES_TMPDIR", folder.resolve("tmp").toString());
    environment.put("ES_JAVA_OPTS", javaOptions());
    environment.put("CLI_JAVA_OPTS", FIRST_COMPILER); // of its launcher and tools, which end soon
    return builder.directory(folder.resolve("tmp").toFile()).redirectOutput(consoleFile().toFile());
  }

  private String javaOptions() {
    String heap = "-Xms%1$dm -Xmx%1$dm".formatted(settings.heapMegabytes());
    return settings.shortLived() ? heap + " " + FIRST_COMPILER : heap;
  }

  private void awaitReady(Connection to) throws InterruptedException {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest probe = probe(to);
      while (!answers(client, probe)) {
        ChildServer running = server;
        if (running == null || running.awaitEnd(PROBE_MILLIS)) {
          throw new EnvironmentException(
              "Elasticsearch ended while it started: %s; its log: %s".formatted(console(), log()));
        }
        if (System.nanoTime() - end > 0) {
          throw new EnvironmentException(
              "Elasticsearch did not get ready within %d s; its log: %s"
                  .formatted(START_LIMIT.toSeconds(), log()));
        }
      }
    }
  }

  /** Yellow is all that a node without others can reach. */
  private static HttpRequest probe(Connection to) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                to.url().resolve("/_cluster/health?wait_for_status=yellow&timeout=1s"))
            .timeout(PROBE_LIMIT);
    to.login().ifPresent(login -> request.header("Authorization", login.header()));
    return request.build();
  }

  private static boolean answers(HttpClient client, HttpRequest probe) throws InterruptedException {
    try {
      return client.send(probe, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false; // not listening yet
    }
  }

  private static Map<String, String> entries(Connection connection) {
    Map<String, String> entries = new HashMap<>();
    entries.put("url", connection.url().toString());
    connection
        .login()
        .ifPresent(login -> {
          entries.put("username", login.user());
          entries.put("password", login.password());
        });
    return entries;
  }

  private static Connection connection(Map<String, String> entries) {
    return new Connection(
        URI.create(entries.getOrDefault("url", "http://127.0.0.1:9200")),
        Optional.ofNullable(entries.get("username"))
            .map(name -> new Login(name, entries.getOrDefault("password", ""))));
  }

  private static Path java() {
    return Path.of(System.getProperty("java.home"));
  }

  private Path log() {
    return folder.resolve("logs").resolve(CLUSTER + ".log");
  }

  private Path consoleFile() {
    return folder.resolve("console.log");
  }

  /** The last of what it printed before it had a log. */
  private String console() {
    try {
      List<String> lines = Files.readAllLines(consoleFile());
      return String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    } catch (IOException e) {
      return "it printed nothing";
    }
  }
}
