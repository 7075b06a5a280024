package io.leukocyte.rules;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values that baselines learn, in a form that is the same each time: what differs from run to
 * run (process ids, dates, digests, random names of temporary files, ephemeral ports) is a {@code
 * *} or left out.
 */
final class Values {
  /** Characters of a value; of a longer one the first ones and a digest stand for it. */
  static final int MOST = 160;

  /** The first port that systems hand out by themselves. */
  static final int EPHEMERAL = 32_768;

  private static final int KEPT_OF_LONG = 128;

  private static final Pattern RUN = Pattern.compile("[A-Za-z0-9]+");
  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}");

  /** Names of mktemp, of Python's tempfile and their like. */
  private static final Pattern TEMPORARY =
      Pattern.compile("(tmp[.-]?|\\.tmp|ssh-|systemd-private-)[A-Za-z0-9_]{6,}");

  private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-f]{8,}|[0-9A-F]{8,}");
  private static final List<String> TEMPORARY_FOLDERS =
      List.of("/tmp/", "/var/tmp/", "/dev/shm/", "/run/", "/var/run/");

  /** Where each file counts by itself, however many there are. */
  private static final List<String> SINGLE =
      List.of(
          "/bin/", "/boot/", "/dev/", "/etc/", "/home/", "/lib/", "/lib64/", "/proc/", "/root/",
          "/sbin/", "/sys/", "/usr/");

  /** Ends of the paths of programs that are many: which one, the name tells they were called by. */
  static final List<String> OF_MANY_NAMES = List.of("/busybox", "/toybox", "/coreutils");

  private static final List<Network> PRIVATE =
      networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");
  private static final List<Network> LOOPBACK = networks("127.0.0.0/8", "::1");
  private static final Pattern DESTINATION =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]+)\\]|([0-9.]+))((?::(?:\\d+|ephemeral))?/[a-z]+)");

  private Values() {}

  private static List<Network> networks(String... blocks) {
    return List.of(blocks).stream().map(Values::network).toList();
  }

  private static Network network(String block) {
    Network network = Network.parse(block);
    if (network == null) {
      throw new IllegalArgumentException(block);
    }
    return network;
  }

  /**
   * What a program is called: its path, with the name behind it where one file is many programs.
   *
   * @param name the kernel's name of the process
   */
  static String called(String path, @Nullable String name) {
    boolean many = OF_MANY_NAMES.stream().anyMatch(path::endsWith);
    return many && name != null && !path.endsWith("/" + name) ? path + " " + name : path;
  }

  /** A program's path. */
  static String program(String path) {
    return bounded(path(path, false));
  }

  /** A program and the one that runs it. */
  static String parent(String parent, String program) {
    return bounded(path(parent, false) + " > " + path(program, false));
  }

  /** A file's path. */
  static String file(String path) {
    return bounded(path(path, true));
  }

  private static String path(String path, boolean file) {
    boolean temporary = TEMPORARY_FOLDERS.stream().anyMatch(path::startsWith);
    StringBuilder normal = new StringBuilder();
    for (String name : path.split("/", -1)) {
      normal.append(normal.isEmpty() && name.isEmpty() ? "" : name(name, file, temporary));
      normal.append('/');
    }
    return normal.substring(0, normal.length() - 1);
  }

  private static String name(String name, boolean file, boolean temporary) {
    if (name.isEmpty()) {
      return name;
    }
    if (isNumber(name)) {
      return "*";
    }
    Matcher random = TEMPORARY.matcher(name);
    if (temporary && random.lookingAt()) {
      return random.group(1) + "*" + name(name.substring(random.end()), file, true);
    }
    Matcher runs = RUN.matcher(UUID.matcher(name).replaceAll("*"));
    return runs.replaceAll(run -> isVolatile(run.group(), file, temporary) ? "*" : run.group());
  }

  private static boolean isNumber(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isVolatile(String run, boolean file, boolean temporary) {
    if (isNumber(run)) {
      return file && run.length() >= 4;
    }
    boolean digit = run.chars().anyMatch(c -> c >= '0' && c <= '9');
    return (digit && HEXADECIMAL.matcher(run).matches())
        || (temporary && run.length() >= 6 && changes(run) >= 3);
  }

  /** How often digits, small and capital letters take turns. */
  private static int changes(String run) {
    int changes = 0;
    for (int i = 1; i < run.length(); i++) {
      changes += sort(run.charAt(i)) == sort(run.charAt(i - 1)) ? 0 : 1;
    }
    return changes;
  }

  private static int sort(char c) {
    return c <= '9' ? 0 : c <= 'Z' ? 1 : 2;
  }

  /**
   * Where a connection goes.
   *
   * @param end a name, or an address
   * @param port 0 where there is none
   */
  static String destination(String end, int port, String protocol) {
    String host = end.indexOf(':') >= 0 ? "[" + end + "]" : end;
    return bounded(host + (port == 0 ? "" : ":" + port(port)) + "/" + protocol);
  }

  /** Whether an address is the container's own. */
  static boolean isLoopback(String address) {
    Network one = Network.address(address);
    return one != null && LOOPBACK.stream().anyMatch(n -> n.contains(one));
  }

  /** A port that something listens on. */
  static String listening(int port, String protocol, boolean loopback) {
    return port(port) + "/" + protocol + (loopback ? " on loopback" : "");
  }

  private static String port(int port) {
    return port >= EPHEMERAL ? "ephemeral" : Integer.toString(port);
  }

  /** The address in a destination; null where it has a name. */
  static @Nullable Network addressOf(String destination) {
    Matcher matcher = DESTINATION.matcher(destination);
    return matcher.matches() ? Network.address(literal(matcher)) : null;
  }

  private static String literal(Matcher destination) {
    String six = destination.group(1);
    return six == null ? destination.group(2) : six;
  }

  /**
   * What stands for many values that are alike: the folder of files that are no programs and no
   * configuration, the network of private addresses. Null where each value counts by itself.
   */
  static @Nullable String group(Aspect aspect, String value) {
    return switch (aspect) {
      case FILES_WRITTEN -> folder(value);
      case DESTINATIONS -> block(value);
      case STARTS, PROCESSES, PARENTS, LISTENING_PORTS -> null;
    };
  }

  private static @Nullable String folder(String path) {
    int end = path.lastIndexOf('/');
    boolean single = end <= 0 || SINGLE.stream().anyMatch(path::startsWith);
    return single ? null : path.substring(0, end) + "/*";
  }

  private static @Nullable String block(String destination) {
    Matcher matcher = DESTINATION.matcher(destination);
    Network address = matcher.matches() ? Network.address(literal(matcher)) : null;
    if (address == null || PRIVATE.stream().noneMatch(n -> n.contains(address))) {
      return null;
    }
    String block =
        address.six()
            ? "[%x:%x:%x:%x::/64]"
                .formatted(
                    address.high() >>> 48,
                    address.high() >>> 32 & 0xffff,
                    address.high() >>> 16 & 0xffff,
                    address.high() & 0xffff)
            : literal(matcher).substring(0, literal(matcher).lastIndexOf('.')) + ".0/24";
    return block + matcher.group(3);
  }

  private static String bounded(String value) {
    return value.length() <= MOST ? value : value.substring(0, KEPT_OF_LONG) + "…" + digest(value);
  }

  private static String digest(String value) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
