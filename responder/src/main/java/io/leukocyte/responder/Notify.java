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

  @Override
  public boolean tells() {
    return true;
  }

  /** The way to whom is told. */
  sealed interface Channel {
    /** What it is called in messages. */
    String description();

    /** A line in our own log. */
    record Log() implements Channel {
      @Override
      public String description() {
        return "our own log";
      }
    }

    /**
     * The alert's document, or what a template makes of it, posted.
     *
     * @param name the endpoint's name in the setting notify.webhooks
     */
    record Webhook(String name) implements Channel {
      @Override
      public String description() {
        return "the webhook " + name;
      }
    }

    /**
     * A text for an incoming webhook of Slack.
     *
     * @param name the endpoint's name in the setting notify.slack
     */
    record Slack(String name) implements Channel {
      @Override
      public String description() {
        return "the Slack webhook " + name;
      }
    }

    /**
     * A mail.
     *
     * @param name the addresses' name in the setting notify.mail.to
     */
    record Mail(String name) implements Channel {
      @Override
      public String description() {
        return "the mail to " + name;
      }
    }

    /**
     * A syslog message.
     *
     * @param name the server's name in the setting notify.syslog
     */
    record Syslog(String name) implements Channel {
      @Override
      public String description() {
        return "the syslog server " + name;
      }
    }
  }
}
