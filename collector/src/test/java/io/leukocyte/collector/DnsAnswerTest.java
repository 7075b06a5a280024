package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DnsAnswerTest {
  private static final int FLAGS = 0x8180;
  private static final byte[] ADDRESS = {(byte) 203, 0, 113, 9};

  /** A message as it is put together. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message(int flags, int questions, int answers) {
      number(4711).number(flags).number(questions).number(answers).number(0).number(0);
    }

    Message number(int number) {
      bytes.write(number >> 8);
      bytes.write(number);
      return this;
    }

    Message name(String... labels) {
      for (String label : labels) {
        bytes.write(label.length());
        bytes.writeBytes(label.getBytes(StandardCharsets.ISO_8859_1));
      }
      bytes.write(0);
      return this;
    }

    Message question(String... labels) {
      return name(labels).number(1).number(1);
    }

    /** A record whose name points to the question's. */
    Message record(int type, int seconds, byte... data) {
      number(0xc00c).number(type).number(1).number(seconds >> 16).number(seconds & 0xffff);
      number(data.length);
      bytes.writeBytes(data);
      return this;
    }

    byte[] whole() {
      return bytes.toByteArray();
    }
  }

  @Test
  void allAddressesBelongToTheNameThatWasAskedFor() {
    byte[] six = new byte[16];
    six[0] = 0x20;
    six[1] = 1;
    six[2] = 0x0d;
    six[3] = (byte) 0xb8;
    six[15] = 7;
    byte[] message =
        new Message(FLAGS, 1, 3)
            .question("WWW", "shop", "example")
            .record(5, 60, (byte) 3, (byte) 'c', (byte) 'd', (byte) 'n', (byte) 0)
            .record(1, 70_000, ADDRESS)
            .record(28, 5, six)
            .whole();

    assertThat(DnsAnswer.read(message))
        .isEqualTo(
            new DnsAnswer(
                "www.shop.example",
                List.of(
                    new DnsAnswer.Address("203.0.113.9", 70_000),
                    new DnsAnswer.Address("2001:db8::7", 5))));
  }

  @Test
  void whatIsNoAnswerWithAddressesIsNone() {
    assertThat(DnsAnswer.read(new Message(0x0100, 1, 0).question("a").whole())).isNull();
    assertThat(DnsAnswer.read(new Message(0x8183, 1, 0).question("a").whole())).isNull();
    assertThat(DnsAnswer.read(new Message(FLAGS, 1, 0).question("a").whole())).isNull();
    assertThat(
            DnsAnswer.read(new Message(0xa800, 1, 1).question("a").record(1, 1, ADDRESS).whole()))
        .isNull();
    assertThat(DnsAnswer.read(new Message(FLAGS, 0, 1).record(1, 1, ADDRESS).whole())).isNull();
    assertThat(DnsAnswer.read(new Message(FLAGS, 1, 1).question("a").record(1, 1).whole()))
        .isNull();
    assertThat(DnsAnswer.read(new Message(FLAGS, 1, 1).question().record(1, 1, ADDRESS).whole()))
        .isNull();
  }

  @Test
  void namesThatCouldPassForSomethingElseAreNotTaken() {
    for (String label : List.of("a.b", "a b", "a\nb", "\u001b[2J", "\u00e4")) {
      byte[] message =
          new Message(FLAGS, 1, 1).question(label, "example").record(1, 1, ADDRESS).whole();
      assertThat(DnsAnswer.read(message)).as(label).isNull();
    }
  }

  @Test
  void aCutMessageGivesItsWholeRecords() {
    byte[] message =
        new Message(FLAGS, 1, 2)
            .question("shop", "example")
            .record(1, 1, ADDRESS)
            .record(1, 1, (byte) 203, (byte) 0, (byte) 113, (byte) 10)
            .whole();
    DnsAnswer cut = DnsAnswer.read(Arrays.copyOf(message, message.length - 1));
    assertThat(Objects.requireNonNull(cut).addresses())
        .containsExactly(new DnsAnswer.Address("203.0.113.9", 1));
    for (int size = 0; size < message.length - 16; size++) {
      assertThat(DnsAnswer.read(Arrays.copyOf(message, size))).as("%s bytes", size).isNull();
    }
  }

  @Test
  void noBytesMakeItFail() {
    Random random = new Random(5);
    byte[] valid =
        new Message(FLAGS, 1, 1).question("shop", "example").record(1, 1, ADDRESS).whole();
    int read = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] message = Arrays.copyOf(valid, random.nextInt(valid.length + 1));
      for (int change = random.nextInt(4); change > 0 && message.length > 0; change--) {
        message[random.nextInt(message.length)] = (byte) random.nextInt();
      }
      if (DnsAnswer.read(message) != null) {
        read++;
      }
    }
    assertThat(read).isPositive();
  }
}
