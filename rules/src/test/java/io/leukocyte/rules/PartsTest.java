package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts that the matcher is made of. */
class PartsTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "192.168.1.7, 192.168.1.7, true",
    "192.168.1.7/31, 192.168.1.6, true",
    "192.168.1.7/32, 192.168.1.6, false",
    "2001:db8::/32, 2001:db8:1::9, true",
    "2001:db8::/32, 2001:db9::9, false",
    "2001:db8::8000:0:0:0/65, 2001:db8::8000:0:0:1, true",
    "2001:db8::8000:0:0:0/65, 2001:db8::1, false",
    "::/0, 10.0.0.1, false",
    "10.0.0.0/8, ::ffff:10.1.1.1, true",
    "fe80::/10, fe80::1%eth0, true"
  })
  void networksContainAddresses(String network, String address, boolean contained) {
    assertThat(
            Objects.requireNonNull(Network.parse(network))
                .contains(Objects.requireNonNull(Network.address(address))))
        .isEqualTo(contained);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10",
        "10.0.0",
        "10.0.0.256",
        "10.0.0.0/33",
        "10.0.0.0/",
        "::/129",
        "a.b.c.d",
        "1.2.3.4.5",
        ":::",
        "10.0.0.1 ",
        "example",
        "10.0.0.0/-1",
        "010.0.0.1000"
      })
  void whatIsNoNetworkIsNone(String text) {
    assertThat(Network.parse(text)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "* x true",
        "*.sh a/b.sh true",
        "a*b*c aXbYc true",
        "a*b*c aXbY false",
        "? x true",
        "? xy false",
        "[a-c]x bx true",
        "[!a-c]x bx false",
        "[^a-c]x dx true",
        "[]]x ]x true",
        "[x [x true",
        "\\* * true",
        "\\* x false",
        "a a true",
        "/proc* /proc/1 true",
      })
  void globsMatchAsFnmatchDoes(String pattern, String text, boolean matches) {
    assertThat(Glob.matches(pattern, text)).isEqualTo(matches);
  }

  @Test
  void globsOfManyStarsTakeNoTime() {
    assertThat(Glob.matches("*a".repeat(200) + "b", "a".repeat(20_000))).isFalse();
  }

  @Test
  void manyPatternsAreFoundAsOneByOne() {
    Random random = new Random(3);
    for (int round = 0; round < 3_000; round++) {
      List<String> parts = new ArrayList<>();
      List<MultiPattern.Pattern> patterns = new ArrayList<>();
      int shortest = 1 + round % 12; // with and without the filter, at each of its strides
      for (int i = 0; i < 1 + random.nextInt(80); i++) {
        boolean anyCase = random.nextBoolean();
        String part = text(random, shortest + random.nextInt(4));
        parts.add(anyCase ? Predicate.lower(part) : part);
        patterns.add(MultiPattern.Pattern.of(parts.getLast(), anyCase, i));
      }
      MultiPattern automaton = new MultiPattern(patterns);
      String chosen = parts.get(random.nextInt(parts.size()));
      byte[] in =
          (text(random, random.nextInt(40)) + chosen + text(random, random.nextInt(6)))
              .getBytes(StandardCharsets.UTF_8);
      int from = random.nextInt(Math.min(5, in.length));
      long[] found = new long[2];
      automaton.find(in, from, in.length, found);
      String text = new String(in, from, in.length - from, StandardCharsets.UTF_8);
      for (int i = 0; i < patterns.size(); i++) {
        boolean expected =
            new Predicate.Contains(parts.get(i), patterns.get(i).anyCase()).test(text);
        assertThat((found[i >> 6] & (1L << i)) != 0)
            .as("%s in %s", patterns.get(i), text)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void dottedAddressesAreFourNumbersUpTo255() {
    Random random = new Random(9);
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(14); length >= 0; length--) {
        text.append("0123456789.....x".charAt(random.nextInt(16)));
      }
      String[] parts = text.toString().split("\\.", -1);
      boolean isAddress =
          parts.length == 4
              && Arrays.stream(parts)
                  .allMatch(p -> p.matches("[0-9]{1,3}") && Integer.parseInt(p) <= 255);
      Network network = Network.address(text.toString());
      assertThat(network != null).as("%s", text).isEqualTo(isAddress);
      if (network != null) {
        long low = 0;
        for (String part : parts) {
          low = low * 256 + Integer.parseInt(part);
        }
        assertThat(network).isEqualTo(new Network(false, 0, low, 32));
      }
    }
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append("abABc%".charAt(random.nextInt(6)));
    }
    return text.toString();
  }

  @Test
  void symbolsKeepTheirNumbersAsTheTableGrows() {
    SymbolTable table = new SymbolTable(42);
    Map<String, Integer> numbers = new HashMap<>();
    Random random = new Random(5);
    for (int i = 0; i < 50_000; i++) {
      String string = "s".repeat(random.nextInt(20)) + random.nextInt(10_000);
      byte[] bytes = ("xx" + string + "yy").getBytes(StandardCharsets.UTF_8);
      int number = table.intern(bytes, 2, bytes.length - 4);
      assertThat(numbers.computeIfAbsent(string, s -> number)).isEqualTo(number);
    }
    assertThat(numbers.values()).doesNotHaveDuplicates();
    assertThat(table.count()).isEqualTo(numbers.size());
    table.clear();
    assertThat(table.intern(new byte[] {1}, 0, 1)).isEqualTo(1);
    assertThat(table.intern(new byte[0], 0, 0)).isEqualTo(2);
    assertThat(table.byteCount()).isEqualTo(1);
  }

  @Test
  void longsKeepTheirNumbersAsTheTableGrows() {
    LongTable table = new LongTable(42);
    for (int round = 0; round < 2; round++) {
      for (long key = -5_000; key < 5_000; key++) {
        assertThat(table.intern(key * 0x1_0000_0000L)).isEqualTo((int) (key + 5_001));
      }
    }
    table.clear();
    assertThat(table.intern(9)).isEqualTo(1);
  }

  @Test
  void everyFieldIsFoundByItsNameAndNoneIsForeignToo() {
    for (Field field : Fields.all()) {
      assertThat(Fields.find(field.name())).isSameAs(field);
      assertThat(field.kinds()).isNotEmpty();
      assertThat(field.description()).isNotEmpty();
      assertThat(ForeignFields.has(field.name())).as(field.name()).isFalse();
    }
  }
}
