package io.leukocyte.analyzer;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.Columns;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedBatchException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything the detector remembers of the hosts of one partition. It knows what changed since it
 * was last drained, gives that as keys and values for a changelog, and is made anew from them.
 *
 * <p>What changes with every flow stands in a {@link SlotTable}; what changes rarely (facts, open
 * alerts and incidents) in objects, each logged as a record of its own. One thread at a time.
 */
public final class DetectorState implements LoggedState {
  /** Columns of a container's row. */
  static final int HOST = 0;

  static final int SEEN = 1;
  static final int DESTROYED = 2;
  static final int NEWEST_BUCKET = 3;
  static final int BUCKETS = 4;
  static final int WATCHED_SINCE = BUCKETS + EgressWindow.BUCKETS;
  static final int HISTORY_PERIOD = WATCHED_SINCE + 1;
  static final int HISTORY_NOW = WATCHED_SINCE + 2;
  static final int HISTORY_BEFORE = WATCHED_SINCE + 3;
  static final int WIDTH = WATCHED_SINCE + 4;

  /** Hosts kept; the one whose clock is lowest makes room. */
  static final int MAX_HOSTS = 10_000;

  /** First byte of a key of the changelog. */
  private static final byte KEY_PAGE = 1;

  /** Pages of ten million containers, the most that can be set, and as many again. */
  private static final int MOST_PAGES = 20_000_000 / SlotTable.PAGE_SLOTS;

  private static final byte KEY_HOST = 2;
  private static final byte KEY_FACTS = 3;
  private static final byte KEY_CASE = 4;
  private static final byte KEY_HOST_CASE = 5;
  private static final byte FACTS_VERSION = 1;

  private final SlotTable slots = new SlotTable(WIDTH);
  private final WindowState windows = new WindowState();
  private final Map<HostId, HostState> hosts = new HashMap<>();
  private final Map<ContainerId, ContainerState> containers = new HashMap<>();
  private @Nullable ContainerState[] bySlot = new ContainerState[SlotTable.PAGE_SLOTS];
  private int nextHost;

  private final List<HostState> dirtyHosts = new ArrayList<>();
  private final List<HostState> dirtyHostCases = new ArrayList<>();
  private final List<ContainerState> dirtyFacts = new ArrayList<>();
  private final List<ContainerState> dirtyCases = new ArrayList<>();
  private final List<byte[]> tombstones = new ArrayList<>();

  /** A state that remembers nothing. */
  public DetectorState() {}

  SlotTable slots() {
    return slots;
  }

  /** Windows of the correlations that are evaluated with the hosts' events. */
  WindowState windows() {
    return windows;
  }

  /** Containers it remembers. */
  public int containers() {
    return slots.size();
  }

  /** The hosts it remembers. */
  Collection<HostState> hosts() {
    return hosts.values();
  }

  /** The host's state; null when it is not known. */
  @Nullable HostState find(HostId id) {
    return hosts.get(id);
  }

  HostState addHost(HostId id) {
    HostState host = new HostState(id, nextHost++);
    hosts.put(id, host);
    changed(host);
    return host;
  }

  /** The host to forget first; null while there is room for another. */
  @Nullable HostState hostInTheWay() {
    return hosts.size() < MAX_HOSTS
        ? null
        : hosts.values().stream().min(Comparator.comparingLong(h -> h.clock)).orElse(null);
  }

  void remove(HostState host) {
    List.copyOf(host.containers).forEach(this::remove);
    hosts.remove(host.id);
    windows.removeHost(host.id.value());
    tombstones.add(key(KEY_HOST, utf8(host.id)));
    tombstones.add(key(KEY_HOST_CASE, utf8(host.id)));
    host.dirty = false;
    host.caseDirty = false;
  }

  /** The container whose id stands at a place in an array; null when it is not known. */
  @Nullable ContainerState find(byte[] id, int at) {
    int slot = slots.find(id, at);
    return slot < 0 ? null : bySlot[slot];
  }

  @Nullable ContainerState find(ContainerId id) {
    return containers.get(id);
  }

  /** Gives a container that is not known a row. */
  ContainerState addContainer(ContainerId id, HostState host) {
    ContainerState container = new ContainerState(id);
    container.slot = slots.add(HexFormat.of().parseHex(id.value()), 0);
    containers.put(id, container);
    place(container);
    adopt(container, host);
    return container;
  }

  private void place(ContainerState container) {
    if (bySlot.length < slots.slots()) {
      bySlot = Arrays.copyOf(bySlot, slots.slots());
    }
    bySlot[container.slot] = container;
  }

  /** Makes a container one of a host's. */
  void adopt(ContainerState container, HostState host) {
    HostState before = container.host;
    if (before != null) {
      before.containers.remove(container);
      before.waiting.remove(container);
    }
    container.host = host;
    host.containers.add(container);
    slots.set(container.slot, HOST, host.number);
  }

  void remove(ContainerState container) {
    byte[] id = slots.id(container.slot);
    tombstones.add(key(KEY_FACTS, id));
    tombstones.add(key(KEY_CASE, id));
    slots.remove(container.slot);
    bySlot[container.slot] = null;
    containers.remove(container.id);
    container.removed = true;
    HostState host = container.host;
    if (host != null) {
      host.containers.remove(container);
      host.waiting.remove(container);
    }
  }

  /** The containers that were not seen for longest. */
  List<ContainerState> leastRecentlySeen(int count) {
    return containers.values().stream()
        .sorted(
            Comparator.comparingLong((ContainerState c) -> slots.get(c.slot, SEEN))
                .thenComparing(c -> c.id))
        .limit(count)
        .toList();
  }

  void changed(HostState host) {
    if (!host.dirty) {
      host.dirty = true;
      dirtyHosts.add(host);
    }
  }

  void caseChanged(HostState host) {
    if (!host.caseDirty) {
      host.caseDirty = true;
      dirtyHostCases.add(host);
    }
  }

  void factsChanged(ContainerState container) {
    if (!container.factsDirty) {
      container.factsDirty = true;
      dirtyFacts.add(container);
    }
  }

  void caseChanged(ContainerState container) {
    if (!container.caseDirty) {
      container.caseDirty = true;
      dirtyCases.add(container);
    }
  }

  @Override
  public void drain(BiConsumer<byte[], byte @Nullable []> out) {
    tombstones.forEach(key -> out.accept(key, null));
    tombstones.clear();
    slots.takeDirty(page -> out.accept(pageKey(page), slots.image(page)));
    drainHosts(out);
    for (ContainerState container : dirtyFacts) {
      container.factsDirty = false;
      if (!container.removed) {
        out.accept(key(KEY_FACTS, slots.id(container.slot)), factsValue(container));
      }
    }
    dirtyFacts.clear();
    for (ContainerState container : dirtyCases) {
      container.caseDirty = false;
      if (!container.removed) {
        out.accept(
            key(KEY_CASE, slots.id(container.slot)), caseValue(container.caseFile, container.host));
      }
    }
    dirtyCases.clear();
    windows.drain(out);
  }

  private void drainHosts(BiConsumer<byte[], byte @Nullable []> out) {
    for (HostState host : dirtyHosts) {
      if (host.dirty) {
        host.dirty = false;
        out.accept(key(KEY_HOST, utf8(host.id)), StateCodec.host(host));
      }
    }
    dirtyHosts.clear();
    for (HostState host : dirtyHostCases) {
      if (host.caseDirty) {
        host.caseDirty = false;
        out.accept(key(KEY_HOST_CASE, utf8(host.id)), caseValue(host.caseFile, host));
      }
    }
    dirtyHostCases.clear();
  }

  private static byte @Nullable [] caseValue(CaseFile file, @Nullable HostState host) {
    return file.isEmpty() || host == null ? null : StateCodec.caseFile(file, host.id);
  }

  /** Version u8, then a batch of the one event. */
  private static byte @Nullable [] factsValue(ContainerState container) {
    ContainerFacts facts = container.facts;
    HostState host = container.host;
    if (facts == null || host == null) {
      return null;
    }
    BatchWriter writer = new BatchWriter(host.id, 0);
    writer.add(facts);
    byte[] batch = writer.finish(0);
    return ByteBuffer.allocate(1 + batch.length).put(FACTS_VERSION).put(batch).array();
  }

  @Override
  public void clear() {
    slots.clear();
    windows.clear();
    hosts.clear();
    containers.clear();
    Arrays.fill(bySlot, null);
    nextHost = 0;
    forgetChanges();
  }

  private void forgetChanges() {
    dirtyHosts.clear();
    dirtyHostCases.clear();
    dirtyFacts.clear();
    dirtyCases.clear();
    tombstones.clear();
  }

  @Override
  public void restore(byte[] key, byte @Nullable [] value) {
    try {
      restoreRecord(key, value);
    } catch (UnreadableStateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw UnreadableStateException.damaged(HexFormat.of().formatHex(key), e);
    }
  }

  private void restoreRecord(byte[] key, byte @Nullable [] value) {
    byte[] rest = Arrays.copyOfRange(key, 1, key.length);
    switch (key[0]) {
      case KEY_PAGE -> slots.restore(page(rest), value);
      case KEY_HOST -> restoreHost(hostId(rest), value);
      case KEY_HOST_CASE -> restoreHostCase(hostId(rest), value);
      case KEY_FACTS -> restoreFacts(containerId(rest), value);
      case KEY_CASE -> restoreCase(containerId(rest), value);
      case WindowState.KEY -> windows.restore(key, value);
      default -> throw UnreadableStateException.key(HexFormat.of().formatHex(key));
    }
  }

  private static int page(byte[] number) {
    int page = ByteBuffer.wrap(number).getInt();
    if (page < 0 || page > MOST_PAGES) {
      throw new IllegalArgumentException("There is no page " + page);
    }
    return page;
  }

  private void restoreHost(HostId id, byte @Nullable [] value) {
    HostState before = value == null ? hosts.remove(id) : hosts.get(id);
    if (value == null) {
      return;
    }
    HostState host = StateCodec.host(id, value);
    if (before != null) {
      host.caseFile.open.addAll(before.caseFile.open);
    }
    hosts.put(id, host);
  }

  private void restoreHostCase(HostId id, byte @Nullable [] value) {
    HostState host = hosts.get(id);
    if (value == null) {
      if (host != null) {
        host.caseFile.open.clear();
      }
      return;
    }
    if (host == null) {
      host = new HostState(id, -1);
      hosts.put(id, host);
    }
    StateCodec.caseFile(host.caseFile, value);
  }

  private void restoreFacts(ContainerId id, byte @Nullable [] value) {
    ContainerState container = containers.computeIfAbsent(id, ContainerState::new);
    container.facts = null;
    container.factsText = null;
    if (value == null) {
      return;
    }
    if (value[0] != FACTS_VERSION) {
      throw UnreadableStateException.version("facts", value[0], FACTS_VERSION);
    }
    try {
      BatchCursor row = BatchCursor.over(Arrays.copyOfRange(value, 1, value.length));
      if (row.next() && row.event() instanceof ContainerFacts facts) {
        container.facts = facts;
        container.factsText = row.text(Columns.Facts.JSON);
      }
    } catch (MalformedBatchException e) {
      throw new IllegalArgumentException("These are no facts: " + e.getMessage(), e);
    }
  }

  private void restoreCase(ContainerId id, byte @Nullable [] value) {
    ContainerState container = containers.computeIfAbsent(id, ContainerState::new);
    container.caseFile.open.clear();
    container.caseFile.incident = null;
    if (value != null) {
      StateCodec.caseFile(container.caseFile, value);
    }
  }

  /** Makes what follows from the rest: who has which slot, which containers a host has. */
  @Override
  public void index() {
    slots.index();
    windows.index();
    bySlot = new ContainerState[Math.max(slots.slots(), SlotTable.PAGE_SLOTS)];
    Map<Integer, HostState> byNumber = new HashMap<>();
    nextHost = 0;
    for (HostState host : hosts.values()) {
      host.containers.clear();
      host.waiting.clear();
      host.dirty = false;
      host.caseDirty = false;
      byNumber.put(host.number, host);
      nextHost = Math.max(nextHost, host.number + 1);
    }
    for (ContainerState container : containers.values()) {
      container.slot = -1;
      container.factsDirty = false;
      container.caseDirty = false;
    }
    for (int slot = 0; slot < slots.slots(); slot++) {
      if (slots.isUsed(slot)) {
        indexSlot(slot, byNumber);
      }
    }
    containers.values().removeIf(container -> container.slot < 0);
    forgetChanges();
  }

  private void indexSlot(int slot, Map<Integer, HostState> byNumber) {
    ContainerState container =
        containers.computeIfAbsent(containerId(slots.id(slot)), ContainerState::new);
    container.slot = slot;
    bySlot[slot] = container;
    HostState host = byNumber.get((int) slots.get(slot, HOST));
    container.host = host;
    if (host != null) {
      host.containers.add(container);
      if (container.caseFile.incident != null && container.caseFile.incident.unpublished) {
        host.waiting.add(container);
      }
    }
  }

  private static byte[] pageKey(int page) {
    return ByteBuffer.allocate(5).put(KEY_PAGE).putInt(page).array();
  }

  private static byte[] key(byte section, byte[] rest) {
    return ByteBuffer.allocate(1 + rest.length).put(section).put(rest).array();
  }

  private static byte[] utf8(HostId id) {
    return id.value().getBytes(StandardCharsets.UTF_8);
  }

  private static HostId hostId(byte[] utf8) {
    return new HostId(new String(utf8, StandardCharsets.UTF_8));
  }

  private static ContainerId containerId(byte[] bytes) {
    return new ContainerId(HexFormat.of().formatHex(bytes));
  }
}
