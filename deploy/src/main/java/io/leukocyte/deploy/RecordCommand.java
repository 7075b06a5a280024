package io.leukocyte.deploy;

import io.leukocyte.collector.Collector;
import io.leukocyte.collector.CollectorSettings;
import io.leukocyte.collector.HostIdFile;
import io.leukocyte.collector.Interest;
import io.leukocyte.engine.Engine;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.UserFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leuko record}: what the collector sees on this host, as NDJSON. */
@Command(
    name = "record",
    description =
        "Writes what the collector sees on this host, all kinds, one JSON object a line, until"
            + " Ctrl-C. No Kafka.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko record -o attack.ndjson --for 60s"})
final class RecordCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to; default standard output.")
  private @Nullable Path output;

  @Option(names = "--for", paramLabel = "TIME", description = "End after this time, such as 60s.")
  private @Nullable Duration time;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  RecordCommand() {}

  @Override
  public Integer call() throws InterruptedException, IOException {
    common.applyVerbosity();
    Config config = common.load();
    Path folder = Files.createTempDirectory("leuko-record");
    PrintWriter notes = spec.commandLine().getErr();
    try (RoleProcess process = new RoleProcess();
        Engine engine = Engines.fromEnvironment()) {
      NdjsonPublisher publisher = new NdjsonPublisher(open());
      Collector collector =
          process.add(
              new Collector(
                  CollectorSettings.from(config, folder),
                  DeploySettings.from(config).host(knownHost(folder)),
                  engine,
                  publisher,
                  process.metrics()));
      collector.observe(Interest.all());
      collector.start();
      collector.check().forEach(result -> Checks.complaint(result).ifPresent(notes::println));
      notes.println("Recording; Ctrl-C ends it.");
      notes.flush();
      if (time == null) {
        process.await();
      } else {
        process.await(time);
      }
      collector.close();
      notes.println(publisher.events() + " events recorded.");
      notes.flush();
    } finally {
      Folders.delete(folder);
    }
    return ExitCode.FINE;
  }

  /** Where the host's id is found: the data folder, when a role ever ran with it. */
  private Path knownHost(Path folder) {
    Path data = common.dataFolder();
    return Files.isReadable(data.resolve(HostIdFile.NAME)) ? data : folder;
  }

  private OutputStream open() {
    if (output == null) {
      return new FileOutputStream(FileDescriptor.out);
    }
    try {
      return Files.newOutputStream(output);
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot write %s: %s; name a file in a folder that exists."
              .formatted(output, UserFile.problem(e)));
    }
  }
}
