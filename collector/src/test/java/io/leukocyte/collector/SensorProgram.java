package io.leukocyte.collector;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * A collector as a process of its own, with other rights or in a container: {@code DATA SECONDS
 * SETTINGS}. It prints its checks, {@code ready}, and a line for each event that tests ask for.
 */
final class SensorProgram {
  private SensorProgram() {}

  public static void main(String[] args) throws InterruptedException {
    InMemoryPublisher publisher = new InMemoryPublisher();
    Config config = Config.parse("arguments", args[2], Map.of(), CollectorSettings.KEYS);
    try (DockerEngine engine =
            new DockerEngine(EngineOptions.of(URI.create("unix:///var/run/docker.sock")));
        Collector collector =
            new Collector(
                CollectorSettings.from(config, Path.of(args[0])),
                new HostId("host-it"),
                engine,
                publisher,
                new SimpleMeterRegistry())) {
      collector.observe(new Interest(EnumSet.of(Kind.FILE_OPEN), Set.of()));
      collector.start();
      Thread.sleep(200);
      collector.check().forEach(check -> System.out.println("check " + check));
      System.out.println("ready");
      long end = System.nanoTime() + Duration.ofSeconds(Long.parseLong(args[1])).toNanos();
      int told = 0;
      while (System.nanoTime() < end) {
        var events = publisher.events();
        for (; told < events.size(); told++) {
          tell(events.get(told));
        }
        Thread.sleep(20);
      }
    }
  }

  private static void tell(Event event) {
    ContainerRef container = event.container();
    String name = container == null ? "the host" : container.name();
    switch (event) {
      case ProcessExec e ->
          System.out.println(
              "exec in %s: %s %s of %s in %s"
                  .formatted(
                      name,
                      e.process().executable(),
                      e.process().args(),
                      e.process().parent() == null ? null : e.process().parent().name(),
                      e.process().workingDirectory()));
      case FileOpen e -> System.out.println("open in %s: %s".formatted(name, e.path()));
      case NetFlow e -> System.out.println("flow in %s: %s".formatted(name, e.destination()));
      default -> {}
    }
  }
}
