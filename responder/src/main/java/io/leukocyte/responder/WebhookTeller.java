package io.leukocyte.responder;

import java.io.IOException;
import java.net.URI;
import java.util.function.Function;

/**
 * Posts JSON to an address, which is a secret.
 *
 * @param poster sends
 * @param address where to
 * @param body makes what is posted
 */
record WebhookTeller(Notifier.Poster poster, URI address, Function<Teller.Message, String> body)
    implements Teller {

  @Override
  public Told tell(Message message) throws InterruptedException {
    try {
      int status = poster.post(address, body.apply(message));
      if (status >= 200 && status < 300) {
        return new Told.Taken();
      }
      boolean passing = status >= 500 || status == 408 || status == 429;
      return passing
          ? new Told.NotNow("it answers HTTP status " + status)
          : new Told.Never("it refuses with HTTP status " + status);
    } catch (IOException e) {
      return new Told.NotNow("no answer (" + e.getClass().getSimpleName() + ")");
    }
  }
}
