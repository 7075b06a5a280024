package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.Action.Step;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Outcome;
import io.leukocyte.responder.ActionState.Phase;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people of alerts. Each webhook has a queue and a thread of its own, so that a slow one
 * holds up neither the others nor any action. What a crash leaves untold is told after the next
 * start.
 */
final class Notifier implements AutoCloseable {
  /** The most that wait for one webhook. */
  static final int MOST_WAITING = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

  private final Journal journal;
  private final Clock clock;
  private final Meters meters;
  private final Poster poster;
  private final Retries retries;
  private final Map<String, URI> addresses;
  private final Map<String, BlockingQueue<ActionId>> queues = new HashMap<>();
  private final Map<String, Thread> threads = new HashMap<>();
  private volatile boolean closed;

  /** Sends a document to an address. */
  interface Poster {
    /**
     * Posts JSON.
     *
     * @return the HTTP status
     * @throws IOException when there was no answer
     */
    int post(URI address, String json) throws IOException, InterruptedException;
  }

  /**
   * How often and how long a webhook is tried.
   *
   * @param attempts at most
   * @param first pause after the first attempt; each next one is twice as long
   * @param longest pause
   */
  record Retries(int attempts, Duration first, Duration longest) {
    /** Eight attempts over about two minutes. */
    static final Retries DEFAULT = new Retries(8, Duration.ofSeconds(1), Duration.ofSeconds(30));

    Duration pause(int attempt) {
      Duration doubled = first.multipliedBy(1L << Math.min(attempt - 1, 20));
      return doubled.compareTo(longest) < 0 ? doubled : longest;
    }
  }

  Notifier(
      Map<String, URI> addresses,
      Poster poster,
      Retries retries,
      Journal journal,
      Clock clock,
      Meters meters) {
    this.addresses = addresses;
    this.poster = poster;
    this.retries = retries;
    this.journal = journal;
    this.clock = clock;
    this.meters = meters;
  }

  /** Tells what is intended; returns at once. */
  void begin(ActionId id) {
    Optional<ActionState> found =
        journal.read(ledger -> ledger.find(id)).filter(s -> s.phase() == Phase.INTENDED);
    if (found.isEmpty() || !(found.get().response() instanceof Notify notify)) {
      return;
    }
    ActionState state = found.get();
    switch (notify.channel()) {
      case Notify.Channel.Log log -> {
        if (state.last().dryRun()) {
          close(state, Step.SKIPPED, new Outcome.Skipped("dry run: notify by our own log"));
        } else {
          log(state);
        }
      }
      case Notify.Channel.Webhook hook -> {
        if (state.last().dryRun()) {
          String what = "dry run: notify by the webhook " + hook.name();
          close(state, Step.SKIPPED, new Outcome.Skipped(what));
        } else {
          enqueue(state, hook.name());
        }
      }
    }
  }

  /** Gives up what was intended so long ago that it would mislead. */
  void giveUp(ActionId id) {
    journal
        .read(ledger -> ledger.find(id))
        .filter(s -> s.phase() == Phase.INTENDED)
        .ifPresent(s -> {
          String why = "interrupted before it was told, and too late by now";
          close(s, Step.FAILED, new Outcome.Failed(why));
        });
  }

  private void log(ActionState state) {
    Action action = state.last();
    String where = action.target() == null ? "the host" : "container " + name(action);
    LOG.warn(
        "Alert {}: rule '{}' matched in {}; policy '{}' at {}",
        action.alert(),
        action.rule(),
        where,
        action.policy(),
        action.source());
    close(state, Step.VERIFIED, new Outcome.Done("written to our own log"));
  }

  private static String name(Action action) {
    return action.target() == null
        ? ""
        : action.target().name() + " (" + action.target().id().brief() + ")";
  }

  private void enqueue(ActionState state, String webhook) {
    URI address = addresses.get(webhook);
    if (address == null) {
      String why = "there is no webhook '" + webhook + "'; set it in notify.webhooks";
      close(state, Step.FAILED, new Outcome.Failed(why));
      return;
    }
    if (!queue(webhook, address).offer(state.id())) {
      String why = MOST_WAITING + " notifications wait for the webhook " + webhook + " already";
      close(state, Step.FAILED, new Outcome.Failed(why));
    }
  }

  private synchronized BlockingQueue<ActionId> queue(String webhook, URI address) {
    return queues.computeIfAbsent(
        webhook,
        name -> {
          BlockingQueue<ActionId> queue = new ArrayBlockingQueue<>(MOST_WAITING);
          threads.put(
              name,
              Thread.ofVirtual().name("notify-" + name).start(() -> serve(queue, name, address)));
          return queue;
        });
  }

  private void serve(BlockingQueue<ActionId> queue, String webhook, URI address) {
    try {
      while (!closed) {
        ActionId id = queue.take();
        Optional<ActionState> state = journal.read(ledger -> ledger.find(id));
        if (state.isPresent() && state.get().phase() == Phase.INTENDED) {
          deliver(state.get(), webhook, address);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // what waits is told after the next start
    } catch (JournalException e) {
      LOG.error("No more notifications to the webhook {}: {}", webhook, e.getMessage());
    }
  }

  private void deliver(ActionState state, String webhook, URI address) throws InterruptedException {
    String document = state.alert() == null ? "{}" : state.alert();
    @Nullable String problem = "not tried";
    for (int attempt = 1; attempt <= retries.attempts(); attempt++) {
      problem = post(address, document);
      if (problem == null) {
        String detail = "the webhook " + webhook + " took it, attempt " + attempt;
        close(state, Step.VERIFIED, new Outcome.Done(detail));
        return;
      }
      if (problem.startsWith(REFUSED)) {
        break;
      }
      if (attempt < retries.attempts()) {
        Thread.sleep(retries.pause(attempt));
      }
    }
    String why = "the webhook " + webhook + " did not take it: " + problem;
    LOG.warn("Alert {} was not told: {}", state.last().alert(), why);
    close(state, Step.FAILED, new Outcome.Failed(why));
  }

  private static final String REFUSED = "it refuses with HTTP status ";

  /** Null when it was taken. The address is a secret and never in the text. */
  private @Nullable String post(URI address, String document) throws InterruptedException {
    try {
      int status = poster.post(address, document);
      if (status >= 200 && status < 300) {
        return null;
      }
      boolean passing = status >= 500 || status == 408 || status == 429;
      return (passing ? "it answers HTTP status " : REFUSED) + status;
    } catch (IOException e) {
      return "no answer (" + e.getClass().getSimpleName() + ")";
    }
  }

  private void close(ActionState state, Step step, Outcome outcome) {
    JournalStep next = state.next(Nanos.now(clock), step, outcome, Phase.CLOSED);
    journal.append(new JournalEntry.Steps(List.of(next)));
    meters.step(next.action());
  }

  @Override
  public void close() {
    closed = true;
    List<Thread> all;
    synchronized (this) {
      all = List.copyOf(threads.values());
    }
    all.forEach(Thread::interrupt);
    try {
      for (Thread thread : all) {
        thread.join(Duration.ofSeconds(2));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
