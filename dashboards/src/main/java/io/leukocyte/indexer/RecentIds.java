package io.leukocyte.indexer;

/**
 * The ids of documents that were sent not long ago, as hashes in a table of fixed size: a newer one
 * takes the place of an older. Who writes a topic may write a record twice; the second is a
 * conflict in Elasticsearch unless the stream was rolled over in between, so it is worth a look. A
 * hash that two ids share costs a look, and one that was forgotten is what it would be without.
 */
final class RecentIds {
  /** Four megabytes: of 1,000 documents a second some eight minutes. */
  private static final int SLOTS = 1 << 19;

  private static final long PRIME = 0x100000001b3L;

  private final long[] hashes = new long[SLOTS];

  /** Remembers an id; whether it was there. */
  boolean addedBefore(String id) {
    long hash = hash(id);
    int slot = (int) (hash & (SLOTS - 1));
    boolean before = hashes[slot] == hash;
    hashes[slot] = hash;
    return before;
  }

  /** FNV-1a over the characters, mixed so that the low bits depend on all; never 0. */
  private static long hash(String id) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * PRIME;
    }
    hash ^= hash >>> 32;
    return hash == 0 ? 1 : hash;
  }
}
