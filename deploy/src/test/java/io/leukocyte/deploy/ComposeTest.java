package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.config.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** deploy/compose.yaml keeps what docs/deployment.md says of it; it fails on files that do not. */
class ComposeTest {
  private static final Path FILE = Path.of("compose.yaml");
  private static final Set<String> ONCE = Set.of("setup", "rights", "dashboards", "operator");
  private static final Set<String> OF_THE_LAUNCHER = Set.of("LEUKO_JAVA_OPTS");
  private static String text;

  @BeforeAll
  static void read() throws Exception {
    text = Files.readString(FILE);
  }

  @Test
  void theFileKeepsToAllRules() {
    assertThat(problems(text)).isEmpty();
  }

  @Test
  void allRolesAreThere() {
    assertThat(services(text).keySet())
        .containsExactlyInAnyOrder(
            "setup",
            "kafka",
            "rights",
            "elasticsearch",
            "kibana",
            "dashboards",
            "collector",
            "analyzer",
            "responder",
            "indexer",
            "operator");
  }

  @Test
  void kafkaHasTheUsersThatHaveRightsAndTwoThatNeedNone() throws Exception {
    String setup = Files.readString(Path.of("compose/setup.sh"));
    List<String> users = new ArrayList<>(List.of("broker", "admin"));
    for (KafkaRole role : KafkaRole.values()) {
      users.add(role.text());
    }
    assertThat(first(setup, "kafka_users=\"([^\"]+)\"").split(" "))
        .containsExactlyInAnyOrderElementsOf(users);
    assertThat(setup)
        .contains(
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n",
            "super.users=User:broker;User:admin\n")
        .doesNotContain("allow.everyone.if.no.acl.found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "read_only: true | read_only: false | root file system",
        "cap_drop: [ALL] | cap_drop: [MKNOD] | drops all",
        "no-new-privileges:true | seccomp=unconfined | new privileges",
        "restart: unless-stopped | restart: \"no\" | restart",
        "max-size: 10m | compress: \"true\" | log",
        "127.0.0.1:${KIBANA_PORT:-5601} | ${KIBANA_PORT:-5601} | loopback",
        "internal: true | internal: false | internal",
        "cap_add: [CHOWN | privileged: true #| privileged",
        "kafka-secrets:/mnt/shared/config:ro | kafka-secrets:/mnt/shared/config | read-only",
        "indexer-secrets:/run/leuko:ro | authority:/run/leuko:ro | authority",
        "LEUKO_KAFKA_USER: indexer | LEUKO_KAFKA_USR: indexer | LEUKO_KAFKA_USR",
        "LEUKO_KAFKA_PASSWORD_FILE: /run/leuko/kafka-password | LEUKO_KAFKA_PASSWORD: secret |"
            + " secret",
        "LEUKO_KAFKA_SECURITY: sasl-ssl | LEUKO_KAFKA_SECURITY: sasl-plaintext | TLS",
        "mem_limit: 1792m | working_dir: / | mem_limit",
        "pids_limit: 32 | working_dir: / | pids_limit",
        "KAFKA_VERSION:-4.3.1 | KAFKA_VERSION:-4.2.0 | version",
        "service_completed_successfully | service_started | waits",
        "LEUKO_KAFKA_USER: collector | LEUKO_KAFKA_USER: admin | another user",
        "rights: {condition: service_completed_successfully} | kafka: {condition:"
            + " service_healthy} | before its rights",
        "command: [rights, grant, --revoke] | command: [rights, list] | rights",
        "profiles: [operator] | domainname: x | by hand",
        "security_opt: [\"no-new-privileges:true\", \"apparmor=unconfined\"] | security_opt: [] |"
            + " new privileges",
        "xpack.security.http.ssl.enabled: \"true\" | xpack.security.http.ssl.enabled: \"false\" |"
            + " TLS",
        "leuko.logs: \"false\" | leuko.logs: \"true\" | leuko.logs",
      })
  void aChangeForTheWorseIsFound(String good, String bad, String problem) {
    assertThat(text).as("the file has it").contains(good);
    String mutant = text.replace(good, bad);
    assertThat(problems(mutant)).anyMatch(found -> found.contains(problem));
  }

  private static List<String> problems(String yaml) {
    Map<String, Object> root = map(load(yaml));
    List<String> problems = new ArrayList<>();
    services(yaml)
        .forEach((name, service) -> {
          confinement(name, service, problems);
          limits(name, service, problems);
          access(name, service, problems);
        });
    if (!Boolean.TRUE.equals(map(map(root.get("networks")).get("data")).get("internal"))) {
      problems.add("the network data is not internal");
    }
    versions(yaml, problems);
    return problems;
  }

  private static void confinement(String name, Map<String, Object> service, List<String> problems) {
    if (!Boolean.TRUE.equals(service.get("read_only"))) {
      problems.add(name + " can write its root file system");
    }
    if (!List.of("ALL").equals(service.get("cap_drop"))) {
      problems.add(name + " does not begin with no capability: it drops all");
    }
    if (!list(service.get("security_opt")).contains("no-new-privileges:true")) {
      problems.add(name + " may gain new privileges");
    }
    if (service.containsKey("privileged")) {
      problems.add(name + " is privileged");
    }
    boolean ofTheHost = "host".equals(service.get("pid"));
    boolean adds = service.containsKey("cap_add") && !name.equals("setup");
    if (adds != ofTheHost || ofTheHost != Set.of("collector", "responder").contains(name)) {
      problems.add(name + " has of the host what it does not need");
    }
    for (Object port : list(service.get("ports"))) {
      if (!port.toString().startsWith("127.0.0.1:")) {
        problems.add(name + " is published beyond loopback: " + port);
      }
    }
    if (!"false".equals(map(service.get("labels")).get("leuko.logs"))) {
      problems.add(name + " has no leuko.logs=false: its own log would be collected");
    }
  }

  private static void limits(String name, Map<String, Object> service, List<String> problems) {
    for (String limit : List.of("mem_limit", "pids_limit")) {
      if (!service.containsKey(limit)) {
        problems.add(name + " has no " + limit);
      }
    }
    if (!name.equals("setup") && !service.containsKey("cpus")) {
      problems.add(name + " has no cpus");
    }
    if (!map(map(service.get("logging")).get("options")).containsKey("max-size")) {
      problems.add(name + " has no bound for its log");
    }
    if (!ONCE.contains(name)) {
      if (!"unless-stopped".equals(service.get("restart"))) {
        problems.add(name + " is not started again: restart");
      }
      if (!map(service.get("healthcheck")).containsKey("test")) {
        problems.add(name + " has no health check");
      }
    }
    if (!name.equals("setup") && map(service.get("depends_on")).isEmpty()) {
      problems.add(name + " waits for nothing");
    }
    map(service.get("depends_on"))
        .forEach((other, how) -> {
          String wanted =
              ONCE.contains(other) ? "service_completed_successfully" : "service_healthy";
          if (!wanted.equals(map(how).get("condition"))) {
            problems.add(name + " waits for " + other + " in another way than " + wanted);
          }
        });
  }

  private static void access(String name, Map<String, Object> service, List<String> problems) {
    List<?> volumes = list(service.get("volumes"));
    for (Object volume : volumes) {
      String mount = volume.toString();
      boolean secret = mount.contains("-secrets:") || mount.startsWith("authority:");
      if (secret && !name.equals("setup")) {
        if (!mount.endsWith(":ro")) {
          problems.add(name + " has its secrets not read-only");
        }
        if (!mount.startsWith(name + "-secrets:")) {
          problems.add(name + " has secrets of others: " + mount + ", such as of the authority");
        }
      }
    }
    Map<String, Object> environment = map(service.get("environment"));
    Set<String> known =
        DeploySettings.allKeys().stream().map(Key::variable).collect(Collectors.toSet());
    environment.forEach((variable, value) -> {
      boolean ours = variable.startsWith("LEUKO_") && !OF_THE_LAUNCHER.contains(variable);
      if (ours && !known.contains(variable) && !known.contains(variable.replaceAll("_FILE$", ""))) {
        problems.add(name + " sets " + variable + ", which is no setting");
      }
      if (variable.contains("PASSWORD") && !variable.endsWith("_FILE")) {
        problems.add(name + " has a secret in its environment: " + variable);
      }
    });
    if (environment.containsKey("LEUKO_KAFKA_BOOTSTRAP")) {
      kafka(name, service, environment, problems);
    }
    if (environment.containsKey("LEUKO_KAFKA_BOOTSTRAP")
        && !"sasl-ssl".equals(environment.get("LEUKO_KAFKA_SECURITY"))) {
      problems.add(name + " reaches Kafka without TLS");
    }
    if (name.equals("elasticsearch")
        && !"true".equals(environment.get("xpack.security.http.ssl.enabled"))) {
      problems.add("elasticsearch answers without TLS");
    }
  }

  /** Each role is a user of its own and begins when that user's rights are set. */
  private static void kafka(
      String name,
      Map<String, Object> service,
      Map<String, Object> environment,
      List<String> problems) {
    boolean sets = name.equals("rights");
    if (!(sets ? "admin" : name).equals(environment.get("LEUKO_KAFKA_USER"))) {
      problems.add(name + " is another user in Kafka: " + environment.get("LEUKO_KAFKA_USER"));
    }
    if (sets && !List.of("rights", "grant", "--revoke").equals(service.get("command"))) {
      problems.add(name + " does not set the rights of all");
    }
    if (!sets && !map(service.get("depends_on")).containsKey("rights")) {
      problems.add(name + " begins before its rights are set");
    }
    if (name.equals("operator") && !List.of("operator").equals(service.get("profiles"))) {
      problems.add(name + " is started with the others, not by hand");
    }
  }

  /** Defaults of the images' tags are the versions that the build and its tests use. */
  private static void versions(String yaml, List<String> problems) {
    String pom = read(Path.of("../pom.xml"));
    Map<String, String> wanted = new TreeMap<>();
    wanted.put("KAFKA_VERSION", first(pom, "<kafka.version>([^<]+)<"));
    wanted.put("ELASTIC_VERSION", first(pom, "<elasticsearch.version>([^<]+)<"));
    wanted.put("LEUKO_VERSION", first(pom, "<version>([0-9.]+)-SNAPSHOT<"));
    Matcher defaults = Pattern.compile("image: \\S+:\\$\\{(\\w+):-([^}]+)}").matcher(yaml);
    while (defaults.find()) {
      if (!defaults.group(2).equals(wanted.get(defaults.group(1)))) {
        problems.add(
            defaults.group(1) + " is another version than the build's: " + defaults.group(2));
      }
    }
  }

  private static String first(String from, String expression) {
    Matcher matcher = Pattern.compile(expression).matcher(from);
    assertThat(matcher.find()).as(expression).isTrue();
    return matcher.group(1);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Map<String, Object>> services(String yaml) {
    Map<String, Map<String, Object>> services = new LinkedHashMap<>();
    map(map(load(yaml)).get("services"))
        .forEach((name, service) -> services.put(name, map(merged(service))));
    return services;
  }

  /** YAML 1.2 has no {@code <<}; Compose has. */
  private static Object merged(Object node) {
    if (node instanceof List<?> list) {
      return list.stream().map(ComposeTest::merged).toList();
    }
    if (!(node instanceof Map<?, ?>)) {
      return node;
    }
    Map<String, Object> own = map(node);
    Map<String, Object> result = new LinkedHashMap<>();
    Object shared = own.get("<<");
    if (shared != null) {
      result.putAll(map(merged(shared)));
    }
    own.forEach((key, value) -> {
      if (!key.equals("<<")) {
        result.put(key, merged(value));
      }
    });
    return result;
  }

  private static Object load(String yaml) {
    return new Load(LoadSettings.builder().setLabel("compose.yaml").build()).loadFromString(yaml);
  }

  @SuppressWarnings("unchecked") // as the file is
  private static Map<String, Object> map(@Nullable Object node) {
    return node instanceof Map<?, ?> ? (Map<String, Object>) node : Map.of();
  }

  private static List<?> list(@Nullable Object node) {
    return node instanceof List<?> list ? list : List.of();
  }
}
