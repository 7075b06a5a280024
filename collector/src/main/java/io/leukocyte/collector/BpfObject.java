package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sensor's programs and maps in the kernel. Loaded, then attached; {@link #detach} ends the
 * programs' work and {@link #close} frees everything.
 */
final class BpfObject implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BpfObject.class);

  /**
   * The objects of the same source, the better one first: its programs read the kernel's structs by
   * plain loads. The other one reads by helpers, and older kernels take it too.
   */
  static final List<String> FORMS = List.of("sensor-direct.bpf.o", "sensor.bpf.o");

  private static final List<String> PROGRAMS =
      List.of(
          "on_attach",
          "on_fork",
          "on_exit",
          "on_exec",
          "on_state",
          "on_packet",
          "on_answer",
          "on_stream");

  /** Attached while some system call is asked for: it costs each call of each process a little. */
  private static final String CALLS = "on_call";

  /**
   * Attached while a container has the host's network: they cost each segment that comes in and
   * each read from a socket.
   */
  private static final List<String> HOST_NETWORK = List.of("on_segment", "on_read");

  private static final List<String> ALL =
      Stream.of(PROGRAMS, List.of(CALLS), HOST_NETWORK).flatMap(List::stream).toList();
  private static final int PROGRAM_INFO_SIZE = 232;
  private static final int PROGRAM_INFO_MISSED = 208;

  private final Libbpf libbpf;
  private final String form;
  private final MemorySegment object;
  private final List<MemorySegment> links = new ArrayList<>();
  private @Nullable MemorySegment calls;
  private boolean hostNetwork;
  private boolean detached;

  private BpfObject(Libbpf libbpf, String form, MemorySegment object) {
    this.libbpf = libbpf;
    this.form = form;
    this.object = object;
  }

  /** An object file as it was built from {@code src/main/bpf}. */
  static byte[] image(String form) {
    try (InputStream in = BpfObject.class.getResourceAsStream(form)) {
      if (in == null) {
        throw new IllegalStateException("The jar is not whole: it has no " + form);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + form + " from the jar", e);
    }
  }

  /**
   * Loads the programs into the kernel, in the first form that it takes; nothing is attached yet.
   *
   * @throws SensorUnavailableException when the kernel takes neither
   */
  static BpfObject load(SensorOptions options) throws SensorUnavailableException {
    try {
      return load(FORMS.getFirst(), options);
    } catch (SensorUnavailableException e) {
      if (!(e.reason() instanceof SensorUnavailable.LoadFailed)) {
        throw e;
      }
      BpfObject other = load(FORMS.getLast(), options);
      LOG.info("The kernel takes {} only: {}", other.form, e.getMessage());
      return other;
    }
  }

  /** Loads the programs in one form. */
  static BpfObject load(String form, SensorOptions options) throws SensorUnavailableException {
    Libbpf libbpf = Libbpf.get();
    byte[] image = image(form);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(image.length, 8);
      MemorySegment.copy(image, 0, bytes, JAVA_BYTE, 0, image.length);
      MemorySegment opened = libbpf.openObject(bytes);
      if (Libbpf.isNull(opened)) {
        throw failed(libbpf, -LibC.errno());
      }
      BpfObject object = new BpfObject(libbpf, form, opened);
      try {
        object.configure(options);
        int result = libbpf.loadObject(opened);
        if (result < 0) {
          throw failed(libbpf, result);
        }
        return object;
      } catch (SensorUnavailableException e) {
        object.close();
        throw e;
      }
    }
  }

  private void configure(SensorOptions options) throws SensorUnavailableException {
    int result = libbpf.setMaxEntries(map("ring"), options.ringBytes());
    if (result < 0) {
      throw failed(libbpf, result);
    }
    // The only read-only variable is the switch include_host.
    libbpf.initialValue(map(".rodata")).set(JAVA_BYTE, 0, (byte) (options.includeHost() ? 1 : 0));
  }

  private static SensorUnavailableException failed(Libbpf libbpf, int result) {
    String log = libbpf.takeLog();
    if (result == -LibC.EPERM) {
      return new SensorUnavailableException(new SensorUnavailable.NoPrivileges());
    }
    return new SensorUnavailableException(
        new SensorUnavailable.LoadFailed("errno " + -result + (log.isEmpty() ? "" : ": " + log)));
  }

  /**
   * Attaches all programs: from here on the kernel reports.
   *
   * @throws SensorUnavailableException when one of its attach points is missing
   */
  void attach() throws SensorUnavailableException {
    for (String name : PROGRAMS) {
      MemorySegment link = libbpf.attach(program(name));
      if (Libbpf.isNull(link)) {
        SensorUnavailableException failure = failed(libbpf, -LibC.errno());
        detach();
        throw failure;
      }
      links.add(link);
    }
  }

  /**
   * Attaches the program of system calls, or ends it.
   *
   * @throws SensorUnavailableException when its attach point is missing
   */
  void attachCalls(boolean wanted) throws SensorUnavailableException {
    if (wanted && calls == null) {
      MemorySegment link = libbpf.attach(program(CALLS));
      if (Libbpf.isNull(link)) {
        throw failed(libbpf, -LibC.errno());
      }
      calls = link;
    } else if (!wanted && calls != null) {
      libbpf.destroyLink(calls);
      calls = null;
    }
  }

  /**
   * A container has the host's network: from here on what it sends and reads there is told. Called
   * by one thread.
   *
   * @return whether the kernel has the attach points
   */
  boolean attachHostNetwork() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zero = arena.allocateFrom(JAVA_INT, 0);
      libbpf.update(fd("host_network_used"), zero, arena.allocateFrom(JAVA_INT, 1), 0);
    }
    synchronized (links) {
      if (detached || hostNetwork) {
        return true;
      }
      hostNetwork = true;
      boolean all = true;
      for (String name : HOST_NETWORK) {
        MemorySegment link = libbpf.attach(program(name));
        if (Libbpf.isNull(link)) {
          all = false;
        } else {
          links.add(link);
        }
      }
      return all;
    }
  }

  /** Ends the programs' work; what they have written stays to be read. */
  void detach() {
    if (calls != null) {
      libbpf.destroyLink(calls);
      calls = null;
    }
    synchronized (links) {
      detached = true;
      for (MemorySegment link : links) {
        libbpf.destroyLink(link);
      }
      links.clear();
    }
  }

  /** How often a program was skipped because it was still running on the same processor. */
  long missed() {
    long missed = 0;
    try (Arena arena = Arena.ofConfined()) {
      for (String name : ALL) {
        MemorySegment info = arena.allocate(PROGRAM_INFO_SIZE, 8);
        if (libbpf.info(libbpf.programFd(program(name)), info) == 0) {
          missed += info.get(JAVA_LONG, PROGRAM_INFO_MISSED);
        }
      }
    }
    return missed;
  }

  /** Which of {@link #FORMS} it is. */
  String form() {
    return form;
  }

  /** The descriptor of a map. */
  int fd(String map) {
    return libbpf.mapFd(map(map));
  }

  /** The library that the object was loaded with. */
  Libbpf libbpf() {
    return libbpf;
  }

  private MemorySegment map(String name) {
    return present(libbpf.findMap(object, name), name);
  }

  /** The descriptor of the program of system calls. */
  int callsFd() {
    return libbpf.programFd(program(CALLS));
  }

  private MemorySegment program(String name) {
    return present(libbpf.findProgram(object, name), name);
  }

  private static MemorySegment present(MemorySegment found, String name) {
    if (Libbpf.isNull(found)) {
      throw new IllegalStateException("The sensor has no " + name + "; build it again: build.sh");
    }
    return found;
  }

  @Override
  public void close() {
    detach();
    libbpf.closeObject(object);
  }
}
