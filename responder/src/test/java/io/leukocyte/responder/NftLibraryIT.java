package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * libnftables in this process, in real network namespaces: where it acts, and where it must not.
 */
class NftLibraryIT {
  private static final Duration WAIT = Duration.ofSeconds(20);
  private static final ContainerId CONTAINER = new ContainerId("ab".repeat(32));
  private static final String TABLE =
      "table inet leuko_it {\n\tchain in {\n\t\ttcp dport 81 counter drop\n\t}\n}\n";
  private static final String LIST = "list table inet leuko_it\n";

  private final List<Process> started = new ArrayList<>();
  private final Nft programs = new NftPrograms(new Commands(WAIT), "this is a test");
  private NftLibrary nft = NftLibrary.open(programs, WAIT);
  private ContainerProcess process = new ContainerProcess(CONTAINER, 2);
  private String namespace = "";

  @BeforeEach
  void run() throws IOException {
    process = inNewNamespace();
    namespace = namespace(process);
  }

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  private ContainerProcess inNewNamespace() throws IOException {
    Process sleeper = new ProcessBuilder("unshare", "--net", "sleep", "300").start();
    started.add(sleeper);
    ContainerProcess found = new ContainerProcess(CONTAINER, (int) sleeper.pid());
    await().atMost(WAIT).until(() -> !namespace(found).equals(own()));
    return found;
  }

  private static String namespace(ContainerProcess process) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/ns/net")).toString();
  }

  private static String own() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
  }

  /** As the program sees it. */
  private String seen(ContainerProcess of) {
    return programs.run(of, "", "list ruleset\n").output();
  }

  @Test
  void aScriptActsInTheNamespaceOfTheProcessAndNowhereElse() throws IOException {
    ContainerProcess other = inNewNamespace();
    assertThat(nft.run(process, namespace, TABLE).exitCode()).isZero();
    assertThat(seen(process)).contains("leuko_it", "tcp dport 81");
    assertThat(seen(other)).doesNotContain("leuko_it");
    assertThat(Docker.command(List.of("nft", "list", "tables")).output())
        .doesNotContain("leuko_it");
  }

  @Test
  void theAnswerIsThatOfTheProgramWithoutCounters() {
    assertThat(nft.run(process, namespace, TABLE).exitCode()).isZero();
    Commands.Result listed = nft.run(process, namespace, LIST);
    assertThat(listed).isEqualTo(programs.run(process, namespace, LIST));
    assertThat(listed.output()).contains("tcp dport 81 counter drop");
  }

  @Test
  void whatIsWrongIsSaidAndNothingIsDone() {
    Commands.Result wrong = nft.run(process, namespace, TABLE + "add rule inet no such rule\n");
    assertThat(wrong.exitCode()).isNotZero();
    assertThat(wrong.errors()).contains("Error");
    assertThat(seen(process)).doesNotContain("leuko_it");
    Commands.Result missing = nft.run(process, namespace, LIST);
    assertThat(missing.exitCode()).isNotZero();
    assertThat(missing.errors()).contains("No such file or directory");
  }

  @Test
  void anotherNamespaceThanTheOneThatWasLookedAtIsNotTouched() {
    assertThatThrownBy(() -> nft.run(process, "net:[1]", TABLE))
        .isInstanceOf(NetworkFilterException.Gone.class);
    assertThat(seen(process)).doesNotContain("leuko_it");
    started.getFirst().destroyForcibly().onExit().join();
    assertThatThrownBy(() -> nft.run(process, namespace, TABLE))
        .isInstanceOf(NetworkFilterException.Gone.class);
  }

  /** Who waits are virtual threads: to wake them may start threads, which must be born at home. */
  @Test
  void noThreadStaysInANamespaceAndNothingIsLeftOpen() throws Exception {
    String own = own();
    nft.run(process, namespace, TABLE);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> codes =
          Stream.generate(() -> callers.submit(() -> nft.run(process, namespace, LIST).exitCode()))
              .limit(500)
              .toList();
      for (Future<Integer> code : codes) {
        assertThat(code.get()).isZero();
      }
      assertThat(namespacesOfThreads()).containsExactly(own);
    }
    int open = openFiles();
    for (int i = 0; i < 200; i++) {
      nft.run(process, namespace, LIST);
    }
    assertThat(openFiles()).isLessThan(open + 20);
  }

  private static Set<String> namespacesOfThreads() throws IOException {
    Set<String> found = new HashSet<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        try {
          found.add(Files.readSymbolicLink(thread.resolve("ns/net")).toString());
        } catch (NoSuchFileException e) {
          // it ended
        }
      }
    }
    return found;
  }

  private static int openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return (int) files.count();
    }
  }

  @Test
  void memoryDoesNotGrow() throws IOException {
    nft.run(process, namespace, TABLE);
    repeat(100);
    long before = resident();
    repeat(500);
    assertThat(resident() - before).as("KB").isLessThan(12_000);
  }

  private void repeat(int times) {
    String again = "flush table inet leuko_it\n" + TABLE;
    for (int i = 0; i < times; i++) {
      assertThat(nft.run(process, namespace, again).exitCode()).isZero();
      assertThat(nft.run(process, namespace, LIST).exitCode()).isZero();
    }
  }

  private static long resident() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRehearsalLeavesNothingBehind() throws IOException {
    String own = own();
    assertThat(nft.rehearse(List.of(TABLE, LIST)).orElseThrow().output()).contains("leuko_it");
    assertThat(namespacesOfThreads()).containsExactly(own);
    assertThat(Docker.command(List.of("nft", "list", "tables")).output())
        .doesNotContain("leuko_it");
  }

  /** The library calls select(2), which takes no descriptor above 1,023: it would end the JVM. */
  @Test
  void withVeryManyFilesOpenTheProgramsAreUsed() throws IOException {
    List<FileChannel> files = new ArrayList<>();
    try {
      for (int i = 0; i < 1_100; i++) {
        files.add(FileChannel.open(Path.of("/dev/null")));
      }
      assertThat(Libnftables.hasRoom()).isFalse();
      assertThat(nft.run(process, namespace, TABLE).exitCode()).isZero();
      assertThat(nft.run(process, namespace, LIST).output()).contains("leuko_it");
    } finally {
      for (FileChannel file : files) {
        file.close();
      }
    }
    assertThat(Libnftables.hasRoom()).isTrue();
    assertThat(nft.run(process, namespace, LIST).output()).contains("leuko_it");
  }

  @Test
  void aCallThatHangsIsLeftBehindAndTheProgramsAreUsedUntilItComesBack() {
    CountDownLatch held = new CountDownLatch(1);
    NftLibrary.Runner hanging =
        script -> {
          try {
            held.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return new Commands.Result(0, "by the library", "");
        };
    nft = new NftLibrary(hanging, programs, Duration.ofMillis(200));
    assertThatThrownBy(() -> nft.run(process, namespace, TABLE))
        .isInstanceOf(NetworkFilterException.class)
        .hasMessageContaining("did not end within 200 ms");
    assertThat(nft.means()).contains("nsenter");
    assertThat(nft.run(process, namespace, TABLE).exitCode()).isZero();
    assertThat(seen(process)).contains("leuko_it");
    held.countDown();
    await().atMost(WAIT).until(() -> nft.means().equals("by libnftables"));
    assertThat(nft.run(process, namespace, LIST).output()).isEqualTo("by the library");
  }
}
