package io.leukocyte.responder;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.SizeLimitHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the operator's page. */
final class WebServer implements AutoCloseable {
  /** A client brings a request, or takes an answer, within this time. */
  static final Duration TIME = Duration.ofSeconds(15);

  /** Connections that may be waited for. */
  static final int MOST_CONNECTIONS = 64;

  /** Bytes of a request's body. */
  static final long LONGEST_BODY = 16 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);
  private static final int LONGEST_HEADERS = 8 << 10;
  private static final int MOST_THREADS = 8;

  /** Orders end long before; whoever is silent is cut off by {@link LateClients}. */
  private static final Duration IDLE = Duration.ofMinutes(3);

  private final WebSettings settings;
  private final WebToken token;
  private final Server server;
  private final ServerConnector connector;
  private final LateClients late;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  private WebServer(
      WebSettings settings,
      WebToken token,
      WebView view,
      Orders orders,
      Clock clock,
      Duration time) {
    this.settings = settings;
    this.token = token;
    boolean tls = settings.tls().isPresent();
    QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, 1);
    threads.setName("responder-web");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(executor);
    server = new Server(threads);
    late = new LateClients(time, MOST_CONNECTIONS);
    HttpConfiguration http = configuration();
    connector = new ServerConnector(server, 0, 1, factories(http));
    connector.setHost(settings.address());
    connector.setPort(settings.port());
    connector.setIdleTimeout(IDLE.toMillis());
    connector.addBean(late);
    server.addConnector(connector);
    WebDoor door =
        new WebDoor(token, new WebSessions(clock), new WrongTries(clock), settings.names(), tls);
    SizeLimitHandler bounded = new SizeLimitHandler(LONGEST_BODY, -1);
    bounded.setHandler(new WebHandler(door, view, orders, late, tls));
    server.setHandler(bounded);
    server.setErrorHandler(new Errors());
  }

  /**
   * Begins to serve.
   *
   * @param folder the responder's, where the token is unless the settings name its file
   * @throws IOException when the token or the address cannot be used; the message says what to do
   */
  static WebServer start(
      WebSettings settings, Path folder, WebView view, Orders orders, Clock clock)
      throws IOException {
    return start(settings, folder, view, orders, clock, TIME);
  }

  static WebServer start(
      WebSettings settings, Path folder, WebView view, Orders orders, Clock clock, Duration time)
      throws IOException {
    Path file = settings.tokenFile().orElse(folder.resolve("web-token"));
    WebToken token = WebToken.in(file);
    WebServer web;
    try {
      web = new WebServer(settings, token, view, orders, clock, time);
    } catch (RuntimeException e) {
      throw unusable(settings, e);
    }
    try {
      web.server.start();
      web.late.start();
    } catch (Exception e) {
      web.close();
      throw unusable(settings, e);
    }
    LOG.info("The page is at {}; its token is in {}", web.address(), file);
    return web;
  }

  private static IOException unusable(WebSettings settings, Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new IOException(
        "cannot listen on "
            + settings.address()
            + " port "
            + settings.port()
            + ": "
            + cause.getMessage()
            + "; set responder.web.port, .address or .keystore right, or responder.web.enabled:"
            + " false",
        e);
  }

  private static HttpConfiguration configuration() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendDateHeader(true);
    http.setRequestHeaderSize(LONGEST_HEADERS);
    return http;
  }

  private ConnectionFactory[] factories(HttpConfiguration http) {
    HttpConnectionFactory plain = new HttpConnectionFactory(http);
    if (settings.tls().isEmpty()) {
      return new ConnectionFactory[] {plain};
    }
    SecureRequestCustomizer secure = new SecureRequestCustomizer();
    secure.setSniHostCheck(false); // the door looks at names, whatever the certificate says
    http.addCustomizer(secure);
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setKeyStorePath(settings.tls().get().keystore());
    tls.setKeyStoreType("PKCS12");
    tls.setKeyStorePassword(settings.tls().get().password());
    return new ConnectionFactory[] {new SslConnectionFactory(tls, plain.getProtocol()), plain};
  }

  /** Where it is, without the token. */
  String address() {
    String host = settings.address();
    return (settings.tls().isPresent() ? "https://" : "http://")
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + connector.getLocalPort()
        + "/";
  }

  /** Lets whoever opens it in; the token is behind a # and so in no log of a server or proxy. */
  String link() {
    return address() + "#token=" + token.text();
  }

  @Override
  public void close() {
    try {
      late.close();
      server.stop();
    } catch (Exception e) {
      LOG.warn("Cannot end the page: {}", e.getMessage());
    }
    executor.shutdownNow();
  }

  /** Says in JSON what is wrong with a request, and nothing about the program. */
  private static final class Errors extends ErrorHandler {
    @Override
    protected void generateResponse(
        Request request,
        Response response,
        int code,
        @Nullable String message,
        @Nullable Throwable cause,
        Callback callback) {
      WebHandler.protect(response.getHeaders());
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
      String why =
          switch (code) {
            case 413 -> "A request has at most " + LONGEST_BODY + " bytes.";
            case 500 -> "The responder could not answer; see its log.";
            default -> "This is no request that the page understands.";
          };
      Content.Sink.write(response, true, WebHandler.error(why) + "\n", callback);
    }
  }
}
