package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.responder.WafOptions.Block;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is refused altogether: addresses of clients and beginnings of paths. Evidence is what an
 * attacker wrote: an address is a literal of IPv4 or IPv6, a path has plain characters only, and
 * what is anything else is not blocked.
 *
 * @param addresses as the engine's own text: digits, letters a to f, dots and colons
 * @param paths beginning with a slash, and not all of them
 */
record Blocked(List<String> addresses, List<String> paths) {
  static final Blocked NOTHING = new Blocked(List.of(), List.of());

  private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F:.]{2,45}");
  private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9/._~-]{1,200}");
  private static final Pattern FIRST_WORD = Pattern.compile("^\\[?([0-9a-fA-F:.]{2,45})\\]?[ ,]");
  private static final Pattern REQUEST = Pattern.compile("\"[A-Z]{3,10} (/[^ \"]*) HTTP/");

  Blocked {
    addresses = List.copyOf(addresses);
    paths = List.copyOf(paths);
    if (!addresses.stream().allMatch(Blocked::isAddress)
        || !paths.stream().allMatch(Blocked::isPath)) {
      throw new IllegalArgumentException("Not to be blocked: " + addresses + " " + paths);
    }
  }

  boolean isEmpty() {
    return addresses.isEmpty() && paths.isEmpty();
  }

  /** What an alert's event names: a line of an access log, in the usual forms. */
  static Blocked of(Alert alert, Set<Block> wanted) {
    if (!(alert.cause().event() instanceof ContainerLog log)) {
      return NOTHING;
    }
    Optional<String> address =
        wanted.contains(Block.SOURCE) ? first(FIRST_WORD, log.line()) : Optional.empty();
    Optional<String> path =
        wanted.contains(Block.PATH)
            ? first(REQUEST, log.line()).map(target -> target.split("[?#;]", 2)[0])
            : Optional.empty();
    return new Blocked(
        address.filter(Blocked::isAddress).stream().toList(),
        path.filter(Blocked::isPath).stream().toList());
  }

  private static Optional<String> first(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** Of one client: not loopback, not any, not many. */
  private static boolean isAddress(String text) {
    if (!ADDRESS.matcher(text).matches()) {
      return false;
    }
    try {
      InetAddress address = InetAddress.ofLiteral(text);
      return !address.isLoopbackAddress()
          && !address.isAnyLocalAddress()
          && !address.isMulticastAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isPath(String text) {
    return PATH.matcher(text).matches() && !text.contains("..") && !text.contains("//");
  }
}
