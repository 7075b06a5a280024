package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerFacts.Limits;
import io.leukocyte.events.ContainerFacts.Port;
import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerLifecycle;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What engines say, and leave out. */
final class DockerJsonTest {
  private static final String ID = "0123456789ab" + "0".repeat(52);

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void factsNeedNoMoreThanAnId() {
    ContainerFacts facts = DockerFacts.facts(json("{'Id':'" + ID + "','Config':null}"), 7);
    assertThat(facts.time()).isEqualTo(7);
    assertThat(facts.container().digest()).isNull();
    assertThat(facts.container().image()).isEmpty();
    assertThat(facts.container().tag()).isNull();
    assertThat(facts.limits()).isEqualTo(Limits.NONE);
    assertThat(facts.security()).isEqualTo(Security.DEFAULT);
    assertThat(facts.networks()).isEmpty();
  }

  @Test
  void portsCapabilitiesAndQuotasAreRead() {
    ContainerFacts facts =
        DockerFacts.facts(
            json(
                """
                {'Id':'%s','Name':'/web','RestartCount':4,
                 'State':{'Status':'running','Pid':12,'StartedAt':'0001-01-01T00:00:00Z'},
                 'HostConfig':{'CapAdd':['CAP_SYS_ADMIN','cap_new_one'],'CpuQuota':50000,
                   'PidsLimit':-1,'NetworkMode':'default','RestartPolicy':{'Name':''},
                   'Tmpfs':{'/run':'rw,size=1m','/ro':'ro'}},
                 'NetworkSettings':{'Ports':{'53/udp':[{'HostIp':'0.0.0.0','HostPort':'5353'}],
                   '80/tcp':null}}}
                """
                    .formatted(ID)),
            0);
    assertThat(facts.container().name()).isEqualTo("web");
    assertThat(facts.started()).isZero();
    assertThat(facts.security().capAdd()).containsExactly("SYS_ADMIN", "NEW_ONE");
    assertThat(facts.limits()).isEqualTo(new Limits(0, 500_000_000, 0));
    assertThat(facts.networkMode()).isEqualTo("bridge");
    assertThat(facts.restartPolicy()).isEqualTo("no");
    assertThat(facts.restarts()).isEqualTo(4);
    assertThat(facts.ports()).containsExactly(new Port(53, "udp", "0.0.0.0", 5353));
    assertThat(facts.mounts())
        .extracting(ContainerFacts.Mount::writable)
        .containsExactly(false, true);
  }

  @Test
  void anAddressThatWasAskedForIsKeptWhileTheContainerIsStopped() {
    List<NetworkAttachment> attachments =
        DockerFacts.attachments(
            json(
                """
                {'Id':'%s','NetworkSettings':{'Networks':{'shop':{
                  'NetworkID':'n1','IPAddress':'','MacAddress':'','Aliases':['web','0123456789ab'],
                  'Links':['db:database'],'DriverOpts':{'a':'b'},
                  'IPAMConfig':{'IPv4Address':'10.0.0.7'}}}}}
                """
                    .formatted(ID)));
    NetworkAttachment attachment = attachments.getFirst();
    assertThat(attachment.address()).isEqualTo("10.0.0.7");
    assertThat(attachment.mac()).isNull();
    assertThat(attachment.aliases()).containsExactly("web");
    assertThat(attachment.links()).containsExactly("db:database");
    assertThat(attachment.driverOptions()).containsEntry("a", "b");
  }

  @Test
  void eventsOfOtherThingsAreNotOfContainers() {
    assertThat(DockerEvents.read(json("{'Type':'image','Actor':{'ID':'x'}}"))).isEmpty();
    assertThat(DockerEvents.read(json("{'Type':'container','Actor':{'ID':'x'}}"))).isEmpty();
    assertThat(DockerEvents.read(json("{'Type':'network','Action':'create'}"))).isEmpty();
  }

  @Test
  void actionsAreSplitFromTheirDetails() {
    ContainerLifecycle exec = event("exec_create: sh -c echo: hi", "'execID':'e1'");
    assertThat(exec.action()).isEqualTo("exec_create");
    assertThat(exec.attributes()).containsEntry("command", "sh -c echo: hi");
    ContainerLifecycle health = event("health_status: unhealthy", "'image':'nginx:1.22'");
    assertThat(health.action()).isEqualTo("health_status");
    assertThat(health.attributes()).containsEntry("health", "unhealthy");
    assertThat(health.container().tag()).isEqualTo("1.22");
  }

  @Test
  void attributesAreBounded() {
    StringBuilder labels = new StringBuilder("'exitCode':'9','signal':'15'");
    for (int i = 0; i < 200; i++) {
      labels.append(",'label").append(i).append("':'").append("v".repeat(5000)).append('\'');
    }
    ContainerLifecycle die = event("die", labels.toString());
    assertThat(die.exitCode()).isEqualTo(9);
    assertThat(die.attributes()).hasSizeLessThanOrEqualTo(64).containsEntry("signal", "15");
    assertThat(die.attributes().values()).allMatch(value -> value.length() <= 1024);
  }

  private static ContainerLifecycle event(String action, String attributes) {
    return DockerEvents.read(
            json(
                "{'Type':'container','Action':'%s','timeNano':5,'Actor':{'ID':'%s','Attributes':{%s}}}"
                    .formatted(action, ID, attributes)))
        .orElseThrow();
  }

  @Test
  void imageNamesAreSplit() {
    String id = "sha256:" + "ab".repeat(32);
    assertThat(ImageName.parse("nginx", id)).isEqualTo(new ImageName("nginx", "latest"));
    assertThat(ImageName.parse("nginx:1.22", id)).isEqualTo(new ImageName("nginx", "1.22"));
    assertThat(ImageName.parse("reg:5000/a/b", id))
        .isEqualTo(new ImageName("reg:5000/a/b", "latest"));
    assertThat(ImageName.parse("reg:5000/a/b:2", id)).isEqualTo(new ImageName("reg:5000/a/b", "2"));
    assertThat(ImageName.parse("nginx@" + id, id)).isEqualTo(new ImageName("nginx", null));
    assertThat(ImageName.parse("abababababab", id)).isEqualTo(new ImageName("abababababab", null));
    assertThat(ImageName.parse("cafecafecafe", id))
        .isEqualTo(new ImageName("cafecafecafe", "latest"));
    assertThat(ImageName.parse(id, id)).isEqualTo(new ImageName(id, null));
  }

  @Test
  void theVersionSpokenIsWithinTheEnginesRange() {
    ApiVersion spoken = new ApiVersion(1, 41);
    assertThat(spoken.between(ApiVersion.parse("1.12"), ApiVersion.parse("1.41")))
        .isEqualTo(spoken);
    assertThat(spoken.between(ApiVersion.parse("1.44"), ApiVersion.parse("1.52")))
        .hasToString("1.44");
    assertThat(spoken.between(ApiVersion.parse("1.12"), ApiVersion.parse("1.39")))
        .hasToString("1.39");
    assertThat(spoken.between(ApiVersion.parse(""), ApiVersion.parse(""))).isEqualTo(spoken);
  }

  @Test
  void optionsComeFromTheEnvironment() {
    assertThat(EngineOptions.fromEnvironment(Map.of()).host())
        .isEqualTo(EngineOptions.DEFAULT_HOST);
    assertThat(EngineOptions.fromEnvironment(Map.of("DOCKER_HOST", "tcp://a:1")).host())
        .hasToString("tcp://a:1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/var/run/docker.sock", "ssh://a", "unix:// a", "a:1"})
  void aHostThatIsNoneIsSaidByTheNameOfItsVariable(String host) {
    assertThatThrownBy(() -> EngineOptions.fromEnvironment(Map.of("DOCKER_HOST", host)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot use DOCKER_HOST '%s': an engine is at unix:///path or tcp://host:port.", host);
  }
}
