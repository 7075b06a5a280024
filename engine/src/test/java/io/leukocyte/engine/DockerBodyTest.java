package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

/** What the engine is sent for a container like another. */
final class DockerBodyTest {
  private static final String ID = "0123456789ab" + "0".repeat(52);

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"').replace("#", ID));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static ObjectNode like(String inspect) {
    return DockerBody.like(json(inspect), json("{'Config':{'Entrypoint':['/start']}}"), "web:1");
  }

  @Test
  void whatIsNotKnownHereIsCarriedOver() {
    ObjectNode body =
        like(
            "{'Id':'#','Config':{'NewInConfig':[1]},"
                + "'HostConfig':{'NetworkMode':'none','NewInHost':{'a':'b'}}}");
    assertThat(body.path("NewInConfig")).isEqualTo(json("[1]"));
    assertThat(body.path("HostConfig").path("NewInHost")).isEqualTo(json("{'a':'b'}"));
    assertThat(body.path("Image").asText()).isEqualTo("web:1");
  }

  @Test
  void anEntrypointThatWasTakenAwayStaysAway() {
    assertThat(like("{'Id':'#','Config':{'Entrypoint':null}}").path("Entrypoint"))
        .isEqualTo(json("['']"));
    assertThat(like("{'Id':'#','Config':{'Entrypoint':['/start']}}").path("Entrypoint"))
        .isEqualTo(json("['/start']"));
  }

  @Test
  void onlyAHostNameThatWasChosenIsCarriedOver() {
    assertThat(like("{'Id':'#','Config':{'Hostname':'0123456789ab'}}").has("Hostname")).isFalse();
    assertThat(like("{'Id':'#','Config':{'Hostname':'web'}}").path("Hostname").asText())
        .isEqualTo("web");
  }

  @Test
  void aGuestInAnothersNetworkLeavesItsNamesAndPortsToThatOne() {
    ObjectNode body =
        like(
            "{'Id':'#','Config':{'Hostname':'owner','ExposedPorts':{'80/tcp':{}}},"
                + "'HostConfig':{'NetworkMode':'container:#'},'NetworkSettings':{'Networks':{}}}");
    assertThat(body.has("Hostname")).isFalse();
    assertThat(body.has("ExposedPorts")).isFalse();
    assertThat(body.has("NetworkingConfig")).isFalse();
  }

  @Test
  void ofAnAttachmentOnlyWhatWasAskedForIsCarriedOver() {
    ObjectNode body =
        like(
            "{'Id':'#','HostConfig':{'NetworkMode':'n1'},'NetworkSettings':{'Networks':{'front':{"
                + "'NetworkID':'n1','EndpointID':'e','Gateway':'10.0.0.1','IPAddress':'10.0.0.9',"
                + "'MacAddress':'02:42:0a:00:00:09','Aliases':['www','0123456789ab'],"
                + "'IPAMConfig':{'IPv4Address':'10.0.0.9'},'DriverOpts':{'a':'b'},'Links':null,"
                + "'NewWish':7}}}}");
    assertThat(body.path("NetworkingConfig").path("EndpointsConfig"))
        .isEqualTo(
            json(
                "{'front':{'Aliases':['www'],'IPAMConfig':{'IPv4Address':'10.0.0.9'},"
                    + "'DriverOpts':{'a':'b'},'Links':null,'NewWish':7}}"));
  }

  @Test
  void volumesWithoutANameAreShared() {
    ObjectNode body =
        like(
            "{'Id':'#','Config':{'Volumes':{'/data':{}}},'HostConfig':{'Binds':['named:/n','/bare'],"
                + "'Mounts':[{'Type':'volume','Target':'/m'}]},'Mounts':["
                + "{'Type':'volume','Name':'named','Destination':'/n','RW':true},"
                + "{'Type':'volume','Name':'v1','Destination':'/data','RW':false},"
                + "{'Type':'volume','Name':'v2','Destination':'/bare','RW':true},"
                + "{'Type':'volume','Name':'v3','Destination':'/m','RW':true}]}");
    assertThat(body.path("HostConfig").path("Binds"))
        .isEqualTo(json("['named:/n','v1:/data:ro','v2:/bare']"));
    assertThat(body.path("HostConfig").path("Mounts"))
        .isEqualTo(json("[{'Type':'volume','Target':'/m','Source':'v3'}]"));
  }

  @Test
  void aLimitThatWasLiftedIsNone() {
    String most = String.valueOf(DockerBody.NO_MEMORY_LIMIT);
    ObjectNode body =
        like("{'Id':'#','HostConfig':{'Memory':" + most + ",'MemorySwap':" + most + "}}");
    assertThat(body.path("HostConfig")).isEqualTo(json("{'Memory':0,'MemorySwap':0}"));
    assertThat(DockerBody.settings(json("{'CpuQuota':-1,'PidsLimit':-1,'Memory':" + most + "}")))
        .isEqualTo(ContainerSettings.NONE);
  }

  @Test
  void onlyWhatIsToChangeIsSent() {
    ContainerSettings free = ContainerSettings.NONE;
    ContainerSettings bound = free.withCpus(200_000_000).withMemory(64 << 20).withPids(50);
    assertThat(DockerBody.update(free, free)).isEmpty();
    assertThat(DockerBody.update(free, bound).toString())
        .isEqualTo(
            "{\"CpuQuota\":20000,\"Memory\":67108864,\"MemorySwap\":67108864,\"PidsLimit\":50}");
    String most = String.valueOf(DockerBody.NO_MEMORY_LIMIT);
    assertThat(DockerBody.update(bound, free).toString())
        .isEqualTo(
            "{\"CpuQuota\":-1,\"Memory\":"
                + most
                + ",\"MemorySwap\":"
                + most
                + ",\"PidsLimit\":0}");
  }
}
