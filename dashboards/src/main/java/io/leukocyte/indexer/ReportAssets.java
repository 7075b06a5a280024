package io.leukocyte.indexer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Properties;

/** What is written into the page of a report: our style and script, and the library of charts. */
final class ReportAssets {
  private static final String LIBRARY = "META-INF/maven/org.webjars.npm/chart.js/pom.properties";

  private ReportAssets() {}

  /** The style sheet. */
  static String style() {
    return ours("report.css");
  }

  /** The script that draws charts of the tables. */
  static String script() {
    return ours("report.js");
  }

  /** Chart.js, without the line that names a file for debuggers, which is not there. */
  static String library() {
    Properties properties = new Properties();
    try (InputStream in = open(LIBRARY)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String version = properties.getProperty("version");
    String text = text("META-INF/resources/webjars/chart.js/" + version + "/dist/chart.umd.min.js");
    return embeddable(text.replaceAll("(?m)^//# sourceMappingURL=.*$", ""));
  }

  private static String ours(String name) {
    return embeddable(text("io/leukocyte/indexer/" + name));
  }

  /** The text, which must not hold what would end the element that it stands in. */
  private static String embeddable(String text) {
    if (text.contains("</script") || text.contains("</style") || text.contains("<!--")) {
      throw new IllegalStateException("A file of the page holds a tag that would end it");
    }
    return text;
  }

  private static String text(String name) {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream in = ReportAssets.class.getClassLoader().getResourceAsStream(name);
    if (in == null) {
      throw new IOException("The class path has no " + name + "; build Leukocyte again");
    }
    return in;
  }

  /** How a content security policy names a text that may stand in the page. */
  static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }
}
