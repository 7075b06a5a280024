package io.leukocyte.events.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
  private enum Level {
    VERY_LOW,
    HIGH
  }

  private static final Key<String> NAME =
      Key.of("web.name", ValueType.text(), "leuko", "Its name.");
  private static final Key<Integer> COUNT =
      Key.of("web.max-count", ValueType.integer(1, 10), 3, "How many.");
  private static final Key<Boolean> OPEN = Key.of("web.open", ValueType.bool(), false, "Open?");
  private static final Key<Duration> WAIT =
      Key.of(
          "web.wait",
          ValueType.duration(Duration.ofMillis(1), Duration.ofHours(2)),
          Duration.ofSeconds(90),
          "How long.");
  private static final Key<Long> SIZE =
      Key.of("web.size", ValueType.bytes(1, 1L << 40), 256L << 10, "How large.");
  private static final Key<Path> FOLDER =
      Key.of("web.folder", ValueType.path(), Path.of("/var/lib"), "Where.");
  private static final Key<List<String>> PROTECT =
      Key.of("protect", ValueType.list(), List.of(), "What is never touched.");
  private static final Key<Level> LEVEL =
      Key.of("web.level", ValueType.oneOf(Level.class), Level.HIGH, "How much.");
  private static final Key<Integer> PORT = Key.of("web.port", ValueType.port(), 7070, "HTTP.");
  private static final Key<List<HostPort>> PEERS =
      Key.of("web.peers", ValueType.hosts(), List.of(), "Others.");
  private static final Key<Optional<URI>> URL =
      Key.optional("web.url", ValueType.url(), "Where to post | notify.");
  private static final Key<Map<String, String>> EXTRA =
      Key.of("web.extra", ValueType.map(), Map.of(), "More.");
  private static final Key<Optional<String>> PASSWORD = Key.secret("web.password", "Secret.");

  private static final List<Key<?>> KEYS =
      List.of(
          NAME, COUNT, OPEN, WAIT, SIZE, FOLDER, PROTECT, LEVEL, PORT, PEERS, URL, EXTRA, PASSWORD);

  private static Config parse(String text) {
    return Config.parse("l.yaml", text, Map.of(), KEYS);
  }

  private static List<String> problems(String text, Map<String, String> env) {
    ConfigException e =
        catchThrowableOfType(ConfigException.class, () -> Config.parse("l.yaml", text, env, KEYS));
    return e.problems().stream().map(Problem::toString).toList();
  }

  @Test
  void everySettingHasItsDefault() {
    Config config = Config.defaults(KEYS);

    assertThat(config.get(NAME)).isEqualTo("leuko");
    assertThat(config.get(WAIT)).isEqualTo(Duration.ofSeconds(90));
    assertThat(config.get(URL)).isEmpty();
    assertThat(config.isSet(NAME)).isFalse();
  }

  @Test
  void nestedAndFlatNamesAreTheSame() {
    Config nested = parse("web:\n  name: a\n  max-count: 7\n");
    Config flat = parse("web.name: a\nweb.max-count: 7\n");

    for (Config config : List.of(nested, flat)) {
      assertThat(config.get(NAME)).isEqualTo("a");
      assertThat(config.get(COUNT)).isEqualTo(7);
      assertThat(config.isSet(COUNT)).isTrue();
    }
  }

  @Test
  void everyTypeIsRead() {
    Config config =
        parse(
            """
            protect: [a, "b c"]
            web:
              open: TRUE
              wait: 1h30m
              size: 2GiB
              folder: /tmp/x
              level: very-low
              port: 0
              peers: "[::1]:1, example.org:65535"
              url: https://example.org/x
              extra: {a.b: 1, c: two}
              password: secret
            """);

    assertThat(config.get(PROTECT)).containsExactly("a", "b c");
    assertThat(config.get(OPEN)).isTrue();
    assertThat(config.get(WAIT)).isEqualTo(Duration.ofMinutes(90));
    assertThat(config.get(SIZE)).isEqualTo(2L << 30);
    assertThat(config.get(FOLDER)).isEqualTo(Path.of("/tmp/x"));
    assertThat(config.get(LEVEL)).isEqualTo(Level.VERY_LOW);
    assertThat(config.get(PORT)).isZero();
    assertThat(config.get(PEERS))
        .containsExactly(new HostPort("::1", 1), new HostPort("example.org", 65535));
    assertThat(config.get(URL)).contains(URI.create("https://example.org/x"));
    assertThat(config.get(EXTRA)).containsExactly(Map.entry("a.b", "1"), Map.entry("c", "two"));
    assertThat(config.get(PASSWORD)).contains("secret");
  }

  @Test
  void environmentReadsEveryTypeAndWins() {
    Config config =
        Config.parse(
            "l.yaml",
            "web.max-count: 7\nweb.name: a\n",
            Map.of(
                "LEUKO_WEB_MAX_COUNT", "9",
                "LEUKO_PROTECT", "a, b",
                "LEUKO_WEB_EXTRA", "a.b=1,c=x=y",
                "LEUKO_HOME", "/opt/leuko",
                "LEUKO_JAVA_OPTS", "-Xmx1g",
                "LEUKO_WEB_SERVICE_HOST", "203.0.113.1",
                "LEUKO_WEB_PORT_7070_TCP_ADDR", "203.0.113.1",
                "OTHER", "x"),
            KEYS);

    assertThat(config.get(COUNT)).isEqualTo(9);
    assertThat(config.get(NAME)).isEqualTo("a");
    assertThat(config.get(PROTECT)).containsExactly("a", "b");
    assertThat(config.get(EXTRA)).containsExactly(Map.entry("a.b", "1"), Map.entry("c", "x=y"));
  }

  @Test
  void allProblemsAreToldAtOnceWithPlaceAndWhatToDo() {
    List<String> problems =
        problems(
            """
            webb: {name: x}
            protect:
            web:
              nam: x
              max-count: 11
              open: maybe
              wait: 5 minutes
              size: -1
              level: hihg
              port: 65536
              peers: nowhere
              url: ftp://x
              extra: [a]
              name: [a]
              folder: {a: b}
            web.max-count: 2
            """,
            Map.of("LEUKO_WEB_WATI", "5m", "LEUKO_WEB_OPEN", "7"));

    assertThat(problems)
        .containsExactly(
            "environment:1:1: unknown setting LEUKO_WEB_WATI; did you mean 'LEUKO_WEB_WAIT'?",
            "environment:1:1: LEUKO_WEB_OPEN is '7': neither true nor false; write true or false",
            "l.yaml:1:1: unknown section 'webb'; did you mean 'web'?",
            "l.yaml:2:1: protect has no value; write one or remove the line",
            "l.yaml:4:3: unknown setting 'web.nam'; did you mean 'web.name'?",
            "l.yaml:5:3: web.max-count is '11': out of bounds; write a whole number from 1 to 10",
            "l.yaml:7:3: web.wait is '5 minutes': not a duration; write a duration such as 100ms,"
                + " 5m or 1h30m, from 1ms to 2h",
            "l.yaml:8:3: web.size is '-1': not an amount of bytes; write an amount such as 256KiB"
                + " or 2GiB, from 1B to 1TiB",
            "l.yaml:9:3: web.level is 'hihg': unknown, did you mean 'high'?; write one of high,"
                + " very-low",
            "l.yaml:10:3: web.port is '65536': out of bounds; write a port from 0 to 65535",
            "l.yaml:11:3: web.peers is 'nowhere': not host:port: 'nowhere'; write host:port,"
                + " several with commas between",
            "l.yaml:12:3: web.url is 'ftp://x': not an http or https address; write an address"
                + " such as http://127.0.0.1:9200",
            "l.yaml:13:3: web.extra: 'a' has no name and '='; write a mapping, or name=text with"
                + " commas between",
            "l.yaml:14:3: web.name: a single value is expected, not a list; write some text",
            "l.yaml:15:3: web.folder: a value is expected, not a mapping; write a path",
            "l.yaml:16:1: web.max-count is set twice, first in line 5; remove one");
  }

  @Test
  void brokenYamlAndFilesThatAreNoSettingsAreProblems() {
    assertThat(problems("web: {", Map.of())).singleElement().asString().contains("not YAML");
    assertThat(problems("- a\n", Map.of()))
        .containsExactly("l.yaml:1:1: settings are expected, not a list; write 'name: value'");
    assertThat(problems("web: 5\n", Map.of()))
        .containsExactly("l.yaml:1:6: settings are expected, not '5'; write 'name: value'");
    assertThat(parse("").get(COUNT)).isEqualTo(3);
    assertThat(parse("web:\n").get(COUNT)).isEqualTo(3);
  }

  @Test
  void missingFileIsAProblem(@TempDir Path folder) {
    Path file = folder.resolve("leukocyte.yaml");

    assertThatThrownBy(() -> Config.load(file, Map.of(), KEYS))
        .isInstanceOf(ConfigException.class)
        .hasMessage(file + ":1:1: there is no such file; create it or name another");
  }

  @Test
  void secretIsReadFromAFileNamedInFileOrEnvironment(@TempDir Path folder) throws IOException {
    Path secret = Files.writeString(folder.resolve("password"), "open sesame\n");
    Path file =
        Files.writeString(folder.resolve("l.yaml"), "web:\n  password-file: " + secret + "\n");

    assertThat(Config.load(file, Map.of(), KEYS).get(PASSWORD)).contains("open sesame");
    assertThat(
            Config.load(null, Map.of("LEUKO_WEB_PASSWORD_FILE", secret.toString()), KEYS)
                .get(PASSWORD))
        .contains("open sesame");
    assertThat(Config.load(file, Map.of("LEUKO_WEB_PASSWORD", "from env"), KEYS).get(PASSWORD))
        .contains("from env");
  }

  @Test
  void secretFileThatIsEmptyOrMissingOrDoubledIsAProblem(@TempDir Path folder) throws IOException {
    Path empty = Files.writeString(folder.resolve("empty"), "\n");

    assertThat(problems("", Map.of("LEUKO_WEB_PASSWORD_FILE", empty.toString())))
        .singleElement()
        .asString()
        .contains("LEUKO_WEB_PASSWORD_FILE: the file " + empty + " is empty");
    assertThat(problems("web.password-file: /nowhere/x\n", Map.of()))
        .singleElement()
        .asString()
        .contains("cannot read the file /nowhere/x (NoSuchFile)");
    assertThat(problems("web: {password-file: /x, password: y}\n", Map.of()))
        .containsExactly("l.yaml:1:7: web.password and web.password-file are both set; remove one");
  }

  @Test
  void effectiveSettingsNameTheirOriginAndHideSecrets() {
    Config config =
        Config.parse(
            "l.yaml",
            "web:\n  name: a\n  password: hunter2\n",
            Map.of("LEUKO_WEB_SIZE", "2048"),
            KEYS);

    assertThat(config.effective())
        .containsExactly(
            "web.name = a (l.yaml:2)",
            "web.max-count = 3 (default)",
            "web.open = false (default)",
            "web.wait = 1m30s (default)",
            "web.size = 2KiB (environment)",
            "web.folder = /var/lib (default)",
            "protect = (default)",
            "web.level = high (default)",
            "web.port = 7070 (default)",
            "web.peers = (default)",
            "web.url = (default)",
            "web.extra = (default)",
            "web.password = ******** (l.yaml:3)");
  }

  @Test
  void problemWithASecretDoesNotShowIt() {
    assertThat(problems("web.password: [hunter2]\n", Map.of()).toString())
        .doesNotContain("hunter2");
  }

  @Test
  void settingsThatShareAVariableAreRefused() {
    List<Key<?>> keys =
        List.of(
            Key.of("a.b-c", ValueType.bool(), true, ""),
            Key.of("a.b.c", ValueType.bool(), true, ""));

    assertThatThrownBy(() -> Config.defaults(keys))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The settings a.b-c and a.b.c share a variable");
  }

  @Test
  void unknownKeyIsAProgrammersMistake() {
    Config config = Config.defaults(List.of(NAME));

    assertThatThrownBy(() -> config.get(COUNT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Not a known setting: web.max-count");
    assertThatThrownBy(() -> Key.of("Web.Name", ValueType.bool(), true, ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void tableForDocumentationHasARowForEachSetting() {
    assertThat(Config.document(List.of(WAIT, URL, PASSWORD)))
        .isEqualTo(
            """
            | setting | environment | type | default | what it is |
            |---|---|---|---|---|
            | `web.wait` | `LEUKO_WEB_WAIT` | duration | `1m30s` | How long. |
            | `web.url` | `LEUKO_WEB_URL` | url | | Where to post \\| notify. |
            | `web.password` | `LEUKO_WEB_PASSWORD` | secret text | | Secret. |
            """);
  }
}
