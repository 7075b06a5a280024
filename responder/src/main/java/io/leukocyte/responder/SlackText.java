package io.leukocyte.responder;

/** The payload of Slack's incoming webhooks, which others take as well. */
final class SlackText {
  private SlackText() {}

  static String of(Teller.Message message) {
    AlertText alert = AlertText.of(message);
    String text =
        "*" + escaped(alert.title()) + "*\n" + escaped(alert.output()) + "\n" + policy(message);
    return JournalLines.MAPPER.createObjectNode().put("text", text).toString();
  }

  private static String policy(Teller.Message message) {
    return "policy " + escaped(message.action().policy() + ", alert " + message.action().alert());
  }

  /** So that nothing in it is a link, a mention or a channel. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
