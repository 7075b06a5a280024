package io.leukocyte.responder;

import java.util.Collection;
import java.util.Set;

/**
 * The names under which policies can tell people.
 *
 * @param webhooks of the setting notify.webhooks
 * @param slack of the setting notify.slack
 * @param mail of the setting notify.mail.to
 * @param syslog of the setting notify.syslog
 */
public record Channels(
    Set<String> webhooks, Set<String> slack, Set<String> mail, Set<String> syslog) {
  /** Copies the sets. */
  public Channels {
    webhooks = Set.copyOf(webhooks);
    slack = Set.copyOf(slack);
    mail = Set.copyOf(mail);
    syslog = Set.copyOf(syslog);
  }

  /** Those with webhooks alone. */
  static Channels ofWebhooks(Collection<String> names) {
    return new Channels(Set.copyOf(names), Set.of(), Set.of(), Set.of());
  }
}
