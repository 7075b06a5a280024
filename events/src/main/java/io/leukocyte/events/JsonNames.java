package io.leukocyte.events;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names under which log lines in JSON hold what a {@link ParsedLine} looks for: those of ECS
 * and OpenTelemetry, of the usual loggers, of the access logs of Caddy, Traefik and Envoy and those
 * that nginx is mostly configured with, and of ModSecurity's audit log, versions 2 and 3.
 */
final class JsonNames {
  /** What stands under a name. */
  enum Meaning {
    MESSAGE,
    LEVEL,
    METHOD,
    /** A target: path, or path and query, or a whole address. */
    TARGET,
    QUERY,
    /** Method, target and version, as in HTTP. */
    REQUEST,
    STATUS,
    CLIENT,
    USER_AGENT,
    REFERER,
    HOST,
    VERSION,
    WAF_RULE,
    WAF_MESSAGE,
    /** A message of ModSecurity 2, with {@code [id "…"]} and {@code [msg "…"]} in it. */
    WAF_TEXT,
    /** What only ModSecurity's audit log has. */
    WAF_MARK
  }

  private static final Map<Meaning, List<String>> NAMES = names();
  private static final int SLOTS = 512;
  private static final byte[][] KEYS = new byte[SLOTS][];
  private static final Meaning[] MEANINGS = new Meaning[SLOTS];
  private static final int LONGEST;

  static {
    int longest = 0;
    for (Map.Entry<Meaning, List<String>> entry : NAMES.entrySet()) {
      for (String name : entry.getValue()) {
        byte[] key = name.getBytes(StandardCharsets.US_ASCII);
        int slot = hash(key, key.length);
        while (KEYS[slot] != null) {
          slot = (slot + 1) & (SLOTS - 1);
        }
        KEYS[slot] = key;
        MEANINGS[slot] = entry.getKey();
        longest = Math.max(longest, key.length);
      }
    }
    LONGEST = longest;
  }

  private JsonNames() {}

  private static Map<Meaning, List<String>> names() {
    Map<Meaning, List<String>> names = new EnumMap<>(Meaning.class);
    names.put(Meaning.MESSAGE, List.of("message", "msg", "@message", "log", "text", "body"));
    names.put(
        Meaning.LEVEL,
        List.of(
            "level",
            "log.level",
            "severity",
            "lvl",
            "loglevel",
            "log_level",
            "levelname",
            "level_name",
            "severity_text",
            "severitytext",
            "@l"));
    names.put(
        Meaning.METHOD,
        List.of(
            "method",
            "request_method",
            "requestmethod",
            "http.request.method",
            "http.method",
            "http_method",
            "request.method",
            "req.method",
            "verb",
            "transaction.request.method"));
    names.put(
        Meaning.TARGET,
        List.of(
            "uri",
            "request_uri",
            "requesturi",
            "url",
            "path",
            "requestpath",
            "request_path",
            "request.uri",
            "request.url",
            "request.path",
            "req.url",
            "url.original",
            "url.path",
            "url.full",
            "http.target",
            "http.url",
            "http.path",
            "transaction.request.uri"));
    names.put(Meaning.QUERY, List.of("args", "query", "query_string", "querystring", "url.query"));
    names.put(
        Meaning.REQUEST, List.of("request", "request_line", "requestline", "request.request_line"));
    names.put(
        Meaning.STATUS,
        List.of(
            "status",
            "status_code",
            "statuscode",
            "http_status",
            "response_code",
            "http.response.status_code",
            "http.status_code",
            "http.status",
            "response.status",
            "response.status_code",
            "res.statuscode",
            "downstreamstatus",
            "transaction.response.http_code"));
    names.put(
        Meaning.CLIENT,
        List.of(
            "remote_addr",
            "remote_ip",
            "remoteaddr",
            "remoteip",
            "client_ip",
            "clientip",
            "clienthost",
            "clientaddr",
            "client.ip",
            "client.address",
            "source.ip",
            "source.address",
            "request.remote_ip",
            "request.client_ip",
            "request.remote_addr",
            "req.remoteaddress",
            "downstream_remote_address",
            "http.client_ip",
            "network.client.ip",
            "transaction.client_ip",
            "transaction.remote_address"));
    names.put(
        Meaning.USER_AGENT,
        List.of(
            "user_agent",
            "useragent",
            "user-agent",
            "http_user_agent",
            "user_agent.original",
            "http.user_agent",
            "http.useragent",
            "agent",
            "request_user-agent",
            "request.headers.user-agent",
            "req.headers.user-agent",
            "transaction.request.headers.user-agent"));
    names.put(
        Meaning.REFERER,
        List.of(
            "referer",
            "referrer",
            "http_referer",
            "http_referrer",
            "http.request.referrer",
            "http.referer",
            "request_referer",
            "request.headers.referer",
            "req.headers.referer",
            "transaction.request.headers.referer"));
    names.put(
        Meaning.HOST,
        List.of(
            "host",
            "http_host",
            "vhost",
            "authority",
            ":authority",
            "requesthost",
            "request.host",
            "request.headers.host",
            "req.headers.host",
            "url.domain",
            "http.host",
            "transaction.request.headers.host"));
    names.put(
        Meaning.VERSION,
        List.of(
            "protocol",
            "server_protocol",
            "requestprotocol",
            "request.proto",
            "http.version",
            "http_version",
            "transaction.request.http_version"));
    names.put(Meaning.WAF_RULE, List.of("transaction.messages.details.ruleid"));
    names.put(Meaning.WAF_MESSAGE, List.of("transaction.messages.message"));
    names.put(Meaning.WAF_TEXT, List.of("audit_data.messages"));
    names.put(
        Meaning.WAF_MARK,
        List.of(
            "transaction.unique_id",
            "transaction.transaction_id",
            "transaction.producer.modsecurity"));
    return names;
  }

  /** What stands under a name; null when it says nothing. */
  static @Nullable Meaning find(byte[] path, int length) {
    if (length > LONGEST) {
      return null;
    }
    int slot = hash(path, length);
    while (KEYS[slot] != null) {
      if (Arrays.equals(KEYS[slot], 0, KEYS[slot].length, path, 0, length)) {
        return MEANINGS[slot];
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    return null;
  }

  private static int hash(byte[] bytes, int length) {
    int hash = length;
    for (int i = 0; i < length; i++) {
      hash = hash * 31 + bytes[i];
    }
    return (hash ^ hash >>> 9) & (SLOTS - 1);
  }
}
