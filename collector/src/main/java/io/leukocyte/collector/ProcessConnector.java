package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel's process connector (netlink, linux/cn_proc.h): tells of each fork, exec and end of a
 * process on the host, by pid. It needs the host's network and pid namespaces, and CAP_NET_ADMIN
 * before kernel 6.6. For one thread, but for {@link #wake}.
 */
final class ProcessConnector implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessConnector.class);
  private static final int NETLINK_CONNECTOR = 11;
  private static final int CN_IDX_PROC = 1;
  private static final int CN_VAL_PROC = 1;
  private static final int LISTEN = 1;
  private static final int IGNORE = 2;
  private static final int NLMSG_DONE = 3;
  private static final int NLMSG_HEADER = 16;
  private static final int CN_HEADER = 20;
  private static final int SEQUENCE = NLMSG_HEADER + 8;
  private static final int EVENT = NLMSG_HEADER + CN_HEADER;
  private static final int PROCESSOR = EVENT + 4;
  private static final int TIME = EVENT + 8;
  private static final int DATA = EVENT + 16;
  private static final int LEAST = DATA + 4;
  private static final int BUFFER = 8 << 20;
  private static final int MESSAGE = 8192;
  private static final int POLL_ENTRY = 8;
  private static final short POLLIN = 1;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

  private static final int NONE = 0;
  private static final int FORK = 1;
  private static final int EXEC = 2;
  private static final int UID = 4;
  private static final int GID = 0x40;
  private static final int SID = 0x80;
  private static final int EXIT = 0x80000000;

  private final NativeSocket socket;
  private final int wake;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment message = arena.allocate(MESSAGE, 8);
  private final MemorySegment descriptors = arena.allocate(2L * POLL_ENTRY, 4);
  private final Map<Integer, Integer> sequences = new HashMap<>();
  private long lost;
  private boolean overrun;

  /** What a message tells; times are nanoseconds of the monotonic clock. */
  sealed interface Message {
    /** A process began as a copy of its parent. */
    record Fork(long time, int parent, int pid) implements Message {}

    /** A process runs another program. */
    record Exec(long time, int pid) implements Message {}

    /** A process has other users; real ids in the host's namespace. */
    record User(int pid, int uid) implements Message {}

    /** A process has other groups. */
    record Group(int pid, int gid) implements Message {}

    /** A process leads a session, and its process group. */
    record Session(int pid) implements Message {}

    /**
     * A process ended.
     *
     * @param status as wait(2) gives it
     */
    record Exit(long time, int pid, int status) implements Message {}
  }

  private ProcessConnector(NativeSocket socket, int wake) {
    this.socket = socket;
    this.wake = wake;
    descriptors.set(JAVA_INT, 0, socket.fd());
    descriptors.set(JAVA_SHORT, 4, POLLIN);
    descriptors.set(JAVA_INT, POLL_ENTRY, wake);
    descriptors.set(JAVA_SHORT, POLL_ENTRY + 4, POLLIN);
  }

  /**
   * Begins to listen, and waits until the kernel says that it tells.
   *
   * @throws NotPermitted when it does not
   */
  static ProcessConnector open() throws NotPermitted {
    ProcessConnector connector;
    try {
      NativeSocket socket =
          NativeSocket.open(NativeSocket.AF_NETLINK, NativeSocket.SOCK_DGRAM, NETLINK_CONNECTOR);
      connector = new ProcessConnector(socket, LibC.eventfd());
    } catch (NativeSocket.NativeException e) {
      throw new NotPermitted(e.getMessage() + "; the kernel may lack CONFIG_PROC_EVENTS");
    }
    try {
      connector.subscribe();
    } catch (NotPermitted e) {
      connector.close();
      throw e;
    }
    return connector;
  }

  /** The kernel does not tell this process. */
  static final class NotPermitted extends Exception {
    NotPermitted(String why) {
      super(why);
    }
  }

  private void subscribe() throws NotPermitted {
    int bound = socket.bind(address());
    if (bound < 0) {
      throw new NotPermitted(
          "bind: errno " + -bound + "; it needs the capability NET_ADMIN before kernel 6.6");
    }
    if (socket.set(NativeSocket.SO_RCVBUFFORCE, BUFFER) < 0) {
      LOG.debug("The process connector has a small buffer; what it has no room for is counted");
    }
    long sent = socket.send(request(LISTEN));
    if (sent < 0) {
      throw new NotPermitted(
          "send: errno " + -sent + "; it answers only in the host's network namespace");
    }
    long until = System.nanoTime() + PATIENCE;
    while (System.nanoTime() < until) {
      await(100);
      long got;
      while ((got = socket.receive(message)) > 0) {
        if (got >= LEAST && what() == NONE) {
          int error = message.get(JAVA_INT_UNALIGNED, DATA);
          if (error != 0) {
            throw new NotPermitted("the kernel answers errno " + error);
          }
          return;
        }
      }
    }
    throw new NotPermitted("no answer; it answers only in the host's pid namespace");
  }

  /** struct sockaddr_nl: family u16, padding u16, port u32, groups u32. */
  private static byte[] address() {
    return ByteBuffer.allocate(12)
        .order(ByteOrder.nativeOrder())
        .putShort((short) NativeSocket.AF_NETLINK)
        .putShort((short) 0)
        .putInt(0)
        .putInt(CN_IDX_PROC)
        .array();
  }

  private static byte[] request(int operation) {
    int length = NLMSG_HEADER + CN_HEADER + Integer.BYTES;
    return ByteBuffer.allocate(length)
        .order(ByteOrder.nativeOrder())
        .putInt(length)
        .putShort((short) NLMSG_DONE)
        .putShort((short) 0)
        .putInt(0)
        .putInt(0)
        .putInt(CN_IDX_PROC)
        .putInt(CN_VAL_PROC)
        .putInt(0)
        .putInt(0)
        .putShort((short) Integer.BYTES)
        .putShort((short) 0)
        .putInt(operation)
        .array();
  }

  /** Waits until there is a message, the time is over, or {@link #wake} was called. */
  void await(int millis) {
    LibC.poll(descriptors, 2, millis);
  }

  /** Ends a wait, now and from then on. */
  void wake() {
    LibC.signal(wake);
  }

  /**
   * Gives messages that are there, in the kernel's order.
   *
   * @param most so many at most: where processes come faster than they are read there is no end
   */
  void drain(Consumer<Message> next, int most) {
    for (int i = 0; i < most; i++) {
      long got = socket.receive(message);
      if (got == -NativeSocket.ENOBUFS) {
        overrun = true;
      } else if (got < 0 && got != -LibC.EINTR) {
        return;
      } else if (got >= LEAST) {
        count();
        Message read = read();
        if (read != null) {
          next.accept(read);
        }
      }
    }
  }

  /** The kernel numbers its messages, each processor by itself. */
  private void count() {
    int sequence = message.get(JAVA_INT_UNALIGNED, SEQUENCE);
    if (what() == NONE) {
      return; // an answer to somebody, with a number of theirs
    }
    int processor = message.get(JAVA_INT_UNALIGNED, PROCESSOR);
    Integer before = sequences.put(processor, sequence);
    if (before != null && sequence - before > 1) {
      lost += sequence - before - 1;
    }
  }

  private int what() {
    return message.get(JAVA_INT_UNALIGNED, EVENT);
  }

  private int number(int at) {
    return message.get(JAVA_INT_UNALIGNED, DATA + 4L * at);
  }

  private @Nullable Message read() {
    long time = message.get(JAVA_LONG_UNALIGNED, TIME);
    return switch (what()) {
      case FORK -> number(2) == number(3) ? new Message.Fork(time, number(1), number(3)) : null;
      case EXEC -> new Message.Exec(time, number(1));
      case UID -> number(0) == number(1) ? new Message.User(number(1), number(2)) : null;
      case GID -> number(0) == number(1) ? new Message.Group(number(1), number(2)) : null;
      case SID -> new Message.Session(number(1));
      case EXIT -> number(0) == number(1) ? new Message.Exit(time, number(1), number(2)) : null;
      default -> null;
    };
  }

  /**
   * How many messages the kernel could not leave here since the last call; empty when none, 0 when
   * it does not know.
   */
  Optional<Long> takeLost() {
    if (lost == 0 && !overrun) {
      return Optional.empty();
    }
    Optional<Long> taken = Optional.of(lost);
    lost = 0;
    overrun = false;
    return taken;
  }

  /** Kernels before 6.6 go on making messages until they are told that nobody wants them. */
  @Override
  public void close() {
    long ignored = socket.send(request(IGNORE));
    socket.close();
    LibC.close(wake);
    arena.close();
  }
}
