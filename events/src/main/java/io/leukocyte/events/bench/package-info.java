/**
 * What all benches share: trials of the measured thing and of its limit take turns, and a report
 * tells each figure with its spread and its ratio to that limit.
 */
@NullMarked
package io.leukocyte.events.bench;

import org.jspecify.annotations.NullMarked;
