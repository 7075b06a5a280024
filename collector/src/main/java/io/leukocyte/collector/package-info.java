/**
 * The host agent: what containers do, from kernel, engine and logs, becomes batches on the topic of
 * events.
 */
@NullMarked
package io.leukocyte.collector;

import org.jspecify.annotations.NullMarked;
