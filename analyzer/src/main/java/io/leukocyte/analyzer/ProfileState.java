package io.leukocyte.analyzer;

import io.leukocyte.events.ProfileOrderJson;
import io.leukocyte.rules.Profile;
import io.leukocyte.rules.ProfileJson;
import io.leukocyte.rules.Profiler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
 * The profiles of one partition, and the incidents of their alerts that are open. Each is a record
 * of the changelog of its own. One thread at a time.
 */
final class ProfileState implements LoggedState, Profiler.Store {
  /** First byte of a key of the changelog; the rest is a digest of the profile's key. */
  static final byte KEY_PROFILE = 7;

  /** The same; the rest is the incident's id. */
  static final byte KEY_INCIDENT = 8;

  /** An incident is closed so long after its alert, nanoseconds of the task's running. */
  private static final long INCIDENT_LIFE = TimeUnit.MINUTES.toNanos(10);

  /** What was not seen for so long makes room for others, nanoseconds of event time. */
  private static final long STALE = TimeUnit.DAYS.toNanos(30);

  private static final byte VERSION = 1;

  /** An incident and since when it is open. */
  private record Open(Incident incident, long since) {}

  private final int most;
  private final Map<Profile.Key, Profile> profiles = new TreeMap<>();
  private final Map<String, Open> incidents = new LinkedHashMap<>();
  private final Set<Profile.Key> dirty = new LinkedHashSet<>();
  private final Set<Profile.Key> unpublished = new LinkedHashSet<>();
  private final Set<String> dirtyIncidents = new LinkedHashSet<>();
  private long newest;
  private long ticks;

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

  /** Keeps an incident until it is closed. */
  void open(Incident incident) {
    String id = incident.id().value();
    incidents.put(id, new Open(incident, ticks));
    dirtyIncidents.add(id);
  }

  /** The incidents whose time is over. */
  List<Incident> tick(long nanos) {
    ticks += nanos;
    List<Incident> over = new ArrayList<>();
    incidents
        .entrySet()
        .removeIf(each -> {
          if (ticks - each.getValue().since() < INCIDENT_LIFE) {
            return false;
          }
          over.add(each.getValue().incident());
          dirtyIncidents.add(each.getKey());
          return true;
        });
    return over;
  }

  @Override
  public void drain(BiConsumer<byte[], byte @Nullable []> out) {
    for (Profile.Key key : dirty) {
      Profile profile = profiles.get(key);
      out.accept(logKey(key), profile == null ? null : versioned(ProfileJson.write(profile)));
    }
    dirty.clear();
    for (String id : dirtyIncidents) {
      Open open = incidents.get(id);
      out.accept(
          incidentKey(id), open == null ? null : versioned(IncidentJson.write(open.incident())));
    }
    dirtyIncidents.clear();
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

  private static byte[] incidentKey(String id) {
    byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + utf8.length).put(KEY_INCIDENT).put(utf8).array();
  }

  /** Profiles by their keys in the changelog, while it is read. */
  private final Map<String, Profile> restored = new LinkedHashMap<>();

  @Override
  public void clear() {
    profiles.clear();
    incidents.clear();
    restored.clear();
    dirty.clear();
    unpublished.clear();
    dirtyIncidents.clear();
    newest = 0;
    ticks = 0;
  }

  @Override
  public void restore(byte[] key, byte @Nullable [] value) {
    String name = HexFormat.of().formatHex(key);
    if (value != null && value[0] != VERSION) {
      throw UnreadableStateException.version("a profile", value[0], VERSION);
    }
    try {
      switch (key[0]) {
        case KEY_PROFILE -> {
          if (value == null) {
            restored.remove(name);
          } else {
            restored.put(name, ProfileJson.read(document(value)));
          }
        }
        case KEY_INCIDENT -> {
          String id = new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
          if (value == null) {
            incidents.remove(id);
          } else {
            incidents.put(id, new Open(IncidentJson.read(document(value)), 0));
          }
        }
        default -> throw UnreadableStateException.key(name);
      }
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
    dirtyIncidents.clear();
  }
}
