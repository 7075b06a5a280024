package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * Facts that were not delivered.
 *
 * @param time unix nanoseconds: when the loss was noticed
 * @param container whose facts they were; null when they are of several or of none
 * @param source where they were lost: ring, sequence, log, engine-events, spool, batch …
 * @param lostKind the name of the kind, or {@code any}
 * @param reason one word or short phrase: full, gap, collector-down, too-long …
 * @param count how many; 0 when the number cannot be known
 * @param from unix nanoseconds of the earliest possible loss
 * @param to unix nanoseconds of the latest possible loss
 */
public record SensorLoss(
    long time,
    @Nullable ContainerRef container,
    String source,
    String lostKind,
    String reason,
    long count,
    long from,
    long to)
    implements Event {}
