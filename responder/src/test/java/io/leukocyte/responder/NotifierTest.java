package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifierTest {
  private static final Notifier.Retries QUICK =
      new Notifier.Retries(4, Duration.ofMillis(1), Duration.ofMillis(3));

  @TempDir Path folder;
  private final MutableClock clock = new MutableClock();
  private final List<String> received = Collections.synchronizedList(new ArrayList<>());
  private Journal journal;
  private HttpServer server;
  private volatile IntSupplier status = () -> 200;

  @BeforeEach
  void open() throws IOException {
    journal = new Journal(folder.resolve("journal"), clock, () -> {});
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          received.add(exchange.getRequestHeaders().getFirst("Content-Type") + " " + body);
          exchange.sendResponseHeaders(status.getAsInt(), -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    journal.close();
  }

  private Notifier notifier(Notifier.Poster poster) {
    URI hook =
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook?token=s3cret");
    return new Notifier(
        Tellers.ofWebhooks(Map.of("ops", hook), poster),
        QUICK,
        journal,
        clock,
        new Meters(new SimpleMeterRegistry(), clock));
  }

  /** Journals a notification as the dispatcher does. */
  private ActionId intend(String webhook, String document) {
    ContainerId container = new ContainerId("ab".repeat(32));
    Alert alert = TestAlerts.shell(container, clock.nanos());
    ActionId id = ActionId.of(alert.id().value());
    Notify notify = new Notify(new Notify.Channel.Webhook(webhook));
    Action action =
        new Action(
            id,
            Action.Step.INTENDED,
            0,
            clock.nanos(),
            TestAlerts.HOST,
            "notify",
            alert.container(),
            new Outcome.Done("allowed"),
            alert.id(),
            alert.rule().name(),
            "p",
            "p.yaml:1",
            null,
            0,
            false);
    journal.append(
        new JournalEntry.Steps(
            List.of(new JournalStep(action, ActionState.Phase.INTENDED, notify, document))));
    return id;
  }

  private Action.Step last(ActionId id) {
    return journal.read(ledger -> ledger.find(id)).orElseThrow().last().step();
  }

  private Outcome outcome(ActionId id) {
    return journal.read(ledger -> ledger.find(id)).orElseThrow().last().outcome();
  }

  @Test
  void theAlertsDocumentIsPostedAsItWasRead() {
    Alert alert = TestAlerts.shell(new ContainerId("ab".repeat(32)), clock.nanos());
    String document = new String(AlertJson.write(alert), StandardCharsets.UTF_8);
    try (Notifier notifier = notifier(new HttpPoster())) {
      ActionId id = intend("ops", document);
      notifier.begin(id);
      await().until(() -> last(id) == Action.Step.VERIFIED);
      assertThat(received).containsExactly("application/json " + document);
    }
  }

  @Test
  void aWebhookThatFailsIsTriedAgain() {
    status = () -> received.size() < 3 ? 503 : 204;
    try (Notifier notifier = notifier(new HttpPoster())) {
      ActionId id = intend("ops", "{}");
      notifier.begin(id);
      await().until(() -> last(id) == Action.Step.VERIFIED);
      assertThat(outcome(id)).isEqualTo(new Outcome.Done("the webhook ops took it, attempt 3"));
    }
  }

  @Test
  void aWebhookThatRefusesIsNotTriedAgain() {
    status = () -> 403;
    try (Notifier notifier = notifier(new HttpPoster())) {
      ActionId id = intend("ops", "{}");
      notifier.begin(id);
      await().until(() -> last(id) == Action.Step.FAILED);
      assertThat(received).hasSize(1);
      assertThat(outcome(id).toString()).contains("403").doesNotContain("s3cret");
    }
  }

  @Test
  void aWebhookThatIsAwayIsGivenUpAfterTheLastAttemptAndItsAddressStaysSecret() {
    server.stop(0);
    try (Notifier notifier = notifier(new HttpPoster())) {
      ActionId id = intend("ops", "{}");
      notifier.begin(id);
      await().until(() -> last(id) == Action.Step.FAILED);
      assertThat(outcome(id).toString())
          .contains("no answer (ConnectException)")
          .doesNotContain("s3cret");
    }
  }

  @Test
  void aRedirectionIsNotFollowed() {
    status = () -> 302;
    try (Notifier notifier = notifier(new HttpPoster())) {
      ActionId id = intend("ops", "{}");
      notifier.begin(id);
      await().until(() -> last(id) == Action.Step.FAILED);
    }
  }

  @Test
  void aSlowWebhookHoldsNobodyUpAndTooManyWaitingAreCounted() {
    CountDownLatch answer = new CountDownLatch(1);
    try (Notifier notifier =
        notifier((address, json) -> {
          answer.await();
          return 200;
        })) {
      List<ActionId> all = new ArrayList<>();
      for (int i = 0; i < Notifier.MOST_WAITING + 2; i++) {
        all.add(intend("ops", "{}"));
      }
      all.forEach(notifier::begin);
      await().until(() -> all.stream().anyMatch(id -> last(id) == Action.Step.FAILED));
      assertThat(all).filteredOn(id -> last(id) == Action.Step.VERIFIED).isEmpty();
      answer.countDown();
      await()
          .untilAsserted(() ->
              assertThat(all)
                  .filteredOn(id -> last(id) == Action.Step.VERIFIED)
                  .hasSizeBetween(Notifier.MOST_WAITING, Notifier.MOST_WAITING + 1));
    }
  }

  @Test
  void whatACrashLeftUntoldIsToldAfterTheNextStart() {
    ActionId id = intend("ops", "{\"kept\":true}");
    journal.close();
    journal = new Journal(folder.resolve("journal"), clock, () -> {});
    try (Notifier notifier = notifier(new HttpPoster())) {
      notifier.begin(id);
      await().until(() -> last(id) == Action.Step.VERIFIED);
      assertThat(received).containsExactly("application/json {\"kept\":true}");
    }
  }

  @Test
  void pausesDoubleUpToTheLongest() {
    assertThat(Notifier.Retries.DEFAULT.pause(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(Notifier.Retries.DEFAULT.pause(4)).isEqualTo(Duration.ofSeconds(8));
    assertThat(Notifier.Retries.DEFAULT.pause(60)).isEqualTo(Duration.ofSeconds(30));
  }
}
