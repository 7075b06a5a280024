package io.leukocyte.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.ProfileOrder;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProfileTest {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);
  private static final long NOON = 1_767_268_800_000_000_000L;
  private static final Profile.Key KEY = new Profile.Key("Web", "example/web");
  private static final RuleSet RULES =
      RuleSet.load(
              List.of(
                  new RuleFile(
                      "b.yaml",
                      """
                      - baseline: Web
                        desc: d
                        condition: container.image.repository exists
                        learn: 1h
                        watch: [processes, parents, files-written, destinations, listening-ports]
                        priority: NOTICE
                      """)))
          .rules();
  private static final Profiler PROFILER = new Profiler(RULES);

  private final Map<Profile.Key, Profile> kept = new HashMap<>();
  private final Profiler.Store store =
      new Profiler.Store() {
        @Override
        public Profile of(Profile.Key key) {
          return kept.computeIfAbsent(key, Profile::new);
        }

        @Override
        public void changed(Profile profile) {
          changes++;
        }
      };
  private int changes;

  private static ContainerId random(Random random) {
    byte[] id = new byte[32];
    random.nextBytes(id);
    return new ContainerId(HexFormat.of().formatHex(id));
  }

  private static Observation seen(Aspect aspect, String value, long time, ContainerId container) {
    EventId id = new EventId(new HostId("h"), 1, 1, 0);
    return new Observation("Web", "example/web", aspect, value, time, id, container, "command=x");
  }

  private Profiler.Answer take(Aspect aspect, String value, long time, int container) {
    return PROFILER.take(
        seen(aspect, value, time, new ContainerId("%02x".formatted(container).repeat(32))), store);
  }

  private Profile profile() {
    return Objects.requireNonNull(store.of(KEY));
  }

  private static String outcome(Profile profile) {
    return Objects.requireNonNull(profile.order()).outcome();
  }

  private void learned() {
    take(Aspect.STARTS, "", NOON, 1);
    take(Aspect.PROCESSES, "/usr/sbin/nginx", NOON, 1);
    take(Aspect.PROCESSES, "/usr/sbin/nginx", NOON + 1, 2);
  }

  private String output(Profiler.Answer answer) {
    assertThat(answer).isInstanceOf(Profiler.Answer.New.class);
    return ((Profiler.Answer.New) answer).finding().output();
  }

  @Test
  void alertSaysThatItWasNeverSeenAndWhatWasLearned() {
    learned();
    Profiler.Answer answer = take(Aspect.PROCESSES, "/usr/bin/nc", NOON + 2 * HOUR, 1);
    assertThat(output(answer))
        .isEqualTo(
            "New process for this image: /usr/bin/nc (seen before: never; learned from"
                + " 2026-01-01T12:00:00Z to 2026-01-01T13:00:00Z in 2 containers, 1 known;"
                + " image=example/web command=x)");
    assertThat(((Profiler.Answer.New) answer).finding().rule().name())
        .isEqualTo("Web: new process");
    assertThat(output(take(Aspect.PROCESSES, "/usr/bin/nc", NOON + 3 * HOUR, 2)))
        .contains("seen before: never while learning, since 2026-01-01T14:00:00Z in 2 containers");
    assertThat(take(Aspect.PROCESSES, "/usr/bin/nc", NOON + 4 * HOUR, 2))
        .isInstanceOf(Profiler.Answer.Quiet.class);
  }

  @Test
  void newValueIsNotNormalUntilItIsAccepted() {
    learned();
    take(Aspect.PROCESSES, "/usr/bin/nc", NOON + 2 * HOUR, 1);
    assertThat(profile().facet(Aspect.PROCESSES).normal()).containsOnlyKeys("/usr/sbin/nginx");
    assertThat(profile().facet(Aspect.PROCESSES).novel()).containsOnlyKeys("/usr/bin/nc");
    order(ProfileOrder.Kind.ACCEPT, 1, List.of("process:/usr/bin/nc"), Optional.empty());
    assertThat(profile().facet(Aspect.PROCESSES).novel()).isEmpty();
    assertThat(
            Objects.requireNonNull(profile().facet(Aspect.PROCESSES).normal().get("/usr/bin/nc"))
                .accepted())
        .isTrue();
    assertThat(take(Aspect.PROCESSES, "/usr/bin/nc", NOON + 3 * HOUR, 3))
        .isInstanceOf(Profiler.Answer.Quiet.class);
  }

  @Test
  void whatIsUsualChangesNothing() {
    learned();
    take(Aspect.PROCESSES, "/usr/sbin/nginx", NOON + 2 * HOUR, 1);
    int before = changes;
    for (int i = 0; i < 100; i++) {
      take(Aspect.PROCESSES, "/usr/sbin/nginx", NOON + 2 * HOUR + i, 1 + i % 2);
    }
    assertThat(changes).isEqualTo(before);
  }

  @Test
  void learningWaitsForAStartAndThenForItsEffects() {
    take(Aspect.PROCESSES, "/a", NOON, 1);
    long learn = HOUR;
    assertThat(profile().state(learn, NOON)).isEqualTo(Profile.State.LEARNING);
    assertThat(profile().state(learn, NOON + 2 * HOUR))
        .isEqualTo(Profile.State.WAITING_FOR_A_START);
    take(Aspect.STARTS, "", NOON + 3 * HOUR, 1);
    assertThat(profile().learnsUntil(learn)).isEqualTo(NOON + 3 * HOUR + Baseline.SETTLE);
    assertThat(profile().state(learn, NOON + 4 * HOUR)).isEqualTo(Profile.State.LEARNED);
  }

  @Test
  void tooManyValuesAreNoBaseline() {
    take(Aspect.STARTS, "", NOON, 1);
    for (int i = 0; i <= Facet.MOST; i++) {
      take(Aspect.DESTINATIONS, "203.0.113.%d:443/tcp".formatted(i), NOON + i, 1);
    }
    assertThat(profile().facet(Aspect.DESTINATIONS).diverse()).isTrue();
    assertThat(take(Aspect.DESTINATIONS, "198.51.100.1:1/tcp", NOON + 2 * HOUR, 1))
        .isInstanceOf(Profiler.Answer.Quiet.class);
    assertThat(profile().facet(Aspect.DESTINATIONS).normal()).isEmpty();
  }

  @Test
  void manyPrivateAddressesBecomeTheirNetworkAndManyFilesTheirFolder() {
    take(Aspect.STARTS, "", NOON, 1);
    for (int i = 0; i < 200; i++) {
      take(Aspect.DESTINATIONS, "10.0.3.%d:80/tcp".formatted(i), NOON + i, 1);
      take(Aspect.FILES_WRITTEN, "/var/cache/%s.bin".formatted("x".repeat(1 + i % 50)), NOON, 1);
    }
    take(Aspect.DESTINATIONS, "10.0.4.1:80/tcp", NOON, 1);
    assertThat(profile().facet(Aspect.DESTINATIONS).normal())
        .containsOnlyKeys("10.0.3.0/24:80/tcp", "10.0.4.1:80/tcp");
    assertThat(profile().facet(Aspect.FILES_WRITTEN).normal()).containsOnlyKeys("/var/cache/*");
    assertThat(take(Aspect.DESTINATIONS, "10.0.3.250:80/tcp", NOON + 2 * HOUR, 1))
        .isInstanceOf(Profiler.Answer.Quiet.class);
    assertThat(take(Aspect.DESTINATIONS, "10.0.4.2:80/tcp", NOON + 2 * HOUR, 1))
        .isInstanceOf(Profiler.Answer.New.class);
  }

  @Test
  void whatIsSeenAfterLearningIsBoundedAndCounted() {
    learned();
    int alerts = 0;
    for (int i = 0; i < 500; i++) {
      long time = NOON + 2 * HOUR + i;
      alerts += take(Aspect.PROCESSES, "/x/" + i, time, 1) instanceof Profiler.Answer.New ? 1 : 0;
    }
    assertThat(alerts).isEqualTo(Facet.MOST_ALERTS + 1);
    assertThat(profile().facet(Aspect.PROCESSES).novel()).hasSize(Facet.MOST_NOVEL);
    assertThat(profile().facet(Aspect.PROCESSES).dropped()).isEqualTo(500 - Facet.MOST_NOVEL);
    assertThat(take(Aspect.PROCESSES, "/y", NOON + 3 * HOUR, 1))
        .as("the next minute has alerts of its own")
        .isInstanceOf(Profiler.Answer.New.class);
  }

  private boolean order(
      ProfileOrder.Kind kind, int number, List<String> items, Optional<Duration> length) {
    return PROFILER.order(
        new ProfileOrder(
            ActionId.of("test", Integer.toString(number)),
            "Web",
            "example/web",
            kind,
            items,
            length,
            "",
            "ada",
            NOON + 2 * HOUR + number),
        NOON + 2 * HOUR,
        store);
  }

  @Test
  void ordersChangeWhatIsNormalAndHowLongItLearns() {
    learned();
    assertThat(order(ProfileOrder.Kind.LEARN, 1, List.of(), Optional.of(Duration.ofHours(5))))
        .isTrue();
    take(Aspect.PROCESSES, "/new", NOON + 6 * HOUR, 1);
    assertThat(profile().facet(Aspect.PROCESSES).normal()).containsKey("/new");
    assertThat(order(ProfileOrder.Kind.FREEZE, 2, List.of(), Optional.empty())).isTrue();
    assertThat(take(Aspect.PROCESSES, "/newer", NOON + 6 * HOUR, 1))
        .isInstanceOf(Profiler.Answer.New.class);
    assertThat(order(ProfileOrder.Kind.REMOVE, 3, List.of("process:/new"), Optional.empty()))
        .isTrue();
    assertThat(take(Aspect.PROCESSES, "/new", NOON + 6 * HOUR, 1))
        .isInstanceOf(Profiler.Answer.New.class);
    assertThat(order(ProfileOrder.Kind.RELEARN, 4, List.of(), Optional.empty())).isTrue();
    assertThat(profile().facets()).isEmpty();
    assertThat(outcome(profile())).isEqualTo("done: learns from the beginning");
    assertThat(Objects.requireNonNull(profile().order()).author()).isEqualTo("ada");
  }

  @Test
  void orderActsOnceAndNeverAfterAYoungerOne() {
    learned();
    assertThat(order(ProfileOrder.Kind.ACCEPT, 5, List.of("process:/b"), Optional.empty()))
        .isTrue();
    assertThat(order(ProfileOrder.Kind.ACCEPT, 5, List.of("process:/b"), Optional.empty()))
        .isFalse();
    assertThat(order(ProfileOrder.Kind.REMOVE, 4, List.of("process:/b"), Optional.empty()))
        .isFalse();
    assertThat(profile().facet(Aspect.PROCESSES).normal()).containsKey("/b");
  }

  @Test
  void orderThatCannotBeCarriedOutSaysWhy() {
    assertThat(order(ProfileOrder.Kind.ACCEPT, 1, List.of("prozess:/b"), Optional.empty()))
        .isFalse();
    assertThat(outcome(profile())).startsWith("refused: 'prozess:/b' is no item");
    ProfileOrder other =
        new ProfileOrder(
            ActionId.of("x"),
            "Mail",
            "m",
            ProfileOrder.Kind.FREEZE,
            List.of(),
            Optional.empty(),
            "",
            "ada",
            NOON);
    assertThat(PROFILER.order(other, NOON, store)).isFalse();
    assertThat(outcome(Objects.requireNonNull(store.of(new Profile.Key("Mail", "m")))))
        .isEqualTo("refused: there is no baseline 'Mail' in force");
  }

  @Test
  void orderFromTheFutureIsRefusedForItWouldKeepOthersOut() {
    ProfileOrder order =
        new ProfileOrder(
            ActionId.of("x"),
            "Web",
            "w",
            ProfileOrder.Kind.FREEZE,
            List.of(),
            Optional.empty(),
            "",
            "ada",
            NOON + HOUR);
    assertThat(PROFILER.order(order, NOON, store)).isFalse();
    assertThat(Objects.requireNonNull(store.of(new Profile.Key("Web", "w"))).order()).isNull();
  }

  /** A profile of random observations; values overlap, group and become too many. */
  private static Profile random(long seed) {
    Random random = new Random(seed);
    Profile profile = new Profile(KEY);
    int many = random.nextInt(10) == 0 ? 300 : 40;
    for (int i = 0; i < random.nextInt(many); i++) {
      long time = NOON + random.nextInt(1_000_000) * 1_000_000L;
      ContainerId container = random(random);
      switch (random.nextInt(5)) {
        case 0 -> profile.see(seen(Aspect.STARTS, "", time, container), HOUR);
        case 1 ->
            profile.see(
                seen(
                    Aspect.DESTINATIONS,
                    "10.0.%d.%d:80/tcp".formatted(random.nextInt(2), random.nextInt(12)),
                    time,
                    container),
                HOUR);
        case 2 ->
            profile.see(
                seen(
                    Aspect.FILES_WRITTEN,
                    "/var/x/f" + (char) ('a' + random.nextInt(12)),
                    time,
                    container),
                HOUR);
        case 3 ->
            profile.see(
                seen(Aspect.LISTENING_PORTS, random.nextInt(150) + "/tcp", time, container), HOUR);
        default ->
            profile.see(seen(Aspect.PROCESSES, "/p/" + random.nextInt(30), time, container), HOUR);
      }
    }
    return profile;
  }

  private static Profile copy(Profile profile) {
    return ProfileJson.read(ProfileJson.write(profile));
  }

  private static Profile merged(Profile one, Profile other) {
    Profile merged = copy(one);
    merged.merge(copy(other));
    return merged;
  }

  private static String text(Profile profile) {
    // alerts of a minute are the keeper's own and not merged
    return new String(ProfileJson.write(profile), UTF_8).replaceAll(",\"recent\":\\{[^}]*\\}", "");
  }

  @Test
  void mergingIsCommutativeIdempotentAndAssociative() {
    for (long seed = 0; seed < 400; seed++) {
      Profile a = random(3 * seed);
      Profile b = random(3 * seed + 1);
      Profile c = random(3 * seed + 2);
      assertThat(text(merged(a, b))).as("commutative %d", seed).isEqualTo(text(merged(b, a)));
      assertThat(text(merged(merged(a, b), b)))
          .as("idempotent %d", seed)
          .isEqualTo(text(merged(a, b)));
      assertThat(text(merged(a, a))).as("with itself %d", seed).isEqualTo(text(a));
      assertThat(text(merged(merged(a, b), c)))
          .as("associative %d", seed)
          .isEqualTo(text(merged(a, merged(b, c))));
    }
  }

  @Test
  void profileIsTheSameAfterItsJson() {
    for (long seed = 0; seed < 100; seed++) {
      Profile profile = random(seed);
      profile.ordered(new Profile.LastOrder("id", NOON, "ada", "freeze", "done"));
      byte[] json = ProfileJson.write(profile);
      assertThat(ProfileJson.write(ProfileJson.read(json))).isEqualTo(json);
    }
    assertThatThrownBy(() -> ProfileJson.read("{}".getBytes(UTF_8)))
        .hasMessage("Not a profile: baseline is not a text");
    assertThatThrownBy(() -> ProfileJson.read("{".getBytes(UTF_8)))
        .hasMessage("Not a profile: it is no JSON");
  }

  @Test
  void profileIsNeverLargerThanKafkaTakes() {
    Profile profile = new Profile(KEY);
    String wide = "\u20ac".repeat(150);
    for (int group = 0; group < Facet.MOST; group++) {
      for (int i = 0; i < Facet.MOST_OF_GROUP; i++) {
        String value = "/v" + group + "/" + wide.substring(20) + i;
        profile.see(seen(Aspect.FILES_WRITTEN, value, NOON, random(new Random(i))), HOUR);
      }
    }
    assertThat(profile.facet(Aspect.FILES_WRITTEN).diverse()).isFalse();
    assertThat(ProfileJson.write(profile)).hasSizeLessThanOrEqualTo(ProfileJson.MOST_BYTES);
  }

  @Test
  void sightingsCountExactlyWhatIsFew() {
    Random random = new Random(5);
    Sightings few = Sightings.NONE;
    Sightings many = Sightings.NONE;
    for (int i = 0; i < 100; i++) {
      few = i < 5 ? few.with(Sightings.of(random(random))) : few;
      many = many.with(Sightings.of(random(random)));
    }
    assertThat(few.count()).isEqualTo("5");
    assertThat(many.count()).isEqualTo("8 or more");
  }
}
