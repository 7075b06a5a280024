package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Order;
import io.leukocyte.events.OrderJson;
import io.leukocyte.events.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out orders that come over Kafka: those to this host or to all, that somebody vouches for,
 * within their time, once. What becomes of an order is journalled, and so published.
 */
final class OrderDesk implements OrderFeed.Listener, AutoCloseable {
  /** How far the clocks of who gives an order and of this host may be apart. */
  static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

  /** More refusals in a minute are counted, but not journalled: anybody may send rubbish. */
  static final int MOST_REFUSALS = 60;

  private static final Logger LOG = LoggerFactory.getLogger(OrderDesk.class);
  private static final CompletableFuture<?> DONE = CompletableFuture.completedFuture(null);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final HostId host;
  private final FleetSettings settings;
  private final Desk desk;
  private final Journal journal;
  private final Inbox.Burial burial;
  private final Meters meters;
  private final Clock clock;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("responder-orders-work").factory());
  private long minute;
  private int refusals;

  OrderDesk(
      HostId host,
      FleetSettings settings,
      Desk desk,
      Journal journal,
      Inbox.Burial burial,
      Meters meters,
      Clock clock) {
    this.host = host;
    this.settings = settings;
    this.desk = desk;
    this.journal = journal;
    this.burial = burial;
    this.meters = meters;
    this.clock = clock;
  }

  /** An emergency stop and its end at once, whatever is being done; the rest in order. */
  @Override
  public CompletableFuture<?> order(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    try {
      OrderJson.Signed signed = OrderJson.read(value == null ? new byte[0] : value);
      if (isOurs(signed.order(), record.key())) {
        return take(signed);
      }
      meters.order("any", "foreign");
    } catch (MalformedJsonException e) {
      unreadable(record, String.valueOf(e.getMessage()));
    }
    return DONE;
  }

  private void unreadable(ConsumerRecord<byte[], byte[]> record, String reason) {
    if (isKeyOfOurs(record.key())) {
      meters.order("any", "unreadable");
      burial.bury(record, reason);
    } else {
      meters.order("any", "foreign");
    }
  }

  /** A partition is shared with other hosts; what is sent under our key is for us to refuse. */
  private boolean isOurs(Order order, byte @Nullable [] key) {
    return order.host().equals(Order.EVERYWHERE)
        || order.host().equals(host.value())
        || (key != null && new String(key, StandardCharsets.UTF_8).equals(host.value()));
  }

  private boolean isKeyOfOurs(byte @Nullable [] key) {
    String text = key == null ? "" : new String(key, StandardCharsets.UTF_8);
    return text.isEmpty() || text.equals(Order.EVERYWHERE) || text.equals(host.value());
  }

  private CompletableFuture<?> take(OrderJson.Signed signed) {
    Order order = signed.order();
    Optional<String> distrust = distrust(signed);
    Optional<String> untimely = untimely(order);
    if (distrust.isPresent()) {
      refuse(order, distrust.get(), false);
    } else if (journal.read(ledger -> ledger.knows(order.id()))) {
      meters.order(order.kind().text(), "known");
    } else if (untimely.isPresent()) {
      refuse(order, untimely.get(), true);
    } else {
      return begin(order);
    }
    return DONE;
  }

  private CompletableFuture<?> begin(Order order) {
    return switch (order.kind()) {
      case STOP -> {
        Answer stopped = desk.emergency().stop(own(order, "stop"), order.author(), order.reason());
        if (order.undo()) {
          yield inTurn(order);
        }
        carriedOut(order, Optional.of(outcome(order, stopped)));
        yield DONE;
      }
      case RESUME -> {
        Answer resumed = desk.emergency().resume(own(order, "resume"), order.author());
        carriedOut(order, Optional.of(outcome(order, resumed)));
        yield DONE;
      }
      case RELEASE, RELEASE_ALL, APPROVE, DENY, QUARANTINE, PAUSE, KILL, WAF, FALSE_ALERT ->
          inTurn(order);
    };
  }

  /** One after the other: a release must not overtake what it releases. */
  private CompletableFuture<?> inTurn(Order order) {
    return CompletableFuture.runAsync(() -> carryOut(order), worker)
        .whenComplete((nothing, problem) -> {
          if (problem != null) {
            LOG.error(
                "The order {} {} ended early and is taken up after the next start: {}",
                order.kind().text(),
                order.id(),
                problem.getMessage());
          }
        });
  }

  private Optional<String> distrust(OrderJson.Signed signed) {
    Order order = signed.order();
    if (!order.host().equals(Order.EVERYWHERE) && !order.host().equals(host.value())) {
      return Optional.of("it is an order to another host, sent to this one");
    }
    return switch (settings.trust()) {
      case ACL -> Optional.empty();
      case HMAC -> badSignature(signed);
    };
  }

  private Optional<String> badSignature(OrderJson.Signed signed) {
    if (settings.keys().isEmpty()) {
      return Optional.of("it cannot be checked: commands.keys is not set on this host");
    }
    if (signed.signature() == null || signed.key() == null) {
      return Optional.of("it is not signed");
    }
    return signed.isSignedBy(settings.keys().get())
        ? Optional.empty()
        : Optional.of("its signature is not of a key in commands.keys");
  }

  private Optional<String> untimely(Order order) {
    long now = Nanos.now(clock);
    if (now >= order.expires()) {
      return Optional.of("it expired before it was read");
    }
    return order.created() - now > CLOCK_SKEW.toNanos()
        ? Optional.of("it is from the future; set the clocks right")
        : Optional.empty();
  }

  private void refuse(Order order, String reason, boolean remembered) {
    meters.order(order.kind().text(), "refused");
    LOG.warn(
        "The order {} {} of {} is refused: {}",
        order.kind().text(),
        order.id(),
        order.author(),
        reason);
    long now = clock.millis() / MINUTE.toMillis();
    refusals = now == minute ? refusals + 1 : 1;
    minute = now;
    if (refusals <= MOST_REFUSALS) {
      answer(order, new Outcome.Refused(described(order) + ": " + reason), remembered);
    }
  }

  private void carryOut(Order order) {
    if (journal.read(ledger -> ledger.knows(order.id()))) {
      return; // read again meanwhile
    }
    Optional<Outcome> outcome;
    try {
      outcome = done(order);
    } catch (OrderException e) {
      outcome = Optional.of(new Outcome.Failed(described(order) + ": " + e.getMessage()));
    }
    carriedOut(order, outcome);
  }

  private void carriedOut(Order order, Optional<Outcome> outcome) {
    if (outcome.isPresent()) {
      boolean fine = outcome.get() instanceof Outcome.Done;
      meters.order(order.kind().text(), fine ? "done" : "failed");
      LOG.info(
          "The order {} {} of {}: {}",
          order.kind().text(),
          order.id(),
          order.author(),
          outcome.get());
      answer(order, outcome.get(), true);
    } else {
      meters.order(order.kind().text(), "elsewhere");
      journal.append(new JournalEntry.Ordered(order.id(), order.expires()));
    }
  }

  /** What came of it; empty when an order to all is about nothing on this host. */
  private Optional<Outcome> done(Order order) {
    return switch (order.kind()) {
      case STOP, RELEASE_ALL -> Optional.of(released(order, desk.releaseAll(order.author())));
      case RESUME -> Optional.empty();
      case RELEASE ->
          ifHere(order, () -> released(order, desk.release(order.what(), order.author())));
      case APPROVE ->
          ifHere(order, () -> decided(order, desk.approve(order.what(), order.author())));
      case DENY ->
          ifHere(
              order, () -> decided(order, desk.deny(order.what(), order.author(), order.reason())));
      case FALSE_ALERT ->
          ifHere(
              order,
              () -> released(order, desk.markFalse(order.what(), order.author(), order.reason())));
      case QUARANTINE -> contain(order, new Containment.Quarantine(order.length()));
      case PAUSE -> contain(order, new Containment.Pause(order.length()));
      case KILL -> contain(order, new Containment.Kill(order.length()));
      case WAF -> contain(order, new Containment.Waf(order.length()));
    };
  }

  private Optional<Outcome> contain(Order order, Containment what) {
    Optional<Answer> answer =
        desk.byHand()
            .contain(own(order, "contain"), what, order.what(), order.author(), order.reason());
    if (answer.isEmpty() && !order.host().equals(Order.EVERYWHERE)) {
      throw new OrderException("there is no container '" + order.what() + "' on this host");
    }
    return answer.map(a -> outcome(order, a));
  }

  /** An order to all of which nothing is here is no failure of this host. */
  private static Optional<Outcome> ifHere(Order order, Supplier<Outcome> work) {
    try {
      return Optional.of(work.get());
    } catch (OrderException e) {
      if (order.host().equals(Order.EVERYWHERE)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private ActionId own(Order order, String part) {
    return ActionId.of(part, order.id().value(), host.value());
  }

  private static Outcome outcome(Order order, Answer answer) {
    String text = described(order) + ": " + answer.detail();
    return answer.done() ? new Outcome.Done(text) : new Outcome.Failed(text);
  }

  private static Outcome released(Order order, List<Released> released) {
    List<Released> left = released.stream().filter(r -> !r.released()).toList();
    String text = described(order) + ": " + (released.size() - left.size()) + " taken back";
    return left.isEmpty()
        ? new Outcome.Done(text)
        : new Outcome.Failed(
            "%s, %d not, such as %s: %s"
                .formatted(text, left.size(), left.getFirst().type(), left.getFirst().detail()));
  }

  private static Outcome decided(Order order, List<Decided> decided) {
    List<Decided> left = decided.stream().filter(d -> !d.done()).toList();
    String text =
        "%s: %d of %d".formatted(described(order), decided.size() - left.size(), decided.size());
    return left.isEmpty()
        ? new Outcome.Done(text)
        : new Outcome.Failed(
            "%s; %s: %s".formatted(text, left.getFirst().type(), left.getFirst().detail()));
  }

  private static String described(Order order) {
    return (order.kind().text() + " " + order.what()).strip();
  }

  private void answer(Order order, Outcome outcome, boolean remembered) {
    Action.Step step =
        switch (outcome) {
          case Outcome.Done o -> Action.Step.VERIFIED;
          case Outcome.Skipped o -> Action.Step.SKIPPED;
          case Outcome.Refused o -> Action.Step.REFUSED;
          case Outcome.Failed o -> Action.Step.FAILED;
        };
    Action action =
        new Action(
            order.answerOf(host),
            step,
            0,
            Nanos.now(clock),
            host,
            "order",
            null,
            outcome,
            null,
            null,
            null,
            null,
            order.author(),
            0,
            false);
    journal.append(
        new JournalEntry.Answered(action, remembered ? order.id() : null, order.expires()));
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
