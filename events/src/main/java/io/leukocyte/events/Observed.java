package io.leukocyte.events;

/**
 * An event with its place in the stream.
 *
 * @param id where it stands
 * @param event what was seen
 */
public record Observed(EventId id, Event event) {}
