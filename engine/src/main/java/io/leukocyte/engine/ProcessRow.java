package io.leukocyte.engine;

/**
 * A process of a container, as the host sees it.
 *
 * @param pid in the host's pid namespace
 * @param parentPid in the host's pid namespace; 0 where the engine does not tell it
 * @param uid the user's number on the host; -1 where the engine tells a name alone
 * @param command the program and its arguments, as the process shows them
 */
public record ProcessRow(int pid, int parentPid, int uid, String command) {}
