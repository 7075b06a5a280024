package io.leukocyte.deploy;

import io.leukocyte.indexer.IndexerSettings;
import io.leukocyte.indexer.StoreContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract with Elasticsearch 8.19, and what each of the documented roles may do there. */
class ElasticsearchEightIT extends StoreContract {
  @TempDir static Path temporary;
  private static EmbeddedElasticsearch elasticsearch;

  @BeforeAll
  static void start() throws Exception {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    EmbeddedElasticsearch.Settings settings =
        EmbeddedElasticsearch.Settings.defaults()
            .withPort(LoopbackPorts.free())
            .withShortLife(true);
    elasticsearch = EmbeddedElasticsearch.create(temporary.resolve("node"), settings);
    elasticsearch.start();
  }

  @AfterAll
  static void stop() {
    elasticsearch.close();
  }

  @Override
  protected IndexerSettings administrator() {
    EmbeddedElasticsearch.Login login = elasticsearch.connection().login().orElseThrow();
    return settings(login.user(), login.password());
  }

  private static IndexerSettings settings(String user, String password) {
    return new IndexerSettings(
        List.of(elasticsearch.connection().url().toString()),
        Optional.of(user),
        Optional.of(password),
        Optional.empty(),
        Optional.empty(),
        "default",
        Duration.ofDays(90),
        1 << 20,
        true);
  }
}
