package io.leukocyte.responder;

import java.util.Collection;
import java.util.Set;

/**
 * The names of settings that policies can use: to tell people, and to run.
 *
 * @param webhooks of the setting notify.webhooks
 * @param slack of the setting notify.slack
 * @param mail of the setting notify.mail.to
 * @param syslog of the setting notify.syslog
 * @param programs of the file of responder.run-file
 */
public record Channels(
    Set<String> webhooks,
    Set<String> slack,
    Set<String> mail,
    Set<String> syslog,
    Set<String> programs) {
  /** Copies the sets. */
  public Channels {
    webhooks = Set.copyOf(webhooks);
    slack = Set.copyOf(slack);
    mail = Set.copyOf(mail);
    syslog = Set.copyOf(syslog);
    programs = Set.copyOf(programs);
  }

  /** Those with webhooks alone. */
  static Channels ofWebhooks(Collection<String> names) {
    return new Channels(Set.copyOf(names), Set.of(), Set.of(), Set.of(), Set.of());
  }
}
