package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.BlockedImage;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Gives orders to the responder that runs on this host. */
final class ControlClient implements Orders {
  private final Path socket;

  ControlClient(Path socket) {
    this.socket = socket;
  }

  @Override
  public List<OpenAction> actions() {
    return ControlJson.readActions(ask(ControlJson.order("actions")));
  }

  @Override
  public List<Released> release(String what, String operator) {
    ObjectNode order = ControlJson.order("release").put("what", what).put("operator", operator);
    return ControlJson.readReleased(ask(order));
  }

  @Override
  public List<Released> markFalse(String alert, String operator, String reason) {
    ObjectNode order =
        ControlJson.order("false-alert").put("what", alert).put("operator", operator);
    return ControlJson.readReleased(ask(order.put("reason", reason)));
  }

  @Override
  public List<Released> releaseAll(String operator) {
    return ControlJson.readReleased(
        ask(ControlJson.order("release-all").put("operator", operator)));
  }

  @Override
  public Answer contain(Containment what, String container, String operator, String reason) {
    ObjectNode order = ControlJson.contain(what, container);
    return ControlJson.readAnswer(ask(order.put("operator", operator).put("reason", reason)));
  }

  @Override
  public List<BlockedImage> blocked() {
    return ControlJson.readBlocked(ask(ControlJson.order("blocked")));
  }

  @Override
  public Answer block(
      String image,
      BlockedImage.Running running,
      Optional<Duration> length,
      String operator,
      String reason) {
    ObjectNode order = ControlJson.order("block").put("what", image).put("running", running.text());
    order.put("for", length.map(Duration::toString).orElse(null));
    return ControlJson.readAnswer(ask(order.put("operator", operator).put("reason", reason)));
  }

  @Override
  public Answer unblock(String image, String operator, String reason) {
    ObjectNode order = ControlJson.order("unblock").put("what", image).put("operator", operator);
    return ControlJson.readAnswer(ask(order.put("reason", reason)));
  }

  @Override
  public Answer deleteEvidence(String what, String operator, String reason) {
    ObjectNode order = ControlJson.order("delete-evidence").put("what", what);
    return ControlJson.readAnswer(ask(order.put("operator", operator).put("reason", reason)));
  }

  @Override
  public Answer stop(String operator, String reason) {
    ObjectNode order = ControlJson.order("stop").put("operator", operator).put("reason", reason);
    return ControlJson.readAnswer(ask(order));
  }

  @Override
  public Answer resume(String operator) {
    return ControlJson.readAnswer(ask(ControlJson.order("resume").put("operator", operator)));
  }

  @Override
  public List<Decided> approve(String what, String operator) {
    ObjectNode order = ControlJson.order("approve").put("what", what).put("operator", operator);
    return ControlJson.readDecided(ask(order));
  }

  @Override
  public List<Decided> deny(String what, String operator, String reason) {
    ObjectNode order = ControlJson.order("deny").put("what", what).put("operator", operator);
    return ControlJson.readDecided(ask(order.put("reason", reason)));
  }

  private JsonNode ask(ObjectNode order) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer bytes = ByteBuffer.wrap((order + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      byte[] answer = Channels.newInputStream(channel).readAllBytes();
      JsonNode node = JournalLines.MAPPER.readTree(answer);
      if (node.hasNonNull("error")) {
        throw new OrderException(node.get("error").asText());
      }
      if (!node.isObject()) {
        throw new OrderException("The responder ended before it answered; try again");
      }
      return node;
    } catch (IOException e) {
      throw new OrderException(
          "A responder runs on this host, but its socket "
              + socket
              + " does not answer: "
              + e.getMessage()
              + "; try again, or end that responder and try again without it",
          e);
    }
  }
}
