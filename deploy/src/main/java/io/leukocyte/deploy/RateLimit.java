package io.leukocyte.deploy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * Lets the same message of the same logger pass so many times a minute; then says how many more
 * there were. The same is what has the same text before its arguments are filled in.
 */
public final class RateLimit extends TurboFilter {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MOST_MESSAGES = 1_000;
  private static final Marker SUMMARY = MarkerFactory.getMarker("leuko.suppressed");

  private final LongSupplier nanoTime;
  private final Map<Key, Window> windows =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Window> eldest) {
          return size() > MOST_MESSAGES;
        }
      };
  private int most = 30;
  private @Nullable Thread summaries;

  private record Key(String logger, String message) {}

  private static final class Window {
    private final Logger logger;
    private final Level level;
    private long start;
    private int passed;
    private int suppressed;

    Window(Logger logger, Level level, long start) {
      this.logger = logger;
      this.level = level;
      this.start = start;
    }
  }

  /** What was held back of one message. */
  private record Held(Logger logger, Level level, String message, int times) {
    void tell() {
      logger.log(
          SUMMARY,
          RateLimit.class.getName(),
          Level.toLocationAwareLoggerInteger(level),
          "… suppressed {} times within a minute: {}",
          new Object[] {times, message},
          null);
    }
  }

  /** Made by logback. */
  public RateLimit() {
    this(System::nanoTime);
  }

  RateLimit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Lines a minute of each message; set by logback. */
  public void setMost(int most) {
    this.most = most;
  }

  @Override
  public void start() {
    super.start();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> heldBack(true).forEach(Held::tell), "leuko-log-end"));
    summaries = Thread.ofVirtual().name("leuko-log-summaries").start(this::tellEachMinute);
  }

  @Override
  public void stop() {
    super.stop();
    if (summaries != null) {
      summaries.interrupt();
    }
  }

  private void tellEachMinute() {
    try {
      while (isStarted()) {
        Thread.sleep(WINDOW);
        heldBack(false).forEach(Held::tell);
      }
    } catch (InterruptedException e) {
      // Stopped.
    }
  }

  /** What was held back in windows that have ended, or in all. */
  private synchronized List<Held> heldBack(boolean all) {
    List<Held> held = new ArrayList<>();
    windows.forEach((key, window) -> {
      if (window.suppressed > 0 && (all || hasEnded(window))) {
        held.add(new Held(window.logger, window.level, key.message(), window.suppressed));
        window.suppressed = 0;
      }
    });
    return held;
  }

  private boolean hasEnded(Window window) {
    return nanoTime.getAsLong() - window.start >= WINDOW.toNanos();
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String message,
      Object @Nullable [] arguments,
      @Nullable Throwable thrown) {
    if (message == null
        || SUMMARY.equals(marker)
        || !level.isGreaterOrEqual(logger.getEffectiveLevel())) {
      return FilterReply.NEUTRAL;
    }
    Held before = null;
    boolean passes;
    synchronized (this) {
      Window window =
          windows.computeIfAbsent(
              key(logger, message, arguments),
              k -> new Window(logger, level, nanoTime.getAsLong()));
      if (hasEnded(window)) {
        if (window.suppressed > 0) {
          before = new Held(logger, level, message, window.suppressed);
        }
        window.start = nanoTime.getAsLong();
        window.passed = 0;
        window.suppressed = 0;
      }
      passes = window.passed < most;
      if (passes) {
        window.passed++;
      } else {
        window.suppressed++;
      }
    }
    if (before != null) {
      before.tell();
    }
    return passes ? FilterReply.NEUTRAL : FilterReply.DENY;
  }

  /** A message that is all argument is another each time. */
  private static Key key(Logger logger, String message, Object @Nullable [] arguments) {
    if (message.equals("{}") && arguments != null && arguments.length > 0) {
      return new Key(logger.getName(), String.valueOf(arguments[0]));
    }
    return new Key(logger.getName(), message);
  }
}
