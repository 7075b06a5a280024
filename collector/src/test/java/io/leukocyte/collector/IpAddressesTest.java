package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Addresses as text. */
class IpAddressesTest {
  @ParameterizedTest
  @CsvSource({
    "0:0:0:0:0:0:0:0, ::",
    "0:0:0:0:0:0:0:1, ::1",
    "1:0:0:0:0:0:0:0, 1::",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "fe80:0:0:0:A:b:c:d, fe80::a:b:c:d",
    "0:0:1:0:0:0:0:0, 0:0:1::",
    "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
  })
  void ipv6IsCompressed(String address, String text) throws UnknownHostException {
    byte[] bytes = InetAddress.getByName(address).getAddress();

    assertThat(IpAddresses.text(MemorySegment.ofArray(bytes), 0, IpAddresses.AF_INET6))
        .isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"203.0.113.255", "0.0.0.0", "127.0.0.1"})
  void ipv4IsDottedInBothFamilies(String address) throws UnknownHostException {
    byte[] bytes = Arrays.copyOf(InetAddress.getByName(address).getAddress(), 16);
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = (byte) 0xff;
    System.arraycopy(bytes, 0, mapped, 12, 4);

    assertThat(IpAddresses.text(MemorySegment.ofArray(bytes), 0, 2)).isEqualTo(address);
    assertThat(IpAddresses.text(MemorySegment.ofArray(mapped), 0, IpAddresses.AF_INET6))
        .isEqualTo(address);
  }
}
