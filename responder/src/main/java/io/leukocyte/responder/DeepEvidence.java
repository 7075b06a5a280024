package io.leukocyte.responder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.engine.ContainerFile;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.FileChange;
import io.leukocyte.engine.LogLine;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Secrets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads what stays for a while: the engine's description, what changed in the file system with
 * hashes and copies of programs, the programs that run, the end of the log. Secrets in descriptions
 * and log lines are masked; files are copied as they are. Within a bound of bytes and of time; what
 * did not fit is named as missing. For one snapshot.
 */
final class DeepEvidence {
  private static final Duration TIME = Duration.ofSeconds(60);
  private static final int LOG_LINES = 2_000;
  private static final int MOST_READ = 5_000;
  private static final long MOST_HASHED = 1L << 30;
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
  private static final int LONGEST_NAME = 60;

  /** The repository of images that are evidence; a tag is the evidence's id. Never pushed. */
  private static final String IMAGES = "leuko/evidence";

  private static final String LABEL = "io.leukocyte.evidence";

  private final Engine engine;
  private final HostProc proc;
  private final ContainerId container;
  private final String evidence;
  private final EvidenceFolder folder;
  private final EvidenceLimits limits;
  private final long deadline = System.nanoTime() + TIME.toNanos();
  private final List<EvidenceManifest.EvidenceFile> files = new ArrayList<>();
  private final List<Missing> missing = new ArrayList<>();
  private long copyable;
  private int copies;
  private String image = "";
  private EvidenceManifest.@Nullable Committed committed;

  DeepEvidence(
      Engine engine,
      HostProc proc,
      ContainerId container,
      String evidence,
      EvidenceFolder folder,
      EvidenceLimits limits) {
    this.engine = engine;
    this.proc = proc;
    this.container = container;
    this.evidence = evidence;
    this.folder = folder;
    this.limits = limits;
    copyable = limits.copies();
  }

  /** What was written. */
  List<EvidenceManifest.EvidenceFile> files() {
    return files;
  }

  /** What could not be read. */
  List<Missing> missing() {
    return missing;
  }

  /** The image's id; empty when the engine does not tell. */
  String image() {
    return image;
  }

  /** The image that was made; null when none was. */
  EvidenceManifest.@Nullable Committed committed() {
    return committed;
  }

  private interface Part {
    void read() throws IOException;
  }

  /**
   * Reads all of it.
   *
   * @param facts the container as the engine gives it now
   * @param commit whether an image is made of it, too
   * @throws IOException when the evidence cannot be written
   */
  void read(ContainerFacts facts, boolean commit) throws IOException {
    part("the engine's description", this::describe);
    if (Host.runs(facts)) {
      part("running programs", () -> programs(facts.pid()));
    }
    part("changed files", this::changes);
    part("log", this::log);
    if (commit) {
      part("an image of the container", this::commit);
    }
  }

  private void commit() {
    String made = engine.commit(container, IMAGES, evidence, Map.of(LABEL, evidence));
    committed = new EvidenceManifest.Committed(IMAGES + ":" + evidence, made);
  }

  /** What the engine cannot give is missing; what cannot be written is an error. */
  private void part(String what, Part part) throws IOException {
    try {
      part.read();
    } catch (EngineException e) {
      for (@Nullable Throwable t = e; t != null; t = t.getCause()) {
        if (t instanceof Unwritten unwritten) {
          throw unwritten.problem;
        }
      }
      missing.add(Missing.all(what, String.valueOf(e.getMessage())));
    } catch (Unwritten e) {
      throw e.problem;
    }
  }

  /** Evidence could not be written; told apart from what could not be read. */
  private static final class Unwritten extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient IOException problem;

    Unwritten(IOException problem) {
      super(problem);
      this.problem = problem;
    }
  }

  private void write(String name, String text, Instant taken, long start) {
    try {
      files.add(folder.write(name, text, taken, start));
    } catch (IOException e) {
      throw new Unwritten(e);
    }
  }

  private void describe() throws IOException {
    Instant taken = folder.now();
    long start = System.nanoTime();
    String text = engine.describe(container).orElse("");
    if (text.isEmpty()) {
      missing.add(Missing.all("the engine's description", "the container is gone"));
      return;
    }
    JsonNode whole = JournalLines.MAPPER.readTree(text);
    image = whole.path("Image").asText("");
    write("inspect.json", masked("", whole).toPrettyString() + "\n", taken, start);
  }

  /** The same without secrets; a text is looked at with its key before it. */
  private static JsonNode masked(String key, JsonNode node) {
    if (node.isObject()) {
      ObjectNode copy = JournalLines.MAPPER.createObjectNode();
      node.properties().forEach(e -> copy.set(e.getKey(), masked(e.getKey(), e.getValue())));
      return copy;
    }
    if (node.isArray()) {
      ArrayNode copy = JournalLines.MAPPER.createArrayNode();
      boolean texts = !node.isEmpty();
      for (JsonNode item : node) {
        texts &= item.isTextual();
      }
      if (texts) {
        List<String> words = new ArrayList<>();
        node.forEach(item -> words.add(item.textValue()));
        Secrets.mask(words).forEach(copy::add);
      } else {
        node.forEach(item -> copy.add(masked("", item)));
      }
      return copy;
    }
    if (!node.isTextual()) {
      return node;
    }
    String prefix = key.isEmpty() ? "" : key + "=";
    String pair = Secrets.mask(prefix + node.textValue());
    String value = pair.startsWith(prefix) ? pair.substring(prefix.length()) : Secrets.MASK;
    return JournalLines.MAPPER.getNodeFactory().textNode(value);
  }

  /** The programs that run, from the kernel: also those whose file is deleted or was never one. */
  private void programs(int first) {
    Instant taken = folder.now();
    long start = System.nanoTime();
    ArrayNode listed = JournalLines.MAPPER.createArrayNode();
    SortedSet<Integer> pids;
    try {
      pids = proc.pids(container, first);
    } catch (IOException e) {
      missing.add(Missing.all("running programs", String.valueOf(e.getMessage())));
      return;
    }
    Set<Object> seen = new HashSet<>();
    for (int pid : pids) {
      try {
        program(pid, first, seen, listed);
      } catch (IOException e) {
        missing.add(new Missing("running programs", List.of(String.valueOf(pid)), reason(e)));
      }
    }
    write("programs.json", lines(listed), taken, start);
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException ? "it ended meanwhile" : String.valueOf(e.getMessage());
  }

  private void program(int pid, int first, Set<Object> seen, ArrayNode listed) throws IOException {
    long ticks = proc.startTicks(pid);
    Path exe = proc.path(pid, "exe");
    Map<String, Object> file = Files.readAttributes(exe, "unix:dev,ino,nlink,size");
    if (!seen.add(List.of(file.getOrDefault("dev", 0), file.getOrDefault("ino", 0)))) {
      return;
    }
    String path = proc.link(pid, "exe");
    Object root = Files.getAttribute(proc.path(first, "root"), "unix:dev");
    boolean strange = path.endsWith(" (deleted)") || !root.equals(file.getOrDefault("dev", root));
    long size = file.get("size") instanceof Long bytes ? bytes : 0L;
    ObjectNode node =
        JournalLines.MAPPER.createObjectNode().put("pid", pid).put("path", path).put("bytes", size);
    try (InputStream content = Files.newInputStream(exe)) {
      keep(path, size, strange, content, node);
    }
    if (proc.startTicks(pid) != ticks) {
      throw new IOException("it ended meanwhile, and another has its pid");
    }
    listed.add(node);
  }

  /** Hashes a file, and copies it where that is wanted and fits. */
  private void keep(String path, long size, boolean copy, InputStream content, ObjectNode node)
      throws IOException {
    if (size > MOST_HASHED || isOver()) {
      miss("hashes of changed files", path, isOver() ? late() : "larger than 1 GiB");
      return;
    }
    if (copy && (size > limits.file() || size > copyable)) {
      miss("copies of programs", path, "larger than is copied; see responder.evidence-file-bytes");
    }
    if (!copy || size > limits.file() || size > copyable) {
      node.put("sha256", EvidenceFolder.hash(content, size));
      return;
    }
    String name = "program-" + ++copies + "-" + plain(path);
    EvidenceManifest.EvidenceFile file;
    try {
      file = folder.write(name, content, size, folder.now(), System.nanoTime());
    } catch (IOException e) {
      throw new Unwritten(e);
    }
    copyable -= file.bytes();
    files.add(file);
    node.put("sha256", file.sha256()).put("copy", name);
  }

  /** The last part of a path, of harmless characters. */
  private static String plain(String path) {
    String clean = path.replace(" (deleted)", "");
    String last = clean.substring(clean.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
    return last.substring(0, Math.min(LONGEST_NAME, last.length()));
  }

  private void changes() {
    Instant taken = folder.now();
    long start = System.nanoTime();
    List<FileChange> changes = engine.fileChanges(container);
    Set<String> folders = folders(changes);
    ArrayNode listed = JournalLines.MAPPER.createArrayNode();
    int read = 0;
    for (FileChange change : changes) {
      ObjectNode node =
          listed
              .addObject()
              .put("path", change.path())
              .put("kind", change.kind().name().toLowerCase(Locale.ROOT));
      if (folders.contains(change.path())) {
        node.put("type", "folder");
      } else if (change.kind() != FileChange.Kind.DELETED) {
        if (read++ >= MOST_READ || isOver()) {
          miss(
              "hashes of changed files",
              change.path(),
              isOver() ? late() : "more than " + MOST_READ + " files changed");
        } else {
          changed(change.path(), node);
        }
      }
    }
    write("changes.json", lines(listed), taken, start);
  }

  /** Paths that are folders of other changes. */
  private static Set<String> folders(List<FileChange> changes) {
    Set<String> folders = new TreeSet<>();
    for (FileChange change : changes) {
      for (int i = change.path().lastIndexOf('/'); i > 0; ) {
        folders.add(change.path().substring(0, i));
        i = change.path().lastIndexOf('/', i - 1);
      }
    }
    return folders;
  }

  private void changed(String path, ObjectNode node) {
    try {
      boolean _ =
          engine.readFile(
              container,
              path,
              (file, content) -> {
                describe(file, node);
                if (file.type() == ContainerFile.Type.REGULAR) {
                  byte[] head = content.readNBytes(ELF.length);
                  boolean program = file.executable() || Arrays.equals(head, ELF);
                  InputStream whole =
                      new SequenceInputStream(new ByteArrayInputStream(head), content);
                  keep(path, file.size(), program, whole, node);
                }
                return true;
              });
    } catch (EngineException.NotFound e) {
      node.put("gone", true);
    }
  }

  private static void describe(ContainerFile file, ObjectNode node) {
    node.put("type", file.type().name().toLowerCase(Locale.ROOT))
        .put("mode", String.format(Locale.ROOT, "%04o", file.mode()))
        .put("uid", file.uid())
        .put("gid", file.gid())
        .put("bytes", file.size())
        .put("modified", Instant.ofEpochSecond(file.modified()).toString());
    if (!file.target().isEmpty()) {
      node.put("target", file.target());
    }
  }

  private void log() {
    Instant taken = folder.now();
    long start = System.nanoTime();
    ArrayNode listed = JournalLines.MAPPER.createArrayNode();
    for (LogLine line : engine.lastLines(container, LOG_LINES)) {
      listed
          .addObject()
          .put("time", Nanos.instant(line.time()).toString())
          .put("stream", line.stream().name().toLowerCase(Locale.ROOT))
          .put("text", Secrets.mask(line.text()))
          .put("truncated", line.truncated());
    }
    write("log.json", lines(listed), taken, start);
  }

  private boolean isOver() {
    return System.nanoTime() - deadline >= 0;
  }

  private static String late() {
    return "not within " + TIME.toSeconds() + " s";
  }

  private void miss(String what, String of, String why) {
    missing.add(new Missing(what, List.of(of), why));
  }

  /** A JSON array with an element a line. */
  static String lines(Iterable<? extends JsonNode> nodes) {
    StringBuilder text = new StringBuilder("[");
    String before = "\n";
    for (JsonNode node : nodes) {
      text.append(before).append(node);
      before = ",\n";
    }
    return text.append("\n]\n").toString();
  }
}
