package io.leukocyte.deploy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What is logged as an error while this is open, with its trace; also by the classes of Kafka's
 * clients, of which the tests hear nothing else.
 */
final class LoggedErrors implements AutoCloseable {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger root = logger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Logger clients = logger("org.apache.kafka.clients");
  private final @Nullable Level before = clients.getLevel();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
            String trace =
                event.getThrowableProxy() == null
                    ? ""
                    : ThrowableProxyUtil.asString(event.getThrowableProxy());
            lines.add(event.getLoggerName() + ": " + event.getFormattedMessage() + " " + trace);
          }
        }
      };

  LoggedErrors() {
    appender.start();
    root.addAppender(appender);
    clients.setLevel(Level.ERROR);
  }

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }

  List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    clients.setLevel(before);
    root.detachAppender(appender);
  }
}
