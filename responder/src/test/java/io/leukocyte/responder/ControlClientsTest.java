package io.leukocyte.responder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of the control socket that are slow, silent, broken or many. */
class ControlClientsTest {
  private static final Duration TIME = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long SECOND = 1_000_000_000L;

  @TempDir Path folder;
  private final List<SocketChannel> clients = new ArrayList<>();
  private Ward ward;
  private ControlServer server;

  @BeforeEach
  void open() throws IOException {
    ward = new Ward(folder);
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n  actions: [quarantine: {for: 15m}]\n"
            + "  guard: {mode: enforce}\n");
    ward.shell(ward.run("web"));
    server = ControlServer.open(socket(), ward.desk, TIME);
  }

  @AfterEach
  void close() throws IOException {
    for (SocketChannel client : clients) {
      client.close();
    }
    server.close();
    ward.close();
  }

  private Path socket() {
    return folder.resolve("control.sock");
  }

  /** What a client does after it has connected. */
  enum Client {
    /** Nothing. */
    SILENT,
    /** One byte of an order a second. */
    SLOW,
    /** A line of 100 MB. */
    ENDLESS,
    /** Random bytes, some of them line feeds. */
    GARBAGE,
    /** Half an order, and no more. */
    HALF,
    /** Half an order, then it closes. */
    GONE,
    /** Nothing, a thousand times. */
    MANY
  }

  private SocketChannel connect() throws IOException {
    SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()));
    clients.add(client);
    return client;
  }

  private void misbehave(Client how) throws IOException {
    String order = ControlJson.order("release-all").put("operator", "mallory").toString();
    switch (how) {
      case SILENT -> connect();
      case SLOW -> {
        SocketChannel client = connect();
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (byte b : (order + "\n").getBytes(UTF_8)) {
                  client.write(ByteBuffer.wrap(new byte[] {b}));
                  Thread.sleep(1000);
                }
              } catch (IOException | InterruptedException e) {
                // It was cut off.
              }
            });
      }
      case ENDLESS -> assertThat(written(connect())).isLessThan(4L << 20);
      case GARBAGE -> {
        byte[] bytes = new byte[10_000];
        new Random(1).nextBytes(bytes);
        connect().write(ByteBuffer.wrap(bytes));
      }
      case HALF -> connect().write(ByteBuffer.wrap(order.substring(0, 20).getBytes(UTF_8)));
      case GONE -> {
        SocketChannel client = connect();
        client.write(ByteBuffer.wrap(order.getBytes(UTF_8))); // whole, but for its end
        client.close();
      }
      case MANY -> {
        for (int i = 0; i < 1_000; i++) {
          connect();
        }
      }
    }
  }

  /** How much of 100 MB somebody took. */
  private static long written(SocketChannel client) {
    long written = 0;
    ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
    try {
      while (written < 100L << 20) {
        written += client.write(chunk.clear());
      }
    } catch (IOException e) {
      // The other end is closed.
    }
    return written;
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void othersAreServedWithinASecondAndNothingIsLeftOfIt(Client how) throws IOException {
    long before = descriptors();
    misbehave(how);
    assertThat(quickestAnswer()).isLessThan(SECOND);
    assertThat(ward.desk.actions()).as("nothing was released").hasSize(1);
    await("all are cut off")
        .atMost(PATIENCE)
        .until(() -> clients.stream().allMatch(ControlClientsTest::isAtEnd));
    for (SocketChannel client : clients) {
      client.close();
    }
    await("descriptors").atMost(PATIENCE).until(() -> descriptors() <= before);
    assertThat(ward.desk.actions()).as("nothing was released").hasSize(1);
  }

  /** Of some, in nanoseconds: the machine may be slow now and then. */
  private long quickestAnswer() {
    ControlClient client = new ControlClient(socket());
    long quickest = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long begin = System.nanoTime();
      assertThat(client.actions()).hasSize(1);
      quickest = Math.min(quickest, System.nanoTime() - begin);
    }
    return quickest;
  }

  /** Whether the other end is closed, after whatever it answered. */
  private static boolean isAtEnd(SocketChannel client) {
    try {
      client.configureBlocking(false);
      ByteBuffer answer = ByteBuffer.allocate(4096);
      int got = client.read(answer);
      while (got > 0) {
        got = client.read(answer.clear());
      }
      return got < 0;
    } catch (IOException e) {
      return true; // it was reset
    }
  }

  /** Open descriptors of this process that are sockets. */
  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(ControlClientsTest::isSocket).count();
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  @Test
  void whoDoesNotTakeItsAnswerIsCutOffToo() throws IOException {
    server.close();
    List<OpenAction> many = Collections.nCopies(10_000, ward.desk.actions().getFirst());
    Orders chatty =
        (Orders)
            Proxy.newProxyInstance(
                Orders.class.getClassLoader(),
                new Class<?>[] {Orders.class},
                (proxy, method, arguments) -> many);
    server = ControlServer.open(socket(), chatty, TIME);
    long before = descriptors();
    SocketChannel client = connect();
    client.write(ByteBuffer.wrap((ControlJson.order("actions") + "\n").getBytes(UTF_8)));
    await("only its own end is left").atMost(PATIENCE).until(() -> descriptors() == before + 1);
  }
}
