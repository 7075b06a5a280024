package io.leukocyte.responder;

/**
 * What became of approving or denying an action that waited.
 *
 * @param action the action's id
 * @param type quarantine, pause, stop …
 * @param container the container's name, or its short id
 * @param done whether it was carried out, or denied, as was asked
 * @param detail how, or why not
 */
public record Decided(String action, String type, String container, boolean done, String detail) {}
