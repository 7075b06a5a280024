package io.leukocyte.responder;

import java.time.Duration;

/**
 * How much evidence is kept.
 *
 * @param total bytes of all evidence on this host; the oldest goes first
 * @param file bytes of a file that is copied
 * @param copies bytes of all copied files of one snapshot
 * @param delay a response waits so long for what is volatile, at most
 */
record EvidenceLimits(long total, long file, long copies, Duration delay) {
  /** What the settings have unless somebody sets them. */
  static final EvidenceLimits DEFAULT =
      new EvidenceLimits(
          ResponderSettings.EVIDENCE_BYTES.fallback(),
          ResponderSettings.EVIDENCE_FILE_BYTES.fallback(),
          ResponderSettings.EVIDENCE_COPIES_BYTES.fallback(),
          ResponderSettings.EVIDENCE_DELAY.fallback());
}
