package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.config.ConfigException;
import io.leukocyte.rules.Profile;
import io.leukocyte.rules.ProfileJson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileFileTest {
  private static final String DOCUMENT =
      """
      {"baseline": "Web", "subject": "example/web", "state": "learned",
       "since": "2026-01-01T12:00:00Z", "learns_until": "2026-01-02T12:00:00Z",
       "containers": ["0123456789ab"],
       "aspects": {
         "processes": {
           "normal": {"/usr/sbin/nginx": {"first": "2026-01-01T12:00:00Z", "last": "2026-01-01T12:00:00Z", "containers": ["0123456789ab"]},
                      "/opt/a \\"b\\": c": {"accepted": true}},
           "seen_after_learning": {"/usr/bin/nc": {"first": "2026-01-03T12:00:00Z", "containers": ["0123456789ab"]}},
           "not_kept": 3},
         "destinations": {
           "normal": {"10.0.3.0/24:5432/tcp": {}, "api.example.com:443/tcp": {}, "[2001:db8::1]:ephemeral/udp": {}}},
         "files-written": {"diverse": true}},
       "order": {"id": "1", "created": "2026-01-02T12:00:00Z", "author": "ada", "order": "freeze", "outcome": "done: learning has ended"}}
      """;

  private final Profile profile = ProfileJson.read(DOCUMENT.getBytes(UTF_8));
  private final ProfileBook.Known known = new ProfileBook.Known(profile, DOCUMENT);

  @Test
  void yamlHasWhatIsNormalAndIsReadBack() {
    String yaml = ProfileFile.yaml(List.of(profile));
    assertThat(yaml)
        .isEqualTo(
            """
            # What is normal, as Leukocyte learned it. Put back with: leuko profile import FILE
            - profile: "example/web"
              baseline: "Web"
              processes:
                - "/opt/a \\"b\\": c"
                - "/usr/sbin/nginx"
              # files-written: too many different ones to tell what is new
              destinations:
                - "10.0.3.0/24:5432/tcp"
                - "[2001:db8::1]:ephemeral/udp"
                - "api.example.com:443/tcp"
            """);
    List<ProfileFile.Normal> read = ProfileFile.readYaml("p.yaml", yaml);
    assertThat(read).hasSize(1);
    assertThat(read.getFirst().key()).isEqualTo(profile.key());
    assertThat(read.getFirst().items())
        .containsExactly(
            "process:/opt/a \"b\": c",
            "process:/usr/sbin/nginx",
            "destination:10.0.3.0/24:5432/tcp",
            "destination:[2001:db8::1]:ephemeral/udp",
            "destination:api.example.com:443/tcp");
  }

  @Test
  void jsonHasEverythingAndIsReadBack() {
    List<Profile> read = ProfileFile.readJson("p.json", ProfileFile.json(List.of(known, known)));
    assertThat(read).hasSize(2);
    assertThat(ProfileJson.write(read.getLast())).isEqualTo(ProfileJson.write(profile));
    assertThatThrownBy(() -> ProfileFile.readJson("p.json", "[{}]"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("p.json: Not a profile: baseline is not a text; it is to be");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "profile: x                         | p.yaml:1:1: a file of profiles is a list, not a"
            + " mapping; begin each one with '- profile:'",
        "- profile: x                       | p.yaml:1:3: the profile has no baseline; add"
            + " 'baseline: NAME'",
        "- {profile: x, baseline: b, proceses: []} | p.yaml:1:29: unknown key 'proceses' in a"
            + " profile; did you mean 'processes'?",
        "- {profile: x, baseline: b, processes: y} | p.yaml:1:40: processes is a list, not 'y'",
      })
  void mistakesInAFileAreToldWithTheirPlaces(String yaml, String problem) {
    assertThatThrownBy(() -> ProfileFile.readYaml("p.yaml", yaml))
        .isInstanceOfSatisfying(
            ConfigException.class,
            e -> assertThat(e.problems()).extracting(Object::toString).containsExactly(problem));
  }

  @Test
  void destinationsAreRowsOfANetworkPolicy() {
    assertThat(ProfileFile.network(profile))
        .isEqualTo(
            """
            # Where containers of example/web connect, as it was learned. What is not listed was never seen.
            - from: {image: "example/web"}
              to: "10.0.3.0/24"
              port: 5432
              protocol: tcp
            - from: {image: "example/web"}
              to: "2001:db8::1"
              port: "32768-65535"
              protocol: udp
            - from: {image: "example/web"}
              to: "api.example.com"
              port: 443
              protocol: tcp
            """);
    Profile none = ProfileJson.read("{\"baseline\": \"b\", \"subject\": \"s\"}".getBytes(UTF_8));
    assertThatThrownBy(() -> ProfileFile.network(none))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageStartingWith("Not collected: no destination of 's' was seen");
  }

  @ParameterizedTest
  @ValueSource(strings = {"seccomp", "caps"})
  void whatIsNotCollectedIsNotMadeUp(String as) {
    StringWriter err = new StringWriter();
    int code =
        Leuko.commandLine()
            .setErr(new PrintWriter(err))
            .execute("profile", "export", "example/web", "--as", as);
    assertThat(code).isEqualTo(ExitCode.ENVIRONMENT);
    assertThat(err.toString()).startsWith("Not collected: ");
  }

  @Test
  void listAndShowTellHowFarItIs() {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    ProfileCommand.table(List.of(known)).print(out, Table.Format.TABLE);
    assertThat(text.toString().lines().skip(1))
        .containsExactly(
            "example/web     Web       learned  2026-01-01T12:00:00Z  2026-01-02T12:00:00Z  1      "
                + "     2          -        too many  3             -      4");
    StringWriter shown = new StringWriter();
    ProfileCommand.show(new PrintWriter(shown), known);
    assertThat(shown.toString())
        .startsWith("example/web, baseline Web: learned; since 2026-01-01T12:00:00Z, until ")
        .contains("last order: freeze by ada at 2026-01-02T12:00:00Z: done: learning has ended")
        .containsPattern("process:/usr/bin/nc +NEW +2026-01-03T12:00:00Z")
        .contains("process:… ", "3 more NEW")
        .containsPattern("process:/opt/a \"b\": c +accepted")
        .containsPattern("file:\\* +too many to tell what is new");
  }

  @Test
  void profileIsFoundByAnImageWithItsTagToo() {
    assertThat(ProfileBook.withoutTag("registry:5000/a/b:1.2")).isEqualTo("registry:5000/a/b");
    assertThat(ProfileBook.withoutTag("registry:5000/a/b")).isEqualTo("registry:5000/a/b");
    assertThat(ProfileBook.withoutTag("a@sha256:00")).isEqualTo("a");
    ProfileBook book = new ProfileBook();
    book.take(DOCUMENT.getBytes(UTF_8));
    book.take("{}".getBytes(UTF_8));
    assertThat(book.all()).hasSize(1);
  }
}
