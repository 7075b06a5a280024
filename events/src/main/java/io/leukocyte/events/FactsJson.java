package io.leukocyte.events;

/** Container facts as the JSON object that rows and the JSON form share. */
final class FactsJson {
  private FactsJson() {}

  static String write(ContainerFacts facts) {
    throw new IllegalStateException(facts.state());
  }

  static ContainerFacts read(String json, long time, ContainerRef container) {
    return ContainerFacts.unknown(time, container);
  }
}
