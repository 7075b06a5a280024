package io.leukocyte.responder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * libnftables in this process: a script takes a millisecond, where starting programs takes tens.
 *
 * <p>A thread of its own goes into the namespace for each script, and ends. It goes home before it
 * lets anybody know: to wake a virtual thread may start a thread, which would be born where its
 * maker is. A call that does not come back is left behind, and the programs are used as long as it
 * does not, and where this process has too many files open for the library.
 */
final class NftLibrary implements Nft {
  private static final Path HOME = Path.of("/proc/thread-self/ns/net");
  private static final long STACK = 2 << 20;

  private final Runner library;
  private final Nft programs;
  private final Duration deadline;
  private final Semaphore turn = new Semaphore(1);
  private volatile @Nullable CompletableFuture<Visit> leftBehind;

  /** Runs a script where the calling thread is. */
  interface Runner {
    Commands.Result run(String script);
  }

  NftLibrary(Runner library, Nft programs, Duration deadline) {
    this.library = library;
    this.programs = programs;
    this.deadline = deadline;
  }

  /**
   * Opens the library.
   *
   * @param programs are used while a call hangs
   * @param deadline after which a call is left behind
   * @throws NetworkFilterException when there is no library, or threads may not change namespaces
   */
  static NftLibrary open(Nft programs, Duration deadline) {
    NftLibrary opened = new NftLibrary(Libnftables.get()::run, programs, deadline);
    int home = descriptor(HOME);
    try {
      enter(home);
    } finally {
      LibC.close(home);
    }
    return opened;
  }

  private static int descriptor(Path namespace) {
    int fd = LibC.open(namespace.toString());
    if (fd < 0) {
      throw new NetworkFilterException("Cannot open " + namespace + ": errno " + -fd);
    }
    return fd;
  }

  private static void enter(int fd) {
    int result = LibC.enterNetwork(fd);
    if (result < 0) {
      throw new NetworkFilterException(
          "Cannot enter a network namespace: errno " + -result + "; run as root (CAP_SYS_ADMIN)");
    }
  }

  @Override
  public Optional<String> unusable() {
    return Optional.empty();
  }

  @Override
  public String means() {
    return hangs() ? programs.means() : "by libnftables";
  }

  @Override
  public Commands.Result run(ContainerProcess process, String namespace, String script) {
    return takeTurn()
        ? inside(() -> enter(process, namespace), List.of(script))
        : programs.run(process, namespace, script);
  }

  @Override
  public Optional<Commands.Result> rehearse(List<String> scripts) {
    return takeTurn() ? Optional.of(inside(NftLibrary::enterNew, scripts)) : Optional.empty();
  }

  private boolean hangs() {
    CompletableFuture<Visit> call = leftBehind;
    return call != null && !call.isDone();
  }

  private boolean takeTurn() {
    try {
      return !hangs()
          && Libnftables.hasRoom()
          && turn.tryAcquire(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkFilterException("Interrupted while waiting for libnftables", e);
    }
  }

  /** Goes to where it is to be run. */
  private interface Way {
    void go();
  }

  /** The namespace that was looked at, and no other that has the pid by now. */
  private static void enter(ContainerProcess process, String namespace) {
    int fd = LibC.open("/proc/" + process.pid() + "/ns/net");
    if (fd < 0) {
      throw ContainerNamespaces.gone(process, null);
    }
    try {
      if (!Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString().equals(namespace)) {
        throw ContainerNamespaces.gone(process, null);
      }
      enter(fd);
    } catch (IOException e) {
      throw ContainerNamespaces.gone(process, e);
    } finally {
      LibC.close(fd);
    }
  }

  private static void enterNew() {
    int result = LibC.newNetwork();
    if (result < 0) {
      throw new NetworkFilterException("Cannot make a network namespace: errno " + -result);
    }
  }

  /** What happened inside: an answer or a problem. */
  private record Visit(Optional<Commands.Result> answer, Optional<Throwable> problem) {}

  private Commands.Result inside(Way way, List<String> scripts) {
    CompletableFuture<Visit> end = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("responder-nft")
        .stackSize(STACK)
        .start(() -> {
          Optional<Visit> visit = thereAndBack(way, scripts);
          if (visit.isPresent()) {
            end.complete(visit.get());
            turn.release();
          }
        });
    return answer(end);
  }

  /** Empty where there was no way back, and nobody may be woken: it is as if the call hung. */
  private Optional<Visit> thereAndBack(Way way, List<String> scripts) {
    int home;
    try {
      home = descriptor(HOME);
    } catch (NetworkFilterException e) {
      return Optional.of(new Visit(Optional.empty(), Optional.of(e)));
    }
    Visit visit = visit(way, scripts);
    boolean back = LibC.enterNetwork(home) == 0;
    LibC.close(home);
    return back ? Optional.of(visit) : Optional.empty();
  }

  private Visit visit(Way way, List<String> scripts) {
    try {
      way.go();
      return new Visit(Optional.of(runAll(scripts)), Optional.empty());
    } catch (Throwable t) { // it is thrown where it is waited for
      return new Visit(Optional.empty(), Optional.of(t));
    }
  }

  private Commands.Result runAll(List<String> scripts) {
    Commands.Result last = new Commands.Result(0, "", "");
    for (String script : scripts) {
      last = library.run(script);
      if (last.exitCode() != 0) {
        break;
      }
    }
    return last;
  }

  private Commands.Result answer(CompletableFuture<Visit> end) {
    try {
      Visit visit = end.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
      if (visit.problem().isPresent()) {
        throw visit.problem().get() instanceof NetworkFilterException e
            ? e
            : new NetworkFilterException(
                "libnftables failed: " + visit.problem().get(), visit.problem().get());
      }
      return visit.answer().orElseThrow();
    } catch (TimeoutException e) {
      leftBehind = end;
      throw new NetworkFilterException(
          "libnftables did not end within "
              + deadline.toMillis()
              + " ms; until it does nsenter and nft are used",
          e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkFilterException("Interrupted while libnftables was running", e);
    }
  }
}
