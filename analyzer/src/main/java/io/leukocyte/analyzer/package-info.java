/** Detection: batches of events become alerts and incidents. */
@NullMarked
package io.leukocyte.analyzer;

import org.jspecify.annotations.NullMarked;
