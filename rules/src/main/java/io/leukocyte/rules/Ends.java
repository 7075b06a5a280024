package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.CallColumns.Accept;
import io.leukocyte.events.CallColumns.Dup;
import io.leukocyte.events.CallColumns.Listen;
import io.leukocyte.events.CallColumns.Send;
import io.leukocyte.events.Column;
import io.leukocyte.events.Columns.Connect;
import io.leukocyte.events.Columns.Flow;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Kind;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where events of a kind keep the ends of a connection.
 *
 * @param local the container's own; null when it is not kept
 * @param remote the other one; null when it is not kept
 * @param serving whether the local end is the server
 */
record Ends(Kind kind, @Nullable End local, @Nullable End remote, boolean serving) {
  /** The kinds that have any. */
  static final List<Ends> ALL =
      List.of(
          new Ends(
              Kind.NET_CONNECT,
              End.of(Connect.SOURCE, Connect.SOURCE_PORT),
              End.of(Connect.DESTINATION, Connect.DESTINATION_PORT),
              false),
          new Ends(Kind.NET_FLOW, null, End.of(Flow.DESTINATION, Flow.DESTINATION_PORT), false),
          new Ends(
              Kind.NET_ACCEPT,
              End.of(Accept.SERVER, Accept.SERVER_PORT),
              End.of(Accept.CLIENT, Accept.CLIENT_PORT),
              true),
          new Ends(Kind.NET_LISTEN, End.of(Listen.LOCAL, Listen.LOCAL_PORT), null, true),
          new Ends(
              Kind.NET_SEND,
              End.of(Send.LOCAL, Send.LOCAL_PORT),
              End.of(Send.REMOTE, Send.REMOTE_PORT),
              false),
          new Ends(
              Kind.FD_DUP,
              End.of(Dup.LOCAL, Dup.LOCAL_PORT),
              End.of(Dup.REMOTE, Dup.REMOTE_PORT),
              false));

  /**
   * One end.
   *
   * @param ip the column of its address
   * @param number the column of its port
   * @param address where rules read the address
   * @param port where rules read the port
   */
  record End(Column ip, Column number, Source address, Source port) {
    static End of(Column ip, Column port) {
      return new End(
          ip,
          port,
          new Source.Symbol(ip, new View.NonEmpty()),
          Fields.few(row -> Fields.orMissing(row.intAt(port) & 0xffff, 0)));
    }

    private @Nullable String text(BatchCursor row) {
      String text = row.text(ip);
      if (text == null || text.isEmpty()) {
        return null;
      }
      int port = row.intAt(number) & 0xffff;
      boolean path = text.startsWith("/") || text.startsWith("@");
      return path && port == 0 ? text : new Endpoint(text, port).toString();
    }
  }

  @Nullable End server() {
    return serving ? local : remote;
  }

  @Nullable End client() {
    return serving ? remote : local;
  }

  List<Source> addresses() {
    return both().map(End::address).toList();
  }

  List<Source> ports() {
    return both().map(End::port).toList();
  }

  private Stream<End> both() {
    return Stream.of(local, remote).filter(Objects::nonNull);
  }

  /** The address that tells the family. */
  Column family() {
    return both().toList().getLast().ip();
  }

  /** {@code client->server}, a server alone by itself; null when the server is not known. */
  @Nullable String name(BatchCursor row) {
    End server = server();
    String to = server == null ? null : server.text(row);
    if (to == null || remote == null) {
      return to;
    }
    End client = client();
    String from = client == null ? null : client.text(row);
    return (from == null ? "" : from) + "->" + to;
  }
}
