package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.indexer.IndexerSettings;
import io.leukocyte.indexer.StoreContract;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract with Elasticsearch 9, a process of its own for its libraries are others than ours.
 */
class ElasticsearchNineIT extends StoreContract {
  private static final Path FOLDER = Path.of("node9");
  private static final Path LIBRARIES = FOLDER.resolve("target/lib");

  @TempDir static Path temporary;
  private static final int PORT = LoopbackPorts.free();
  private static Process node;

  @BeforeAll
  static void start() throws IOException {
    assertThat(LIBRARIES).as("./mvnw -f deploy/node9 package fetches them").exists();
    Files.createDirectories(temporary.resolve("config"));
    node =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-Dnode9.home=" + temporary,
                "-Dnode9.port=" + PORT,
                "--class-path",
                LIBRARIES + "/*",
                FOLDER.resolve("Node9.java").toString())
            .redirectError(temporary.resolve("errors.log").toFile())
            .start();
    StringBuilder said = new StringBuilder();
    BufferedReader output = node.inputReader();
    String line = output.readLine();
    while (line != null && !line.equals("started")) {
      said.append(line).append('\n');
      line = output.readLine();
    }
    assertThat(line)
        .as("%s%s", said, Files.readString(temporary.resolve("errors.log")))
        .isEqualTo("started");
    Thread.ofVirtual().start(() -> output.lines().forEach(ignored -> {}));
  }

  @AfterAll
  static void stop() throws Exception {
    node.outputWriter().close();
    if (!node.waitFor(20, TimeUnit.SECONDS)) {
      node.destroyForcibly();
    }
  }

  @Override
  protected IndexerSettings administrator() {
    return new IndexerSettings(
        List.of("http://127.0.0.1:" + PORT),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        "default",
        Duration.ofDays(90),
        1 << 20,
        true);
  }
}
