package io.leukocyte.deploy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The main class of a process of a {@link Fleet}: either {@code kafka FOLDER PORT CONTROLLER-PORT},
 * or the arguments of {@code leuko}. It ends with its standard input, so that it never outlives the
 * test, however that ends.
 */
final class FleetMember {
  private FleetMember() {}

  /**
   * The command that starts one, small and soon: from the distribution's own jars, as it is
   * shipped, with our classes behind them, and what the build has written down of such a start.
   */
  static List<String> command(int heapMegabytes, String... arguments) {
    Path distribution = Path.of(System.getProperty("leuko.distribution"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx" + heapMegabytes + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-XX:+UseCompactObjectHeaders"); // or what was written down does not fit
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(JvmOptions.cache(distribution, arguments[0]));
    String ours = Path.of("target", "test-classes").toAbsolutePath().toString();
    command.addAll(List.of("-cp", distribution.resolve("lib") + "/*:" + ours));
    command.add(FleetMember.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }

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
