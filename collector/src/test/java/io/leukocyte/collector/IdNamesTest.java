package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Secrets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdNamesTest {
  private static IdNames parse(String content) {
    return IdNames.parse(content.getBytes(UTF_8), UnaryOperator.identity());
  }

  @Test
  void usersAndGroupsHaveTheNamesOfTheirLines() {
    IdNames users =
        parse(
            """
            root:x:0:0:root:/root:/bin/bash
            www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
            app:!:1000:1000:An App,,,:/home/app:/bin/sh
            maria.grüß$:x:4294967294:5::/:
            """);
    assertThat(users.of(33)).isEqualTo("www-data");
    assertThat(users.of(1000)).isEqualTo("app");
    assertThat(users.of(-2)).isEqualTo("maria.grüß$");
    assertThat(users.of(5)).isNull();
    assertThat(users.has(5)).isFalse();
    assertThat(users.size()).isEqualTo(3);
    IdNames groups = parse("wheel:x:10:root,app\nempty:x:11:\nshort:x:12");
    assertThat(groups.of(10)).isEqualTo("wheel");
    assertThat(groups.of(11)).isEqualTo("empty");
    assertThat(groups.of(12)).isEqualTo("short");
  }

  @Test
  void theFirstLineOfANumberCountsEvenIfItsNameIsNone() {
    IdNames names = parse("one:x:7:\ntwo:x:7:\nb\u001b[2Jad:x:8:\ngood:x:8:\n");
    assertThat(names.of(7)).isEqualTo("one");
    assertThat(names.of(8)).isNull();
    assertThat(names.has(8)).isTrue();
  }

  @Test
  void nobodyElseIsRootAndRootNeedsNoLine() {
    IdNames names = parse("toor:x:0:0::/:\nroot:x:1000:0::/:\nother:x:1000:0::/:\n");
    assertThat(names.of(1000)).isNull();
    assertThat(names.has(0)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n:::\n",
        "+::::::",
        "+@admins:x:7::::",
        "-mallory:x:7:",
        "# comment:x:7:",
        ":x:7:7::/:",
        "x",
        "x:y",
        "x:y:",
        "x:y::z",
        "x:y:-7:",
        "x:y:+7:",
        "x:y: 7:",
        "x:y:0x7:",
        "x:y:7a:",
        "x:y:4294967295:",
        "x:y:99999999999:",
        "x:y:184467440737095516167:"
      })
  void whatIsNoLineOfAUserIsLeftOut(String content) {
    assertThat(parse(content).size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\u001b[31m",
        "a\u0000b",
        "a\u007f",
        "a\u0085b",
        "a\u202egnp",
        "a\u200bb",
        "a b",
        "a\u00a0b",
        "a\u2028b",
        "a\tb",
        "\ufeffa"
      })
  void aNameThatCannotBeSeenAsItIsIsNone(String name) {
    IdNames names = parse(name + ":x:7:\n");
    assertThat(names.has(7)).isTrue();
    assertThat(names.of(7)).isNull();
  }

  @Test
  void aNameThatIsNoUtf8OrTooLongIsNone() {
    byte[] latin = "gr\u00fcn:x:7:\n".getBytes(ISO_8859_1);
    assertThat(IdNames.parse(latin, UnaryOperator.identity()).of(7)).isNull();
    assertThat(parse("n".repeat(IdNames.MOST_NAME) + ":x:7:").of(7)).hasSize(IdNames.MOST_NAME);
    assertThat(parse("n".repeat(IdNames.MOST_NAME + 1) + ":x:7:").of(7)).isNull();
  }

  @Test
  void secretsInNamesAreMasked() {
    byte[] content = "password=hunter2hunter2:x:7:\n".getBytes(UTF_8);
    assertThat(IdNames.parse(content, Secrets::mask).of(7)).isEqualTo("password=" + Secrets.MASK);
  }

  /** A group may have many members; what stands before them counts. */
  @Test
  void aLongLineCountsAsFarAsItsNumberAndNoFurther() {
    assertThat(parse("many:x:7:" + "member,".repeat(5000) + "\nnext:x:8:").of(7)).isEqualTo("many");
    assertThat(parse("many:x:7:" + "member,".repeat(5000) + "\nnext:x:8:").of(8)).isEqualTo("next");
    String padding = "x".repeat(IdNames.MOST_LINE - "a::12".length());
    assertThat(parse("a:" + padding + ":1234:").size()).as("1234 is not 12").isZero();
  }

  @Test
  void noMoreIsReadOrKeptThanTheBounds() {
    StringBuilder many = new StringBuilder();
    for (int i = 1; i <= IdNames.MOST_NAMES + 10; i++) {
      many.append('u').append(i).append(":x:").append(i).append(":\n");
    }
    IdNames names = parse(many.toString());
    assertThat(names.size()).isEqualTo(IdNames.MOST_NAMES);
    assertThat(names.of(IdNames.MOST_NAMES)).isEqualTo("u" + IdNames.MOST_NAMES);

    byte[] large = new byte[IdNames.MOST_BYTES + 1];
    Arrays.fill(large, (byte) '\n');
    byte[] last = "cut:x:77".getBytes(UTF_8);
    System.arraycopy(last, 0, large, IdNames.MOST_BYTES - last.length, last.length);
    large[IdNames.MOST_BYTES] = '7';
    assertThat(IdNames.parse(large, UnaryOperator.identity()).size()).as("777 is not 77").isZero();
  }

  @Test
  void anyBytesCanBeRead() {
    Random random = new Random(7);
    byte[] alphabet = "ab:::\n\n0123456789+-#\u001b\r \t".getBytes(UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] content = new byte[random.nextInt(200)];
      for (int at = 0; at < content.length; at++) {
        content[at] =
            random.nextInt(20) == 0
                ? (byte) random.nextInt()
                : alphabet[random.nextInt(alphabet.length)];
      }
      IdNames names = IdNames.parse(content, UnaryOperator.identity());
      for (int id = 0; id < 100; id++) {
        String name = names.of(id);
        assertThat(name == null || name.chars().allMatch(c -> c > 0x20 && c != ':')).isTrue();
      }
    }
  }
}
