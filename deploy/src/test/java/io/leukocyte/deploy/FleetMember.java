package io.leukocyte.deploy;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The main class of a process of a {@link Fleet}: either {@code kafka FOLDER PORT CONTROLLER-PORT},
 * or the arguments of {@code leuko}. It ends with its standard input, so that it never outlives the
 * test, however that ends.
 */
final class FleetMember {
  private FleetMember() {}

  public static void main(String[] arguments) throws InterruptedException {
    Thread.ofPlatform().daemon().name("fleet-parent").start(FleetMember::endWithParent);
    if (arguments[0].equals("kafka")) {
      kafka(Path.of(arguments[1]), Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
    } else {
      Leuko.main(arguments);
    }
  }

  private static void kafka(Path folder, int port, int controllerPort) throws InterruptedException {
    var settings = new EmbeddedKafka.Settings(port, controllerPort, Access.OPEN);
    EmbeddedKafka kafka = EmbeddedKafka.create(folder, settings);
    kafka.start();
    System.out.println("Kafka started");
    Thread.currentThread().join();
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // nobody writes there
      }
    } catch (IOException e) {
      System.err.println("Standard input: " + e);
    }
    Runtime.getRuntime().halt(1);
  }
}
