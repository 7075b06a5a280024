package io.leukocyte.responder;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** An order at the control socket, as bytes: answered, whatever it is. */
public final class ControlFuzz {
  private ControlFuzz() {}

  /** Orders as operators send them. */
  public static List<byte[]> seeds() {
    return List.of(
        utf8(ControlJson.order("actions").toString()),
        utf8(ControlJson.order("release").put("what", "web").put("operator", "ann").toString()),
        utf8(ControlJson.order("release-all").put("operator", "ann").toString()),
        utf8(ControlJson.order("stop").put("operator", "ann").put("reason", "x").toString()));
  }

  /** Answers the order; throws what it must not. */
  public static void run(byte[] order) {
    String answer =
        ControlJson.answer(NOTHING, new String(order, StandardCharsets.UTF_8)).toString();
    if (answer.isEmpty()) {
      throw new AssertionError("No answer");
    }
  }

  /** Every order finds nothing to do. */
  private static final Orders NOTHING =
      (Orders)
          Proxy.newProxyInstance(
              Orders.class.getClassLoader(),
              new Class<?>[] {Orders.class},
              (proxy, method, arguments) -> {
                if (method.getReturnType() == List.class) {
                  return List.of();
                }
                throw new OrderException(method.getName().toLowerCase(Locale.ROOT) + ": no");
              });

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
