package io.leukocyte.events;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An operator's order to the responders of one host, or of all. {@link OrderJson} writes, signs,
 * reads and checks it.
 *
 * @param id random; an order is carried out once
 * @param host whose responder: a host id, or {@code *} for all
 * @param kind what is to be done
 * @param what a container's name or id, an action's id or an alert's; empty where the kind needs
 *     none
 * @param length after which time it is taken back; empty: when somebody releases it
 * @param undo for an emergency stop: whether all that is in force is taken back too
 * @param author who gives it
 * @param reason why; may be empty
 * @param created when it was given, unix nanoseconds
 * @param expires from when on it is not carried out any more, unix nanoseconds; at most an hour
 *     after it was created
 */
public record Order(
    ActionId id,
    String host,
    Kind kind,
    String what,
    Optional<Duration> length,
    boolean undo,
    String author,
    String reason,
    long created,
    long expires) {
  /** The host of an order to all. */
  public static final String EVERYWHERE = "*";

  /** Longer than that no order may be valid. */
  public static final Duration LONGEST_LIFE = Duration.ofHours(1);

  private static final int MOST_TEXT = 512;
  private static final Pattern WHITE = Pattern.compile("\\s");

  /** What is to be done. */
  public enum Kind {
    /** Take back what is in force on a container, or one action. */
    RELEASE,
    /** Take back everything. */
    RELEASE_ALL,
    /** Carry out what waits for an approval on a container, or one action. */
    APPROVE,
    /** Close what waits for an approval. */
    DENY,
    /** Cut a container off. */
    QUARANTINE,
    /** Freeze a container. */
    PAUSE,
    /** End a container. */
    KILL,
    /** Put a web application firewall in front of a container. */
    WAF,
    /** Take back all that an alert caused, which was false. */
    FALSE_ALERT,
    /** The emergency stop. */
    STOP,
    /** The end of the emergency stop. */
    RESUME;

    /** The word in JSON: {@code release-all}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The kind of a word.
     *
     * @throws IllegalArgumentException when there is none
     */
    static Kind of(String text) {
      for (Kind kind : values()) {
        if (kind.text().equals(text)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("an order such as release is expected");
    }

    /** Whether it is about a container or an action. */
    boolean needsWhat() {
      return switch (this) {
        case RELEASE, APPROVE, DENY, QUARANTINE, PAUSE, KILL, WAF, FALSE_ALERT -> true;
        case RELEASE_ALL, STOP, RESUME -> false;
      };
    }
  }

  /** The id of the action on the topic of actions with which a host answers this order. */
  public ActionId answerOf(HostId responder) {
    return ActionId.of("order", id.value(), responder.value());
  }

  /**
   * Checks what must fit together.
   *
   * @throws IllegalArgumentException when it does not; the message is one clause
   */
  public Order {
    if (!host.equals(EVERYWHERE)) {
      HostId _ = new HostId(host);
    }
    if (what.isEmpty() == kind.needsWhat() || WHITE.matcher(what).find()) {
      throw new IllegalArgumentException(
          "the order "
              + kind.text()
              + " does not go with '"
              + Text.clip(Text.printable(what), 80)
              + "'");
    }
    if (author.isBlank()) {
      throw new IllegalArgumentException("an order needs an author");
    }
    if (what.length() > MOST_TEXT || author.length() > MOST_TEXT || reason.length() > MOST_TEXT) {
      throw new IllegalArgumentException(
          "a text of an order has at most " + MOST_TEXT + " characters");
    }
    if (expires <= created || expires - created > LONGEST_LIFE.toNanos()) {
      throw new IllegalArgumentException("an order is valid for at most one hour");
    }
  }
}
