package io.leukocyte.responder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Order;
import io.leukocyte.events.OrderJson;
import io.leukocyte.events.OrderKeys;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderDeskTest {
  private static final OrderKeys KEYS = OrderKeys.parse("k:0123456789abcdef0123456789abcdef");
  private static final OrderKeys OTHERS = OrderKeys.parse("k:fedcba9876543210fedcba9876543210");
  private static final String HOST = TestAlerts.HOST.value();

  @TempDir Path folder;
  private Ward ward;
  private OrderDesk orders;
  private ContainerId web;
  private final List<String> buried = new ArrayList<>();
  private long offset;

  @BeforeEach
  void open() {
    ward = new Ward(folder);
    orders = desk(FleetSettings.Trust.HMAC, Optional.of(KEYS));
    web = ward.run("web");
  }

  @AfterEach
  void close() {
    orders.close();
    ward.close();
  }

  private OrderDesk desk(FleetSettings.Trust trust, Optional<OrderKeys> keys) {
    return new OrderDesk(
        TestAlerts.HOST,
        new FleetSettings(FleetSettings.Scope.LOCAL, trust, keys),
        ward.desk,
        ward.journal,
        (record, reason) -> buried.add(reason),
        new Meters(ward.registry, ward.clock),
        ward.clock);
  }

  private Order order(String host, Order.Kind kind, String what) {
    return order(host, kind, what, ward.clock.nanos());
  }

  private static Order order(String host, Order.Kind kind, String what, long created) {
    return new Order(
        ActionId.of(UUID.randomUUID().toString()),
        host,
        kind,
        what,
        Optional.empty(),
        false,
        "alice",
        "a drill",
        created,
        created + Duration.ofMinutes(5).toNanos());
  }

  private void give(String key, byte[] document) {
    orders
        .order(
            new ConsumerRecord<>(Topic.COMMANDS.text(), 0, offset++, key.getBytes(UTF_8), document))
        .join();
  }

  private void give(Order order) {
    give(order.host(), OrderJson.write(order, KEYS));
  }

  private double counted(String result) {
    return ward.registry.find("leuko.responder.orders").tag("result", result).counters().stream()
        .mapToDouble(c -> c.count())
        .sum();
  }

  /** What was answered to orders, in order. */
  private List<String> answers() {
    return ward.steps().stream()
        .filter(a -> a.type().equals("order"))
        .map(a ->
            switch (a.outcome()) {
              case Outcome.Done o -> "done " + o.detail();
              case Outcome.Skipped o -> "skipped " + o.reason();
              case Outcome.Refused o -> "refused " + o.reason();
              case Outcome.Failed o -> "failed " + o.problem();
            })
        .toList();
  }

  @Test
  void aContainerIsQuarantinedAndReleasedByOrder() {
    give(order(HOST, Order.Kind.QUARANTINE, "web"));
    assertThat(ward.isClosed(web)).isTrue();
    give(order("*", Order.Kind.RELEASE, "web"));
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(answers()).hasSize(2).allMatch(a -> a.startsWith("done "));
    assertThat(ward.steps()).extracting(Action::operator).containsOnly("alice");
  }

  @Test
  void anAlertIsMarkedFalseByOrderOnTheHostThatActedOnIt() {
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n  actions: [quarantine: {for: 15m}]\n"
            + "  guard: {mode: enforce}\n");
    String alert = ward.shell(web).id().value();
    give("*", OrderJson.write(order("*", Order.Kind.FALSE_ALERT, alert))); // not signed
    assertThat(ward.isClosed(web)).isTrue();
    give(order("*", Order.Kind.FALSE_ALERT, "0".repeat(32)));
    assertThat(counted("elsewhere")).isEqualTo(1);
    give(order("*", Order.Kind.FALSE_ALERT, alert));
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(answers()).last().isEqualTo("done false-alert " + alert + ": 1 taken back");
    ward.shell(web);
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void whatWaitsIsApprovedOrDeniedByOrderOfTheHostThatHasIt() {
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n  actions: [quarantine: {for: 15m}]\n"
            + "  guard: {mode: approve, cooldown: 0s}\n");
    ward.shell(web);
    give(order("*", Order.Kind.APPROVE, "elsewhere"));
    assertThat(ward.isClosed(web)).isFalse();
    give(order("*", Order.Kind.APPROVE, "web"));
    assertThat(ward.isClosed(web)).isTrue();
    ContainerId other = ward.run("api");
    ward.shell(other);
    give(order(HOST, Order.Kind.DENY, "api"));
    assertThat(ward.isClosed(other)).isFalse();
    assertThat(answers()).containsExactly("done approve web: 1 of 1", "done deny api: 1 of 1");
    give(order(HOST, Order.Kind.APPROVE, "api"));
    assertThat(answers().getLast()).startsWith("failed approve api: Nothing waits for an approval");
  }

  @Test
  void theSameOrderIsCarriedOutOnceAlsoAfterARestart() {
    Order order = order(HOST, Order.Kind.QUARANTINE, "web");
    give(order);
    ward.desk.release("web", "bob");
    give(order);
    assertThat(ward.isClosed(web)).isFalse();
    orders.close();
    ward = ward.restarted();
    orders = desk(FleetSettings.Trust.HMAC, Optional.of(KEYS));
    give(order);
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(counted("known")).isEqualTo(1);
    assertThat(answers()).hasSize(1);
  }

  @Test
  void unsignedForgedAndForeignOrdersAreRefusedCountedAndJournalled() {
    Order order = order(HOST, Order.Kind.QUARANTINE, "web");
    give(HOST, OrderJson.write(order));
    give(HOST, OrderJson.write(order, OTHERS));
    give(HOST, OrderJson.write(order("host-2", Order.Kind.QUARANTINE, "web"), KEYS));
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(counted("refused")).isEqualTo(3);
    assertThat(answers())
        .containsExactly(
            "refused quarantine web: it is not signed",
            "refused quarantine web: its signature is not of a key in commands.keys",
            "refused quarantine web: it is an order to another host, sent to this one");
    give(order);
    assertThat(ward.isClosed(web)).as("a forged copy does not use the order up").isTrue();
  }

  @Test
  void anOrderToAnotherHostInTheSamePartitionIsLeftAlone() {
    give(order("host-2", Order.Kind.QUARANTINE, "web"));
    assertThat(ward.steps()).isEmpty();
    assertThat(counted("foreign")).isEqualTo(1);
  }

  @Test
  void lateOrdersAndThoseFromTheFutureAreRefused() {
    long now = ward.clock.nanos();
    long minute = Duration.ofMinutes(1).toNanos();
    give(order(HOST, Order.Kind.STOP, "", now - 5 * minute));
    give(order(HOST, Order.Kind.STOP, "", now + minute));
    assertThat(ward.journal.read(Ledger::halt)).isEmpty();
    assertThat(answers())
        .containsExactly(
            "refused stop: it expired before it was read",
            "refused stop: it is from the future; set the clocks right");
    give(order(HOST, Order.Kind.STOP, "", now + minute / 2));
    assertThat(ward.journal.read(Ledger::halt)).isPresent();
  }

  @Test
  void withoutKeysNothingIsCarriedOutButByAccessControlEverythingIs() {
    orders.close();
    orders = desk(FleetSettings.Trust.HMAC, Optional.empty());
    give(order(HOST, Order.Kind.QUARANTINE, "web"));
    assertThat(answers())
        .containsExactly(
            "refused quarantine web: it cannot be checked: commands.keys is not set on this host");
    orders.close();
    orders = desk(FleetSettings.Trust.ACL, Optional.empty());
    Order order = order(HOST, Order.Kind.QUARANTINE, "web");
    give(HOST, OrderJson.write(order));
    assertThat(ward.isClosed(web)).isTrue();
  }

  @Test
  void anOrderToAllAboutNothingHereIsSilent() {
    give(order("*", Order.Kind.QUARANTINE, "elsewhere"));
    give(order("*", Order.Kind.RELEASE, "elsewhere"));
    assertThat(answers()).isEmpty();
    assertThat(counted("elsewhere")).isEqualTo(2);
    give(order(HOST, Order.Kind.QUARANTINE, "elsewhere"));
    assertThat(answers())
        .containsExactly(
            "failed quarantine elsewhere: there is no container 'elsewhere' on this host");
  }

  @Test
  void anEmergencyStopAndItsEndComeOverKafkaToo() {
    ward.policies(
        "- policy: p\n"
            + "  match: {tags: [shell]}\n"
            + "  actions: [pause: {}]\n"
            + "  guard: {mode: enforce}\n");
    ward.shell(web);
    long now = ward.clock.nanos();
    Order stop =
        new Order(
            ActionId.of("stop"),
            "*",
            Order.Kind.STOP,
            "",
            Optional.empty(),
            true,
            "alice",
            "a drill",
            now,
            now + 1_000_000_000);
    give(stop);
    assertThat(ward.facts(web).state()).as("taken back").isEqualTo("running");
    ward.shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("running");
    give(order("*", Order.Kind.RESUME, ""));
    ward.shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
    assertThat(answers()).hasSize(2).allMatch(a -> a.startsWith("done "));
  }

  @Test
  void whatCannotBeReadIsBuriedByWhomItIsFor() {
    give(HOST, "{".getBytes(UTF_8));
    give("*", "[]".getBytes(UTF_8));
    give("host-2", "{".getBytes(UTF_8));
    assertThat(buried).hasSize(2);
    assertThat(counted("unreadable")).isEqualTo(2);
    assertThat(counted("foreign")).isEqualTo(1);
  }

  @Test
  void aFloodOfForgeriesIsCountedButDoesNotFillTheJournal() {
    for (int i = 0; i < 500; i++) {
      give(HOST, OrderJson.write(order(HOST, Order.Kind.STOP, ""), OTHERS));
    }
    assertThat(counted("refused")).isEqualTo(500);
    assertThat(answers()).hasSize(OrderDesk.MOST_REFUSALS);
    ward.clock.advance(Duration.ofMinutes(1));
    give(HOST, OrderJson.write(order(HOST, Order.Kind.STOP, ""), OTHERS));
    assertThat(answers()).hasSize(OrderDesk.MOST_REFUSALS + 1);
  }
}
