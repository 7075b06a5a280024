package io.leukocyte.deploy;

import picocli.CommandLine.Command;

/** {@code leuko dead}: what no role could use. */
@Command(
    name = "dead",
    description = "Shows what no role could use, from the topic leuko.dead.",
    mixinStandardHelpOptions = true,
    subcommands = DeadListCommand.class,
    footer = {"", "Example: leuko dead list"})
final class DeadCommand {}
