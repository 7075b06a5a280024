package io.leukocyte.deploy;

/** Who may use an embedded server on loopback. */
enum Access {
  /** Who knows the password that was made at the first start. */
  PASSWORD,
  /** Everybody on this machine; for trials. */
  OPEN
}
