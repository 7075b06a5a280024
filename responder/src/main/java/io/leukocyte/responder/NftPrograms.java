package io.leukocyte.responder;

import java.util.List;
import java.util.Optional;

/**
 * The programs nsenter and nft of this host, started for each script.
 *
 * @param commands starts them
 * @param why the library is not used instead
 */
record NftPrograms(Commands commands, String why) implements Nft {

  @Override
  public Optional<String> unusable() {
    return Commands.missing("nsenter", "nft");
  }

  @Override
  public String means() {
    return "by the programs nsenter and nft, because " + why;
  }

  @Override
  public Commands.Result run(ContainerProcess process, String namespace, String script) {
    String pid = String.valueOf(process.pid());
    return commands.run(List.of("nsenter", "-t", pid, "-n", "nft", "-s", "-f", "-"), script);
  }

  @Override
  public Optional<Commands.Result> rehearse(List<String> scripts) {
    return Optional.empty(); // a program starts anew each time
  }
}
