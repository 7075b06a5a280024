package io.leukocyte.responder;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/** What the page is made of; the same for everybody, with nothing of this host in it. */
final class WebFiles {
  /**
   * A file.
   *
   * @param type its media type
   * @param content its bytes, from position 0; not to be read but by a slice
   */
  record WebFile(String type, ByteBuffer content) {}

  private final Map<String, WebFile> files =
      Map.of(
          "/", file("page.html", "text/html; charset=utf-8"),
          "/page.css", file("page.css", "text/css; charset=utf-8"),
          "/page.js", file("page.js", "text/javascript; charset=utf-8"),
          "/icon.svg", file("icon.svg", "image/svg+xml"));

  private static WebFile file(String name, String type) {
    try (InputStream in = WebFiles.class.getResourceAsStream("web/" + name)) {
      if (in == null) {
        throw new IllegalStateException("The page's " + name + " is not in the jar");
      }
      return new WebFile(type, ByteBuffer.wrap(in.readAllBytes()).asReadOnlyBuffer());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Optional<WebFile> find(String path) {
    return Optional.ofNullable(files.get(path));
  }
}
