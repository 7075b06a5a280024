package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathsTest {
  @ParameterizedTest
  @CsvSource({
    "/srv, a, /srv/a",
    "/srv, /a, /a",
    "/, a, /a",
    "/srv, ../etc/./x, /etc/x",
    "/srv, ../../../x, /x",
    "/srv, a//b/, /srv/a/b",
    "/srv, .., /",
    "/srv, .hidden, /srv/.hidden",
    "/srv, ..., /srv/...",
    "'', a/b, a/b",
    "'', /a/../b, /b",
    "/srv, '', /srv",
    "…/deep/x, ../y, …/deep/y"
  })
  void aPathIsMadeAbsolute(String base, String path, String absolute) {
    assertThat(Paths.absolute(base, path)).isEqualTo(absolute);
  }
}
