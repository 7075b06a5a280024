package io.leukocyte.analyzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.Alert;
import io.leukocyte.events.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two analyzers share hosts, each keeps the other's state warm, and hosts move between them in the
 * middle of windows. Afterwards the committed alerts and incidents are those of one replay.
 *
 * <p>The system property {@code leuko.moves} makes it longer: so many moves, chosen at random.
 */
class AnalyzerPairIT {
  private static final int PARTITIONS = 4;
  private static final int HOSTS = 8;
  private static final int BATCHES_A_MOVE = 1_200;
  private static final Duration PAUSE = Duration.ofMillis(4);
  private static final Duration SESSION = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** How hosts come to move. */
  private enum Move {
    /** A second analyzer comes. */
    JOIN,
    /** One is killed and comes again. */
    KILL,
    /** One is killed and comes again without its folder. */
    KILL_AND_WIPE,
    /** One is stopped until the other has all, and wakes up in a transaction long given up. */
    FREEZE,
    /** One ends in order and comes again. */
    RESTART
  }

  @TempDir Path folder;

  private final Process[] analyzers = new Process[2];
  private int folders;

  @Test
  void hostsThatMoveBetweenAnalyzersRaiseEachAlertExactlyOnce() throws Exception {
    List<Move> moves = moves(Integer.getInteger("leuko.moves", 0));
    TestHistory history =
        TestHistory.random(7 + moves.size(), HOSTS, BATCHES_A_MOVE * moves.size());
    Findings expected = new Findings(TestEvents.SHELL_RULES);
    int[] alertsAtHalf = replay(history, expected, moves.size());
    assertThat(expected.alerts)
        .extracting(alert -> alert.rule().name())
        .contains(TestEvents.SHELL_RULE, "Unexpected egress volume", "Events lost");

    try (TestBroker broker = TestBroker.start(folder.resolve("kafka"), PARTITIONS)) {
      Published published = new Published(broker, PARTITIONS);
      Feed feed = new Feed(broker, history, PAUSE);
      try {
        start(broker, 0, "0");
        for (int i = 0; i < moves.size(); i++) {
          feed.allow(BATCHES_A_MOVE);
          published.awaitAlerts(alertsAtHalf[i]);
          make(moves.get(i), i % 2, broker);
        }
        feed.await();
        List<Alert> alerts = published.alertsWhenThereAre(expected.alerts.size());
        assertThat(Published.ids(alerts)).doesNotHaveDuplicates();
        assertThat(Published.byHost(alerts)).isEqualTo(Published.byHost(expected.alerts));
        assertThat(Published.byId(published.incidents()))
            .isEqualTo(Published.byId(expected.incidents));
      } finally {
        end();
      }
    }
  }

  /** The short form, each way once; or so many at random. */
  private static List<Move> moves(int count) {
    List<Move> moves = new ArrayList<>(List.of(Move.JOIN));
    if (count == 0) {
      moves.addAll(List.of(Move.KILL, Move.FREEZE, Move.RESTART, Move.KILL_AND_WIPE));
      return moves;
    }
    List<Move> all = List.of(Move.KILL, Move.KILL_AND_WIPE, Move.FREEZE, Move.RESTART);
    Random random = new Random(count);
    while (moves.size() < count) {
      moves.add(all.get(random.nextInt(all.size())));
    }
    return moves;
  }

  /** Takes the history; returns how many alerts there are when half of each move's was sent. */
  private static int[] replay(TestHistory history, Findings expected, int moves) {
    int[] atHalf = new int[moves];
    for (int i = 0; i < history.batches().size(); i++) {
      if (i % BATCHES_A_MOVE == BATCHES_A_MOVE / 2) {
        atHalf[i / BATCHES_A_MOVE] = expected.alerts.size();
      }
      expected.take(history.batches().get(i).value());
    }
    return atHalf;
  }

  private void start(TestBroker broker, int which, String name) throws IOException {
    analyzers[which] = AnalyzerProcess.start(broker.port(), folder, name, 1, SESSION);
  }

  private void make(Move move, int which, TestBroker broker) throws Exception {
    switch (move) {
      case JOIN -> {
        start(broker, 1, "1");
        awaitShares(broker, 2);
      }
      case KILL -> {
        analyzers[which].destroyForcibly().waitFor();
        start(broker, which, "" + which);
      }
      case KILL_AND_WIPE -> {
        analyzers[which].destroyForcibly().waitFor();
        start(broker, which, "wiped-" + folders++);
      }
      case FREEZE -> {
        awaitShares(broker, 2);
        signal("STOP", analyzers[which]);
        awaitShares(broker, 1);
        signal("CONT", analyzers[which]);
      }
      case RESTART -> {
        analyzers[which].destroy();
        assertThat(analyzers[which].waitFor()).isEqualTo(143);
        start(broker, which, "" + which);
      }
    }
  }

  private static void signal(String signal, Process process) throws Exception {
    String pid = Long.toString(process.pid());
    assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();
  }

  /** Waits until all partitions are had by so many analyzers, each with some. */
  private static void awaitShares(TestBroker broker, int analyzers) {
    try (Admin admin = Admin.create(broker.client())) {
      await()
          .pollInterval(Duration.ofMillis(100))
          .atMost(PATIENCE)
          .until(() -> {
            List<Integer> shares =
                admin
                    .describeConsumerGroups(List.of("leuko-analyzer"))
                    .all()
                    .get()
                    .values()
                    .stream()
                    .flatMap(group -> group.members().stream())
                    .map(AnalyzerPairIT::partitionsOf)
                    .toList();
            return shares.size() == analyzers
                && shares.stream().allMatch(share -> share > 0)
                && shares.stream().mapToInt(Integer::intValue).sum() == PARTITIONS;
          });
    }
  }

  private static int partitionsOf(MemberDescription member) {
    return (int)
        member.assignment().topicPartitions().stream()
            .map(TopicPartition::topic)
            .filter(Topic.EVENTS.text()::equals)
            .count();
  }

  private void end() throws InterruptedException {
    for (Process analyzer : analyzers) {
      if (analyzer != null) {
        analyzer.destroyForcibly().waitFor();
      }
    }
  }
}
