package io.leukocyte.responder;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program of this host, in a session of its own, as another user and without new privileges. No
 * shell is involved: each word of its command is one argument. The alert is what it reads.
 */
final class HostRun {
  private static final Logger LOG = LoggerFactory.getLogger(HostRun.class);
  private static final String OWN_USER = System.getProperty("user.name");
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** What a program left in its session may write so long after it has ended. */
  private static final Duration DRAIN = Duration.ofSeconds(1);

  private HostRun() {}

  /** Why a program cannot be run here; empty when it can. */
  static Optional<String> lack(Program.OnHost program) {
    Path file = Path.of(program.command().getFirst());
    if (!Files.isExecutable(file) || Files.isDirectory(file)) {
      return Optional.of("this host has no program " + file);
    }
    if (!Files.isDirectory(program.directory())) {
      return Optional.of("this host has no folder " + program.directory());
    }
    Optional<String> missing = Commands.missing("setpriv", "setsid");
    if (missing.isPresent()) {
      return missing;
    }
    if (OWN_USER.equals(program.user())) {
      return Optional.empty();
    }
    if (!OWN_USER.equals("root")) {
      return Optional.of("the responder runs as " + OWN_USER + ", only root can run what another");
    }
    return group(program.user()).isPresent()
        ? Optional.empty()
        : Optional.of("this host has no user " + program.user());
  }

  /** A user's first group. */
  private static Optional<String> group(String user) {
    Commands.Result result =
        new Commands(Duration.ofSeconds(5)).run(List.of("id", "-g", "--", user), "");
    return result.exitCode() == 0 ? Optional.of(result.output().strip()) : Optional.empty();
  }

  /** Runs it to its end, or to that of its time. */
  static Ran run(Program.OnHost program, Run.Errand errand) {
    long begin = System.nanoTime();
    BoundedOutput output = new BoundedOutput();
    Process process = start(program, errand);
    Thread.ofVirtual().name("run-input").start(() -> give(process, errand.document()));
    CountDownLatch read = new CountDownLatch(1);
    Thread.ofVirtual().name("run-output").start(() -> take(process, output, read));
    try {
      boolean inTime = process.waitFor(program.timeout().toNanos(), TimeUnit.NANOSECONDS);
      if (!inTime) {
        if (process.isAlive()) {
          PidFd.killGroup(process.pid());
        }
        process.waitFor();
      }
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      if (!read.await(DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
        // somebody of its session holds the pipe, so that the number is still that of the session
        PidFd.killGroup(process.pid());
        boolean _ = read.await(DRAIN.toMillis(), TimeUnit.MILLISECONDS);
      }
      return new Ran(
          inTime ? OptionalInt.of(process.exitValue()) : OptionalInt.empty(),
          took,
          output.bytes(),
          output.text());
    } catch (InterruptedException e) {
      PidFd.killGroup(process.pid());
      Thread.currentThread().interrupt();
      throw new HostException("Interrupted while " + program.description() + " ran", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process start(Program.OnHost program, Run.Errand errand) {
    List<String> command = new ArrayList<>(List.of("setsid", "setpriv", "--no-new-privs"));
    if (!OWN_USER.equals(program.user())) {
      String group =
          group(program.user())
              .orElseThrow(() -> new HostException("There is no user " + program.user(), null));
      command.addAll(
          List.of(
              "--reuid=" + program.user(),
              "--regid=" + group,
              "--init-groups",
              "--inh-caps=-all",
              "--bounding-set=-all"));
    }
    command.add("--");
    command.addAll(program.command());
    ProcessBuilder builder = new ProcessBuilder(command).directory(program.directory().toFile());
    builder.redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", PATH);
    environment.put("LANG", "C.UTF-8");
    environment.putAll(program.environment());
    environment.putAll(variables(errand));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new HostException("Cannot start " + program.description() + ": " + e.getMessage(), e);
    }
  }

  /** What it is about: ids alone, which hold nothing that anybody wrote. */
  static Map<String, String> variables(Run.Errand errand) {
    return Map.of(
        "LEUKO_ACTION", errand.action(),
        "LEUKO_ALERT", errand.alert(),
        "LEUKO_CONTAINER", errand.container().id().value());
  }

  private static void give(Process process, String document) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(document.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.debug("A program does not read the alert: {}", e.getMessage());
    }
  }

  private static void take(Process process, BoundedOutput output, CountDownLatch read) {
    try (var out = process.getInputStream()) {
      output.readAll(out);
    } catch (IOException e) {
      LOG.debug("The output of a program is cut off: {}", e.getMessage());
    } finally {
      read.countDown();
    }
  }
}
