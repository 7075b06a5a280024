package io.leukocyte.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** What is in a container's file system and at the end of its log, read once and to the end. */
final class DockerFiles {
  /** Files and logs may be large: the engine needs so much longer for them than for other calls. */
  private static final int LONGER = 5;

  /** Bytes before the content of an archive's first file: more than any name or path. */
  private static final long MAX_HEAD = 1 << 20;

  private static final int PERMISSIONS = 07777;

  private final DockerHttp http;
  private final Duration extraTime;

  /**
   * Reads nothing yet.
   *
   * @param deadline of a call
   */
  DockerFiles(DockerHttp http, Duration deadline) {
    this.http = http;
    this.extraTime = deadline.multipliedBy(LONGER);
  }

  List<FileChange> changes(ContainerId container) {
    String what = "compare container " + container.brief() + " with its image";
    JsonNode answer;
    try {
      answer = http.list(what, "/containers/" + container + "/changes");
    } catch (EngineException.Refused e) {
      http.inspectRaw(container); // Podman tells it by the layer when there is no container
      throw e;
    }
    List<FileChange> changes = new ArrayList<>();
    for (JsonNode change : answer) {
      changes.add(http.understand(what, change, DockerFiles::change));
    }
    return changes;
  }

  private static FileChange change(JsonNode change) {
    String path = change.path("Path").asText("");
    if (path.isEmpty()) {
      throw new IllegalArgumentException("a change has no path");
    }
    return new FileChange(path, kind(change.path("Kind").asInt()));
  }

  private static FileChange.Kind kind(int number) {
    return switch (number) {
      case 1 -> FileChange.Kind.ADDED;
      case 2 -> FileChange.Kind.DELETED;
      default -> FileChange.Kind.MODIFIED;
    };
  }

  <T> T read(ContainerId container, String path, FileReader<T> reader) {
    String what = "read a file of container " + container.brief();
    String archive =
        "/containers/"
            + container
            + "/archive?path="
            + URLEncoder.encode(path, StandardCharsets.UTF_8);
    if (http.product() == Product.PODMAN) {
      Optional<ContainerFile> link =
          http.header(what, archive, PodmanAnswers.FILE).flatMap(PodmanAnswers::link);
      if (link.isPresent()) {
        return ofLink(what, link.get(), reader);
      }
    }
    return http.read(what, archive, extraTime, body -> first(what, body, reader));
  }

  private static <T> T ofLink(String what, ContainerFile link, FileReader<T> reader) {
    try {
      return reader.read(link, InputStream.nullInputStream());
    } catch (IOException e) {
      throw new EngineException.Unavailable("Cannot " + what + ": " + e.getMessage(), e);
    }
  }

  private static <T> T first(String what, InputStream body, FileReader<T> reader)
      throws IOException {
    BoundedInput bounded = new BoundedInput(body, MAX_HEAD);
    TarArchiveInputStream tar = new TarArchiveInputStream(bounded);
    ContainerFile file = head(what, tar);
    bounded.allow(Long.MAX_VALUE);
    boolean regular = file.type() == ContainerFile.Type.REGULAR;
    return reader.read(file, regular ? tar : InputStream.nullInputStream());
  }

  private static ContainerFile head(String what, TarArchiveInputStream tar) {
    try {
      TarArchiveEntry entry = tar.getNextEntry();
      if (entry != null && !entry.isCheckSumOK()) {
        throw new IOException("its first header is damaged");
      }
      if (entry != null) {
        return file(entry);
      }
    } catch (IOException | RuntimeException e) { // whatever the library makes of what is no archive
      throw new EngineException.Refused(
          "Cannot "
              + what
              + ": the engine's answer is no archive ("
              + Text.clip(Text.printable(String.valueOf(e.getMessage())), 200)
              + ")",
          e);
    }
    throw new EngineException.Refused("Cannot " + what + ": the engine's archive is empty", null);
  }

  private static ContainerFile file(TarArchiveEntry entry) {
    ContainerFile.Type type =
        entry.isDirectory()
            ? ContainerFile.Type.FOLDER
            : entry.isSymbolicLink()
                ? ContainerFile.Type.LINK
                : entry.isFile() ? ContainerFile.Type.REGULAR : ContainerFile.Type.OTHER;
    return new ContainerFile(
        type,
        type == ContainerFile.Type.REGULAR ? entry.getSize() : 0,
        entry.getMode() & PERMISSIONS,
        entry.getLongUserId(),
        entry.getLongGroupId(),
        entry.getLastModifiedTime().toInstant().getEpochSecond(),
        type == ContainerFile.Type.LINK ? entry.getLinkName() : "");
  }

  List<LogLine> lastLines(ContainerId container, int most) {
    String what = "read the logs of container " + container.brief();
    boolean terminal =
        http.object(what, "/containers/" + container + "/json")
            .path("Config")
            .path("Tty")
            .asBoolean(false);
    LogForm form = LogForm.of(http.product(), terminal);
    String path = String.format(Locale.ROOT, "%s&timestamps=1&tail=%d", form.path(container), most);
    return http.read(what, path, extraTime, body -> lines(what, body, form, most));
  }

  private List<LogLine> lines(String what, InputStream body, LogForm form, int most)
      throws IOException {
    Deque<LogLine> last = new ArrayDeque<>();
    LineJoiner joiner =
        new LineJoiner(line -> {
          last.addLast(line);
          if (last.size() > most) {
            last.removeFirst();
          }
        });
    LogReader reader = new LogReader(joiner, form);
    try {
      boolean more = true;
      while (more) {
        more = reader.read(body);
      }
    } catch (LogReader.Unreadable e) {
      throw new EngineException.Refused(
          "Cannot "
              + what
              + ": the engine sends '"
              + e.getMessage()
              + "', such as from a log driver that does not keep lines",
          e);
    } catch (IOException e) {
      throw http.unavailable(what, e);
    }
    joiner.flush();
    return List.copyOf(last);
  }
}
