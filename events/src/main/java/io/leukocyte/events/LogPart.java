package io.leukocyte.events;

/** What a {@link ParsedLine} finds in a log line. */
public enum LogPart {
  /**
   * The line's form: {@code common}, {@code combined}, {@code haproxy}, {@code json}, {@code
   * modsecurity}.
   */
  FORMAT,
  /** The request's method; missing when the request could not be read. */
  METHOD,
  /**
   * The target up to its question mark, as it was sent; of a whole address what follows the host.
   */
  PATH,
  /** The path, percent-decoded once. */
  PATH_DECODED,
  /** The path, percent-decoded twice. */
  PATH_DECODED2,
  /** The target after its first question mark, as it was sent; missing without one. */
  QUERY,
  /** The query, percent-decoded once. */
  QUERY_DECODED,
  /** The query, percent-decoded twice. */
  QUERY_DECODED2,
  /** The status of the answer: three digits. */
  STATUS,
  /** Address, or name, of whom the server talked to; without port and brackets. */
  CLIENT,
  /** The header User-Agent. */
  USER_AGENT,
  /** The header Referer. */
  REFERER,
  /** The host that was asked for. */
  HOST,
  /** The protocol: {@code HTTP/1.1}. */
  VERSION,
  /**
   * {@code trace}, {@code debug}, {@code info}, {@code notice}, {@code warn}, {@code error} or
   * {@code critical}.
   */
  LEVEL,
  /** The message of a JSON object. */
  MESSAGE,
  /** Ids of the rules of a web application firewall that matched; many. */
  WAF_RULE,
  /** What those rules say; many. */
  WAF_MESSAGE
}
