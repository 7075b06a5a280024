package io.leukocyte.deploy;

import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What a bench may need of the machine. */
enum BenchNeed {
  /** The kernel sensor and quarantine. */
  ROOT {
    @Override
    void require() {
      if (!System.getProperty("user.name").equals("root")) {
        throw new EnvironmentException(
            "This bench loads the kernel sensor and needs root; run it with sudo.");
      }
    }
  },
  /** Containers to measure. */
  ENGINE {
    @Override
    void require() {
      try (Engine engine = Engines.fromEnvironment()) {
        engine.ping();
      } catch (EngineException e) {
        throw new EnvironmentException(String.valueOf(e.getMessage()), e);
      }
      if (!succeeds("docker", "version")) {
        throw new EnvironmentException(
            "This bench starts containers by the docker command, and there is none that works;"
                + " install it: sudo apt-get install --yes docker.io");
      }
    }
  },
  /** What the containers are made from. */
  IMAGE {
    @Override
    void require() {
      if (!succeeds("docker", "image", "inspect", BenchContainers.IMAGE)) {
        throw new EnvironmentException(
            "This bench runs containers of %s, and the engine has no such image; get it: docker pull %s"
                .formatted(BenchContainers.IMAGE, BenchContainers.IMAGE));
      }
    }
  },
  /** A web server to load. */
  WEB {
    @Override
    void require() {
      if (!succeeds("docker", "image", "inspect", BenchContainers.WEB_IMAGE)) {
        throw new EnvironmentException(
            "This bench loads an nginx of %s, and the engine has no such image; make it: deploy/images/base/build.sh"
                .formatted(BenchContainers.WEB_IMAGE));
      }
    }
  },
  /** The web application firewall. */
  FIREWALL {
    @Override
    void require() {
      if (!succeeds("docker", "image", "inspect", "leuko/waf:1")) {
        throw new EnvironmentException(
            "This bench puts the web application firewall leuko/waf:1 in front of a container, and"
                + " the engine has no such image; make it: deploy/waf/build.sh");
      }
    }
  },
  /** Elasticsearch to index into. */
  ELASTICSEARCH {
    @Override
    void require() {
      Path folder = EmbeddedElasticsearch.Settings.defaults().distribution();
      if (!Files.isDirectory(folder)) {
        throw new EnvironmentException(
            "This bench starts an Elasticsearch from %s, which is not there; run bin/leuko, which builds it."
                .formatted(folder));
      }
    }
  };

  /**
   * Makes sure that it is there.
   *
   * @throws EnvironmentException when it is not; it says what to do
   */
  abstract void require();

  private static boolean succeeds(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
