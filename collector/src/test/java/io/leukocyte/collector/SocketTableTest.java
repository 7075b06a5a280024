package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's lists of sockets. */
class SocketTableTest {
  private static final String REST =
      " 00000000:00000000 00:00000000 00000000     0        0 4711 1";

  @Test
  void aListenerHasNoOtherEnd() {
    assertThat(SocketTable.parse(Protocol.TCP, "   0: 0100007F:1F90 00000000:0000 0A" + REST))
        .isEqualTo(
            new SocketTable.Socket(
                Protocol.TCP,
                new Endpoint("127.0.0.1", 8080),
                new Endpoint("0.0.0.0", 0),
                true,
                4711));
  }

  @Test
  void aConnectionOverIpv6HasBothEnds() {
    assertThat(
            SocketTable.parse(
                Protocol.TCP,
                "  12: B80D0120000013010000000001000000:9C40"
                    + " B80D0120000013010000000002000000:01BB 01"
                    + REST))
        .isEqualTo(
            new SocketTable.Socket(
                Protocol.TCP,
                new Endpoint("2001:db8:113::1", 40000),
                new Endpoint("2001:db8:113::2", 443),
                false,
                4711));
  }

  @Test
  void aConnectionThatIsOverBelongsToNobody() {
    SocketTable.Socket over =
        SocketTable.parse(Protocol.TCP, "1: 017100CB:9C40 027100CB:01BB 06" + REST);

    assertThat(over)
        .isEqualTo(
            new SocketTable.Socket(
                Protocol.TCP,
                new Endpoint("203.0.113.1", 40000),
                new Endpoint("203.0.113.2", 443),
                false,
                0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1: 017100CB:9C40 027100CB",
        "1: 01710:9C40 027100CB:01BB 06 0:0 0:0 0 0 0 4711 1",
        "1: 017100CB:9C40 027100CB:FFFFF 01 0:0 0:0 0 0 0 4711 1",
        "1: 017100CB:9C40 027100CB:01BB zz 0:0 0:0 0 0 0 4711 1"
      })
  void aLineThatIsNoneIsPassedOver(String line) {
    assertThat(SocketTable.parse(Protocol.TCP, line)).isNull();
  }
}
