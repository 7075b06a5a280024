package io.leukocyte.collector;

import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Protocol;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of the network namespace that a process lives in, from {@code /proc/PID/net/tcp},
 * {@code tcp6}, {@code udp} and {@code udp6}.
 */
final class SocketTable {
  private static final int LISTEN = 0x0A;
  private static final int TIME_WAIT = 0x06;
  private static final int MOST = 1 << 20;
  private static final int WORD = 8;
  private static final int AF_INET = 2;

  private SocketTable() {}

  /**
   * A socket.
   *
   * @param remote port 0: it has no other end
   * @param inode 0 when no process has it any more
   */
  record Socket(
      Protocol protocol, Endpoint local, Endpoint remote, boolean listening, long inode) {}

  /** The sockets; null when the process is gone. */
  static @Nullable List<Socket> read(Path proc, int pid) {
    List<Socket> sockets = new ArrayList<>();
    Path net = proc.resolve(pid + "/net");
    boolean any = false;
    for (String file : List.of("tcp", "tcp6", "udp", "udp6")) {
      String text = text(net.resolve(file));
      any |= text != null;
      Protocol protocol = file.startsWith("tcp") ? Protocol.TCP : Protocol.UDP;
      String[] lines = text == null ? new String[0] : text.split("\n", -1);
      for (int i = 1; i < lines.length; i++) {
        Socket socket = parse(protocol, lines[i]);
        if (socket != null) {
          sockets.add(socket);
        }
      }
    }
    return any ? sockets : null;
  }

  private static @Nullable String text(Path file) {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MOST), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return null; // the process ended, or the kernel has no IPv6
    }
  }

  /** A line of such a file; null for one that is none, or cut. */
  static @Nullable Socket parse(Protocol protocol, String line) {
    String[] words = line.strip().split("\\s+", -1);
    if (words.length < 10) {
      return null;
    }
    try {
      int state = Integer.parseInt(words[3], 16);
      boolean listening = protocol == Protocol.TCP && state == LISTEN;
      return new Socket(
          protocol,
          endpoint(words[1]),
          endpoint(words[2]),
          listening,
          state == TIME_WAIT ? 0 : Long.parseLong(words[9]));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** {@code 0100007F:1F90}: words of the address in the processor's order, then the port. */
  private static Endpoint endpoint(String text) {
    int colon = text.indexOf(':');
    String hexadecimal = text.substring(0, Math.max(colon, 0));
    if (hexadecimal.length() != 8 && hexadecimal.length() != 32) {
      throw new IllegalArgumentException("Not an address: " + text);
    }
    byte[] address = new byte[hexadecimal.length() / 2];
    boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    for (int word = 0; word * WORD < hexadecimal.length(); word++) {
      int value = Integer.parseUnsignedInt(hexadecimal, word * WORD, (word + 1) * WORD, 16);
      int ordered = little ? Integer.reverseBytes(value) : value;
      for (int i = 0; i < 4; i++) {
        address[word * 4 + i] = (byte) (ordered >>> (24 - 8 * i));
      }
    }
    return new Endpoint(text(address), Integer.parseInt(text, colon + 1, text.length(), 16));
  }

  private static String text(byte[] address) {
    int family = address.length == 4 ? AF_INET : IpAddresses.AF_INET6;
    return IpAddresses.text(MemorySegment.ofArray(address), 0, family);
  }
}
