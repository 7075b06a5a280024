package io.leukocyte.rules;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.openjdk.jmh.generators.core.BenchmarkGenerator;
import org.openjdk.jmh.generators.core.FileSystemDestination;
import org.openjdk.jmh.generators.reflection.RFGeneratorSource;

/**
 * Runs JMH benchmarks of the class path that this program itself was started with: lets JMH write
 * what it calls them by, compiles that into a temporary folder, and starts JMH with it. Arguments
 * are JMH's. So the build needs no annotation processor.
 */
public final class JmhRun {
  private JmhRun() {}

  /** Runs {@link RulesJmh}; ends with JMH's exit code. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("jmh");
    int code = 1;
    try {
      generate(folder, Set.of(RulesJmh.class));
      code = run(folder, args);
    } finally {
      delete(folder);
    }
    System.exit(code);
  }

  private static void generate(Path folder, Set<Class<?>> benchmarks) throws IOException {
    Path sources = Files.createDirectory(folder.resolve("src"));
    RFGeneratorSource source = new RFGeneratorSource();
    source.processClasses(benchmarks.toArray(Class<?>[]::new));
    FileSystemDestination destination =
        new FileSystemDestination(folder.toFile(), sources.toFile());
    BenchmarkGenerator generator = new BenchmarkGenerator();
    generator.generate(source, destination);
    generator.complete(source, destination);
    if (destination.hasErrors()) {
      throw new IllegalStateException("JMH refuses a benchmark: " + destination.getErrors());
    }
    compile(sources, folder);
  }

  private static void compile(Path sources, Path to) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        Stream<Path> all = Files.walk(sources)) {
      List<Path> java = all.filter(p -> p.toString().endsWith(".java")).toList();
      List<String> options = List.of("-d", to.toString(), "-proc:none");
      boolean compiled =
          compiler
              .getTask(null, files, null, options, null, files.getJavaFileObjectsFromPaths(java))
              .call();
      if (!compiled) {
        throw new IllegalStateException("What JMH wrote does not compile");
      }
    }
  }

  private static int run(Path classes, String[] args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(classes + File.pathSeparator + System.getProperty("java.class.path"));
    command.add("org.openjdk.jmh.Main");
    command.addAll(List.of(args));
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
