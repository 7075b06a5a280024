package io.leukocyte.events;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A package with a known flaw in an image or a container. It is told anew when its state changes,
 * with the same id; {@link FindingJson} writes and reads it.
 *
 * @param advisory what is known of the flaw
 * @param software the package
 * @param fixedVersion the first version without the flaw; null when there is none yet
 * @param image where the package is installed
 * @param container the container that runs the image; null when the finding is about the image
 *     alone
 * @param host where the container runs; null without one
 * @param state whether the flaw is there
 * @param found when it was first found, unix nanoseconds
 * @param updated when this was found to be so, unix nanoseconds: of two with the same id the later
 *     one holds
 * @param fixedBy the action that mended it; null when none of ours did
 */
public record Finding(
    Advisory advisory,
    Software software,
    @Nullable String fixedVersion,
    Image image,
    @Nullable ContainerRef container,
    @Nullable HostId host,
    State state,
    long found,
    long updated,
    @Nullable ActionId fixedBy) {

  /** Of the same flaw in the same package at the same place always the same. */
  public FindingId id() {
    return FindingId.of(
        advisory.id(),
        software.purl(),
        image.digest() == null ? image.name() + ":" + image.tag() : image.digest(),
        container == null ? "" : container.id().value());
  }

  /** Whether the flaw is there. */
  public enum State {
    /** It is. */
    OPEN,
    /** It was, and is no more. */
    FIXED,
    /** It was fixed, and is there again. */
    REOPENED;

    /** As documents have it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How bad the flaw is, by the advisory's own words or by its CVSS score. */
  public enum Severity {
    /** Nobody says. */
    UNKNOWN(0),
    /** CVSS 0.1 to 3.9. */
    LOW(21),
    /** CVSS 4.0 to 6.9. */
    MEDIUM(47),
    /** CVSS 7.0 to 8.9. */
    HIGH(73),
    /** CVSS 9.0 and above. */
    CRITICAL(99);

    private final int number;

    Severity(int number) {
      this.number = number;
    }

    /** ECS event.severity, on the scale of the alerts'. */
    public int number() {
      return number;
    }

    /** As documents have it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Severity> ofText(String text) {
      for (Severity severity : values()) {
        if (severity.text().equals(text)) {
          return Optional.of(severity);
        }
      }
      return Optional.empty();
    }
  }

  /**
   * What is known of the flaw.
   *
   * @param id {@code CVE-2026-1234}, or the issuer's own
   * @param severity how bad
   * @param score CVSS base score, 0 to 10; null when there is none
   * @param scoreVersion version of CVSS, such as {@code 3.1}; null without a score
   * @param description one paragraph; empty when there is none
   * @param reference a page about it; null when there is none
   * @param vendor who says so: the source of the advisory
   */
  public record Advisory(
      String id,
      Severity severity,
      @Nullable Double score,
      @Nullable String scoreVersion,
      String description,
      @Nullable String reference,
      String vendor) {}

  /**
   * The package.
   *
   * @param type as in package URLs: deb, apk, rpm, maven, npm, pypi, golang …
   * @param name its name
   * @param version as installed
   * @param purl package URL, {@code pkg:deb/debian/openssl@3.0.11}
   * @param architecture such as {@code amd64}; null when it has none
   * @param path of the file that it was found in; null for a package of the system
   */
  public record Software(
      String type,
      String name,
      String version,
      String purl,
      @Nullable String architecture,
      @Nullable String path) {}

  /**
   * Where the package is installed.
   *
   * @param name repository of the image, without the tag
   * @param tag the image's tag; null when it has none
   * @param digest the image's content id, {@code sha256:…}; null when it is not known
   */
  public record Image(String name, @Nullable String tag, @Nullable String digest) {}
}
