package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** The images that deploy/images/base makes, used as any test would by Testcontainers. */
class BaseImagesIT {
  @BeforeEach
  void requireEngine() {
    Environment.requireRootAndEngine();
  }

  @Test
  void busyboxRunsItsApplets() throws Exception {
    try (GenericContainer<?> busybox =
        container("busybox:latest").withCommand("sleep", "60").withNetworkMode("none")) {
      busybox.start();

      assertThat(busybox.execInContainer("sh", "-c", "echo $((6 * 7)) | md5sum").getStdout())
          .startsWith("50a2fabfdd276f573ff97ace8b11c5f4");
    }
  }

  @Test
  void webImageAnswersAndLogsTheRequest() throws Exception {
    try (GenericContainer<?> web =
        container("leuko/test-web:1")
            .withNetworkMode("none")
            .waitingFor(
                Wait.forSuccessfulCommand("curl --silent --fail http://127.0.0.1/")
                    .withStartupTimeout(Duration.ofSeconds(30)))) {
      web.start();

      assertThat(web.execInContainer("curl", "--silent", "http://127.0.0.1/?q=1").getStdout())
          .contains("hello");
      assertThat(web.getLogs()).contains("GET /?q=1");
    }
  }

  private static GenericContainer<?> container(String image) {
    return new GenericContainer<>(DockerImageName.parse(image))
        .withImagePullPolicy(name -> false)
        .withLabel("leuko.test", "deploy");
  }
}
