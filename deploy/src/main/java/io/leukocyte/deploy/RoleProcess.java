package io.leukocyte.deploy;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps components running until the process is told to end, then closes them in order. */
final class RoleProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final List<Component> components = new ArrayList<>();
  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::endInOrder, "leuko-end");

  /** A process that runs nothing yet, and closes in order on Ctrl-C and SIGTERM from now on. */
  RoleProcess() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Where the components count. */
  PrometheusMeterRegistry metrics() {
    return metrics;
  }

  /** Takes a component in: its checks become part of health. It is closed before earlier ones. */
  <C extends Component> C add(C component) {
    components.addFirst(component);
    return component;
  }

  /** Starts a component and waits, as long as there is patience, until all its checks are well. */
  void start(Component component, Duration patience) throws InterruptedException {
    component.start();
    long end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < end && !isTold()) {
      if (component.check().stream().allMatch(r -> r instanceof CheckResult.Ok)) {
        return;
      }
      told.await(100, TimeUnit.MILLISECONDS);
    }
  }

  /** What all components found, the one that was added first first. */
  List<CheckResult> checks() {
    List<CheckResult> all = new ArrayList<>();
    components.reversed().forEach(c -> all.addAll(c.check()));
    return all;
  }

  /** Whether the process was told to end. */
  boolean isTold() {
    return told.getCount() == 0;
  }

  /** Waits until the process is told to end. */
  void await() throws InterruptedException {
    told.await();
  }

  /** Waits until the process is told to end; whether it was. */
  boolean await(Duration time) throws InterruptedException {
    return told.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The JVM is told to end: lets the main thread close everything before it does. */
  private void endInOrder() {
    told.countDown();
    try {
      if (!closed.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println("Not everything ended within " + PATIENCE.toSeconds() + " s.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes the components, if nobody did, and lets the JVM end. */
  @Override
  public void close() {
    end();
  }

  /** Closes the components, the last one added first, whatever some of them throw. */
  void end() {
    try {
      RuntimeException first = null;
      for (Component component : components) {
        try {
          component.close();
        } catch (RuntimeException e) {
          if (first == null) {
            first = e;
          } else {
            first.addSuppressed(e);
          }
        }
      }
      if (first != null) {
        throw first;
      }
    } finally {
      closed.countDown();
      removeHook();
    }
  }

  private void removeHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending already: the hook waits for nothing any more.
    }
  }
}
