package io.leukocyte.engine;

import com.github.dockerjava.transport.DockerHttpClient;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request to the engine's API. */
final class ApiRequest extends DockerHttpClient.Request {
  private final String method;
  private final String path;
  private final byte @Nullable [] body;

  /**
   * A request.
   *
   * @param path with the version and the query
   * @param body JSON; null for none
   */
  ApiRequest(String method, String path, byte @Nullable [] body) {
    this.method = method;
    this.path = path;
    this.body = body;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public byte @Nullable [] bodyBytes() {
    return body;
  }

  @Override
  public @Nullable InputStream hijackedInput() {
    return null;
  }

  /** Each request has a connection of its own: one kept from before a restart would fail a call. */
  @Override
  public Map<String, String> headers() {
    return body == null
        ? Map.of("Connection", "close")
        : Map.of("Connection", "close", "Content-Type", "application/json");
  }
}
