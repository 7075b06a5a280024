package io.leukocyte.rules;

import io.leukocyte.events.Kind;
import io.leukocyte.rules.BenchFilter.Comparison;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Rules for measuring, of ten shapes in turn, over the words of {@link BenchStream} and words that
 * never come there; the first so many are the same whatever their number. The operators are those
 * that public rule files use, and regular expressions.
 */
final class BenchMix {
  private final Random random;
  private final List<Filter> filters = new ArrayList<>();

  /** A rule: events of a kind of which a condition holds. */
  record Filter(String name, Kind kind, BenchFilter condition) {
    /** Whether it matches. */
    boolean matches(BenchEvent event) {
      return event.kind() == kind && condition.holds(event);
    }
  }

  /** So many rules. */
  BenchMix(long seed, int count) {
    random = new Random(seed);
    for (int i = 0; i < count; i++) {
      filters.add(filter(i));
    }
  }

  List<Filter> filters() {
    return filters;
  }

  /** The rules compiled. */
  RuleSet rules() {
    StringBuilder file = new StringBuilder();
    for (Filter filter : filters) {
      String type =
          switch (filter.kind()) {
            case PROCESS_EXEC -> "execve";
            case NET_CONNECT -> "connect";
            case CONTAINER_LOG -> "log";
            default -> "openat";
          };
      file.append("- rule: ").append(filter.name()).append("\n  desc: For measuring.\n");
      file.append("  condition: >\n    evt.type = ").append(type).append(" and ");
      file.append(filter.condition().text());
      file.append("\n  output: Found\n  priority: NOTICE\n");
    }
    RuleSet.Loaded loaded = RuleSet.load(List.of(new RuleFile("mix.yaml", file.toString())));
    if (!loaded.problems().isEmpty() || !loaded.skipped().isEmpty()) {
      throw new IllegalStateException(loaded.report());
    }
    return loaded.rules();
  }

  private Filter filter(int number) {
    String name = "mixed-" + number;
    return switch (number % 10) {
      case 0 -> exec(name, in(BenchField.NAME, programs(3)), in(BenchField.PARENT, servers(5)));
      case 1 ->
          exec(
              name,
              check(BenchField.ARGUMENTS, Comparison.CONTAINS, "--" + foreign()),
              not(check(BenchField.PARENT, Comparison.EQUAL, servers(1).getFirst())));
      case 2 ->
          exec(
              name,
              check(BenchField.EXECUTABLE, Comparison.STARTS, "/opt/" + word(40) + "/"),
              check(BenchField.USER, Comparison.EQUAL, "0"),
              check(BenchField.ARGUMENTS, Comparison.CONTAINS, "--" + word(400)));
      case 3 ->
          exec(
              name,
              in(BenchField.NAME, programs(6)),
              new BenchFilter.Any(
                  List.of(
                      check(BenchField.ARGUMENTS, Comparison.CONTAINS, "/" + foreign()),
                      check(BenchField.ARGUMENTS, Comparison.ENDS, word(400)),
                      check(BenchField.PARENT, Comparison.STARTS, foreign()))));
      case 4 ->
          exec(
              name,
              below(BenchField.EXECUTABLE, "/opt/" + word(40) + "/bin", "/tmp/" + foreign()),
              not(check(BenchField.IMAGE, Comparison.STARTS, "registry.example/" + word(7))),
              in(BenchField.NAME, programs(40)));
      case 5 ->
          connect(
              name,
              network(BenchStream.address(random.nextInt(3_000))),
              in(BenchField.PORT, List.of("443", "8443", "4444")),
              check(BenchField.NAME, Comparison.EQUAL, programs(1).getFirst()));
      case 6 ->
          connect(
              name,
              check(BenchField.PORT, Comparison.EQUAL, Integer.toString(random.nextInt(1, 9_000))),
              not(in(BenchField.NAME, programs(8))));
      case 7 ->
          log(name, check(BenchField.LINE, Comparison.ICONTAINS, foreign() + "=" + foreign()));
      case 8 ->
          log(
              name,
              check(BenchField.LINE, Comparison.REGEX, ".*/" + foreign() + "[0-9]+/.*"),
              check(BenchField.IMAGE, Comparison.EQUAL, image()));
      default -> file(name, number / 10);
    };
  }

  private Filter file(String name, int number) {
    String path = BenchStream.file(random.nextInt(BenchStream.FILES));
    BenchFilter which =
        number % 2 == 0
            ? check(BenchField.FILE, Comparison.STARTS, path.substring(0, path.length() - 4))
            : check(BenchField.FILE, Comparison.GLOB, "/etc/*/" + foreign() + "*.conf");
    return new Filter(
        name,
        Kind.FILE_OPEN,
        new BenchFilter.All(List.of(which, not(in(BenchField.NAME, programs(8))))));
  }

  private static Filter exec(String name, BenchFilter... parts) {
    return new Filter(name, Kind.PROCESS_EXEC, new BenchFilter.All(List.of(parts)));
  }

  private static Filter connect(String name, BenchFilter... parts) {
    return new Filter(name, Kind.NET_CONNECT, new BenchFilter.All(List.of(parts)));
  }

  private static Filter log(String name, BenchFilter... parts) {
    return new Filter(name, Kind.CONTAINER_LOG, new BenchFilter.All(List.of(parts)));
  }

  private static BenchFilter check(BenchField field, Comparison comparison, String value) {
    return new BenchFilter.Check(field, comparison, List.of(value));
  }

  private static BenchFilter in(BenchField field, List<String> values) {
    return new BenchFilter.Check(field, Comparison.IN, values);
  }

  private static BenchFilter below(BenchField field, String one, String other) {
    return new BenchFilter.Any(
        List.of(check(field, Comparison.BELOW, one), check(field, Comparison.BELOW, other)));
  }

  private static BenchFilter network(String address) {
    return check(
        BenchField.ADDRESS, Comparison.NETWORK, address.substring(0, address.lastIndexOf('.')));
  }

  private static BenchFilter not(BenchFilter part) {
    return new BenchFilter.Not(part);
  }

  private List<String> programs(int count) {
    return different(count, () -> word(BenchStream.PROGRAMS));
  }

  private List<String> servers(int count) {
    return different(count, () -> BenchStream.server(random.nextInt(BenchStream.SERVERS)));
  }

  private static List<String> different(int count, Supplier<String> words) {
    Set<String> different = new LinkedHashSet<>();
    while (different.size() < count) {
      different.add(words.get());
    }
    return List.copyOf(different);
  }

  private String image() {
    return BenchStream.image(random.nextInt(BenchStream.IMAGES));
  }

  private String word(int of) {
    return BenchStream.word(random.nextInt(of));
  }

  /** A word that is in no event of the stream. */
  private String foreign() {
    return "x" + BenchStream.word(random.nextInt(100_000)) + "y";
  }
}
