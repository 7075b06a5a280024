package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import org.junit.jupiter.api.Test;

/** What Podman says, read as if Docker said it. */
final class PodmanAnswersTest {
  private static final String ID = "0123456789ab" + "0".repeat(52);
  private static final String IMAGE = "c".repeat(64);

  private static JsonNode json(String text) {
    try {
      String whole = text.replace('\'', '"').replace("#", ID).replace("@", IMAGE);
      return new ObjectMapper().readTree(whole);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static ContainerFacts facts(String inspect) {
    return DockerFacts.facts(PodmanAnswers.inspect(json(inspect)), 1);
  }

  @Test
  void theProductIsKnownByTheVersion() {
    assertThat(Product.of(json("{'Components':[{'Name':'Podman Engine'},{'Name':'Conmon'}]}")))
        .isEqualTo(Product.PODMAN);
    assertThat(Product.of(json("{'Components':[{'Name':'Engine'}]}"))).isEqualTo(Product.DOCKER);
    assertThat(Product.of(json("{}"))).isEqualTo(Product.DOCKER);
  }

  @Test
  void imagesOfDockerHubGoWithoutItsAddress() {
    assertThat(PodmanAnswers.image("docker.io/library/busybox:latest")).isEqualTo("busybox:latest");
    assertThat(PodmanAnswers.image("docker.io/shop/web:1")).isEqualTo("shop/web:1");
    assertThat(PodmanAnswers.image("localhost/shop:1")).isEqualTo("localhost/shop:1");
    assertThat(PodmanAnswers.image("quay.io/a/docker.io/b:1")).isEqualTo("quay.io/a/docker.io/b:1");
    assertThat(PodmanAnswers.image("")).isEmpty();
  }

  @Test
  void anIdOfAnImageHasItsKindAndANameIsNone() {
    assertThat(PodmanAnswers.imageId(IMAGE)).isEqualTo("sha256:" + IMAGE);
    assertThat(PodmanAnswers.imageId("sha256:" + IMAGE)).isEqualTo("sha256:" + IMAGE);
    assertThat(PodmanAnswers.imageId("docker.io/library/busybox:latest")).isEmpty();
  }

  @Test
  void factsAreThoseThatDockerWouldTell() {
    ContainerFacts facts =
        facts(
            "{'Id':'#','Name':'/web','Image':'sha256:@','State':{'Status':'stopping','Pid':7},"
                + "'Config':{'Image':'docker.io/library/busybox:latest'},"
                + "'HostConfig':{'NetworkMode':'bridge','PidMode':'private',"
                + "'LogConfig':{'Type':'json-file'},'NanoCpus':500000000,'CpuQuota':50000,"
                + "'CpuPeriod':100000},"
                + "'NetworkSettings':{'Networks':{'shop':{'NetworkID':'shop'},'back':{}}}}");
    assertThat(facts.container().image()).isEqualTo("busybox");
    assertThat(facts.container().tag()).isEqualTo("latest");
    assertThat(facts.container().digest()).isEqualTo("sha256:" + IMAGE);
    assertThat(facts.state()).isEqualTo("running");
    assertThat(facts.pidMode()).isEmpty();
    assertThat(facts.logDriver()).isEqualTo("k8s-file");
    assertThat(facts.networkMode()).isEqualTo("back");
    assertThat(facts.limits().nanoCpus()).isEqualTo(500_000_000);
  }

  @Test
  void whereTheDefaultNetworkIsOneTheModeIsBridge() {
    String inspect =
        "{'Id':'#','HostConfig':{'NetworkMode':'%s'},'NetworkSettings':{'Networks':%s}}";
    assertThat(facts(inspect.formatted("bridge", "{'podman':{},'a':{}}")).networkMode())
        .isEqualTo("bridge");
    assertThat(facts(inspect.formatted("bridge", "{}")).networkMode()).isEqualTo("bridge");
    assertThat(facts(inspect.formatted("host", "{}")).networkMode()).isEqualTo("host");
    ContainerFacts guest = facts(inspect.formatted("container:x", "{'a':{}}"));
    assertThat(guest.networkMode()).isEqualTo("container:x");
    assertThat(guest.networks()).isEmpty();
  }

  @Test
  void itsOwnStatesAreDockers() {
    String inspect = "{'Id':'#','State':{'Status':'%s'}}";
    assertThat(facts(inspect.formatted("initialized")).state()).isEqualTo("created");
    assertThat(facts(inspect.formatted("configured")).state()).isEqualTo("created");
    assertThat(facts(inspect.formatted("stopped")).state()).isEqualTo("exited");
    assertThat(facts(inspect.formatted("paused")).state()).isEqualTo("paused");
  }

  private static ContainerLifecycle event(String event) {
    return DockerEvents.read(PodmanAnswers.event(json(event))).orElseThrow();
  }

  private static ContainerLifecycle event(String action, String attributes) {
    return event(
        "{'Type':'container','Action':'"
            + action
            + "','timeNano':5,'Actor':{'ID':'#','Attributes':"
            + attributes
            + "}}");
  }

  @Test
  void eventsHaveDockersNamesAndNoCodeWhereThereIsNone() {
    String attributes =
        "{'name':'web','image':'docker.io/library/busybox:latest','tier':'web',"
            + "'containerExitCode':'137'}";
    ContainerLifecycle died = event("died", attributes);
    assertThat(died.action()).isEqualTo("die");
    assertThat(died.exitCode()).isEqualTo(137);
    assertThat(died.container().image()).isEqualTo("busybox");
    assertThat(died.attributes())
        .containsEntry("tier", "web")
        .doesNotContainKeys("containerExitCode", "exitCode");
    assertThat(event("die", attributes.replace("}", ",'exitCode':'137'}")).exitCode())
        .isEqualTo(137);
    ContainerLifecycle started = event("start", attributes);
    assertThat(started.exitCode()).isNull();
    assertThat(started.attributes()).doesNotContainKey("containerExitCode");
    assertThat(event("remove", attributes).action()).isEqualTo("destroy");
    assertThat(event("exec", attributes).action()).isEqualTo("exec_start");
    ContainerLifecycle program = event("exec_died", attributes.replace("137", "1"));
    assertThat(program.action()).isEqualTo("exec_die");
    assertThat(program.exitCode()).isEqualTo(1);
    assertThat(event("init", attributes).action()).isEqualTo("init");
  }

  @Test
  void eventsOfNetworksAreOfTheirContainer() {
    ContainerLifecycle gone =
        event(
            "{'Type':'network','Action':'disconnect','timeNano':5,'Actor':{'ID':'#',"
                + "'Attributes':{'image':'','name':'','network':'shop','containerExitCode':'0'}}}");
    assertThat(gone.container().id()).isEqualTo(new ContainerId(ID));
    assertThat(gone.action()).isEqualTo("disconnect");
    assertThat(gone.attributes()).containsEntry("network", "shop");
    assertThat(gone.exitCode()).isNull();
  }

  @Test
  void whatIsNoEventIsLeftAlone() {
    for (String text : new String[] {"[]", "{}", "{'Actor':{'Attributes':[]}}", "null"}) {
      assertThat(PodmanAnswers.event(json(text))).isEqualTo(json(text));
    }
  }

  @Test
  void processesHaveTheHostsNumbers() {
    JsonNode top =
        json(
            "{'Titles':['HPID','HUSER','PID','PPID','COMMAND'],'Processes':["
                + "['700','root','1','0','sleep 600'],['731','1000','9','1','sh -c x'],"
                + "['740','www-data','12','9','cat']]}");
    assertThat(PodmanAnswers.processes(top))
        .containsExactly(
            new ProcessRow(700, 0, 0, "sleep 600"),
            new ProcessRow(731, 700, 1000, "sh -c x"),
            new ProcessRow(740, 731, -1, "cat"));
  }

  @Test
  void numbersOfTheContainerAreNotTakenForTheHosts() {
    JsonNode top = json("{'Titles':['PID','PPID','COMMAND'],'Processes':[['1','0','sh']]}");
    assertThatThrownBy(() -> PodmanAnswers.processes(top)).hasMessageContaining("HPID");
  }

  @Test
  void aContainerLikeAnotherIsOnAllItsNetworksFromTheBeginning() {
    JsonNode inspect =
        PodmanAnswers.inspect(
            json(
                "{'Id':'#','Config':{'Hostname':'0123456789ab',"
                    + "'Env':['A=1','HOSTNAME=0123456789ab','HOME=/root']},"
                    + "'HostConfig':{'NetworkMode':'bridge','Runtime':'oci',"
                    + "'Ulimits':[{'Name':'RLIMIT_NOFILE','Soft':1,'Hard':1}]},"
                    + "'NetworkSettings':{'Networks':{"
                    + "'back':{'NetworkID':'back','Aliases':['api','0123456789ab']},"
                    + "'front':{'IPAddress':'192.0.2.7'}}}}"));
    ObjectNode body =
        PodmanAnswers.like(DockerBody.like(inspect, json("{}"), "busybox:latest"), inspect);
    assertThat(body.path("NetworkingConfig"))
        .isEqualTo(json("{'EndpointsConfig':{'back':{'Aliases':['api']},'front':{}}}"));
    assertThat(body.path("HostConfig").path("NetworkMode").asText()).isEqualTo("bridge");
    assertThat(body.path("HostConfig").has("Runtime")).isFalse();
    assertThat(body.path("HostConfig").path("Ulimits").path(0).path("Name").asText())
        .isEqualTo("nofile");
    assertThat(body.path("Env")).isEqualTo(json("['A=1','HOME=/root']"));
  }

  @Test
  void aHostNameThatWasChosenStays() {
    JsonNode inspect =
        json(
            "{'Id':'#','Config':{'Hostname':'web','Env':['HOSTNAME=web']},"
                + "'HostConfig':{'NetworkMode':'none'}}");
    ObjectNode body = PodmanAnswers.like(DockerBody.like(inspect, json("{}"), "x"), inspect);
    assertThat(body.path("Env")).isEqualTo(json("['HOSTNAME=web']"));
    assertThat(body.has("NetworkingConfig")).isFalse();
  }
}
