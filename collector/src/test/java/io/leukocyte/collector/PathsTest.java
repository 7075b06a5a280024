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

  @ParameterizedTest
  @CsvSource({
    "/srv, a, /srv/a",
    "/srv, a/./b//c, /srv/a/b/c",
    "/srv/www, ../../etc/passwd, /srv/www/../../etc/passwd",
    "/, ../x, /../x",
    "/srv, /var/../etc/x, /var/../etc/x",
    "/srv, .., /srv/..",
    "/srv, a..b/..c, /srv/a..b/..c",
    "'', ../x, ../x",
    "…/deep/x, ../y, …/deep/x/../y"
  })
  void aPathThatClimbsKeepsItsSteps(String base, String path, String asked) {
    assertThat(Paths.asked(base, path)).isEqualTo(asked);
  }
}
