package io.leukocyte.events;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Events with any values their types allow, the same ones for the same seed. */
final class RandomEvents {
  private static final List<String> WORDS =
      List.of(
          "",
          " ",
          "sh",
          "/usr/bin/python3",
          "GET /index.php?id=1%27 HTTP/1.1",
          "naïve café",
          "日本語",
          "\uD83D\uDC33 whale",
          "quote\" back\\slash",
          "tab\tnewline\nbell\u0007",
          "\u2028\uFEFF\uFFFD",
          "x".repeat(300));

  private final Random random;

  RandomEvents(long seed) {
    random = new Random(seed);
  }

  Observed observed() {
    return new Observed(id(), event(one(Kind.class)));
  }

  EventId id() {
    return new EventId(
        new HostId("host-" + random.nextInt(3)),
        random.nextLong(Long.MAX_VALUE),
        random.nextLong(Long.MAX_VALUE),
        random.nextInt(Integer.MAX_VALUE));
  }

  Event event(Kind kind) {
    return switch (kind) {
      case PROCESS_EXEC -> new ProcessExec(time(), orNull(this::container), process());
      case PROCESS_EXIT ->
          new ProcessExit(time(), orNull(this::container), process(), number(), number());
      case NET_CONNECT ->
          new NetConnect(
              time(),
              orNull(this::container),
              orNull(this::process),
              protocol(),
              endpoint(),
              endpoint(),
              orNull(this::word));
      case NET_FLOW ->
          new NetFlow(
              time(),
              orNull(this::container),
              protocol(),
              endpoint(),
              big(),
              big(),
              big(),
              random.nextBoolean(),
              orNull(this::word),
              big(),
              big());
      case FILE_OPEN ->
          new FileOpen(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              word(),
              orNull(this::word),
              big(),
              number(),
              random.nextBoolean(),
              random.nextBoolean(),
              random.nextBoolean(),
              big());
      case FILE_CHANGE ->
          new FileChange(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              word(),
              orNull(this::word),
              big(),
              number(),
              number(),
              number(),
              random.nextBoolean(),
              big());
      case NET_ACCEPT ->
          new NetAccept(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              protocol(),
              endpoint(),
              endpoint(),
              big(),
              orNull(this::word));
      case NET_LISTEN ->
          new NetListen(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              protocol(),
              endpoint(),
              number(),
              big());
      case NET_SEND ->
          new NetSend(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              protocol(),
              endpoint(),
              endpoint(),
              big(),
              orNull(this::word),
              orNull(this::word),
              big(),
              orNull(this::word));
      case NET_SOCKET ->
          new NetSocket(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              number(),
              number(),
              number(),
              big());
      case FD_DUP ->
          new FdDup(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              number(),
              number(),
              orNull(() -> new FdDup.Socket(endpoint(), endpoint())),
              big());
      case PROC_TRACE ->
          new ProcTrace(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              big(),
              target(),
              orNull(this::word),
              big());
      case PROC_CONTROL ->
          new ProcControl(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              number(),
              big(),
              orNull(this::word),
              big());
      case NS_CHANGE ->
          new NsChange(time(), orNull(this::container), process(), call(kind), big(), big());
      case CRED_CHANGE ->
          new CredChange(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              number(),
              number(),
              number(),
              number(),
              big(),
              big(),
              big());
      case SIGNAL_KILL ->
          new SignalKill(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              number(),
              target(),
              orNull(this::word),
              big());
      case FS_MOUNT ->
          new FsMount(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              orNull(this::word),
              word(),
              orNull(this::word),
              big(),
              big());
      case KERNEL_MODULE ->
          new KernelModule(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              orNull(this::word),
              orNull(this::word),
              big());
      case KERNEL_CALL ->
          new KernelCall(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              Stream.generate(this::big).limit(random.nextInt(KernelCall.MAX_ARGS + 1)).toList(),
              big());
      case BPF_LOAD ->
          new BpfLoad(
              time(), orNull(this::container), process(), call(kind), number(), number(), big());
      case MEM_FILELESS ->
          new MemFileless(
              time(),
              orNull(this::container),
              process(),
              call(kind),
              orNull(this::word),
              big(),
              big());
      case CONTAINER_LIFECYCLE ->
          new ContainerLifecycle(
              time(), container(), word(), orNull(this::number), map(random.nextInt(4)));
      case CONTAINER_FACTS -> facts();
      case CONTAINER_LOG ->
          new ContainerLog(
              time(),
              container(),
              one(ContainerLog.Stream.class),
              word(),
              big(),
              random.nextBoolean(),
              1 + random.nextInt(3));
      case CONTAINER_STATS ->
          new ContainerStats(
              time(),
              container(),
              big(),
              random.nextInt(3) == 0 ? 0 : random.nextDouble(10_000),
              big(),
              big(),
              big(),
              big(),
              big(),
              big(),
              big(),
              big(),
              big(),
              big(),
              big());
      case SENSOR_LOSS ->
          new SensorLoss(
              time(), orNull(this::container), word(), word(), word(), big(), time(), time());
      case SENSOR_HEARTBEAT ->
          new SensorHeartbeat(
              time(),
              word(),
              word(),
              words(3),
              orNull(this::word),
              word(),
              big(),
              big(),
              big(),
              big(),
              big());
    };
  }

  Alert alert() {
    Observed cause = observed();
    List<String> groupBy = words(2);
    return new Alert(
        Alert.idOf("rule", groupBy, cause.id()),
        new Alert.RuleInfo(
            "Terminal shell in container",
            word(),
            one(Priority.class),
            List.of("container", "mitre_execution", "T1059.004", "attack.t1611", word() + "t"),
            "rules.yaml"),
        "Terminal shell in container web",
        word(),
        groupBy,
        cause,
        cause.event().container() == null ? new TreeMap<>() : map(random.nextInt(3)),
        orNull(this::word),
        random.nextBoolean() ? "" : "abc123");
  }

  Action action() {
    return new Action(
        ActionId.of(word()),
        one(Action.Step.class),
        random.nextInt(Integer.MAX_VALUE),
        time(),
        id().host(),
        word(),
        orNull(this::container),
        outcome(),
        orNull(() -> AlertId.of(word())),
        orNull(this::word),
        orNull(this::word),
        orNull(this::word),
        orNull(this::word),
        random.nextBoolean() ? 0 : time(),
        random.nextBoolean(),
        orNull(this::word),
        random.nextBoolean() ? 0 : time());
  }

  private <E extends Enum<E>> E one(Class<E> type) {
    List<E> all = List.copyOf(EnumSet.allOf(type));
    return all.get(random.nextInt(all.size()));
  }

  private Outcome outcome() {
    return switch (random.nextInt(4)) {
      case 0 -> new Outcome.Done(word());
      case 1 -> new Outcome.Skipped(word());
      case 2 -> new Outcome.Refused(word());
      default -> new Outcome.Failed(word());
    };
  }

  private <T> @Nullable T orNull(Supplier<T> value) {
    return random.nextInt(3) == 0 ? null : value.get();
  }

  private long time() {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextLong();
      case 1 -> Long.MIN_VALUE;
      case 2 -> Long.MAX_VALUE;
      default -> 1_790_000_000_000_000_000L + random.nextLong(1_000_000_000_000L);
    };
  }

  private int number() {
    return random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(256);
  }

  private long big() {
    return random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(100_000);
  }

  private String word() {
    return WORDS.get(random.nextInt(WORDS.size()));
  }

  private List<String> words(int most) {
    List<String> words = new ArrayList<>();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      words.add(word());
    }
    return words;
  }

  private SortedMap<String, String> map(int size) {
    SortedMap<String, String> map = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      map.put("com.example." + i + word(), word());
    }
    return map;
  }

  private ContainerId containerId() {
    return new ContainerId("%064x".formatted(random.nextInt(20)));
  }

  private ContainerRef container() {
    return new ContainerRef(
        containerId(),
        word(),
        word(),
        orNull(this::word),
        orNull(this::word),
        random.nextBoolean());
  }

  private ProcessRef ref() {
    return new ProcessRef(1 + random.nextInt(1 << 22), random.nextBoolean() ? 0 : time());
  }

  private ProcessInfo process() {
    return new ProcessInfo(
        ref(),
        number(),
        orNull(this::word),
        orNull(this::word),
        words(5),
        random.nextBoolean(),
        orNull(this::word),
        number(),
        number(),
        number(),
        number(),
        big(),
        new ProcessInfo.Flags(
            random.nextBoolean(), random.nextBoolean(), random.nextBoolean(), random.nextBoolean()),
        orNull(
            () -> new ProcessInfo.Parent(ref(), orNull(this::word), orNull(this::word), words(4))),
        words(8),
        random.nextBoolean()
            ? ProcessInfo.More.NONE
            : new ProcessInfo.More(
                big(),
                words(2),
                random.nextBoolean(),
                random.nextBoolean(),
                orNull(() -> new ProgramFile(big(), big(), big(), big())),
                random.nextBoolean() ? List.of() : List.of(ancestor(), ancestor()),
                names()));
  }

  private ProcessInfo.Names names() {
    return random.nextBoolean()
        ? ProcessInfo.Names.NONE
        : new ProcessInfo.Names(
            orNull(this::word), orNull(this::word), random.nextInt(4) == 0 ? word() : null);
  }

  private ProcessInfo.Ancestor ancestor() {
    return new ProcessInfo.Ancestor(
        number(), orNull(this::word), orNull(this::word), orNull(this::word));
  }

  /** A call of the kind, or one that this version does not know. */
  private String call(Kind kind) {
    return random.nextInt(8) == 0 ? word() : kind.calls().get(random.nextInt(kind.calls().size()));
  }

  private ProcessRef target() {
    return new ProcessRef(number(), random.nextBoolean() ? 0 : time());
  }

  private Protocol protocol() {
    return one(Protocol.class);
  }

  private Endpoint endpoint() {
    List<String> addresses = List.of("203.0.113.9", "2001:db8::1", "", "not an address", "::");
    return new Endpoint(addresses.get(random.nextInt(addresses.size())), random.nextInt(65536));
  }

  private ContainerFacts facts() {
    return new ContainerFacts(
        time(),
        container(),
        word(),
        number(),
        time(),
        time(),
        map(random.nextInt(5)),
        List.of(new ContainerFacts.Mount("bind", word(), word(), random.nextBoolean())),
        List.of(
            new ContainerFacts.Network(
                word(),
                word(),
                orNull(this::word),
                orNull(this::word),
                orNull(this::word),
                words(2))),
        word(),
        word(),
        List.of(new ContainerFacts.Port(number(), word(), word(), number())),
        word(),
        words(3),
        random.nextBoolean(),
        word(),
        word(),
        new ContainerFacts.Limits(big(), big(), big()),
        new ContainerFacts.Security(words(2), words(2), words(2), random.nextBoolean(), word()),
        number());
  }
}
