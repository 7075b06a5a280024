package io.leukocyte.engine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a container of the {@link InMemoryEngine} has written; the image itself has no file. */
final class InMemoryFiles {
  private final Map<String, Entry> entries = new TreeMap<>();

  private static final class Entry {
    private final FileChange.Kind kind;
    private final ContainerFile file;
    private final byte[] content;

    Entry(FileChange.Kind kind, ContainerFile file, byte[] content) {
      this.kind = kind;
      this.file = file;
      this.content = content;
    }
  }

  void write(String path, int mode, byte[] content, long modified) {
    Entry before = entries.get(path);
    FileChange.Kind kind =
        before != null && before.kind == FileChange.Kind.DELETED
            ? FileChange.Kind.MODIFIED
            : FileChange.Kind.ADDED;
    ContainerFile file =
        new ContainerFile(
            ContainerFile.Type.REGULAR, content.length, mode, 0, 0, modified / 1_000_000_000L, "");
    entries.put(path, new Entry(kind, file, content.clone()));
  }

  void link(String path, String target, long modified) {
    ContainerFile file =
        new ContainerFile(
            ContainerFile.Type.LINK, 0, 0777, 0, 0, modified / 1_000_000_000L, target);
    entries.put(path, new Entry(FileChange.Kind.ADDED, file, new byte[0]));
  }

  void delete(String path) {
    Entry before = entries.remove(path);
    if (before == null || before.kind == FileChange.Kind.MODIFIED) {
      ContainerFile none = new ContainerFile(ContainerFile.Type.OTHER, 0, 0, 0, 0, 0, "");
      entries.put(path, new Entry(FileChange.Kind.DELETED, none, new byte[0]));
    }
  }

  List<FileChange> changes() {
    List<FileChange> changes = new ArrayList<>();
    entries.forEach((path, entry) -> changes.add(new FileChange(path, entry.kind)));
    return changes;
  }

  <T> T read(String path, FileReader<T> reader) {
    @Nullable Entry entry = entries.get(path);
    if (entry == null || entry.kind == FileChange.Kind.DELETED) {
      throw new EngineException.NotFound("Cannot read " + path + ": there is none", null);
    }
    try {
      return reader.read(entry.file, new ByteArrayInputStream(entry.content));
    } catch (IOException e) {
      throw new EngineException.Unavailable("Cannot read " + path + ": " + e, e);
    }
  }
}
