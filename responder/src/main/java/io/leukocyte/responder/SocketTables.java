package io.leukocyte.responder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The kernel's tables of sockets, {@code /proc/PID/net/tcp} and its like, as objects: protocol,
 * addresses, state, uid and inode, by which its owner is found. Source: the kernel's proc(5).
 */
final class SocketTables {
  /** The tables that are read. */
  static final List<String> NAMES =
      List.of("tcp", "tcp6", "udp", "udp6", "raw", "raw6", "unix", "packet");

  private static final List<String> STATES =
      List.of(
          "",
          "established",
          "syn-sent",
          "syn-received",
          "fin-wait-1",
          "fin-wait-2",
          "time-wait",
          "close",
          "close-wait",
          "last-ack",
          "listen",
          "closing",
          "new-syn-received");
  private static final int LISTENS = 0x10000;

  private SocketTables() {}

  /** The sockets of one table; lines that cannot be understood are left out. */
  static List<ObjectNode> parse(String table, String text) {
    List<ObjectNode> sockets = new ArrayList<>();
    text.lines()
        .skip(1)
        .forEach(line -> {
          String[] fields = line.strip().split(" +");
          ObjectNode socket = JournalLines.MAPPER.createObjectNode().put("protocol", table);
          if (fill(table, fields, line, socket)) {
            sockets.add(socket);
          }
        });
    return sockets;
  }

  private static boolean fill(String table, String[] fields, String line, ObjectNode socket) {
    try {
      switch (table) {
        case "unix" -> unix(fields, line, socket);
        case "packet" -> packet(fields, socket);
        default -> internet(fields, socket);
      }
      return true;
    } catch (IllegalArgumentException | IndexOutOfBoundsException | UnknownHostException e) {
      return false;
    }
  }

  private static void internet(String[] fields, ObjectNode socket) throws UnknownHostException {
    int state = Integer.parseInt(fields[3], 16);
    socket
        .put("local", endpoint(fields[1]))
        .put("remote", endpoint(fields[2]))
        .put("state", state < STATES.size() ? STATES.get(state) : fields[3])
        .put("uid", Long.parseLong(fields[7]))
        .put("inode", Long.parseLong(fields[9]));
  }

  /** The kernel writes addresses as 32-bit words in the host's order, ports as numbers. */
  private static String endpoint(String text) throws UnknownHostException {
    int colon = text.indexOf(':');
    byte[] words = HexFormat.of().parseHex(text.substring(0, colon));
    ByteBuffer in = ByteBuffer.wrap(words);
    ByteBuffer address = ByteBuffer.allocate(words.length).order(ByteOrder.nativeOrder());
    while (in.hasRemaining()) {
      address.putInt(in.getInt());
    }
    String host = InetAddress.getByAddress(address.array()).getHostAddress();
    int port = Integer.parseInt(text.substring(colon + 1), 16);
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  private static void unix(String[] fields, String line, ObjectNode socket) {
    boolean listens = (Integer.parseInt(fields[3], 16) & LISTENS) != 0;
    socket
        .put("type", type(Integer.parseInt(fields[4], 16)))
        .put("state", listens ? "listen" : fields[5].equals("03") ? "connected" : "unconnected")
        .put("inode", Long.parseLong(fields[6]));
    if (fields.length > 7) {
      socket.put("path", line.substring(line.indexOf(fields[6]) + fields[6].length()).strip());
    }
  }

  private static void packet(String[] fields, ObjectNode socket) {
    socket
        .put("type", type(Integer.parseInt(fields[2])))
        .put("ethernet", fields[3])
        .put("interface", Integer.parseInt(fields[4]))
        .put("uid", Long.parseLong(fields[7]))
        .put("inode", Long.parseLong(fields[8]));
  }

  private static String type(int number) {
    return switch (number) {
      case 1 -> "stream";
      case 2 -> "datagram";
      case 3 -> "raw";
      case 5 -> "seqpacket";
      default -> String.valueOf(number);
    };
  }
}
