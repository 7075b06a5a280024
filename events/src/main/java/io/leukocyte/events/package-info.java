/**
 * The shared language of Leukocyte: event, alert and action types, their wire forms, and the
 * topics.
 */
@NullMarked
package io.leukocyte.events;

import org.jspecify.annotations.NullMarked;
