package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicySetTest {
  private static PolicySet.Loaded load(String yaml) {
    return PolicySet.load(List.of(new PolicyFile("p.yaml", yaml)), List.of("ops", "pager"));
  }

  private static List<String> problems(String yaml) {
    return load(yaml).problems().stream().map(Problem::toString).toList();
  }

  private static String policy(String actions) {
    return "- policy: p\n  match: {rules: [r]}\n  actions: [" + actions + "]\n";
  }

  @Test
  void aWholePolicyIsRead() {
    PolicySet.Loaded loaded =
        load(
            """
            - policy: shell in a web container
              description: what it is for
              match:
                rules: ["Terminal shell in container", "Run shell untrusted"]
                priority: ">= warning"
                tags: [T1059]
                condition: container.image contains web
              actions:
                - quarantine: {for: 15m}
                - pause: {for: 10m}
                - notify: {webhook: ops}
                - notify: {log: {}}
                - stop: {grace: 3s, for: 1h}
              guard:
                mode: enforce
                cooldown: 5m
                at-most: {containers: 3, per: 10m, share-of-service: 30%}
            """);
    assertThat(loaded.problems()).isEmpty();
    Policy policy = loaded.policies().policies().getFirst();
    assertThat(policy.name()).isEqualTo("shell in a web container");
    assertThat(policy.source()).isEqualTo("p.yaml:1");
    assertThat(policy.match().rules())
        .isEqualTo(Set.of("Terminal shell in container", "Run shell untrusted"));
    assertThat(policy.match().atLeast()).contains(Priority.WARNING);
    assertThat(policy.match().condition()).isPresent();
    assertThat(policy.responses())
        .containsExactly(
            new Quarantine(Optional.of(Duration.ofMinutes(15))),
            new Pause(Optional.of(Duration.ofMinutes(10))),
            new Notify(new Notify.Channel.Webhook("ops")),
            new Notify(new Notify.Channel.Log()),
            new Stop(Duration.ofSeconds(3), Optional.of(Duration.ofHours(1))));
    assertThat(policy.guard())
        .isEqualTo(
            new Policy.Guard(
                Policy.Mode.ENFORCE,
                Duration.ofMinutes(5),
                Optional.of(new Policy.AtMost(3, Duration.ofMinutes(10), 30)),
                Duration.ofMinutes(15)));
  }

  @Test
  void theShippedPoliciesHaveNoProblemAndOnlyTry() {
    PolicySet.Loaded loaded = PolicySet.load(PolicyFile.shipped(), List.of());
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.policies().size()).isEqualTo(3);
    assertThat(loaded.policies().enforced()).isZero();
  }

  @Test
  void everyProblemIsSaidAtOnceWithItsPlace() {
    List<String> problems =
        problems(
            """
            - policy: p
              match: {rule: [r]}
              actions:
                - quarantin: {for: 15m}
                - pause: {for: 15 minutes}
                - notify: {webhook: opps}
              guard: {mode: enforced, cooldwn: 5m}
            - match: {priority: warning}
            """);
    assertThat(problems)
        .containsExactly(
            "p.yaml:2:10: match is empty: every alert would be answered; name rules, or write"
                + " 'priority: \">= debug\"' if you mean it",
            "p.yaml:2:11: unknown key 'rule' in match; did you mean 'rules'?",
            "p.yaml:4:7: unknown action 'quarantin'; did you mean 'quarantine'?",
            "p.yaml:5:20: for in pause is '15 minutes': not a duration; write one such as 30s, 15m"
                + " or 1h, from 1s to 30d",
            "p.yaml:6:25: there is no webhook 'opps'; did you mean 'ops'?",
            "p.yaml:7:17: unknown mode 'enforced'; did you mean 'enforce'?",
            "p.yaml:7:27: unknown key 'cooldwn' in guard; did you mean 'cooldown'?",
            "p.yaml:8:3: a policy has no 'policy'; give it a name",
            "p.yaml:8:3: a policy has no 'actions'; say what it does, such as '- quarantine: {for:"
                + " 15m}'",
            "p.yaml:8:21: priority must be a least one; write \">= warning\"");
  }

  @Test
  void aPolicyWithAProblemIsNotAmongThePolicies() {
    PolicySet.Loaded loaded = load(policy("pause") + "- policy: q\n  actions: [pause]\n");
    assertThat(loaded.problems()).hasSize(1);
    assertThat(loaded.policies().size()).isEqualTo(1);
  }

  @Test
  void theSameNameTwiceIsAProblem() {
    assertThat(problems(policy("pause") + policy("pause")))
        .singleElement()
        .asString()
        .startsWith("p.yaml:4:11: the policy 'p' stands twice, first at p.yaml:1:11");
  }

  @Test
  void theModeApproveWaitsForAsLongAsItSays() {
    String guard = "  guard: {mode: approve, approve-within: 1h}\n";
    assertThat(load(policy("pause") + guard).policies().policies().getFirst().guard())
        .isEqualTo(
            new Policy.Guard(
                Policy.Mode.APPROVE, Duration.ZERO, Optional.empty(), Duration.ofHours(1)));
    assertThat(problems(policy("pause") + "  guard: {mode: aprove, approve-within: 25h}\n"))
        .hasSize(2)
        .first()
        .asString()
        .contains("unknown mode 'aprove'; did you mean 'approve'");
  }

  @Test
  void aWrongConditionIsAProblemAtItsPlace() {
    String yaml = "- policy: p\n  match: {condition: container.id ==}\n  actions: [pause]\n";
    assertThat(load(yaml).problems()).isNotEmpty();
    assertThat(load(yaml).problems().getFirst().at().line()).isEqualTo(2);
    assertThat(load(yaml).policies().size()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "kill, pause | pause after kill can do nothing",
        "stop, quarantine | quarantine after stop can do nothing",
        "stop, kill | kill after stop can do nothing",
        "pause, pause | the action pause stands twice",
        "pause: {for: 1m}, pause: {for: 2m} | the action pause stands twice",
        "notify: {log: {}}, notify: {log: {}} | the action notify stands twice",
        "kill: {signal: HUP, for: 5m} | SIGHUP may not end the container",
        "kill: {signal: KIL} | unknown signal 'KIL'; did you mean 'KILL'?",
        "notify: {} | notify needs one way to tell",
        "notify: {log: {}, webhook: ops} | notify needs one way to tell",
        "notify: {webhook: nobody} | there is no webhook 'nobody'; set its address",
        "quarantine: {for: 0s} | out of bounds",
        "quarantine: {for: 99d} | out of bounds",
        "quarantine: 15m | quarantine must be a mapping",
        "pause: {grace: 1s} | unknown key 'grace' in pause",
        "stop: {grace: 1h} | out of bounds",
        "[pause] | an action is one name with its parameters",
      })
  void actionsThatMakeNoSenseAreProblems(String actions, String problem) {
    assertThat(problems("- policy: p\n  match: {rules: [r]}\n  actions: [" + list(actions) + "]\n"))
        .singleElement()
        .asString()
        .contains(problem);
  }

  /** Each action as an item of a flow list. */
  private static String list(String actions) {
    return actions.replaceAll("(\\w+): (\\{[^{}]*(\\{[^{}]*})?[^{}]*}|15m)", "{$1: $2}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{containers: 3}",
        "{per: 10m}",
        "{}",
        "{containers: 0, per: 10m}",
        "{containers: 3, per: 48h}",
        "{containers: three, per: 10m}",
        "{share-of-service: 130%}",
        "{share-of-service: 0.3}",
        "{share: 30%}"
      })
  void boundsThatBoundNothingAreProblems(String atMost) {
    assertThat(problems(policy("pause") + "  guard: {at-most: " + atMost + "}\n")).isNotEmpty();
  }

  @Test
  void killAfterAnotherSignalAndNotifyAfterStopAreFine() {
    assertThat(problems(policy("{kill: {signal: TERM}}, {kill: {signal: KILL}}"))).isEmpty();
    assertThat(problems(policy("stop, {notify: {log: {}}}"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"policy: p", "just text", "- 1\n- [2]", "- {policy: {}}", "{"})
  void whateverElseIsAProblemNotACrash(String yaml) {
    assertThat(problems(yaml)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "[]"})
  void anEmptyFileHasNoPolicies(String yaml) {
    assertThat(load(yaml).problems()).isEmpty();
    assertThat(load(yaml).policies().size()).isZero();
  }

  @Test
  void aPolicyWithAllThatItMayHaveIsRead() {
    PolicySet.Loaded loaded =
        load(
            """
            - policy: p
              match:
                correlation: [brute force]
                containers: [web*]
                images: ["shop/*:1"]
                labels: [tier=w*, team]
                hosts: [edge-*]
                incident: {alerts: 3, within: 10m}
              actions:
                - quarantine: {for: 15m, pause: false}
                - pause: {for: 15m}
                  if: quarantine failed or refused
                - notify: {webhook: ops}
              else:
                - kill
              escalate: {after: 2 alerts, within: 10m, actions: [kill]}
              guard: {mode: enforce, cooldown: 5m}
              services:
                shop/*: {actions: [pause], guard: {mode: approve}}
              stop: true
            """);
    assertThat(loaded.problems()).isEmpty();
    Policy policy = loaded.policies().policies().getFirst();
    assertThat(policy.match().correlation())
        .contains(new Policy.Correlation(true, Set.of("brute force")));
    assertThat(policy.match().container())
        .isEqualTo(
            new Policy.Containers(
                List.of("web*"), List.of("shop/*:1"), List.of("tier=w*", "team")));
    assertThat(policy.match().hosts()).containsExactly("edge-*");
    assertThat(policy.match().incident()).contains(new Policy.Incident(3, Duration.ofMinutes(10)));
    assertThat(policy.course().actions().get(0).response())
        .isEqualTo(new Quarantine(Optional.of(Duration.ofMinutes(15)), false, Scope.ALL));
    assertThat(policy.course().actions().get(1).given())
        .contains(new Course.Given(0, Set.of(Flow.End.FAILED, Flow.End.REFUSED)));
    assertThat(policy.course().otherwise()).hasSize(1);
    assertThat(policy.last()).isTrue();
    Policy shop = policy.of("shop/web");
    assertThat(shop.source()).isEqualTo("p.yaml:19");
    assertThat(shop.responses().getFirst()).isEqualTo(new Pause(Optional.empty()));
    assertThat(shop.guard().mode()).isEqualTo(Policy.Mode.APPROVE);
    assertThat(shop.guard().cooldown()).isEqualTo(Duration.ofMinutes(5));
    assertThat(shop.escalation()).isEqualTo(policy.escalation());
    assertThat(policy.of("other")).isEqualTo(policy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "actions: [{pause: {}, if: failed}] | 4:1: no action stands before this one",
        "actions: [quarantine, {pause: {}, if: failt}] | unknown end of an action 'failt'; did you mean 'failed'?",
        "actions: [quarantine, {pause: {}, if: quarantin failed}] | no action 'quarantin' stands before; did you mean 'quarantine'?",
        "actions: [quarantine, {pause: {}, if: [failed]}] | if must say how an action ended, not a list",
        "actions: [kill, {pause: {}, if: verified}] | pause can do nothing when kill is verified",
        "actions: [{notify: {log: {}}}, {notify: {webhook: ops}, if: skipped}] | notify is never skipped",
        "actions: [{if: failed}] | unknown action 'if'",
        "actions: [pause], else: [] | else is empty",
        "actions: [pause], esle: [kill] | unknown key 'esle' in a policy; did you mean 'else'?",
        "actions: [pause], stop: maybe | stop in a policy is 'maybe': neither true nor false",
        "actions: [pause], escalate: {after: 1 alert, within: 10m, actions: [kill]} | after in escalate is '1 alert'",
        "actions: [pause], escalate: {actions: [kill]} | escalate has no 'after'",
        "actions: [pause], escalate: {after: 2, within: 10m} | escalate has no 'actions'",
        "actions: [pause], escalate: {after: 2, wihtin: 10m, within: 10m, actions: [kill]} | unknown key 'wihtin' in escalate; did you mean 'within'?",
        "actions: [pause], services: {} | services must be a mapping of services",
        "actions: [pause], services: {shop: {}} | nothing is otherwise for the service 'shop'",
        "actions: [pause], services: {shop: {match: {}}} | unknown key 'match' in the service shop",
        "actions: [{quarantine: {pause: no}}] | neither true nor false",
        "actions: [{notify: {slack: nobody}}] | there is no slack 'nobody'; set its address: notify.slack",
        "actions: [{notify: {mail: nobody}}] | there is no mail 'nobody'",
        "actions: [{notify: {syslog: nobody}}] | there is no syslog 'nobody'",
      })
  void sequencesThatMakeNoSenseAreProblems(String keys, String problem) {
    String yaml = "- {policy: p, match: {rules: [r]}, " + keys + "}\n";
    assertThat(problems(yaml)).anySatisfy(p -> assertThat(p).contains(strip(problem)));
    assertThat(problems(yaml)).allSatisfy(p -> assertThat(p).matches("p\\.yaml:1:\\d+: .*"));
  }

  private static String strip(String problem) {
    return problem.replaceFirst("^\\d+:\\d+: ", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{incident: {alerts: 1}}",
        "{incident: {within: 5m}}",
        "{incident: {alerts: 2, withn: 5m}}",
        "{image: [x]}",
        "{labels: {a: b}}",
        "{hosts: []}"
      })
  void matchesThatMakeNoSenseAreProblems(String match) {
    assertThat(problems("- {policy: p, match: " + match + ", actions: [pause]}")).isNotEmpty();
  }

  @Test
  void testsAmongPoliciesSayWhatAnAlertLeadsTo() {
    PolicySet.Loaded loaded =
        load(
            """
            - policy: p
              match: {rules: [r], labels: [tier=web], condition: fd.sport > 1024}
              actions:
                - quarantine
                - pause: {}
                  if: failed
                - notify: {webhook: ops}
              else: [kill]
              escalate: {after: 2 alerts, within: 10m, actions: [kill]}
              guard: {mode: dry-run, cooldown: 30m}
            - tests:
                - title: the quarantine works
                  alert: &web
                    rule: r
                    container: {name: web, image: "shop/web:1", labels: [tier=web]}
                    event: {evt.type: connect, fd.sport: 4444}
                  actions: [quarantine, notify]
                - title: it fails
                  alert: *web
                  outcomes: {quarantine: failed}
                  actions: [quarantine failed, pause, notify]
                - title: the fallback fails too
                  alert: *web
                  outcomes: {quarantine: failed, pause: failed}
                  actions: [quarantine failed, pause failed, notify, kill]
                - title: the second one kills
                  alert: *web
                  repeated: {times: 2, every: 9m}
                  actions: [kill]
                - title: the third is in the cooldown
                  alert: *web
                  repeated: {times: 3, every: 2m}
                  actions: [quarantine refused, pause refused, notify refused, kill refused]
                - title: another port is none of ours
                  alert: {rule: r, container: {labels: [tier=web]}, event: {evt.type: connect, fd.sport: 80}}
                  actions: []
                - title: this one is wrong
                  alert: *web
                  actions: [kill]
            """);
    assertThat(loaded.problems()).isEmpty();
    List<PolicySet.Tested> tested = loaded.policies().test();
    assertThat(tested)
        .filteredOn(t -> !t.passed())
        .extracting(PolicySet.Tested::title)
        .containsExactly("this one is wrong");
    assertThat(tested).hasSize(7);
    assertThat(tested.getLast().came()).containsExactly("quarantine verified", "notify verified");
    assertThat(tested.getLast().at().toString()).startsWith("p.yaml:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{alert: {rule: r}, actions: []} | a test has no 'title'",
        "{title: t, actions: []} | a test has no 'alert'",
        "{title: t, alert: {rule: r}} | a test has no 'actions'",
        "{title: t, alert: {}, actions: []} | alert has no 'rule'",
        "{title: t, alert: {rule: r}, action: []} | unknown key 'action' in a test; did you mean 'actions'?",
        "{title: t, alert: {rule: r}, actions: [quarantin]} | unknown action 'quarantin' in a test; did you mean 'quarantine'?",
        "{title: t, alert: {rule: r}, actions: [pause filed]} | unknown end of an action",
        "{title: t, alert: {rule: r}, actions: [], outcomes: {pause: fail}} | unknown end of an action 'fail' in a test; did you mean 'failed'?",
        "{title: t, alert: {rule: r, priority: warn}, actions: []} | unknown priority 'warn'",
        "{title: t, alert: {rule: r, event: {proc.nam: x}}, actions: []} | 'proc.nam' cannot be set in a test's event; did you mean 'proc.name'?",
        "{title: t, alert: {rule: r}, actions: [], repeated: {times: 0}} | times in repeated is '0'",
      })
  void testsThatMakeNoSenseAreProblems(String test, String problem) {
    assertThat(problems("- tests: [" + test + "]\n"))
        .anySatisfy(p -> assertThat(p).startsWith("p.yaml:1:").contains(problem));
  }

  @Test
  void theTestsOfTheShippedPoliciesPass() {
    List<PolicySet.Tested> tested =
        PolicySet.load(PolicyFile.shipped(), List.of()).policies().test();
    assertThat(tested).hasSizeGreaterThan(3).allMatch(PolicySet.Tested::passed);
  }
}
