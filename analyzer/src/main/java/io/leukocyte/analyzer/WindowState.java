package io.leukocyte.analyzer;

import io.leukocyte.rules.Correlation;
import io.leukocyte.rules.CorrelationWindow;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The windows of correlations of one partition, by correlation, host and group. Each is a record of
 * the changelog of its own. The ones unused for longest make room. One thread at a time.
 */
final class WindowState implements LoggedState {
  /** First byte of a key of the changelog; the rest is a digest of what the window is of. */
  static final byte KEY = 6;

  /** Windows over all hosts are of no host. */
  static final String NO_HOST = "";

  /** Matches over all groups, for each group that there may be. */
  private static final long MATCHES_A_GROUP = 32;

  private static final byte VERSION = 1;

  /** What a window is of; a correlation that has changed begins other windows. */
  private record Key(String correlation, String fingerprint, String host, List<String> group) {
    Key {
      group = List.copyOf(group);
    }
  }

  /** A window in its place. */
  private static final class Entry {
    private final Key key;
    private final CorrelationWindow window;
    private int counted;
    private long touched;
    private boolean dirty;
    private boolean removed;

    /** What its user keeps with it, and when that was put, unix nanoseconds. */
    private byte @Nullable [] note;

    private long noted;

    Entry(Key key, CorrelationWindow window) {
      this.key = key;
      this.window = window;
    }
  }

  private final Map<Key, Entry> windows = new LinkedHashMap<>(64, 0.75f, true);
  private final Map<String, Set<Entry>> byHost = new HashMap<>();
  private final List<Entry> dirty = new ArrayList<>();
  private final List<byte[]> tombstones = new ArrayList<>();

  /** Windows by their keys in the changelog, while it is read. */
  private final Map<String, Entry> restored = new HashMap<>();

  private long matches;
  private long ticks;
  private @Nullable Entry current;
  private BiConsumer<CorrelationWindow, byte[]> forgotten = (window, note) -> {};

  /** Says who takes the notes of windows that are forgotten. */
  void onForgotten(BiConsumer<CorrelationWindow, byte[]> taker) {
    forgotten = taker;
  }

  /** What was kept with the window that was asked for last; null when nothing was. */
  byte @Nullable [] note() {
    return current == null ? null : current.note;
  }

  /** When that was, unix nanoseconds. */
  long noted() {
    return current == null ? 0 : current.noted;
  }

  /** Keeps something with the window that was asked for last. */
  void note(byte @Nullable [] note, long time) {
    if (current != null) {
      current.note = note;
      current.noted = time;
    }
  }

  /** Windows it holds. */
  int size() {
    return windows.size();
  }

  /** Matches in all its windows. */
  long matches() {
    return matches;
  }

  /** The window of a group, an empty one when there is none. {@link #changed} is due afterwards. */
  CorrelationWindow of(Correlation correlation, String host, List<String> group) {
    Key key = new Key(correlation.name(), fingerprint(correlation), host, group);
    Entry entry = windows.get(key);
    if (entry == null) {
      entry = new Entry(key, CorrelationWindow.empty(correlation, group));
      add(entry);
    }
    entry.touched = ticks;
    current = entry;
    return entry.window;
  }

  private static String fingerprint(Correlation correlation) {
    return correlation.fingerprint();
  }

  private void add(Entry entry) {
    windows.put(entry.key, entry);
    byHost.computeIfAbsent(entry.key.host(), h -> new LinkedHashSet<>()).add(entry);
    matches += entry.counted;
  }

  /** The window that was asked for last has changed. */
  @SuppressWarnings("ReferenceEquality") // it is about this very window
  void changed(CorrelationWindow window) {
    Entry entry = current;
    if (entry == null || entry.window != window) {
      throw new IllegalStateException("Another window was asked for last");
    }
    matches += window.size() - entry.counted;
    entry.counted = window.size();
    if (!entry.dirty) {
      entry.dirty = true;
      dirty.add(entry);
    }
  }

  /**
   * Makes room when there are too many windows, or matches in them: a sixteenth goes at a time,
   * those unused for longest.
   *
   * @param mostGroups windows there may be
   * @return how many went
   */
  int makeRoom(int mostGroups) {
    if (windows.size() <= mostGroups && matches <= mostGroups * MATCHES_A_GROUP) {
      return 0;
    }
    int room = Math.max(1, mostGroups / 16);
    List<Entry> gone = new ArrayList<>();
    long freed = 0;
    for (Entry entry : windows.values()) {
      boolean enough =
          gone.size() >= room
              && windows.size() - gone.size() <= mostGroups
              && matches - freed <= mostGroups * MATCHES_A_GROUP;
      if (enough || gone.size() == windows.size() - 1) {
        break;
      }
      gone.add(entry);
      freed += entry.counted;
    }
    gone.forEach(this::remove);
    return gone.size();
  }

  private void remove(Entry entry) {
    windows.remove(entry.key);
    Set<Entry> ofHost = byHost.get(entry.key.host());
    if (ofHost != null) {
      ofHost.remove(entry);
      if (ofHost.isEmpty()) {
        byHost.remove(entry.key.host());
      }
    }
    matches -= entry.counted;
    entry.removed = true;
    if (entry.note != null) {
      forgotten.accept(entry.window, entry.note);
    }
    tombstones.add(logKey(entry.key));
  }

  private void removeIf(String host, Predicate<Entry> which) {
    Set<Entry> entries = byHost.get(host);
    if (entries != null) {
      List.copyOf(entries).stream().filter(which).forEach(this::remove);
    }
  }

  /** Forgets the windows of a host of which nothing counts any more. */
  void expire(String host, long clock) {
    removeIf(host, entry -> entry.window.expires() <= clock);
  }

  /** A host's clock was set back: what lies ahead of it would hold up what comes. */
  void setBack(String host, long clock) {
    removeIf(host, entry -> entry.window.newest() > clock);
  }

  /** Forgets a host. */
  void removeHost(String host) {
    removeIf(host, entry -> true);
  }

  /**
   * Forgets windows over all hosts that were not used while a task ran for twice as long as they
   * keep a match and for ten minutes. Hosts' clocks differ, so none of them decides.
   *
   * @param tick nanoseconds of the task's running since the last call
   */
  void tick(long tick) {
    ticks += tick;
    removeIf(
        NO_HOST, entry -> ticks - entry.touched > 2 * entry.window.retention() + 600_000_000_000L);
  }

  @Override
  public void drain(BiConsumer<byte[], byte @Nullable []> out) {
    tombstones.forEach(key -> out.accept(key, null));
    tombstones.clear();
    for (Entry entry : dirty) {
      entry.dirty = false;
      if (!entry.removed) {
        out.accept(logKey(entry.key), value(entry));
      }
    }
    dirty.clear();
  }

  private static byte[] logKey(Key key) {
    List<String> parts = new ArrayList<>(key.group());
    parts.addAll(0, List.of(key.correlation(), key.fingerprint(), key.host()));
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
        digest.update(utf8);
      }
      return ByteBuffer.allocate(33).put(KEY).put(digest.digest()).array();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /**
   * Version u8, fingerprint and host as length i32 and UTF-8, the note as length i32 (-1 is none)
   * and bytes, its time i64, then the window's image.
   */
  private static byte[] value(Entry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      text(out, entry.key.fingerprint());
      text(out, entry.key.host());
      byte[] note = entry.note;
      out.writeInt(note == null ? -1 : note.length);
      if (note != null) {
        out.write(note);
      }
      out.writeLong(entry.noted);
      out.write(entry.window.image());
    } catch (IOException e) {
      throw new UncheckedIOException("Memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  @Override
  public void clear() {
    windows.clear();
    byHost.clear();
    restored.clear();
    dirty.clear();
    tombstones.clear();
    matches = 0;
    ticks = 0;
    current = null;
  }

  @Override
  public void restore(byte[] key, byte @Nullable [] value) {
    String name = HexFormat.of().formatHex(key);
    if (key.length != 33 || key[0] != KEY) {
      throw UnreadableStateException.key(name);
    }
    if (value == null) {
      restored.remove(name);
      return;
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value))) {
      byte version = in.readByte();
      if (version != VERSION) {
        throw UnreadableStateException.version("a window", version, VERSION);
      }
      String fingerprint = text(in);
      String host = text(in);
      int length = in.readInt();
      byte[] note = length < 0 ? null : in.readNBytes(length);
      long noted = in.readLong();
      CorrelationWindow window = CorrelationWindow.of(in.readAllBytes());
      Entry entry =
          new Entry(new Key(window.correlation(), fingerprint, host, window.group()), window);
      entry.counted = window.size();
      entry.note = note;
      entry.noted = noted;
      restored.put(name, entry);
    } catch (IOException | IllegalArgumentException e) {
      throw UnreadableStateException.damaged(name, e);
    }
  }

  /** The windows that were read come in the order of their newest matches. */
  @Override
  public void index() {
    restored.values().stream()
        .sorted(Comparator.comparingLong(entry -> entry.window.newest()))
        .forEach(this::add);
    restored.clear();
    dirty.forEach(entry -> entry.dirty = false);
    dirty.clear();
    tombstones.clear();
  }
}
