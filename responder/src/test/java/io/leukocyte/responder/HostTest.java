package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which process is a container's: one that is known, or the one that the engine says. */
class HostTest {
  private final InMemoryEngine engine = new InMemoryEngine();
  private final LivingFilter filter = new LivingFilter();
  private final Host host =
      new Host(engine, filter, new InMemoryEgressLimit(), (address, port) -> true);

  /** A packet filter that knows which processes live. */
  private static final class LivingFilter implements NetworkFilter {
    private final Set<ContainerProcess> living = new HashSet<>();

    @Override
    public boolean isStill(ContainerProcess process) {
      return living.contains(process);
    }

    @Override
    public Optional<String> unusable() {
      return Optional.empty();
    }

    @Override
    public Set<ContainerId> sharers(ContainerProcess process) {
      return Set.of();
    }

    @Override
    public String close(ContainerProcess process, Scope scope) {
      return "";
    }

    @Override
    public boolean isClosed(ContainerProcess process, Scope scope) {
      return false;
    }

    @Override
    public boolean isThere(ContainerProcess process) {
      return false;
    }

    @Override
    public void open(ContainerProcess process) {}
  }

  private ContainerFacts facts(ContainerId container) {
    return engine.inspect(container).orElseThrow();
  }

  @Test
  void aKnownProcessIsTheContainersWhileItLivesAndTheEngineIsAskedAfterwards() {
    ContainerId web = engine.run(ContainerSpec.of("web", "x:1"));
    ContainerProcess first = ContainerProcess.of(facts(web));
    Host knowing = host.knowing(facts(web));
    filter.living.add(first);
    engine.stop(web, Duration.ZERO);
    engine.start(web);
    assertThat(knowing.process(web)).contains(first);
    filter.living.clear();
    assertThat(knowing.process(web)).contains(ContainerProcess.of(facts(web)));
    assertThat(knowing.process(web)).isEqualTo(host.process(web)).isNotEqualTo(Optional.of(first));
  }

  @Test
  void ofAnotherContainerTheEngineIsAsked() {
    ContainerId web = engine.run(ContainerSpec.of("web", "x:1"));
    ContainerId other = engine.run(ContainerSpec.of("other", "x:1"));
    filter.living.add(ContainerProcess.of(facts(web)));
    assertThat(host.knowing(facts(web)).process(other)).contains(ContainerProcess.of(facts(other)));
  }

  @Test
  void aContainerThatDoesNotRunIsKnownToHaveNoProcess() {
    ContainerId web = engine.run(ContainerSpec.of("web", "x:1"));
    engine.stop(web, Duration.ZERO);
    assertThat(host.knowing(facts(web)).process(web)).isEmpty();
  }
}
