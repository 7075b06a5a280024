package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  private static final String JWT =
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "login password=hunter2 ok | login password=*** ok",
        "PASSWORD=hunter2 | PASSWORD=***",
        "MYSQL_ROOT_PASSWORD=hunter2 | MYSQL_ROOT_PASSWORD=***",
        "GET /login?user=a&password=hunter2&x=1 HTTP/1.1 | GET"
            + " /login?user=a&password=***&x=1 HTTP/1.1",
        "passwd: hunter2 | passwd: ***",
        "pwd=a;host=b | pwd=***;host=b",
        "{\"password\":\"a b\",\"n\":1} | {\"password\":\"***\",\"n\":1}",
        "{\"password\": \"a\\\"b\", \"n\":1} | {\"password\": \"***\", \"n\":1}",
        "{\\\"password\\\":\\\"a b\\\",\\\"n\\\":1} | {\\\"password\\\":\\\"***\\\",\\\"n\\\":1}",
        "password => 'x y' | password => '***'",
        "run --password hunter2 --host a | run --password *** --host a",
        "run --db-password hunter2 | run --db-password ***",
        "run --password=hunter2 | run --password=***",
        "access_token=abc&b=2 | access_token=***&b=2",
        "apiKey: abc | apiKey: ***",
        "X-Api-Key: abc | X-Api-Key: ***",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG | aws_secret_access_key = ***",
        "Authorization: Bearer abc.def | Authorization: Bearer ***",
        "authorization: Basic dXNlcjpwYXNz | authorization: Basic ***",
        "curl -H \"Authorization: Token abc\" http://a | curl -H \"Authorization: Token ***\""
            + " http://a",
        "{\"Authorization\":\"Bearer abc\"} | {\"Authorization\":\"Bearer ***\"}",
        "Set-Cookie: sid=abc; Path=/ | Set-Cookie: ***",
        "with bearer abcdefghijklmnop | with bearer ***",
        "key AKIAIOSFODNN7EXAMPLE used | key *** used",
        "ASIAIOSFODNN7EXAMPLE | ***",
        "pushed with ghp_0123456789abcdefghij | pushed with ***",
        "glpat-0123456789abcdefghij | ***",
        "postgres://app:s3cr3t@db:5432/x | postgres://app:***@db:5432/x",
        "passphrase=x password=y | passphrase=*** password=***",
        "пароль password=тайна да | пароль password=*** да"
      })
  void masksSecrets(String given, String expected) {
    assertThat(Secrets.mask(given)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "GET /index.html HTTP/1.1 200 512",
        "tokens=512 used by the tokenizer",
        "secretary: Ms. Miller",
        "Unexpected token } in JSON",
        "password changed for alice",
        "reset --password --force",
        "http://example.org:8080/a@b",
        "https://example.org/",
        "AKIA is a prefix",
        "BAKIAIOSFODNN7EXAMPLE",
        "eyJ is not a token",
        "the bearer of this",
        "password=",
        "password:",
        "--password",
        "ends with ghp_",
        "日本語のログ"
      })
  void leavesTheRestAsItIs(String text) {
    assertThat(Secrets.mask(text)).isSameAs(text);
  }

  @Test
  void masksAJsonWebToken() {
    assertThat(Secrets.mask("got " + JWT + " from a")).isEqualTo("got *** from a");
  }

  @Test
  void maskingTwiceIsMaskingOnce() {
    String once = Secrets.mask("a password=x Authorization: Bearer y");
    assertThat(Secrets.mask(once)).isEqualTo(once);
  }

  @Test
  void masksTheArgumentAfterASecretFlag() {
    assertThat(Secrets.mask(List.of("mysql", "--password", "hunter2", "-h", "db")))
        .containsExactly("mysql", "--password", "***", "-h", "db");
    assertThat(Secrets.mask(List.of("vault", "login", "-token", "abc")))
        .containsExactly("vault", "login", "-token", "***");
    assertThat(Secrets.mask(List.of("curl", "-u", "me:hunter2", "http://a")))
        .containsExactly("curl", "-u", "me:***", "http://a");
    assertThat(Secrets.mask(List.of("env", "TOKEN=abc", "run")))
        .containsExactly("env", "TOKEN=***", "run");
    assertThat(Secrets.mask(List.of("curl", "-H", "Authorization: Bearer abc")))
        .containsExactly("curl", "-H", "Authorization: Bearer ***");
  }

  @Test
  void argumentsWithoutASecretStayTheSameObject() {
    List<String> args = List.of("sh", "-c", "ls --password-free", "--password", "-x", "-u", "root");
    assertThat(Secrets.mask(args)).isSameAs(args);
  }
}
