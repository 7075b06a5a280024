package io.leukocyte.responder;

import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import io.leukocyte.events.config.HostPort;
import io.leukocyte.events.config.Key;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.UserFile;
import io.leukocyte.events.config.ValueType;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How people are told, but for plain webhooks.
 *
 * @param templates JSON templates by the names of webhooks
 * @param slack addresses of incoming webhooks by name; secret
 * @param mail the mail server
 * @param mailTo addresses by name
 * @param syslog servers by name
 * @param certificates a file of certificates that TLS trusts instead of the platform's
 */
public record NotifySettings(
    Map<String, String> templates,
    Map<String, URI> slack,
    Optional<MailServer> mail,
    Map<String, List<String>> mailTo,
    Map<String, SyslogServer> syslog,
    Optional<Path> certificates) {

  /** Nobody is told in any of these ways. */
  public static final NotifySettings NONE =
      new NotifySettings(
          Map.of(), Map.of(), Optional.empty(), Map.of(), Map.of(), Optional.empty());

  /** What webhooks are sent. */
  public static final Key<Map<String, String>> TEMPLATES =
      Key.of(
          "notify.templates",
          ValueType.map(),
          Map.of(),
          "Files with the JSON that a webhook is sent, by the webhook's name; {{rule.name}} in a"
              + " text is that field of the alert. Without one the alert's document is sent.");

  /** Slack's. */
  public static final Key<Map<String, String>> SLACK =
      new Key<>(
          "notify.slack",
          ValueType.map(),
          Map.of(),
          "Addresses of Slack's incoming webhooks, or of what takes the same, by the name that"
              + " policies use.",
          true);

  /** Where mail goes first. */
  public static final Key<Optional<String>> MAIL_SERVER =
      Key.optional("notify.mail.server", ValueType.text(), "The mail server, host:port.");

  /** How mail is protected. */
  public static final Key<MailServer.Tls> MAIL_TLS =
      Key.of(
          "notify.mail.tls",
          ValueType.oneOf(MailServer.Tls.class),
          MailServer.Tls.STARTTLS,
          "Whether the connection to the mail server becomes TLS (starttls; without it nothing is"
              + " sent), is so from its beginning (tls), or is not (none).");

  /** Whose mail it is. */
  public static final Key<Optional<String>> MAIL_FROM =
      Key.optional("notify.mail.from", ValueType.text(), "The address that mail comes from.");

  /** Who logs in. */
  public static final Key<Optional<String>> MAIL_USER =
      Key.optional("notify.mail.user", ValueType.text(), "The user at the mail server.");

  /** The user's secret. */
  public static final Key<Optional<String>> MAIL_PASSWORD =
      Key.secret("notify.mail.password", "The user's password at the mail server.");

  /** Who is told by mail. */
  public static final Key<Map<String, String>> MAIL_TO =
      Key.of(
          "notify.mail.to",
          ValueType.map(),
          Map.of(),
          "Addresses that are told by mail, with blanks between, by the name that policies use.");

  /** Who is told by syslog. */
  public static final Key<Map<String, String>> SYSLOG =
      Key.of(
          "notify.syslog",
          ValueType.map(),
          Map.of(),
          "Syslog servers, udp://host:514, tcp://host:601 or tls://host:6514, by the name that"
              + " policies use.");

  /** Whom TLS trusts. */
  public static final Key<Optional<Path>> CERTIFICATES =
      Key.optional(
          "notify.certificates",
          ValueType.path(),
          "A file of certificates in PEM that mail and syslog over TLS trust, instead of those of"
              + " the Java platform.");

  /** All of them. */
  public static final List<Key<?>> KEYS =
      List.of(
          TEMPLATES,
          SLACK,
          MAIL_SERVER,
          MAIL_TLS,
          MAIL_FROM,
          MAIL_USER,
          MAIL_PASSWORD,
          MAIL_TO,
          SYSLOG,
          CERTIFICATES);

  /** Copies the maps. */
  public NotifySettings {
    templates = Map.copyOf(templates);
    slack = Map.copyOf(slack);
    mailTo = Map.copyOf(mailTo);
    syslog = Map.copyOf(syslog);
  }

  /**
   * The settings of a configuration.
   *
   * @param webhooks names of webhooks
   * @throws ConfigException with every problem
   */
  static NotifySettings from(Config config, Set<String> webhooks) {
    List<Problem> problems = new ArrayList<>();
    NotifySettings settings =
        new NotifySettings(
            templates(config, webhooks, problems),
            entries(config, SLACK, problems, NotifySettings::address, "write https://host/path"),
            mail(config, problems),
            entries(
                config,
                MAIL_TO,
                problems,
                NotifySettings::addresses,
                "write name@host, several with blanks between"),
            entries(
                config,
                SYSLOG,
                problems,
                SyslogServer::parse,
                "write udp://host:514, tcp://host:601 or tls://host:6514"),
            config.get(CERTIFICATES));
    if (!settings.mailTo.isEmpty() && settings.mail.isEmpty() && problems.isEmpty()) {
      problems.add(
          config.problem(
              MAIL_TO,
              "mail needs a server and an address that it comes from",
              "set notify.mail.server and notify.mail.from"));
    }
    try {
      Trust.of(settings.certificates);
    } catch (IllegalArgumentException e) {
      problems.add(
          config.problem(CERTIFICATES, String.valueOf(e.getMessage()), "name a file in PEM"));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return settings;
  }

  /** Values are never shown: some hold secrets. */
  private static <T> Map<String, T> entries(
      Config config,
      Key<Map<String, String>> key,
      List<Problem> problems,
      Function<String, T> reader,
      String todo) {
    Map<String, T> entries = new TreeMap<>();
    config
        .get(key)
        .forEach((name, text) -> {
          try {
            entries.put(name, reader.apply(text));
          } catch (IllegalArgumentException e) {
            problems.add(config.problem(key, "the address of '" + name + "' is none", todo));
          }
        });
    return entries;
  }

  private static URI address(String text) {
    return ResponderSettings.address(text)
        .orElseThrow(() -> new IllegalArgumentException("not an address"));
  }

  private static List<String> addresses(String text) {
    List<String> addresses = Arrays.stream(text.strip().split("\\s+", -1)).toList();
    if (!addresses.stream().allMatch(a -> a.matches("[^@,;<>\\s]+@[^@,;<>\\s]+"))) {
      throw new IllegalArgumentException("not an address of mail");
    }
    return addresses;
  }

  private static Map<String, String> templates(
      Config config, Set<String> webhooks, List<Problem> problems) {
    Map<String, String> templates = new TreeMap<>();
    config
        .get(TEMPLATES)
        .forEach((name, file) -> {
          try {
            String text = UserFile.read(Path.of(file));
            JsonTemplate _ = JsonTemplate.parse(text);
            templates.put(name, text);
          } catch (IOException | IllegalArgumentException e) {
            problems.add(
                config.problem(
                    TEMPLATES,
                    "the template of '" + name + "' cannot be used: " + e.getMessage(),
                    "name a file that holds a JSON object"));
          }
          if (!webhooks.contains(name)) {
            problems.add(
                config.problem(
                    TEMPLATES, "there is no webhook '" + name + "'", "set it in notify.webhooks"));
          }
        });
    return templates;
  }

  private static Optional<MailServer> mail(Config config, List<Problem> problems) {
    Optional<String> server = config.get(MAIL_SERVER);
    Optional<String> from = config.get(MAIL_FROM);
    if (server.isEmpty() || from.isEmpty()) {
      if (server.isPresent()) {
        problems.add(
            config.problem(
                MAIL_SERVER, "nobody is named whose mail it is", "set notify.mail.from"));
      }
      return Optional.empty();
    }
    try {
      String sender = addresses(from.get()).getFirst();
      return Optional.of(
          new MailServer(
              HostPort.parse(server.get()),
              config.get(MAIL_TLS),
              sender,
              config.get(MAIL_USER),
              config.get(MAIL_PASSWORD)));
    } catch (IllegalArgumentException e) {
      problems.add(
          config.problem(
              MAIL_SERVER,
              "the mail server, or the address that mail comes from, is none",
              "write host:port, and name@host"));
      return Optional.empty();
    }
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "NotifySettings[templates="
        + templates.keySet()
        + ", slack="
        + slack.keySet()
        + ", mail="
        + mailTo.keySet()
        + ", syslog="
        + syslog.keySet()
        + "]";
  }
}
