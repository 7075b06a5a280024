package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerId;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnContainerTest {
  private static final String ID = "0123456789abcdef".repeat(4);

  @Test
  void aContainerKnowsItselfByTheFilesThatTheEngineMounts() {
    assertThat(
            OwnContainer.find(
                List.of(
                    "612 611 0:53 / / rw,relatime - overlay overlay rw",
                    "620 612 254:1 /var/lib/docker/containers/"
                        + ID
                        + "/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/vda1 rw")))
        .contains(new ContainerId(ID));
  }

  @Test
  void aHostIsNotTakenForTheContainersItHas() {
    assertThat(
            OwnContainer.find(
                List.of(
                    "41 29 0:40 / /var/lib/docker/containers/"
                        + ID
                        + "/mounts/shm rw,nosuid - tmpfs shm rw,size=65536k",
                    "29 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw")))
        .isEmpty();
  }
}
