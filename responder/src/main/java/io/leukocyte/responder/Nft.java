package io.leukocyte.responder;

import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs scripts of nft in the network namespaces of containers' processes. */
sealed interface Nft permits NftLibrary, NftPrograms {

  /** Why it cannot be run on this host; empty when it can. */
  Optional<String> unusable();

  /** How it is run, a line for people. */
  String means();

  /**
   * Runs a script.
   *
   * @param process whose namespace; the caller sees to it that it is the container's
   * @param namespace that namespace as the process's link in {@code /proc} names it
   * @param script each command ends with its line; all changes are made, or none
   * @throws NetworkFilterException when it cannot be run, or does not end in time
   */
  Commands.Result run(ContainerProcess process, String namespace, String script);

  /**
   * Runs scripts in a namespace that has nothing and nobody in it and ends with the call, so that
   * the first real one is as quick as the next. Does nothing where there is nothing to be gained.
   *
   * @return what the last of them answered, or the first that did not work; empty when none was run
   */
  Optional<Commands.Result> rehearse(List<String> scripts);

  /** How it is run on this host: the library where it can be, or else the programs. */
  static Nft ofThisHost() {
    return Chosen.NFT;
  }

  /** Chosen once: the library is one for the whole process. */
  final class Chosen {
    private static final Logger LOG = LoggerFactory.getLogger(Nft.class);
    private static final Nft NFT = choose();

    private Chosen() {}

    private static Nft choose() {
      Commands commands = new Commands(ContainerNamespaces.DEADLINE);
      try {
        return NftLibrary.open(new NftPrograms(commands, "libnftables hangs"), commands.deadline());
      } catch (NetworkFilterException e) {
        LOG.warn(
            "Packet filters are changed by the programs nsenter and nft, which takes longer: {}",
            e.getMessage());
        return new NftPrograms(commands, String.valueOf(e.getMessage()));
      }
    }
  }
}
