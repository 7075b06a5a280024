package io.leukocyte.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.HostId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The documents of one host in Elasticsearch, as it is without a password. */
final class StoredDocuments implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int PAGE = 10_000;

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI url;

  StoredDocuments(int port) {
    url = URI.create("http://127.0.0.1:" + port);
  }

  /** How many there are of a host in a data set. */
  int count(String dataset, HostId host) throws IOException, InterruptedException {
    ask(dataset, "_refresh", "{}");
    return ask(dataset, "_count", "{\"query\":" + of(host) + "}").path("count").asInt(-1);
  }

  /**
   * One field of each document of a host, in no order.
   *
   * @param field its path as a JSON pointer
   */
  List<String> all(String dataset, HostId host, String field)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>();
    String after = "";
    while (true) {
      JsonNode hits =
          ask(
                  dataset,
                  "_search",
                  "{\"size\":%d,\"query\":%s,\"sort\":[{\"event.id\":\"asc\"},{\"_index\":\"asc\"}]%s}"
                      .formatted(PAGE, of(host), after))
              .at("/hits/hits");
      hits.forEach(hit -> all.add(hit.path("_source").at(field).asText()));
      if (hits.size() < PAGE) {
        return all;
      }
      after = ",\"search_after\":" + hits.get(hits.size() - 1).path("sort");
    }
  }

  /** Lets later documents of a data set go into another index. */
  void rollOver(String dataset) throws IOException, InterruptedException {
    if (!ask(dataset, "_rollover", "{}").path("rolled_over").asBoolean()) {
      throw new IOException("Elasticsearch did not roll over " + dataset);
    }
  }

  private static String of(HostId host) {
    return "{\"term\":{\"host.id\":\"" + host.value() + "\"}}";
  }

  private JsonNode ask(String dataset, String what, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(url.resolve("/logs-leukocyte." + dataset + "-default/" + what))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(30))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return MAPPER.readTree(http.send(request, BodyHandlers.ofString()).body());
  }

  @Override
  public void close() {
    http.close();
  }
}
