package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UrlDecodingTest {
  private static String decoded(String text, boolean plus) {
    byte[] in = text.getBytes(StandardCharsets.ISO_8859_1);
    byte[] out = new byte[in.length + 2];
    int end = UrlDecoding.decode(in, 0, in.length, plus, out, 2);
    assertThat(end - 2).isLessThanOrEqualTo(in.length);
    return new String(out, 2, end - 2, StandardCharsets.UTF_8);
  }

  @Test
  void whatIsWellFormedIsDecodedOnce() {
    assertThat(decoded("%27%20OR%201=1%2d%2D", false)).isEqualTo("' OR 1=1--");
    assertThat(decoded("%C3%A9%F0%9F%98%80", false)).isEqualTo("é😀");
    assertThat(decoded("%2527", false)).isEqualTo("%27");
    assertThat(decoded("a+b", true)).isEqualTo("a b");
    assertThat(decoded("a+b", false)).isEqualTo("a+b");
    assertThat(decoded("%00x", false)).isEqualTo("\0x");
  }

  @Test
  void whatIsMalformedStays() {
    assertThat(decoded("%", false)).isEqualTo("%");
    assertThat(decoded("%2", false)).isEqualTo("%2");
    assertThat(decoded("%zz%2g%%41", false)).isEqualTo("%zz%2g%A");
    assertThat(decoded("%u12%u123g", false)).isEqualTo("%u12%u123g");
  }

  @Test
  void unitsOfUtf16AreCharacters() {
    assertThat(decoded("%u003c%U00e9%u20ac", false)).isEqualTo("<é€");
    assertThat(decoded("%ud83d%ude00", false)).isEqualTo("😀");
    assertThat(decoded("%ud83d%u0041", false)).isEqualTo("\ufffdA");
    assertThat(decoded("%ude00", false)).isEqualTo("\ufffd");
  }

  @Test
  void charactersInTooManyBytesAreBroughtToTheirShortestForm() {
    assertThat(decoded("..%c0%af..%e0%80%af..%f0%80%80%af", false)).isEqualTo("../../../");
    assertThat(decoded("%c0%ae%c1%9c", false)).isEqualTo(".\\");
    assertThat(decoded("%e0%83%a9", false)).isEqualTo("é");
    assertThat(decoded("%c0%2f", false)).isEqualTo("\ufffd/");
  }

  @Test
  void anyBytesAreTakenAndNothingGrows() {
    Random random = new Random(5);
    String alphabet = "%%%uU0123cCdDeEfF89aA+ \u00c0\u00e0\u00f0\u0080\u00af";
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int k = random.nextInt(24); k > 0; k--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      decoded(text.toString(), random.nextBoolean());
    }
  }
}
