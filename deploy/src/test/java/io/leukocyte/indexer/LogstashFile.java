package io.leukocyte.indexer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of pipelines of Logstash: sections of plugins of settings; values are texts, words,
 * numbers, lists, hashes, and a codec with settings of its own. No conditions.
 */
final class LogstashFile {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\G(?:\\s|#[^\\n]*)*(=>|[{}\\[\\],]|\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|[\\w.@-]+|\\z)");

  /**
   * A plugin.
   *
   * @param name such as kafka
   * @param settings values are String, List, Map or Plugin
   */
  record Plugin(String name, Map<String, Object> settings) {
    String text(String setting) {
      Object value = settings.get(setting);
      if (!(value instanceof String text)) {
        throw new IllegalArgumentException(name + " has no text " + setting);
      }
      return text;
    }

    List<?> list(String setting) {
      return settings.get(setting) instanceof List<?> list ? list : List.of();
    }

    @SuppressWarnings("unchecked") // as it is read
    Map<String, Object> hash(String setting) {
      return settings.get(setting) instanceof Map<?, ?> hash
          ? (Map<String, Object>) hash
          : Map.of();
    }
  }

  private final Map<String, List<Plugin>> sections = new LinkedHashMap<>();
  private final List<String> tokens = new ArrayList<>();
  private int at;

  private LogstashFile(String text) {
    Matcher matcher = TOKEN.matcher(text);
    int end = 0;
    while (matcher.find() && !matcher.group(1).isEmpty()) {
      tokens.add(matcher.group(1));
      end = matcher.end();
    }
    if (!text.substring(end).replaceAll("#[^\\n]*", "").isBlank()) {
      throw new IllegalArgumentException("Not understood: " + text.substring(end).strip());
    }
  }

  static LogstashFile parse(String text) {
    LogstashFile file = new LogstashFile(text);
    while (file.at < file.tokens.size()) {
      String section = file.next();
      if (!List.of("input", "filter", "output").contains(section)) {
        throw new IllegalArgumentException("No section " + section);
      }
      file.take("{");
      List<Plugin> plugins = file.sections.computeIfAbsent(section, s -> new ArrayList<>());
      while (!file.peek("}")) {
        plugins.add(file.plugin(file.next()));
      }
      file.take("}");
    }
    return file;
  }

  List<Plugin> section(String name) {
    return sections.getOrDefault(name, List.of());
  }

  private Plugin plugin(String name) {
    take("{");
    Map<String, Object> settings = new LinkedHashMap<>();
    while (!peek("}")) {
      String setting = unquoted(next());
      take("=>");
      if (settings.put(setting, value()) != null) {
        throw new IllegalArgumentException(name + " has " + setting + " twice");
      }
    }
    take("}");
    return new Plugin(name, settings);
  }

  private Object value() {
    String token = next();
    if (token.equals("[")) {
      List<Object> list = new ArrayList<>();
      while (!peek("]")) {
        list.add(value());
        if (peek(",")) {
          take(",");
        }
      }
      take("]");
      return list;
    }
    if (token.equals("{")) {
      at--;
      return plugin("").settings();
    }
    if (peek("{") && Character.isLetter(token.charAt(0))) {
      return plugin(token);
    }
    return unquoted(token);
  }

  private static String unquoted(String token) {
    char first = token.charAt(0);
    return first == '"' || first == '\'' ? token.substring(1, token.length() - 1) : token;
  }

  private boolean peek(String token) {
    return at < tokens.size() && tokens.get(at).equals(token);
  }

  private void take(String token) {
    String found = next();
    if (!found.equals(token)) {
      throw new IllegalArgumentException("Expected " + token + ", found " + found);
    }
  }

  private String next() {
    if (at == tokens.size()) {
      throw new IllegalArgumentException("The file ends too early");
    }
    return tokens.get(at++);
  }
}
