package io.leukocyte.indexer;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.List;
import javax.net.ssl.SSLException;
import org.elasticsearch.client.ResponseException;

/** What is said when Elasticsearch does not answer. */
final class ReportProblem {
  private ReportProblem() {}

  /** What failed, why, and what to do. */
  static String of(IOException failure, List<String> urls) {
    String where = "Elasticsearch at " + String.join(", ", urls);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ResponseException refused) {
        return where + refused(refused.getResponse().getStatusLine().getStatusCode());
      }
      if (cause instanceof JsonProcessingException) {
        return where + " answers with what is no JSON; see whether elasticsearch.url is right.";
      }
      if (cause instanceof SSLException) {
        return where
            + " cannot be trusted: %s; set elasticsearch.ca-file to the certificates that signed its own."
                .formatted(cause.getMessage());
      }
    }
    String why = failure.getMessage() == null ? failure.getClass().getName() : failure.getMessage();
    return where
        + " does not answer: %s; start it (leuko up), or say where it is with elasticsearch.url."
            .formatted(why);
  }

  private static String refused(int status) {
    return switch (status) {
      case 401 ->
          " refuses the user (401); set elasticsearch.username and elasticsearch.password, or"
              + " elasticsearch.api-key. Of leuko up they are in the data folder: run as the user"
              + " who started it, or give --data.";
      case 403 ->
          " does not let this user read (403); it needs the privilege read on logs-leukocyte.*,"
              + " metrics-leukocyte.*, leukocyte-incidents-* and leukocyte-findings-*.";
      case 429, 503 -> " is too busy (" + status + "); try again, or ask for a shorter period.";
      default ->
          " answers with status "
              + status
              + "; see its log, and whether elasticsearch.url is right.";
    };
  }
}
