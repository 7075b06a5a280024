package io.leukocyte.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerFacts.Limits;
import io.leukocyte.events.ContainerFacts.Network;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog.Stream;
import io.leukocyte.events.ContainerRef;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A container of the {@link InMemoryEngine}; its lock guards it. */
final class InMemoryContainer {
  private static final int KEPT_PIECES = 100_000;

  final ContainerId id;
  ContainerSpec spec;
  final long created;
  final SortedMap<String, NetworkAttachment> attached = new TreeMap<>();

  String status = "created";
  int pid;
  long started;
  boolean removed;

  /** What its health check says while it runs. */
  Health health = Health.NONE;

  /** What can be changed; its limits and restart policy are those of the spec. */
  ContainerSettings settings;

  /** What it was made from through the port; null when the script made it. */
  @Nullable NewContainer wanted;

  /** Its file system, as far as it differs from the image. */
  final InMemoryFiles files = new InMemoryFiles();

  private final String digest;
  private final List<Piece> log = new ArrayList<>();
  private final Map<Stream, ByteArrayOutputStream> unfinished = new EnumMap<>(Stream.class);
  private final Map<Stream, Long> pieceTimes = new EnumMap<>(Stream.class);
  private long logged;

  /** A piece of a line, as a log driver keeps it. */
  static final class Piece {
    private final long number;
    private final Stream stream;
    private final long time;
    private final byte[] bytes;

    Piece(long number, Stream stream, long time, byte[] bytes) {
      this.number = number;
      this.stream = stream;
      this.time = time;
      this.bytes = bytes;
    }

    /** Counted from 0. */
    long number() {
      return number;
    }

    Stream stream() {
      return stream;
    }

    long time() {
      return time;
    }

    void addTo(LineJoiner lines) {
      lines.begin(stream, time);
      lines.add(stream, bytes, 0, bytes.length, System.nanoTime());
    }
  }

  InMemoryContainer(ContainerId id, ContainerSpec spec, String digest, long created) {
    this.id = id;
    this.spec = spec;
    this.digest = digest;
    this.created = created;
    settings =
        new ContainerSettings(
            spec.limits().nanoCpus(),
            0,
            0,
            spec.limits().memory(),
            spec.limits().memory(),
            spec.limits().pids(),
            spec.restartPolicy(),
            0);
  }

  /** Its image's id. */
  String image() {
    return digest;
  }

  boolean runs() {
    return status.equals("running") || status.equals("paused");
  }

  ContainerRef ref() {
    ImageName image = ImageName.parse(spec.image(), digest);
    return new ContainerRef(
        id, spec.name(), image.repository(), image.tag(), digest, spec.privileged());
  }

  /** The reference as events of the engine have it. */
  ContainerRef eventRef() {
    ContainerRef ref = ref();
    return new ContainerRef(id, ref.name(), ref.image(), ref.tag(), null, false);
  }

  ContainerSummary summary() {
    return new ContainerSummary(
        id, spec.name(), spec.image(), status, created / 1_000_000_000L, spec.labels());
  }

  ContainerFacts facts(long now) {
    List<Network> networks = new ArrayList<>();
    for (NetworkAttachment a : attached.values()) {
      networks.add(
          new Network(
              a.networkName(), a.networkId(), a.address(), a.address6(), a.mac(), a.aliases()));
    }
    return new ContainerFacts(
        now,
        ref(),
        status,
        pid,
        created,
        started,
        spec.labels(),
        spec.mounts(),
        networks,
        spec.networkMode(),
        spec.pidMode(),
        runs() ? spec.ports() : List.of(),
        spec.user(),
        spec.entrypoint(),
        spec.tty(),
        spec.logDriver(),
        settings.restartPolicy(),
        new Limits(settings.memory(), settings.cpus(), settings.pids()),
        spec.security());
  }

  /** What the engine says of it, in Docker's form as far as it goes. */
  String description() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("Id", id.value()).put("Image", digest).put("Name", "/" + spec.name());
    node.putObject("State").put("Status", status).put("Pid", pid);
    ObjectNode config = node.putObject("Config").put("Image", spec.image());
    spec.labels().forEach(config.putObject("Labels")::put);
    if (wanted != null) {
      ArrayNode environment = config.putArray("Env");
      wanted.environment().forEach((key, value) -> environment.add(key + "=" + value));
    }
    return node.toString();
  }

  /** The container writes: whole lines and whole pieces reach the log, each with its time. */
  void print(Stream stream, byte[] bytes, LongSupplier clock) {
    ByteArrayOutputStream buffer =
        unfinished.computeIfAbsent(stream, s -> new ByteArrayOutputStream());
    for (byte b : bytes) {
      if (b == '\n' && stream == Stream.TTY) {
        write(stream, buffer, (byte) '\r', clock);
      }
      write(stream, buffer, b, clock);
    }
  }

  private void write(Stream stream, ByteArrayOutputStream buffer, byte b, LongSupplier clock) {
    buffer.write(b);
    if (b == '\n') {
      keep(stream, buffer, clock.getAsLong());
      pieceTimes.remove(stream);
    } else if (buffer.size() == LogReader.PIECE) {
      long time = clock.getAsLong();
      pieceTimes.putIfAbsent(stream, time);
      keep(stream, buffer, time);
    }
  }

  private void keep(Stream stream, ByteArrayOutputStream buffer, long time) {
    long stamp = pieceTimes.getOrDefault(stream, time);
    log.add(new Piece(logged++, stream, stamp, buffer.toByteArray()));
    buffer.reset();
    if (log.size() == 2 * KEPT_PIECES) {
      log.subList(0, KEPT_PIECES).clear();
    }
  }

  /** What was written without a line end reaches the log when the container ends. */
  void endOutput(long time) {
    for (Map.Entry<Stream, ByteArrayOutputStream> entry : unfinished.entrySet()) {
      if (entry.getValue().size() > 0) {
        keep(entry.getKey(), entry.getValue(), time);
      }
    }
    unfinished.clear();
    pieceTimes.clear();
  }

  /** All lines that are kept, joined. */
  List<LogLine> lines() {
    List<LogLine> all = new ArrayList<>();
    LineJoiner lines = new LineJoiner(all::add);
    log.forEach(piece -> piece.addTo(lines));
    lines.flush();
    return all;
  }

  /** The first piece from that number on; null when there is none yet. */
  @Nullable Piece piece(long from) {
    long first = logged - log.size();
    long index = Math.max(from, first) - first;
    return index < log.size() ? log.get((int) index) : null;
  }
}
