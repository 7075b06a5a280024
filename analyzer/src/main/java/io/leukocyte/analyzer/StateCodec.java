package io.leukocyte.analyzer;

import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.IncidentId;
import io.leukocyte.events.Priority;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hosts and case files as the changelog keeps them: a version byte, then the fields in order,
 * numbers big-endian, strings as length i32 (-1 is absent) and UTF-8. Fields that came later stand
 * at the end and may be missing.
 */
final class StateCodec {
  private static final byte VERSION = 1;
  private static final int OPEN = 1;
  private static final int HEAD = 2;
  private static final int TAIL = 4;

  private StateCodec() {}

  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      body.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException("Memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static DataInputStream open(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    byte version = in.readByte();
    if (version != VERSION) {
      throw UnreadableStateException.version("a record", version, VERSION);
    }
    return in;
  }

  private static UncheckedIOException damaged(IOException cause) {
    return new UncheckedIOException("It ends early", cause);
  }

  static byte[] host(HostState host) {
    return bytes(out -> {
      out.writeInt(host.number);
      out.writeLong(host.clock);
      out.writeLong(host.swept);
      string(out, host.hostname);
      out.writeInt(host.sequences.known());
      for (int i = 0; i < host.sequences.known(); i++) {
        for (long number : host.sequences.get(i)) {
          out.writeLong(number);
        }
      }
      out.writeLong(host.ahead);
      string(out, host.coverage);
      out.writeBoolean(host.silent);
    });
  }

  static HostState host(HostId id, byte[] bytes) {
    try (DataInputStream in = open(bytes)) {
      HostState host = new HostState(id, in.readInt());
      host.clock = in.readLong();
      host.swept = in.readLong();
      host.hostname = stringOrNull(in);
      int epochs = in.readInt();
      for (int i = 0; i < epochs; i++) {
        host.sequences.append(in.readLong(), in.readLong(), in.readLong());
      }
      host.ahead = in.available() > 0 ? in.readLong() : 0;
      host.coverage = in.available() > 0 ? stringOrNull(in) : null;
      host.silent = in.available() > 0 && in.readBoolean();
      return host;
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  /** A case file, and the host that its causes are of. */
  static byte[] caseFile(CaseFile file, HostId host) {
    return bytes(out -> {
      string(out, host.value());
      IncidentDraft incident = file.incident;
      out.writeBoolean(incident != null);
      List<Fold> folds = new ArrayList<>();
      if (incident != null) {
        incident(out, incident);
        folds.addAll(incident.head);
        folds.addAll(incident.tail);
      }
      file.open.stream().filter(fold -> !containsSame(folds, fold)).forEach(folds::add);
      out.writeInt(folds.size());
      for (Fold fold : folds) {
        out.writeByte(places(file, fold));
        fold(out, fold);
      }
    });
  }

  private static boolean containsSame(Collection<Fold> folds, Fold fold) {
    for (Fold other : folds) {
      if (other == fold) {
        return true;
      }
    }
    return false;
  }

  private static int places(CaseFile file, Fold fold) {
    int places = containsSame(file.open, fold) ? OPEN : 0;
    IncidentDraft incident = file.incident;
    if (incident != null) {
      places |= containsSame(incident.head, fold) ? HEAD : 0;
      places |= containsSame(incident.tail, fold) ? TAIL : 0;
    }
    return places;
  }

  /** Puts what was written in place of what a case file holds. */
  static void caseFile(CaseFile file, byte[] bytes) {
    file.open.clear();
    try (DataInputStream in = open(bytes)) {
      HostId host = new HostId(string(in));
      file.incident = in.readBoolean() ? incident(in) : null;
      int folds = in.readInt();
      for (int i = 0; i < folds; i++) {
        int places = in.readByte();
        place(file, fold(in, host), places);
      }
    } catch (IOException e) {
      throw damaged(e);
    }
  }

  private static void place(CaseFile file, Fold fold, int places) {
    if ((places & OPEN) != 0) {
      file.open.add(fold);
    }
    IncidentDraft incident = file.incident;
    if (incident != null && (places & HEAD) != 0) {
      incident.head.add(fold);
    }
    if (incident != null && (places & TAIL) != 0) {
      incident.tail.addLast(fold);
    }
  }

  private static void incident(DataOutputStream out, IncidentDraft incident) throws IOException {
    string(out, incident.id.value());
    ContainerRef container = incident.container;
    string(out, container.id().value());
    string(out, container.name());
    string(out, container.image());
    string(out, container.tag());
    string(out, container.digest());
    out.writeBoolean(container.privileged());
    string(out, incident.priority.text());
    out.writeLong(incident.started);
    out.writeLong(incident.updated);
    out.writeLong(incident.alerts);
    out.writeLong(incident.matches);
    out.writeLong(incident.touched);
    out.writeLong(incident.published);
    out.writeBoolean(incident.unpublished);
  }

  private static IncidentDraft incident(DataInputStream in) throws IOException {
    IncidentId id = new IncidentId(string(in));
    ContainerRef container =
        new ContainerRef(
            new ContainerId(string(in)),
            string(in),
            string(in),
            stringOrNull(in),
            stringOrNull(in),
            in.readBoolean());
    IncidentDraft incident = new IncidentDraft(id, container);
    incident.priority = priority(in);
    incident.started = in.readLong();
    incident.updated = in.readLong();
    incident.alerts = in.readLong();
    incident.matches = in.readLong();
    incident.touched = in.readLong();
    incident.published = in.readLong();
    incident.unpublished = in.readBoolean();
    return incident;
  }

  private static void fold(DataOutputStream out, Fold fold) throws IOException {
    string(out, fold.alert.value());
    string(out, fold.rule);
    string(out, fold.priority.text());
    out.writeInt(fold.groupBy.size());
    for (String value : fold.groupBy) {
      string(out, value);
    }
    out.writeLong(fold.first);
    out.writeLong(fold.last);
    out.writeLong(fold.touched);
    out.writeLong(fold.count);
    causes(out, fold.firstCauses);
    causes(out, fold.lastCauses);
  }

  private static Fold fold(DataInputStream in, HostId host) throws IOException {
    AlertId alert = new AlertId(string(in));
    String rule = string(in);
    Priority priority = priority(in);
    List<String> groupBy = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      groupBy.add(string(in));
    }
    Fold fold = new Fold(alert, rule, priority, List.copyOf(groupBy), in.readLong());
    fold.last = in.readLong();
    fold.touched = in.readLong();
    fold.count = in.readLong();
    causes(in, host, fold.firstCauses);
    causes(in, host, fold.lastCauses);
    return fold;
  }

  private static void causes(DataOutputStream out, Collection<EventId> causes) throws IOException {
    out.writeInt(causes.size());
    for (EventId cause : causes) {
      out.writeLong(cause.epoch());
      out.writeLong(cause.sequence());
      out.writeInt(cause.index());
    }
  }

  private static void causes(DataInputStream in, HostId host, Collection<EventId> causes)
      throws IOException {
    for (int i = in.readInt(); i > 0; i--) {
      causes.add(new EventId(host, in.readLong(), in.readLong(), in.readInt()));
    }
  }

  private static Priority priority(DataInputStream in) throws IOException {
    return Priority.parse(string(in)).orElse(Priority.WARNING);
  }

  private static void string(DataOutputStream out, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeInt(-1);
      return;
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static @Nullable String stringOrNull(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length < 0 ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static String string(DataInputStream in) throws IOException {
    String text = stringOrNull(in);
    return text == null ? "" : text;
  }
}
