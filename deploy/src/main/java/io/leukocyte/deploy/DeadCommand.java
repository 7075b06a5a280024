package io.leukocyte.deploy;

import picocli.CommandLine.Command;

/** {@code leuko dead}: what no role could use, and sending it again. */
@Command(
    name = "dead",
    description = "Shows what no role could use, from the topic leuko.dead, and sends it again.",
    mixinStandardHelpOptions = true,
    subcommands = {DeadListCommand.class, DeadRetryCommand.class},
    footer = {"", "Example: leuko dead list"})
final class DeadCommand {}
