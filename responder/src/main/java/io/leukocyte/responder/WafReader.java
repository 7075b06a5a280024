package io.leukocyte.responder;

import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the parameters of the action {@code waf}. */
final class WafReader {
  static final String[] KEYS = {
    "for", "image", "paranoia", "mode", "ports", "established", "on-death", "drain", "block"
  };

  private final Fields fields;
  private final List<Problem> problems;

  WafReader(Fields fields, List<Problem> problems) {
    this.fields = fields;
    this.problems = problems;
  }

  Waf read(Optional<Duration> length) {
    WafOptions usual = WafOptions.DEFAULT;
    WafOptions options =
        new WafOptions(
            image().orElse(usual.image()),
            fields.number("paranoia", 1, 4).orElse(usual.paranoia()),
            word("mode", WafOptions.Mode.class).orElse(usual.mode()),
            ports(),
            word("established", WafOptions.Established.class).orElse(usual.established()),
            word("on-death", WafOptions.OnDeath.class).orElse(usual.onDeath()),
            fields.duration("drain", Duration.ZERO, WafOptions.LONGEST_DRAIN).orElse(usual.drain()),
            block());
    return new Waf(options, Blocked.NOTHING, length);
  }

  private Optional<String> image() {
    Optional<String> image = fields.text("image");
    if (image.isPresent() && !WafOptions.IMAGE.matcher(image.get()).matches()) {
      problem("image", image.get(), "not an image", "write one as after 'docker run'");
      return Optional.empty();
    }
    return image;
  }

  private List<Integer> ports() {
    List<Integer> ports = new ArrayList<>();
    for (String text : fields.texts("ports")) {
      int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
      if (port < 1 || port > 65535 || ports.contains(port)) {
        problem("ports", text, "not a port, or twice", "write numbers such as [8080]");
      } else {
        ports.add(port);
      }
    }
    if (ports.size() > WafOptions.MOST_PORTS) {
      problem("ports", ports.toString(), "too many", "write at most " + WafOptions.MOST_PORTS);
      ports.clear();
    }
    return ports;
  }

  private Set<WafOptions.Block> block() {
    Set<WafOptions.Block> block = EnumSet.noneOf(WafOptions.Block.class);
    for (String text : fields.texts("block")) {
      constant("block", text, WafOptions.Block.class).ifPresent(block::add);
    }
    return block;
  }

  private <E extends Enum<E>> Optional<E> word(String key, Class<E> type) {
    return fields.text(key).flatMap(text -> constant(key, text, type));
  }

  private <E extends Enum<E>> Optional<E> constant(String key, String text, Class<E> type) {
    List<String> words =
        Stream.of(type.getEnumConstants()).map(c -> c.name().toLowerCase(Locale.ROOT)).toList();
    if (words.contains(text)) {
      return Optional.of(Enum.valueOf(type, text.toUpperCase(Locale.ROOT)));
    }
    String hint = Suggestion.didYouMean(text, words);
    problem(
        key,
        text,
        "none of the words for it",
        hint.isEmpty() ? "there are " + String.join(", ", words) : hint);
    return Optional.empty();
  }

  private void problem(String key, String text, String why, String todo) {
    problems.add(
        fields.problem(key, key + " in waf is '" + Fields.shown(text) + "': " + why, todo));
  }
}
