package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.leukocyte.events.ProducerSettings;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds the arrows between modules, and which libraries may be seen where. */
class ArchitectureTest {
  private static final String ROOT = "io.leukocyte.";
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "events", Set.of(),
          "engine", Set.of("events"),
          "rules", Set.of("events"),
          "collector", Set.of("events", "engine", "rules"),
          "analyzer", Set.of("events", "rules"),
          "responder", Set.of("events", "engine", "rules"),
          "indexer", Set.of("events"),
          "deploy",
              Set.of("events", "engine", "rules", "collector", "analyzer", "responder", "indexer"));

  private static final Map<String, Set<String>> ONLY_IN =
      Map.of(
          "com.github.dockerjava", Set.of("engine"),
          "co.elastic.clients", Set.of("indexer"),
          "org.apache.kafka.streams", Set.of("analyzer"),
          "kafka.server", Set.of("deploy"),
          "picocli", Set.of("deploy"),
          "org.eclipse.jetty", Set.of("responder"),
          "com.google.re2j", Set.of("rules"),
          "org.snakeyaml", Set.of("events"));

  private static final String PRODUCER = "org.apache.kafka.clients.producer.KafkaProducer";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.leukocyte");

  @Test
  void modulesUseOnlyWhatTheDesignAllows() {
    Map<String, Set<String>> wrong = new TreeMap<>();
    for (JavaClass type : CLASSES) {
      String from = module(type.getPackageName());
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        String to = dependency.getTargetClass().getPackageName();
        if (to.startsWith(ROOT)
            && !module(to).equals(from)
            && !MAY_USE.getOrDefault(from, Set.of()).contains(module(to))) {
          wrong
              .computeIfAbsent(from + " -> " + module(to), k -> new TreeSet<>())
              .add(type.getName());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void librariesStayBehindTheirPorts() {
    Map<String, Set<String>> wrong = new TreeMap<>();
    for (JavaClass type : CLASSES) {
      String from = module(type.getPackageName());
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        String to = dependency.getTargetClass().getPackageName();
        ONLY_IN.forEach((library, modules) -> {
          if (to.startsWith(library) && !modules.contains(from)) {
            wrong.computeIfAbsent(library, k -> new TreeSet<>()).add(type.getName());
          }
        });
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Those of benches write what is read there, or are what a role is compared with. */
  @Test
  void producersHaveTheCommonSettings() {
    Set<String> with = new TreeSet<>();
    Set<String> without = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      if (type.getConstructorCallsFromSelf().stream()
          .anyMatch(call -> call.getTargetOwner().getName().equals(PRODUCER))) {
        boolean common =
            type.getMethodCallsFromSelf().stream()
                .anyMatch(call -> call.getTargetOwner().isEquivalentTo(ProducerSettings.class));
        (common ? with : without).add(type.getSimpleName());
      }
    }
    assertThat(without)
        .containsExactlyInAnyOrder("AlertWriter", "AnalyzerBench", "IndexerBench", "LatencyLimits");
    assertThat(with).contains("ActionPublisher", "Graveyard", "KafkaPublisher");
  }

  @Test
  void everyModuleWasLookedAt() {
    assertThat(CLASSES.stream().map(c -> module(c.getPackageName())).distinct())
        .containsExactlyInAnyOrderElementsOf(MAY_USE.keySet());
  }

  private static String module(String packageName) {
    String rest = packageName.substring(ROOT.length());
    int dot = rest.indexOf('.');
    return dot < 0 ? rest : rest.substring(0, dot);
  }
}
