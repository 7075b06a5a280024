package io.leukocyte.responder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the page's requests: its files for everybody, what it shows and orders for operators. An
 * order is the JSON object of the control socket, carried out by the same code.
 */
final class WebHandler extends Handler.Abstract {
  private static final Logger LOG = LoggerFactory.getLogger(WebHandler.class);
  private static final String JSON = "application/json";
  private static final String KEY_HEADER = "Leuko-Session-Key";
  private static final String OPERATOR_HEADER = "Leuko-Operator";

  private final WebFiles files = new WebFiles();
  private final WebDoor door;
  private final WebView view;
  private final Orders orders;
  private final LateClients late;
  private final boolean tls;

  WebHandler(WebDoor door, WebView view, Orders orders, LateClients late, boolean tls) {
    this.door = door;
    this.view = view;
    this.orders = orders;
    this.late = late;
    this.tls = tls;
  }

  /** What every answer forbids the browser. */
  static void protect(HttpFields.Mutable headers) {
    headers.put(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
            + " 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types 'none'");
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("X-Frame-Options", "DENY");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Cross-Origin-Opener-Policy", "same-origin");
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    headers.put("Cache-Control", "no-store");
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    protect(response.getHeaders());
    Request.addCompletionListener(
        request, failure -> late.renew(request.getConnectionMetaData().getConnection()));
    Optional<WebDoor.Entry.Closed> misdirected =
        door.misdirected(request.getHeaders().get(HttpHeader.HOST));
    if (misdirected.isPresent()) {
      refuse(response, callback, misdirected.get());
    } else {
      route(request, response, callback);
    }
    return true;
  }

  private void route(Request request, Response response, Callback callback) throws IOException {
    String path = request.getHttpURI().getCanonicalPath();
    switch (path == null ? "" : path) {
      case "/api/state" -> {
        if (allows(request, response, callback, HttpMethod.GET)) {
          state(request, response, callback);
        }
      }
      case "/api/orders" -> {
        if (allows(request, response, callback, HttpMethod.POST)) {
          order(request, response, callback);
        }
      }
      case "/api/sign-in" -> {
        if (allows(request, response, callback, HttpMethod.POST)) {
          signIn(request, response, callback);
        }
      }
      case "/api/sign-out" -> {
        if (allows(request, response, callback, HttpMethod.POST)) {
          signOut(request, response, callback);
        }
      }
      case String other -> {
        Optional<WebFiles.WebFile> file = files.find(other);
        if (file.isEmpty()) {
          refuse(response, callback, new WebDoor.Entry.Closed(404, "There is no such page."));
        } else if (allows(request, response, callback, HttpMethod.GET)) {
          response.getHeaders().put(HttpHeader.CONTENT_TYPE, file.get().type());
          response.write(true, file.get().content().slice(), callback);
        }
      }
    }
  }

  private static boolean allows(
      Request request, Response response, Callback callback, HttpMethod method) {
    if (method.is(request.getMethod())) {
      return true;
    }
    response.getHeaders().put(HttpHeader.ALLOW, method.asString());
    refuse(response, callback, new WebDoor.Entry.Closed(405, "Use " + method.asString() + "."));
    return false;
  }

  private static void refuse(Response response, Callback callback, WebDoor.Entry.Closed closed) {
    answer(response, callback, closed.status(), error(closed.why()));
  }

  static ObjectNode error(String why) {
    return JournalLines.MAPPER.createObjectNode().put("error", why);
  }

  private static void answer(Response response, Callback callback, int status, ObjectNode body) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
    Content.Sink.write(response, true, body + "\n", callback);
  }

  private static WebDoor.Asked asked(Request request, boolean changes) {
    HttpFields headers = request.getHeaders();
    return new WebDoor.Asked(
        Request.getRemoteAddr(request),
        headers.get(HttpHeader.HOST),
        headers.get(HttpHeader.ORIGIN),
        headers.get(HttpHeader.AUTHORIZATION),
        cookie(Request.getCookies(request)),
        headers.get(KEY_HEADER),
        headers.get(OPERATOR_HEADER),
        changes);
  }

  private static @Nullable String cookie(List<HttpCookie> cookies) {
    return cookies.stream()
        .filter(c -> c.getName().equals(WebDoor.COOKIE))
        .map(HttpCookie::getValue)
        .findFirst()
        .orElse(null);
  }

  private void state(Request request, Response response, Callback callback) {
    switch (door.enter(asked(request, false))) {
      case WebDoor.Entry.Closed closed -> refuse(response, callback, closed);
      case WebDoor.Entry.Operator operator -> {
        byte[] body = (view.state(operator.name()) + "\n").getBytes(StandardCharsets.UTF_8);
        String tag = tag(body);
        response.getHeaders().put(HttpHeader.ETAG, tag);
        if (tag.equals(request.getHeaders().get(HttpHeader.IF_NONE_MATCH))) {
          response.setStatus(304);
          response.write(true, ByteBuffer.allocate(0), callback);
        } else {
          response.getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
          response.write(true, ByteBuffer.wrap(body), callback);
        }
      }
    }
  }

  /** So that a page which asks each second need not be told again what it has. */
  private static String tag(byte[] body) {
    CRC32C sum = new CRC32C();
    sum.update(body);
    return "\"" + Long.toHexString(sum.getValue()) + "-" + body.length + "\"";
  }

  private void order(Request request, Response response, Callback callback) throws IOException {
    switch (door.enter(asked(request, true))) {
      case WebDoor.Entry.Closed closed -> refuse(response, callback, closed);
      case WebDoor.Entry.Operator operator -> {
        Optional<ObjectNode> order = body(request);
        if (order.isEmpty()) {
          refuse(response, callback, notAnObject());
          return;
        }
        late.working(request.getConnectionMetaData().getConnection());
        order.get().put("operator", operator.name());
        ObjectNode answer = ControlJson.answer(orders, order.get().toString());
        late.renew(request.getConnectionMetaData().getConnection());
        answer(response, callback, answer.has("error") ? 409 : 200, answer);
      }
    }
  }

  private static WebDoor.Entry.Closed notAnObject() {
    return new WebDoor.Entry.Closed(
        400, "Send one JSON object, with Content-Type: application/json.");
  }

  /** A form of another site cannot send this type without being asked first. */
  private static Optional<ObjectNode> body(Request request) throws IOException {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(JSON)) {
      return Optional.empty();
    }
    String text = Content.Source.asString(request, StandardCharsets.UTF_8);
    try {
      JsonNode node = JournalLines.MAPPER.readTree(text);
      return node instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private void signIn(Request request, Response response, Callback callback) throws IOException {
    Optional<ObjectNode> body = body(request);
    if (body.isEmpty()) {
      refuse(response, callback, notAnObject());
      return;
    }
    WebDoor.Asked asked = asked(request, true);
    String token = body.get().path("token").asText("").strip();
    String name = body.get().path("name").asText("").strip();
    switch (door.signIn(asked, token, name)) {
      case WebDoor.Entry.Closed closed -> {
        LOG.info("{} could not sign in at the page: {}", asked.from(), closed.why());
        refuse(response, callback, closed);
      }
      case WebDoor.Entry.Operator operator -> {
        LOG.info("{} signed in at the page from {}", operator.name(), asked.from());
        WebSessions.Session session = operator.session().orElseThrow();
        Response.addCookie(response, cookie(session.cookie(), WebSessions.LENGTH.toSeconds()));
        ObjectNode answer = JournalLines.MAPPER.createObjectNode();
        answer.put("operator", operator.name()).put("key", session.key());
        answer(response, callback, 200, answer);
      }
    }
  }

  private void signOut(Request request, Response response, Callback callback) {
    switch (door.enter(asked(request, true))) {
      case WebDoor.Entry.Closed closed -> refuse(response, callback, closed);
      case WebDoor.Entry.Operator operator -> {
        operator.session().ifPresent(door::signOut);
        Response.addCookie(response, cookie("", 0));
        answer(response, callback, 200, JournalLines.MAPPER.createObjectNode());
      }
    }
  }

  private HttpCookie cookie(String value, long seconds) {
    return HttpCookie.build(WebDoor.COOKIE, value)
        .path("/")
        .httpOnly(true)
        .secure(tls)
        .sameSite(HttpCookie.SameSite.STRICT)
        .maxAge(seconds)
        .build();
  }
}
