package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DnsQuestionTest {
  private static final String HEADER = "\0\1\1\0\0\1\0\0\0\0\0\0";

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  @Test
  void nameAndTypeAreRead() {
    assertThat(DnsQuestion.read(bytes(HEADER + "\3www\7example\0\0\34\0\1")))
        .isEqualTo(new DnsQuestion("www.example", "AAAA"));
    assertThat(DnsQuestion.read(bytes(HEADER + "\0\0\2\0\1")))
        .isEqualTo(new DnsQuestion(".", "NS"));
    assertThat(DnsQuestion.read(bytes(HEADER + "\1a\0\177\377\0\1")))
        .isEqualTo(new DnsQuestion("a", "TYPE32767"));
  }

  @Test
  void whatIsNoQueryIsNone() {
    assertThat(DnsQuestion.read(new byte[0])).isNull();
    assertThat(DnsQuestion.read(bytes("\0\1\201\200\0\1\0\1\0\0\0\0\1a\0\0\1\0\1")))
        .as("an answer")
        .isNull();
    assertThat(DnsQuestion.read(bytes("\0\1\1\0\0\0\0\0\0\0\0\0\1a\0\0\1\0\1")))
        .as("no question")
        .isNull();
    assertThat(DnsQuestion.read(bytes(HEADER + "\300\14\0\1\0\1"))).as("a pointer").isNull();
    assertThat(DnsQuestion.read(bytes(HEADER + "\77" + "x".repeat(300)))).as("too long").isNull();
  }

  @Test
  void whateverTheBytesAreItEnds() {
    byte[] whole = bytes(HEADER + "\3www\7example\0\0\34\0\1");
    for (int length = 0; length < whole.length - 2; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThat(DnsQuestion.read(cut)).as("cut at " + length).isNull();
    }
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      byte[] any = new byte[random.nextInt(64)];
      random.nextBytes(any);
      assertThatCode(() -> DnsQuestion.read(any)).doesNotThrowAnyException();
    }
  }
}
