package io.leukocyte.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog.Stream;
import io.leukocyte.events.Text;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the lines of a container. After a lost connection it reads again from shortly before the
 * last line, and skips, by stream, what was delivered. When a stream that follows has ended it
 * reads once more without following: Docker leaves a container's last words out of the former when
 * they have no line end. Podman 4 writes times of whole seconds: there a subscription that begins
 * at a line begins with the second of that line.
 */
final class LogStream extends StreamThread {
  private static final Logger LOG = LoggerFactory.getLogger(LogStream.class);
  private static final long DISORDER = 2_000_000_000L;

  private final DockerHttp http;
  private final EngineOptions options;
  private final ContainerId container;
  private final LogOptions wanted;
  private final LogListener listener;
  private final LineJoiner lines = new LineJoiner(this::accept);
  private final Place out;
  private final Place err;
  private final Backoff backoff;
  private final String what;
  private boolean opened;

  LogStream(
      DockerHttp http,
      EngineOptions options,
      ContainerId container,
      LogOptions wanted,
      LogListener listener,
      Runnable onEnd) {
    super(onEnd);
    this.http = http;
    this.options = options;
    this.container = container;
    this.wanted = wanted;
    this.listener = listener;
    what = "read the logs of container " + container.brief();
    out = new Place(wanted.outSince());
    err = new Place(wanted.errSince());
    backoff = new Backoff(options.reconnect());
  }

  /** Where a stream of the container is. Its lines come in order. */
  private static final class Place {
    private static final long SECOND = 1_000_000_000L;

    private long time;

    /** Lines of that time that were delivered; all of them where it was given from outside. */
    private long delivered = Long.MAX_VALUE;

    private long toSkip;
    private boolean replaying;

    /** Whether the engine may write times of whole seconds. */
    private boolean coarse;

    Place(long since) {
      time = since;
    }

    void reopen(boolean inSeconds) {
      coarse = inSeconds;
      replaying = true;
      toSkip = delivered;
    }

    boolean isNew(LogLine line) {
      if (replaying && coarse && delivered == Long.MAX_VALUE && line.time() % SECOND == 0) {
        // Which lines of that second were read is not known: rather twice than never.
        if (line.time() < time - time % SECOND) {
          return false;
        }
      } else if (replaying && line.time() < time) {
        return false;
      } else if (replaying && line.time() == time && toSkip > 0) {
        toSkip--;
        return false;
      }
      replaying = false;
      delivered = line.time() == time && delivered < Long.MAX_VALUE ? delivered + 1 : 1;
      time = line.time();
      return true;
    }
  }

  @Override
  void read() {
    if (!http.acquireStream()) {
      end(
          new EngineException.Refused(
              "Cannot "
                  + what
                  + ": "
                  + options.maxStreams()
                  + " streams are open, the most at the same time; follow fewer containers",
              null));
      return;
    }
    try {
      boolean more = true;
      while (more && isOpen()) {
        more = readOnce();
        if (more) {
          pause(backoff.next());
        }
      }
    } finally {
      http.releaseStream();
    }
  }

  /** Whether there may be more to read. */
  private boolean readOnce() {
    try {
      JsonNode facts = await(() -> http.object(what, "/containers/" + container + "/json"));
      boolean terminal = facts.path("Config").path("Tty").asBoolean(false);
      boolean follow = wanted.follow() && facts.path("State").path("Running").asBoolean(false);
      Product product = await(http::product);
      boolean podman = product == Product.PODMAN;
      LogForm form = LogForm.of(product, terminal);
      String path = path(form, follow);
      Response response =
          reading(
              await(() -> podman && follow ? http.openSilent(what, path) : http.open(what, path)));
      opened = true;
      lines.discard();
      out.reopen(podman);
      err.reopen(podman);
      try (InputStream body = new BufferedInputStream(response.getBody(), 64 * 1024)) {
        readAll(body, form);
      }
      if (!follow) {
        end(null);
      }
      return follow;
    } catch (EngineException.NotFound e) {
      // It was removed: that is how the logs of a container end that was seen before.
      end(opened ? null : e);
      return false;
    } catch (EngineException.Refused | EngineException.Conflict e) {
      end(e);
      return false;
    } catch (LogReader.Unreadable e) {
      end(
          new EngineException.Refused(
              "Cannot "
                  + what
                  + ": the engine sends '"
                  + Text.clip(Text.printable(String.valueOf(e.getMessage())), 500)
                  + "'; look at its own log",
              e));
      return false;
    } catch (EngineException | IOException e) {
      return retry(e);
    } catch (RuntimeException e) {
      LOG.error(
          "The logs of container {} cannot be understood: {}", container.brief(), Text.kind(e));
      end(http.strange(what, e.getClass().getSimpleName()));
      return false;
    } finally {
      stopReading();
    }
  }

  private void readAll(InputStream body, LogForm form) throws IOException {
    LogReader reader = new LogReader(lines, form);
    boolean more = true;
    while (more && isOpen()) {
      more = reader.read(body);
    }
  }

  private void accept(LogLine line) {
    Place place = line.stream() == Stream.STDERR ? err : out;
    if (place.isNew(line)) {
      backoff.reset();
      deliver(() -> listener.line(line));
    }
  }

  private void end(@Nullable EngineException cause) {
    lines.flush();
    deliverLast(() -> listener.closed(cause));
  }

  /** Hands on lines whose end has not come for too long. */
  void flushIdle() {
    lines.flushIdle(System.nanoTime() - options.lineTimeout().toNanos());
  }

  private boolean retry(Exception cause) {
    if (!isOpen()) {
      return false;
    }
    if (!wanted.follow()) {
      end(cause instanceof EngineException known ? known : http.unavailable(what, cause));
      return false;
    }
    LOG.debug("The logs of container {} are opened again", container.brief(), cause);
    return true;
  }

  private String path(LogForm form, boolean follow) {
    return form.path(container)
        + "&timestamps=1"
        + (follow ? "&follow=1" : "")
        + "&since="
        + LogTime.query(resumeFrom());
  }

  private long resumeFrom() {
    long latest = Math.max(out.time, err.time);
    long earliest = Math.min(out.time, err.time);
    return Math.min(lines.oldestUnfinished(), Math.max(earliest, latest - DISORDER));
  }
}
