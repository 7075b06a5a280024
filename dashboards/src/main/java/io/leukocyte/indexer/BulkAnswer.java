package io.leukocyte.indexer;

import java.util.List;

/** What a bulk request came to. */
sealed interface BulkAnswer {
  /**
   * The node took the request.
   *
   * @param items what became of each document, in their order
   */
  record Taken(List<Item> items) implements BulkAnswer {
    public Taken {
      items = List.copyOf(items);
    }
  }

  /**
   * Nothing is known to be stored: the node is away, busy or full. To be sent again.
   *
   * @param problem what happened
   * @param todo what to do when it lasts
   * @param outcome what may have become of the documents all the same
   */
  record Away(String problem, String todo, Outcome outcome) implements BulkAnswer {}

  /** What may have become of a request without a proper answer. */
  enum Outcome {
    /** None of its documents is stored. */
    NOTHING_STORED,
    /** Some may be stored: the connection ended, or the answer did not come. */
    PERHAPS_STORED,
    /** None is stored, and none will be before somebody changes something: to be tried seldom. */
    NOT_ALLOWED
  }

  /**
   * The node refuses the request for what is in it: one document, or its size. In smaller parts it
   * may take most of them.
   *
   * @param problem what the node said
   */
  record Refused(String problem) implements BulkAnswer {}

  /** What became of one document. */
  sealed interface Item {
    /** It is stored now. */
    record Created() implements Item {}

    /** It was stored before. */
    record Known() implements Item {}

    /**
     * To be sent again.
     *
     * @param problem what the node said
     * @param todo what to do when it lasts
     */
    record Busy(String problem, String todo) implements Item {}

    /**
     * It will never be stored as it is.
     *
     * @param problem what the node said
     */
    record Rejected(String problem) implements Item {}
  }
}
