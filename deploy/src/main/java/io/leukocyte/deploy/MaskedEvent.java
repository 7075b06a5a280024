package io.leukocyte.deploy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggerContextVO;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;

/**
 * A line of our own log with {@link LogSecrets} masked in its text and in its exceptions' texts.
 */
@SuppressWarnings("NullAway") // logback's interface does not say what may be null
final class MaskedEvent implements ILoggingEvent {
  private final ILoggingEvent event;
  private final String text;
  private final @Nullable IThrowableProxy thrown;

  MaskedEvent(ILoggingEvent event) {
    this.event = event;
    this.text = LogSecrets.mask(String.valueOf(event.getFormattedMessage()));
    this.thrown = masked(event.getThrowableProxy());
  }

  private static @Nullable IThrowableProxy masked(@Nullable IThrowableProxy thrown) {
    return thrown == null ? null : new MaskedThrowable(thrown);
  }

  @Override
  public String getFormattedMessage() {
    return text;
  }

  @Override
  public String getMessage() {
    return text;
  }

  @Override
  public Object[] getArgumentArray() {
    return new Object[0];
  }

  @Override
  public IThrowableProxy getThrowableProxy() {
    return thrown;
  }

  @Override
  public String getThreadName() {
    return event.getThreadName();
  }

  @Override
  public Level getLevel() {
    return event.getLevel();
  }

  @Override
  public String getLoggerName() {
    return event.getLoggerName();
  }

  @Override
  public LoggerContextVO getLoggerContextVO() {
    return event.getLoggerContextVO();
  }

  @Override
  public StackTraceElement[] getCallerData() {
    return event.getCallerData();
  }

  @Override
  public boolean hasCallerData() {
    return event.hasCallerData();
  }

  @Override
  public List<Marker> getMarkerList() {
    return event.getMarkerList();
  }

  @Override
  public Map<String, String> getMDCPropertyMap() {
    return Map.of();
  }

  @Override
  @Deprecated
  @SuppressWarnings("InlineMeSuggester") // the interface still asks for it
  public Map<String, String> getMdc() {
    return Map.of();
  }

  @Override
  public long getTimeStamp() {
    return event.getTimeStamp();
  }

  @Override
  public int getNanoseconds() {
    return event.getNanoseconds();
  }

  @Override
  public Instant getInstant() {
    return event.getInstant();
  }

  @Override
  public long getSequenceNumber() {
    return event.getSequenceNumber();
  }

  @Override
  public List<KeyValuePair> getKeyValuePairs() {
    return List.of();
  }

  @Override
  public void prepareForDeferredProcessing() {
    event.prepareForDeferredProcessing();
  }

  /** An exception whose text is masked, with its causes. */
  private record MaskedThrowable(IThrowableProxy thrown) implements IThrowableProxy {
    @Override
    public String getMessage() {
      return thrown.getMessage() == null ? null : LogSecrets.mask(thrown.getMessage());
    }

    @Override
    public String getOverridingMessage() {
      String overriding = thrown.getOverridingMessage();
      return overriding == null ? null : LogSecrets.mask(overriding);
    }

    @Override
    public String getClassName() {
      return thrown.getClassName();
    }

    @Override
    public StackTraceElementProxy[] getStackTraceElementProxyArray() {
      return thrown.getStackTraceElementProxyArray();
    }

    @Override
    public int getCommonFrames() {
      return thrown.getCommonFrames();
    }

    @Override
    public IThrowableProxy getCause() {
      return masked(thrown.getCause());
    }

    @Override
    public IThrowableProxy[] getSuppressed() {
      IThrowableProxy[] suppressed = thrown.getSuppressed();
      IThrowableProxy[] masked = new IThrowableProxy[suppressed == null ? 0 : suppressed.length];
      for (int i = 0; i < masked.length; i++) {
        masked[i] = masked(suppressed[i]);
      }
      return masked;
    }

    @Override
    public boolean isCyclic() {
      return thrown.isCyclic();
    }
  }
}
