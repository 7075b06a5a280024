package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of {@code /proc}. */
class HostProcTest {
  private static final int MOST = 8 << 20;

  @TempDir Path folder;

  @Test
  void tablesOfManyPagesAreReadToTheirEnd() throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1")));
      }
      int own = (int) ProcessHandle.current().pid();
      HostProc proc = new HostProc();
      String tables = text(proc.table(own, "tcp", MOST)) + text(proc.table(own, "tcp6", MOST));
      assertThat(tables.length()).isGreaterThan(3 * 4096);
      assertThat(sockets)
          .allSatisfy(socket ->
              assertThat(tables)
                  .contains(String.format(Locale.ROOT, ":%04X ", socket.getLocalPort())));
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void tablesAreReadWholeOrUpToTheirBound() throws IOException {
    HostProc proc = new HostProc(folder, folder);
    Path table = Files.createDirectories(folder.resolve("7/net")).resolve("tcp");
    for (int size : List.of(0, 1, 3072, 3073, 4096, 64 << 10, 200_000)) {
      Files.writeString(table, "x".repeat(size));
      assertThat(proc.table(7, "tcp", MOST)).as("%d bytes", size).hasSize(size);
      assertThat(proc.table(7, "tcp", 5_000)).hasSize(Math.min(size, 5_000));
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
