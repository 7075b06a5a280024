package io.leukocyte.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.Text;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the engine's events. After a lost connection it has the engine replay all that it still
 * knows (Docker: the last 256 events of any type) and skips what was delivered. When the oldest of
 * these is younger than the last event delivered, some are missing: that is a gap. Podman has all
 * that its file or the journal keeps: there the oldest is looked at, and the last are replayed.
 */
final class EventStream extends StreamThread {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
  private static final int REMEMBERED = 2048;

  /** Bytes of the longest event: the engine's own are a few KiB. */
  private static final long MAX_EVENT = 1 << 20;

  /** How far an engine's clock may be ahead. */
  private static final long AHEAD = TimeUnit.DAYS.toNanos(1);

  private static final long TELL_EVERY = TimeUnit.SECONDS.toNanos(1);

  /** Events of several sources reach the stream slightly out of order. */
  private static final long DISORDER = 10_000_000_000L;

  private final DockerHttp http;
  private final EventListener listener;
  private final Backoff backoff;
  private final Set<DockerEvents.Key> recent = new LinkedHashSet<>();

  /** Everything up to here was delivered to an earlier subscription, or is not wanted. */
  private final long floor;

  private long newest;
  private boolean resuming;
  private boolean connected;
  private long unreadable;
  private long unreadableToldAt = System.nanoTime() - TELL_EVERY;

  /**
   * Not started yet.
   *
   * @param since null: from now on
   */
  EventStream(
      DockerHttp http,
      EngineOptions options,
      @Nullable EventPosition since,
      EventListener listener,
      Runnable onEnd) {
    super(onEnd);
    this.http = http;
    this.listener = listener;
    backoff = new Backoff(options.reconnect());
    floor = since == null ? LogTime.nanos(Instant.now()) : since.nanos();
    newest = floor;
    resuming = since != null;
  }

  @Override
  void read() {
    while (isOpen()) {
      try {
        readOnce();
      } catch (EngineException | IOException e) {
        lost(e);
      } catch (RuntimeException e) {
        LOG.error("The engine's events are opened again after an error: {}", Text.kind(e));
        lost(e);
      } finally {
        stopReading();
      }
      pause(backoff.next());
    }
  }

  private void readOnce() throws IOException {
    String what = "follow the engine's events";
    Product product = await(http::product);
    boolean first = false;
    long from = newest;
    if (resuming) {
      switch (product) {
        case DOCKER -> {
          first = !reportEmptyReplay(what);
          from = 0;
        }
        case PODMAN -> {
          reportWhatPodmanForgot(what);
          from = Math.max(0, newest - DISORDER);
        }
      }
    }
    String since = LogTime.query(from);
    Response response = reading(await(() -> http.open(what, "/events?since=" + since)));
    if (!connected) {
      connected = true;
      deliver(listener::connected);
    }
    resuming = true;
    BoundedInput body = new BoundedInput(response.getBody(), MAX_EVENT);
    try (MappingIterator<JsonNode> events =
        http.mapper().readerFor(JsonNode.class).readValues(body)) {
      while (isOpen() && events.hasNextValue()) {
        JsonNode event = events.nextValue();
        body.allowAgain();
        if (!isReadable(event)) {
          passedOver();
          continue;
        }
        if (first) {
          reportGap(DockerEvents.time(event));
          first = false;
        }
        accept(product == Product.PODMAN ? PodmanAnswers.event(event) : event);
        backoff.reset();
      }
    }
    lost(null);
  }

  /** Whether it has a time that an event can have: a later one would hide all that follow. */
  private static boolean isReadable(@Nullable JsonNode event) {
    long time = event != null && event.isObject() ? DockerEvents.time(event) : 0;
    return time > 0 && time < LogTime.nanos(Instant.now()) + AHEAD;
  }

  private void passedOver() {
    unreadable++;
    long now = System.nanoTime();
    if (now - unreadableToldAt >= TELL_EVERY) {
      unreadableToldAt = now;
      tellUnreadable();
    }
  }

  private void tellUnreadable() {
    long count = unreadable;
    if (count > 0) {
      unreadable = 0;
      deliver(() -> listener.unreadable(count));
    }
  }

  /** A restarted engine knows no event: then nothing would come that tells of the gap. */
  private boolean reportEmptyReplay(String what) {
    long now = LogTime.nanos(Instant.now());
    JsonNode first =
        await(
            () -> http.get(what, "/events?since=0&until=" + LogTime.query(Math.max(now, newest))));
    if (first.isMissingNode()) {
      gap(Math.max(now, newest + 1));
    }
    return first.isMissingNode();
  }

  /**
   * Podman keeps its events in a file of some size or in the journal, where they may be a great
   * many: the oldest is looked at alone.
   */
  private void reportWhatPodmanForgot(String what) {
    long now = LogTime.nanos(Instant.now());
    JsonNode oldest;
    try {
      String all = "/events?since=0&stream=false";
      oldest = await(() -> http.read(what, all, Duration.ZERO, this::first));
    } catch (EngineException.Timeout e) {
      oldest = MissingNode.getInstance(); // it waits for its file, which the first event makes
    }
    if (isReadable(oldest)) {
      reportGap(DockerEvents.time(oldest));
    } else {
      gap(Math.max(now, newest + 1));
    }
  }

  /** Closes nothing: that would read all the others first. Who opened the response ends it. */
  private JsonNode first(InputStream body) throws IOException {
    MappingIterator<JsonNode> events =
        http.mapper().readerFor(JsonNode.class).readValues(new BoundedInput(body, MAX_EVENT));
    return events.hasNextValue() ? events.nextValue() : MissingNode.getInstance();
  }

  private void reportGap(long oldestReplayed) {
    if (oldestReplayed > newest) {
      gap(oldestReplayed);
    }
  }

  private void gap(long to) {
    EventPosition from = new EventPosition(newest);
    deliver(() -> listener.gap(from, new EventPosition(to)));
  }

  private void accept(JsonNode event) {
    long time = DockerEvents.time(event);
    if (time <= floor || time <= newest - DISORDER || !remember(DockerEvents.Key.of(event))) {
      return;
    }
    newest = Math.max(newest, time);
    Optional<ContainerLifecycle> lifecycle;
    try {
      lifecycle = DockerEvents.read(event);
    } catch (RuntimeException e) {
      LOG.debug("An event of the engine cannot be understood: {}", e.toString());
      passedOver();
      return;
    }
    if (lifecycle.isPresent()) {
      deliver(() -> listener.event(lifecycle.get()));
    }
  }

  private boolean remember(DockerEvents.Key key) {
    if (!recent.add(key)) {
      return false;
    }
    if (recent.size() > REMEMBERED) {
      recent.remove(recent.iterator().next());
    }
    return true;
  }

  /** The library's message on what is no JSON quotes it. */
  private static String why(@Nullable Exception cause) {
    return switch (cause) {
      case null -> "";
      case JsonProcessingException e -> ": what came is no JSON";
      case IOException e -> ": " + e.getMessage();
      case Exception e -> ": " + e.getClass().getSimpleName();
    };
  }

  private void lost(@Nullable Exception cause) {
    tellUnreadable();
    if (!isOpen()) {
      return;
    }
    EngineException why =
        cause instanceof EngineException known
            ? known
            : new EngineException.Unavailable(
                "The engine's events ended" + why(cause) + "; they are opened again", cause);
    if (connected) {
      connected = false;
      LOG.warn("{}", why.getMessage());
      deliver(() -> listener.disconnected(why));
    }
  }
}
