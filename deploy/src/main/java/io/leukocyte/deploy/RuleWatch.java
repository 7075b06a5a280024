package io.leukocyte.deploy;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.rules.RuleSet;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules in force, kept as their files are: where a file changes, all are read again and checked
 * whole; with a problem the former rules stay in force, and health says so.
 */
final class RuleWatch implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(RuleWatch.class);
  private static final String CHECK = "rules";
  private static final int HASH_SHOWN = 12;

  private final RuleSource source;
  private final FileWatch files;
  private final Consumer<String> told;
  private volatile RuleSet.Loaded current;
  private volatile @Nullable String problem;
  private volatile Consumer<RuleSet> taker = rules -> {};

  /**
   * Reads the rules for the first time.
   *
   * @param pause between two looks at the files
   * @param told hears in a line of what changed
   * @throws BadInputException with every problem of all files
   */
  RuleWatch(RuleSource source, Duration pause, Consumer<String> told) {
    this.source = source;
    this.told = told;
    this.files = new FileWatch(source.watched(), pause, this::reload);
    this.current = source.load();
  }

  /** The same, which tells its log alone. */
  RuleWatch(RuleSource source) {
    this(source, FileWatch.PAUSE, line -> {});
  }

  /** What is in force now. */
  RuleSet.Loaded current() {
    return current;
  }

  /** Gives rules that come into force from now on to somebody. */
  RuleWatch feed(Consumer<RuleSet> somebody) {
    taker = taker.andThen(somebody);
    return this;
  }

  @Override
  public void start() {
    files.start();
  }

  /** Reads the files again. */
  void reload() {
    try {
      RuleSet.Loaded loaded = source.load();
      problem = null;
      if (loaded.rules().hash().equals(current.rules().hash())) {
        return;
      }
      current = loaded;
      taker.accept(loaded.rules());
      loaded.skipped().forEach(skipped -> LOG.warn("{}", skipped));
      say("the rules have changed: " + loaded.summary());
    } catch (BadInputException e) {
      String all = String.valueOf(e.getMessage());
      problem = all.lines().findFirst().orElse("");
      LOG.error("The rules cannot be changed, the former ones stay in force:\n{}", all);
      told.accept("the rules cannot be changed, the former ones stay in force: " + problem);
    }
  }

  private void say(String line) {
    LOG.info("{}", line);
    told.accept(line);
  }

  @Override
  public List<CheckResult> check() {
    RuleSet.Loaded loaded = current;
    String first = problem;
    if (first != null) {
      return List.of(
          new CheckResult.Degraded(
              CHECK,
              "the files have problems, the former rules stay in force; first: " + first,
              "mend the file; leuko rules check names everything"));
    }
    return List.of(
        new CheckResult.Ok(
            CHECK, loaded.summary() + ", hash " + loaded.rules().hash().substring(0, HASH_SHOWN)));
  }

  @Override
  public void close() {
    files.close();
  }
}
