package io.leukocyte.indexer;

import io.leukocyte.events.ActionId;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.IncidentId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SystemCall;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records with any values their types allow, the same ones for the same seed. What a record has is
 * read off its components, so that a new kind of event is covered when it is there.
 */
final class RandomRecords {
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
          "{\"a\":{\"b\":1}}",
          "a.b.c=d",
          "x".repeat(300));

  /** Longer than what a keyword is indexed of. */
  private static final String LONG = "ü".repeat(9_000);

  private final Random random;

  RandomRecords(long seed) {
    random = new Random(seed);
  }

  /** A record of the type. */
  <T> T of(Class<T> type) {
    return type.cast(value(type));
  }

  /** An event of each kind there is. */
  List<Event> eventOfEachKind() {
    return events(Event.class).<Event>map(this::of).toList();
  }

  private static Stream<Class<? extends Event>> events(Class<?> type) {
    return Arrays.stream(type.getPermittedSubclasses())
        .flatMap(kind -> kind.isRecord() ? Stream.of(kind.asSubclass(Event.class)) : events(kind));
  }

  /** A number from 0 to below the bound. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  private @Nullable Object value(AnnotatedType type) {
    boolean mayMiss = type.isAnnotationPresent(Nullable.class);
    return mayMiss && random.nextInt(3) == 0 ? null : value(type.getType());
  }

  private Object value(Type type) {
    if (type instanceof ParameterizedType list) {
      return list.getRawType() == SortedMap.class ? map() : list(list.getActualTypeArguments()[0]);
    }
    return value((Class<?>) type);
  }

  private Object value(Class<?> type) {
    if (type == String.class) {
      return word();
    } else if (type == int.class || type == Integer.class) {
      return random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(256);
    } else if (type == long.class || type == Long.class) {
      return random.nextInt(4) == 0 ? random.nextLong() : random.nextLong(1L << 40);
    } else if (type == double.class || type == Double.class) {
      return random.nextDouble() * 10;
    } else if (type == boolean.class) {
      return random.nextBoolean();
    } else if (type.isEnum()) {
      return type.getEnumConstants()[random.nextInt(type.getEnumConstants().length)];
    } else if (type == Event.class) {
      return event();
    } else if (type.isSealed()) {
      Class<?>[] kinds = type.getPermittedSubclasses();
      return value(kinds[random.nextInt(kinds.length)]);
    }
    return id(type);
  }

  private String word() {
    return random.nextInt(300) == 0 ? LONG : WORDS.get(random.nextInt(WORDS.size()));
  }

  private Object event() {
    List<Class<? extends Event>> kinds = events(Event.class).toList();
    return value(kinds.get(random.nextInt(kinds.size())));
  }

  /** What checks itself, and other records. */
  private Object id(Class<?> type) {
    if (type == HostId.class) {
      return new HostId("host-" + random.nextInt(3));
    } else if (type == ContainerId.class) {
      return new ContainerId("%064x".formatted(random.nextInt(20)));
    } else if (type == EventId.class) {
      return new EventId(
          new HostId("host-" + random.nextInt(3)),
          random.nextLong(1L << 45),
          random.nextLong(1L << 45),
          random.nextInt(1 << 20));
    } else if (type == AlertId.class) {
      return AlertId.of(String.valueOf(random.nextLong()));
    } else if (type == ActionId.class) {
      return ActionId.of(String.valueOf(random.nextLong()));
    } else if (type == IncidentId.class) {
      return IncidentId.of(String.valueOf(random.nextLong()));
    } else if (type == Endpoint.class) {
      List<String> addresses = List.of("203.0.113.9", "2001:db8::1", "", "not an address", "::");
      return new Endpoint(addresses.get(random.nextInt(5)), random.nextInt(65_536));
    }
    return record(type);
  }

  private Object record(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
    @Nullable Object[] values = new @Nullable Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = component(type, components[i]);
    }
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(type + " refuses " + Arrays.toString(values), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot make a " + type, e);
    }
  }

  /** Components whose values are narrower than their types. */
  private @Nullable Object component(Class<?> type, RecordComponent component) {
    return switch (component.getName()) {
      case "time",
          "from",
          "to",
          "first",
          "last",
          "started",
          "updated",
          "found",
          "created",
          "startTime",
          "undoAt" ->
          component.getType() == long.class ? (Object) time() : value(component.getAnnotatedType());
      case "lines" -> 1 + random.nextInt(3);
      case "matches", "alerts", "omitted" -> (long) random.nextInt(1 << 20);
      case "call" -> SystemCall.class.isAssignableFrom(type) ? call() : value(String.class);
      case "tags" -> List.of("container", "mitre_execution", "T1059.004", "attack.t1611", "ü");
      default -> value(component.getAnnotatedType());
    };
  }

  private String call() {
    List<String> calls = Stream.of(Kind.values()).flatMap(kind -> kind.calls().stream()).toList();
    return random.nextInt(8) == 0 ? "" : calls.get(random.nextInt(calls.size()));
  }

  /** Of this year, or at the ends of what Elasticsearch's nanoseconds can tell. */
  private long time() {
    return switch (random.nextInt(10)) {
      case 0 -> 0;
      case 1 -> Long.MAX_VALUE;
      default -> 1_790_000_000_000_000_000L + random.nextLong(1_000_000_000_000_000L);
    };
  }

  private List<Object> list(Type of) {
    List<Object> list = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add(value(of));
    }
    return list;
  }

  private SortedMap<String, String> map() {
    SortedMap<String, String> map = new TreeMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      map.put("com.example." + i + WORDS.get(random.nextInt(WORDS.size())), word());
    }
    return map;
  }
}
