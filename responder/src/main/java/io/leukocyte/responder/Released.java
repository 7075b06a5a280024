package io.leukocyte.responder;

/**
 * What became of releasing something.
 *
 * @param action the action's id
 * @param type quarantine, pause, stop …
 * @param container the container's name, or its short id
 * @param released whether it is taken back
 * @param detail how, or why not
 */
public record Released(
    String action, String type, String container, boolean released, String detail) {}
