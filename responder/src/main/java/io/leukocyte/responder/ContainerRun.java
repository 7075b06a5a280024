package io.leukocyte.responder;

import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.NewContainer;
import io.leukocyte.engine.RunResult;
import io.leukocyte.events.ContainerFacts.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A container that is made for one alert and removed after it: without capabilities and, unless it
 * is said, without a network; its root file system cannot be written to. The alert is a file in it.
 *
 * @param engine makes it
 * @param folder where alerts are while containers have them; only the engine gets in
 */
record ContainerRun(Engine engine, Path folder) {
  /** Where the alert is in the container. */
  static final String ALERT = "/leuko/alert.json";

  private static final Logger LOG = LoggerFactory.getLogger(ContainerRun.class);
  private static final String FOLDER = "rwx------";
  private static final String FILE = "rw-r--r--";

  /**
   * Runs it to its end, or to that of its time.
   *
   * @throws EngineException when the engine cannot, or does not say how it ended
   */
  Ran run(Program.InContainer program, Run.Errand errand) {
    long begin = System.nanoTime();
    Path alert = write(errand);
    try {
      NewContainer.Builder container =
          NewContainer.named(errand.sidecar(), program.image())
              .command(program.command())
              .user(program.user())
              .networkMode(program.network())
              .capDrop("ALL")
              .securityOption("no-new-privileges")
              .readOnlyRoot()
              .tmpfs("/tmp", "size=16m")
              .mount(new Mount("bind", alert.toString(), ALERT, false))
              .limits(program.limits())
              .logDriver("json-file")
              .logOption("max-size", "1m")
              .label("leuko.run", errand.action());
      program.environment().forEach(container::environment);
      HostRun.variables(errand).forEach(container::environment);
      RunResult result = engine.run(container.build(), program.timeout());
      return ran(result, Duration.ofNanos(System.nanoTime() - begin));
    } finally {
      forget(folder, errand.sidecar());
    }
  }

  private static Ran ran(RunResult result, Duration took) {
    BoundedOutput output = new BoundedOutput();
    String text =
        result.output().stream().map(line -> line.text() + "\n").collect(Collectors.joining());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    output.add(bytes, bytes.length);
    return new Ran(
        result.inTime() ? OptionalInt.of(result.exitCode()) : OptionalInt.empty(),
        took,
        output.bytes(),
        output.text());
  }

  private Path write(Run.Errand errand) {
    try {
      Files.createDirectories(
          folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(FOLDER)));
      Path file = file(folder, errand.sidecar()).toAbsolutePath();
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(FILE)));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(FILE)); // not the umask's
      Files.writeString(file, errand.document());
      return file;
    } catch (IOException e) {
      throw new HostException("Cannot write the alert for a container: " + e.getMessage(), e);
    }
  }

  private static Path file(Path folder, String sidecar) {
    return folder.resolve(sidecar + ".json");
  }

  /** Removes what the container of that name had read. */
  static void forget(Path folder, String sidecar) {
    try {
      Files.deleteIfExists(file(folder, sidecar));
    } catch (IOException e) {
      LOG.warn("An alert is left in {}: {}", folder, e.getMessage());
    }
  }
}
