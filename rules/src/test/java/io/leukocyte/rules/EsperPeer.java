package io.leukocyte.rules;

import com.espertech.esper.common.client.EPCompiled;
import com.espertech.esper.common.client.configuration.Configuration;
import com.espertech.esper.compiler.client.CompilerArguments;
import com.espertech.esper.compiler.client.EPCompileException;
import com.espertech.esper.compiler.client.EPCompilerProvider;
import com.espertech.esper.runtime.client.EPDeployException;
import com.espertech.esper.runtime.client.EPEventService;
import com.espertech.esper.runtime.client.EPRuntime;
import com.espertech.esper.runtime.client.EPRuntimeProvider;
import com.espertech.esper.runtime.client.EPStatement;
import io.leukocyte.events.Kind;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Esper with the rules of a {@link BenchMix}, each a statement of its own with all of its condition
 * in the filter, where Esper's own index finds it. For comparison in tests only.
 */
public final class EsperPeer implements AutoCloseable {
  private final EPRuntime runtime;
  private final EPEventService service;
  private final long[] matched;

  EsperPeer(BenchMix mix) throws EPCompileException, EPDeployException {
    Configuration configuration = new Configuration();
    configuration.getCommon().addEventType("Exec", EsperEvent.Exec.class);
    configuration.getCommon().addEventType("Connect", EsperEvent.Connect.class);
    configuration.getCommon().addEventType("Open", EsperEvent.Open.class);
    configuration.getCommon().addEventType("Log", EsperEvent.Log.class);
    configuration.getRuntime().getThreading().setInternalTimerEnabled(false);
    configuration.getRuntime().getThreading().setListenerDispatchPreserveOrder(false);
    String module =
        mix.filters().stream()
            .map(f -> "@name('%s') select * from %s(%s);".formatted(f.name(), type(f), epl(f)))
            .collect(Collectors.joining("\n"));
    EPCompiled compiled =
        EPCompilerProvider.getCompiler().compile(module, new CompilerArguments(configuration));
    runtime = EPRuntimeProvider.getRuntime(UUID.randomUUID().toString(), configuration);
    runtime.initialize();
    service = runtime.getEventService();
    List<String> names = mix.filters().stream().map(BenchMix.Filter::name).toList();
    matched = new long[names.size()];
    for (EPStatement statement : runtime.getDeploymentService().deploy(compiled).getStatements()) {
      int rule = names.indexOf(statement.getName());
      statement.addListener((now, old, of, in) -> matched[rule] += now.length);
    }
  }

  /** Lets Esper look at an event. */
  void send(EsperEvent event) {
    service.sendEventBean(event, event.type());
  }

  /** How often each rule matched. */
  long[] matched() {
    return matched.clone();
  }

  @Override
  public void close() {
    runtime.destroy();
  }

  private static String type(BenchMix.Filter filter) {
    return EsperEvent.type(filter.kind());
  }

  private static String epl(BenchMix.Filter filter) {
    return epl(filter.condition());
  }

  private static String epl(BenchFilter filter) {
    return switch (filter) {
      case BenchFilter.All all ->
          all.parts().stream().map(EsperPeer::epl).collect(Collectors.joining(" and "));
      case BenchFilter.Any any ->
          any.parts().stream().map(EsperPeer::epl).collect(Collectors.joining(" or ", "(", ")"));
      case BenchFilter.Not not -> "not (" + epl(not.part()) + ")";
      case BenchFilter.Check check -> epl(check);
    };
  }

  private static String epl(BenchFilter.Check check) {
    String field = EsperEvent.property(check.field());
    String first = check.values().getFirst();
    return switch (check.comparison()) {
      case EQUAL -> field + " = " + quoted(first);
      case IN ->
          check.values().stream()
              .map(EsperPeer::quoted)
              .collect(Collectors.joining(", ", field + " in (", ")"));
      case CONTAINS -> field + ".contains(" + quoted(first) + ")";
      case ICONTAINS -> field + ".toLowerCase().contains(" + quoted(first) + ")";
      case STARTS -> field + ".startsWith(" + quoted(first) + ")";
      case ENDS -> field + ".endsWith(" + quoted(first) + ")";
      case NETWORK -> field + ".startsWith(" + quoted(first + ".") + ")";
      case GLOB -> field + " like " + quoted(first.replace('*', '%'));
      case REGEX -> field + " regexp " + quoted(first);
      case BELOW ->
          "(%s = %s or %s.startsWith(%s))"
              .formatted(field, quoted(first), field, quoted(first + "/"));
    };
  }

  private static String quoted(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  /** An event as Esper likes it best: an object with a getter for each field. */
  public abstract static sealed class EsperEvent {
    private final BenchEvent event;

    EsperEvent(BenchEvent event) {
      this.event = event;
    }

    static EsperEvent of(BenchEvent event) {
      return switch (event.kind()) {
        case PROCESS_EXEC -> new Exec(event);
        case NET_CONNECT -> new Connect(event);
        case CONTAINER_LOG -> new Log(event);
        default -> new Open(event);
      };
    }

    static String type(Kind kind) {
      return switch (kind) {
        case PROCESS_EXEC -> "Exec";
        case NET_CONNECT -> "Connect";
        case CONTAINER_LOG -> "Log";
        default -> "Open";
      };
    }

    static String property(BenchField field) {
      return switch (field) {
        case NAME -> "name";
        case PARENT -> "parent";
        case EXECUTABLE -> "executable";
        case ARGUMENTS -> "arguments";
        case USER -> "user";
        case ADDRESS -> "address";
        case PORT -> "port";
        case FILE -> "file";
        case LINE -> "line";
        case IMAGE -> "image";
      };
    }

    /** The name of its type. */
    abstract String type();

    public @Nullable String getName() {
      return event.value(BenchField.NAME);
    }

    public @Nullable String getParent() {
      return event.value(BenchField.PARENT);
    }

    public @Nullable String getExecutable() {
      return event.value(BenchField.EXECUTABLE);
    }

    public @Nullable String getArguments() {
      return event.value(BenchField.ARGUMENTS);
    }

    public @Nullable String getUser() {
      return event.value(BenchField.USER);
    }

    public @Nullable String getAddress() {
      return event.value(BenchField.ADDRESS);
    }

    public @Nullable String getPort() {
      return event.value(BenchField.PORT);
    }

    public @Nullable String getFile() {
      return event.value(BenchField.FILE);
    }

    public @Nullable String getLine() {
      return event.value(BenchField.LINE);
    }

    public @Nullable String getImage() {
      return event.value(BenchField.IMAGE);
    }

    /** A program was executed. */
    public static final class Exec extends EsperEvent {
      Exec(BenchEvent event) {
        super(event);
      }

      @Override
      String type() {
        return "Exec";
      }
    }

    /** A connection was opened. */
    public static final class Connect extends EsperEvent {
      Connect(BenchEvent event) {
        super(event);
      }

      @Override
      String type() {
        return "Connect";
      }
    }

    /** A file was opened. */
    public static final class Open extends EsperEvent {
      Open(BenchEvent event) {
        super(event);
      }

      @Override
      String type() {
        return "Open";
      }
    }

    /** A log line came. */
    public static final class Log extends EsperEvent {
      Log(BenchEvent event) {
        super(event);
      }

      @Override
      String type() {
        return "Log";
      }
    }
  }
}
