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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people of alerts. Each channel has a queue and a thread of its own, so that a slow one
 * holds up neither the others nor any action. What a crash leaves untold is told after the next
 * start.
 */
final class Notifier implements AutoCloseable {
  /** The most that wait for one channel. */
  static final int MOST_WAITING = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

  private final Journal journal;
  private final Clock clock;
  private final Meters meters;
  private final Retries retries;
  private final Map<Notify.Channel, Teller> tellers;
  private final Map<Notify.Channel, BlockingQueue<ActionId>> queues = new HashMap<>();
  private final List<Thread> threads = new ArrayList<>();
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
   * How often and how long a channel is tried.
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
      Map<Notify.Channel, Teller> tellers,
      Retries retries,
      Journal journal,
      Clock clock,
      Meters meters) {
    this.tellers = Map.copyOf(tellers);
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
    Notify.Channel channel = notify.channel();
    if (state.last().dryRun()) {
      String what = "dry run: notify by " + channel.description();
      close(state, Step.SKIPPED, new Outcome.Skipped(what));
    } else if (channel instanceof Notify.Channel.Log) {
      log(state);
    } else {
      enqueue(state, channel);
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

  private void enqueue(ActionState state, Notify.Channel channel) {
    Teller teller = tellers.get(channel);
    if (teller == null) {
      String why = channel.description() + " is not among the settings notify.*; set it there";
      close(state, Step.FAILED, new Outcome.Failed(why));
      return;
    }
    if (!queue(channel, teller).offer(state.id())) {
      String why = MOST_WAITING + " notifications wait for " + channel.description() + " already";
      close(state, Step.FAILED, new Outcome.Failed(why));
    }
  }

  private synchronized BlockingQueue<ActionId> queue(Notify.Channel channel, Teller teller) {
    return queues.computeIfAbsent(
        channel,
        c -> {
          BlockingQueue<ActionId> queue = new ArrayBlockingQueue<>(MOST_WAITING);
          threads.add(
              Thread.ofVirtual()
                  .name("notify-" + channel.description())
                  .start(() -> serve(queue, channel, teller)));
          return queue;
        });
  }

  private void serve(BlockingQueue<ActionId> queue, Notify.Channel channel, Teller teller) {
    try {
      while (!closed) {
        ActionId id = queue.take();
        Optional<ActionState> state = journal.read(ledger -> ledger.find(id));
        if (state.isPresent() && state.get().phase() == Phase.INTENDED) {
          deliver(state.get(), channel, teller);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // what waits is told after the next start
    } catch (JournalException e) {
      LOG.error("No more notifications to {}: {}", channel.description(), e.getMessage());
    }
  }

  private void deliver(ActionState state, Notify.Channel channel, Teller teller)
      throws InterruptedException {
    String document = state.alert() == null ? "{}" : state.alert();
    Teller.Message message = new Teller.Message(state.last(), document);
    String problem = "not tried";
    for (int attempt = 1; attempt <= retries.attempts(); attempt++) {
      switch (tell(teller, message)) {
        case Teller.Told.Taken taken -> {
          String detail = channel.description() + " took it, attempt " + attempt;
          close(state, Step.VERIFIED, new Outcome.Done(detail));
          return;
        }
        case Teller.Told.NotNow not -> problem = not.problem();
        case Teller.Told.Never never -> {
          notTold(state, channel, never.problem());
          return;
        }
      }
      if (attempt < retries.attempts()) {
        Thread.sleep(retries.pause(attempt));
      }
    }
    notTold(state, channel, problem);
  }

  /** What nobody foresaw ends one attempt, and not the channel. */
  private static Teller.Told tell(Teller teller, Teller.Message message)
      throws InterruptedException {
    try {
      return teller.tell(message);
    } catch (RuntimeException e) {
      return new Teller.Told.NotNow("it fails (" + e.getClass().getSimpleName() + ")");
    }
  }

  private void notTold(ActionState state, Notify.Channel channel, String problem) {
    String why = channel.description() + " did not take it: " + problem;
    LOG.warn("Alert {} was not told: {}", state.last().alert(), why);
    close(state, Step.FAILED, new Outcome.Failed(why));
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
      all = List.copyOf(threads);
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
