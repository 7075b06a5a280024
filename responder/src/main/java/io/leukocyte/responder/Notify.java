package io.leukocyte.responder;

import java.time.Duration;
import java.util.Optional;

/**
 * Somebody is told of the alert.
 *
 * @param channel how
 */
record Notify(Channel channel) implements Response {
  @Override
  public String type() {
    return "notify";
  }

  @Override
  public Optional<Duration> length() {
    return Optional.empty();
  }

  /** The way to whom is told. */
  sealed interface Channel {
    /** A line in our own log. */
    record Log() implements Channel {}

    /**
     * The alert's document, posted.
     *
     * @param name the endpoint's name in the setting notify.webhooks
     */
    record Webhook(String name) implements Channel {}
  }
}
