package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each action that there is, in a sequence and in tests among policies. */
class PolicyActionsTest {
  static Stream<String> types() {
    return ResponseReader.TYPES.stream();
  }

  private static String written(String type) {
    return switch (type) {
      case "notify" -> "notify: {log: {}}";
      case "throttle" -> "throttle: {cpus: 0.2}";
      case "run" -> "run: {program: page}";
      default -> type + ": {}";
    };
  }

  @ParameterizedTest
  @MethodSource("types")
  void testsKnowTheActionAndWhatFollowsIt(String type) {
    PolicySet.Loaded loaded =
        PolicySet.load(
            List.of(
                new PolicyFile(
                    "p.yaml",
                    """
                    - policy: p
                      match: {rules: [r]}
                      actions:
                        - ACTION
                        - notify: {webhook: ops}
                          if: TYPE failed
                    - policy: q
                      match: {rules: [s]}
                      actions:
                        - pause: {for: 1m}
                        - ACTION
                          if: pause failed
                    - tests:
                        - title: it works
                          alert: {rule: r}
                          actions: [TYPE]
                        - title: it fails
                          alert: {rule: r}
                          outcomes: {TYPE: failed}
                          actions: [TYPE failed, notify END]
                        - title: it comes when its turn comes
                          alert: {rule: s}
                          outcomes: {pause: failed}
                          actions: [pause failed, SECOND]
                    """
                        .replace("ACTION", written(type))
                        .replace("TYPE", type)
                        .replace("END", type.equals("notify") ? "failed" : "verified")
                        .replace("SECOND", type.equals("pause") ? "pause failed" : type))),
            new Channels(Set.of("ops"), Set.of(), Set.of(), Set.of(), Set.of("page")));
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.policies().test()).hasSize(3).allMatch(PolicySet.Tested::passed);
  }
}
