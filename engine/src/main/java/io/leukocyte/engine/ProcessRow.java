package io.leukocyte.engine;

/**
 * A process of a container, as the host sees it.
 *
 * @param pid in the host's pid namespace
 * @param parentPid in the host's pid namespace
 * @param uid the user's number on the host
 * @param command the program and its arguments, as the process shows them
 */
public record ProcessRow(int pid, int parentPid, int uid, String command) {}
