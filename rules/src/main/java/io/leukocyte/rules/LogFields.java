package io.leukocyte.rules;

import io.leukocyte.events.Columns;
import io.leukocyte.events.Kind;
import io.leukocyte.events.LogPart;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Fields of log lines that have a form: access logs, JSON, the audit log of a firewall. */
final class LogFields {
  private static final Set<Kind> LOG = EnumSet.of(Kind.CONTAINER_LOG);

  private LogFields() {}

  static void add(List<Field> to) {
    addRequest(to);
    to.add(
        text(
            "http.client",
            LogPart.CLIENT,
            Field.Type.ADDRESS,
            "address of whom the server talked to, without port; missing where the line has a"
                + " name"));
    to.add(text("http.status", LogPart.STATUS, Field.Type.NUMBER, "status of the answer"));
    to.add(text("http.user_agent", LogPart.USER_AGENT, "the header User-Agent"));
    to.add(text("http.referer", LogPart.REFERER, "the header Referer"));
    to.add(
        text(
            "http.host",
            LogPart.HOST,
            "the host that was asked for, without port, where the line has it"));
    to.add(text("http.version", LogPart.VERSION, "the protocol: HTTP/1.1"));
    to.add(
        text(
            "log.format",
            LogPart.FORMAT,
            "form of the line: common, combined, haproxy, json, modsecurity; missing for others"));
    to.add(
        text(
            "log.level",
            LogPart.LEVEL,
            "trace, debug, info, notice, warn, error or critical: of a JSON object, after level=,"
                + " or a word in capitals or brackets in the first 96 bytes"));
    to.add(
        Fields.plain(
                "log.lines",
                Field.Type.NUMBER,
                "how many lines it is: more than one where those of a stack trace were joined")
            .in(LOG, Fields.few(row -> Math.max(1, row.intAt(Columns.Log.LINES)))));
    to.add(text("log.message", LogPart.MESSAGE, "the message of a JSON object"));
    to.add(
        new Field(
                "log.json",
                Field.Type.STRING,
                Field.Argument.KEY,
                false,
                "a value of a JSON object by the names that lead to it, in any case:"
                    + " log.json[user.name]; of an array each element")
            .with(
                LOG,
                a ->
                    List.of(
                        new Source.Part(
                            LogPart.MESSAGE, a == null ? "" : a.toLowerCase(Locale.ROOT)))));
    to.add(
        text(
            "waf.rule_id",
            LogPart.WAF_RULE,
            "id of a rule of a web application firewall that matched; each of up to 64"));
    to.add(text("waf.message", LogPart.WAF_MESSAGE, "what such a rule says; each of up to 64"));
  }

  private static void addRequest(List<Field> to) {
    to.add(
        text(
            "http.method",
            LogPart.METHOD,
            "method of a request in the line; missing when the request could not be read"));
    to.add(
        text(
            "http.path",
            LogPart.PATH,
            "what was asked for, up to the question mark, as it was sent"));
    to.add(text("http.path_decoded", LogPart.PATH_DECODED, "the path, percent-decoded once"));
    to.add(text("http.path_decoded2", LogPart.PATH_DECODED2, "the path, percent-decoded twice"));
    to.add(
        text(
            "http.query",
            LogPart.QUERY,
            "what follows the first question mark, as it was sent; missing without one"));
    to.add(
        text(
            "http.query_decoded",
            LogPart.QUERY_DECODED,
            "the query, percent-decoded once, + as a blank"));
    to.add(
        text(
            "http.query_decoded2",
            LogPart.QUERY_DECODED2,
            "the query, percent-decoded twice, + as a blank"));
  }

  private static Field text(String name, LogPart part, String description) {
    return text(name, part, Field.Type.STRING, description);
  }

  private static Field text(String name, LogPart part, Field.Type type, String description) {
    return Fields.plain(name, type, description).in(LOG, new Source.Part(part, ""));
  }
}
