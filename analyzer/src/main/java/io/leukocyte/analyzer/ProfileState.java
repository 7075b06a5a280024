package io.leukocyte.analyzer;

import io.leukocyte.events.ProfileOrderJson;
import io.leukocyte.rules.Profile;
import io.leukocyte.rules.ProfileJson;
import io.leukocyte.rules.Profiler;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The profiles of one partition, each a record of the changelog of its own. One thread at a time.
 */
final class ProfileState implements LoggedState, Profiler.Store {
  /** First byte of a key of the changelog; the rest is a digest of the profile's key. */
  static final byte KEY_PROFILE = 7;

  /** First byte of keys of incidents, which are kept with their containers' hosts now. */
  private static final byte KEY_INCIDENT = 8;

  /** What was not seen for so long makes room for others, nanoseconds of event time. */
  private static final long STALE = TimeUnit.DAYS.toNanos(30);

  private static final byte VERSION = 1;

  private final int most;
  private final Map<Profile.Key, Profile> profiles = new TreeMap<>();
  private final Set<Profile.Key> dirty = new LinkedHashSet<>();
  private final Set<Profile.Key> unpublished = new LinkedHashSet<>();
  private long newest;

  /**
   * A state that remembers nothing.
   *
   * @param most profiles it keeps
   */
  ProfileState(int most) {
    this.most = most;
  }

  /** The profiles, by their keys. */
  Map<Profile.Key, Profile> profiles() {
    return profiles;
  }

  @Override
  public @Nullable Profile of(Profile.Key key) {
    Profile known = profiles.get(key);
    if (known != null) {
      return known;
    }
    if (profiles.size() >= most && !makeRoom()) {
      return null;
    }
    Profile made = new Profile(key);
    profiles.put(key, made);
    return made;
  }

  /**
   * Lets go of the profile whose containers were not seen for longest. One that is in use is not:
   * what is forgotten would be learned anew, with whatever goes on by then.
   */
  private boolean makeRoom() {
    Profile oldest =
        profiles.values().stream().min(Comparator.comparingLong(Profile::newest)).orElse(null);
    if (oldest == null || newest - oldest.newest() < STALE) {
      return false;
    }
    profiles.remove(oldest.key());
    dirty.add(oldest.key());
    unpublished.add(oldest.key());
    return true;
  }

  @Override
  public void changed(Profile profile) {
    newest = Math.max(newest, profile.newest());
    dirty.add(profile.key());
    unpublished.add(profile.key());
  }

  /** The profiles that changed since they were last published, or were forgotten. */
  List<Profile.Key> takeUnpublished() {
    List<Profile.Key> keys = new ArrayList<>(unpublished);
    unpublished.clear();
    return keys;
  }

  @Override
  public void drain(BiConsumer<byte[], byte @Nullable []> out) {
    for (Profile.Key key : dirty) {
      Profile profile = profiles.get(key);
      out.accept(logKey(key), profile == null ? null : versioned(ProfileJson.write(profile)));
    }
    dirty.clear();
  }

  private static byte[] versioned(byte[] document) {
    return ByteBuffer.allocate(1 + document.length).put(VERSION).put(document).array();
  }

  private static byte[] logKey(Profile.Key key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(ProfileOrderJson.key(key.baseline(), key.subject()));
      return ByteBuffer.allocate(1 + digest.length).put(KEY_PROFILE).put(digest).array();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** Profiles by their keys in the changelog, while it is read. */
  private final Map<String, Profile> restored = new LinkedHashMap<>();

  @Override
  public void clear() {
    profiles.clear();
    restored.clear();
    dirty.clear();
    unpublished.clear();
    newest = 0;
  }

  @Override
  public void restore(byte[] key, byte @Nullable [] value) {
    if (key[0] == KEY_INCIDENT) {
      return;
    }
    String name = HexFormat.of().formatHex(key);
    if (value != null && value[0] != VERSION) {
      throw UnreadableStateException.version("a profile", value[0], VERSION);
    }
    if (key[0] != KEY_PROFILE) {
      throw UnreadableStateException.key(name);
    }
    if (value == null) {
      restored.remove(name);
      return;
    }
    try {
      restored.put(name, ProfileJson.read(document(value)));
    } catch (IllegalArgumentException e) {
      throw UnreadableStateException.damaged(name, e);
    }
  }

  private static byte[] document(byte[] value) {
    return Arrays.copyOfRange(value, 1, value.length);
  }

  /** All profiles are published anew: what was still to be published when it ended is not known. */
  @Override
  public void index() {
    for (Profile profile : restored.values()) {
      profiles.put(profile.key(), profile);
      newest = Math.max(newest, profile.newest());
      unpublished.add(profile.key());
    }
    restored.clear();
    dirty.clear();
  }
}
