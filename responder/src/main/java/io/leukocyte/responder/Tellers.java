package io.leukocyte.responder;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/** The ways to tell people that the settings name. */
final class Tellers {
  private Tellers() {}

  static Map<Notify.Channel, Teller> of(ResponderSettings settings, Notifier.Poster poster) {
    NotifySettings notify = settings.telling();
    Map<Notify.Channel, Teller> tellers = new HashMap<>(ofWebhooks(settings.webhooks(), poster));
    notify
        .templates()
        .forEach((name, text) -> {
          URI address = settings.webhooks().get(name);
          if (address != null) {
            JsonTemplate template = JsonTemplate.parse(text);
            tellers.put(
                new Notify.Channel.Webhook(name),
                new WebhookTeller(poster, address, template::fill));
          }
        });
    notify
        .slack()
        .forEach((name, address) ->
            tellers.put(
                new Notify.Channel.Slack(name), new WebhookTeller(poster, address, SlackText::of)));
    SSLContext trust = Trust.of(notify.certificates());
    notify
        .mail()
        .ifPresent(server ->
            notify
                .mailTo()
                .forEach((name, to) ->
                    tellers.put(new Notify.Channel.Mail(name), new MailTeller(server, to, trust))));
    notify
        .syslog()
        .forEach((name, server) ->
            tellers.put(new Notify.Channel.Syslog(name), new SyslogTeller(server, trust)));
    return tellers;
  }

  /** Webhooks that are sent the alert's document. */
  static Map<Notify.Channel, Teller> ofWebhooks(
      Map<String, URI> addresses, Notifier.Poster poster) {
    Function<Teller.Message, String> document = Teller.Message::document;
    Map<Notify.Channel, Teller> tellers = new HashMap<>();
    addresses.forEach((name, address) ->
        tellers.put(
            new Notify.Channel.Webhook(name), new WebhookTeller(poster, address, document)));
    return tellers;
  }
}
