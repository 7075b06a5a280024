package io.leukocyte.responder;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.jspecify.annotations.Nullable;

/**
 * Cuts off connections that bring no whole request in time, however busily they bring it in pieces,
 * or do not take their answer; and the longest silent one where there are too many. Thread-safe.
 */
final class LateClients implements Connection.Listener, AutoCloseable {
  private static final Duration LOOK_EACH = Duration.ofMillis(250);

  private final long nanos;
  private final int most;
  private final Thread watch = Thread.ofVirtual().name("responder-web-watch").unstarted(this::look);

  /** Until when each is waited for, {@link System#nanoTime}; who waited longest is first. */
  private final Map<Connection, Long> due = new LinkedHashMap<>();

  LateClients(Duration time, int most) {
    this.nanos = time.toNanos();
    this.most = most;
  }

  void start() {
    watch.start();
  }

  @Override
  public void onOpened(Connection connection) {
    if (!(connection instanceof SslConnection)) { // what is inside of it counts
      renew(connection);
    }
  }

  @Override
  public void onClosed(Connection connection) {
    working(connection);
  }

  /** It gave a request whole, and the answer is our turn. */
  synchronized void working(Connection connection) {
    due.remove(connection);
  }

  /** From now on it is waited for again. */
  void renew(Connection connection) {
    @Nullable Connection oldest = null;
    synchronized (this) {
      due.remove(connection);
      if (connection.getEndPoint().isOpen()) {
        due.put(connection, System.nanoTime() + nanos);
      }
      if (due.size() > most) {
        Iterator<Connection> all = due.keySet().iterator();
        oldest = all.next();
        all.remove();
      }
    }
    if (oldest != null) {
      oldest.getEndPoint().close();
    }
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(LOOK_EACH);
        cutOffLate(System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void cutOffLate(long now) {
    @Nullable Connection late = late(now);
    while (late != null) {
      late.getEndPoint().close();
      late = late(now);
    }
  }

  private synchronized @Nullable Connection late(long now) {
    Iterator<Map.Entry<Connection, Long>> all = due.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Connection, Long> one = all.next();
      if (one.getValue() - now < 0) {
        all.remove();
        return one.getKey();
      }
    }
    return null;
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
