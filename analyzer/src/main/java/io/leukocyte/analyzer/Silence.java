package io.leukocyte.analyzer;

import java.time.Duration;
import java.util.function.IntPredicate;

/**
 * When a host's silence is an alert.
 *
 * @param after so long after its last batch, by the analyzer's clock, while the partition was heard
 * @param hears whether Kafka answers and no batch of a partition waits
 */
record Silence(Duration after, IntPredicate hears) {}
