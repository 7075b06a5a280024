package io.leukocyte.events;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is said of an image last: that it lost trust, so that its containers may not start, or that
 * it has it again. {@link BlockedImageJson} writes, signs, reads and checks it.
 *
 * @param digest the image's content id, {@code sha256:…}
 * @param image its name, for people; may be empty
 * @param blocked false: it is trusted again
 * @param running what is done with its containers that run when it is blocked
 * @param reason why; may be empty
 * @param author the operator, or the policy's name
 * @param policy the policy that wants it; null when an operator does
 * @param alert that led to it; null when none did
 * @param since when it was said, unix nanoseconds
 * @param expires from when on it is trusted again, unix nanoseconds; 0: when somebody says so
 */
public record BlockedImage(
    String digest,
    String image,
    boolean blocked,
    Running running,
    String reason,
    String author,
    @Nullable String policy,
    @Nullable AlertId alert,
    long since,
    long expires) {
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final int MOST_TEXT = 512;

  /** What is done with containers that run already. */
  public enum Running {
    /** Nothing. */
    LEAVE,
    /** They are ended. */
    STOP,
    /** They are frozen. */
    PAUSE,
    /** They are cut off. */
    QUARANTINE;

    /** The word of policies and JSON. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The one of a word.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Running of(String text) {
      for (Running running : values()) {
        if (running.text().equals(text)) {
          return running;
        }
      }
      throw new IllegalArgumentException("leave, stop, pause or quarantine is expected");
    }
  }

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException when it is another; the message is one clause
   */
  public BlockedImage {
    if (!isDigest(digest)) {
      throw new IllegalArgumentException(
          "'" + Text.clip(Text.printable(digest), 80) + "' is not an image's id, sha256:…");
    }
    if (author.isBlank()) {
      throw new IllegalArgumentException("somebody must say it");
    }
    if (image.length() > MOST_TEXT || author.length() > MOST_TEXT || reason.length() > MOST_TEXT) {
      throw new IllegalArgumentException("a text has at most " + MOST_TEXT + " characters");
    }
  }

  /** Whether a text is the content id of an image. */
  public static boolean isDigest(String text) {
    return DIGEST.matcher(text).matches();
  }

  /** Whether its containers may not start at that time. */
  public boolean holds(long now) {
    return blocked && (expires == 0 || now < expires);
  }

  /** The same image, trusted again. */
  public BlockedImage lifted(String by, String why, long now) {
    return new BlockedImage(digest, image, false, Running.LEAVE, why, by, null, null, now, 0);
  }

  /** Its name, else its id as far as people need it. */
  public String shown() {
    return image.isEmpty() ? digest.substring(0, "sha256:".length() + 12) : image;
  }
}
