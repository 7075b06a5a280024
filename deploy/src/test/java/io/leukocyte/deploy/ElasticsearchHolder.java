package io.leukocyte.deploy;

import java.nio.file.Path;

/**
 * A JVM that starts an embedded Elasticsearch, says so, and waits to be killed: arguments are data
 * folder, port, distribution.
 */
final class ElasticsearchHolder {
  private ElasticsearchHolder() {}

  public static void main(String[] arguments) throws Exception {
    var settings =
        new EmbeddedElasticsearch.Settings(
            Integer.parseInt(arguments[1]), Access.PASSWORD, 512, Path.of(arguments[2]), true);
    // Started by a thread that ends, as a pool's may: the node must stay.
    Thread starter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                EmbeddedElasticsearch.create(Path.of(arguments[0]), settings).start();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    starter.join();
    System.out.println("started");
    Thread.currentThread().join();
  }
}
