/** Indexing: alerts, actions and container logs become documents in Elasticsearch. */
@NullMarked
package io.leukocyte.indexer;

import org.jspecify.annotations.NullMarked;
