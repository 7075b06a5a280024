package io.leukocyte.rules;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a field reads out of a symbol's string. Items of a list are joined by U+0000. */
sealed interface View {
  /** The string that the field has; null when it is missing. */
  @Nullable String of(String symbol);

  /** Whether a comparison holds when it does for any item, instead of for one string. */
  default boolean eachItem() {
    return false;
  }

  /** The strings that are compared, or taken as a list's items. */
  default List<String> items(String symbol) {
    String text = of(symbol);
    return text == null ? List.of() : List.of(text);
  }

  /** The string as it is. */
  record Whole() implements View {
    @Override
    public String of(String symbol) {
      return symbol;
    }
  }

  /** The string, unless it is empty. */
  record NonEmpty() implements View {
    @Override
    public @Nullable String of(String symbol) {
      return symbol.isEmpty() ? null : symbol;
    }
  }

  /** An item of a list, counted from 0. */
  record Item(int index) implements View {
    @Override
    public @Nullable String of(String symbol) {
      int from = 0;
      for (int i = 0; i < index; i++) {
        int end = symbol.indexOf('\0', from);
        if (end < 0) {
          return null;
        }
        from = end + 1;
      }
      int end = symbol.indexOf('\0', from);
      return symbol.substring(from, end < 0 ? symbol.length() : end);
    }
  }

  /** An item of a list, counted from 0, unless it is empty. */
  record FilledItem(int index) implements View {
    @Override
    public @Nullable String of(String symbol) {
      String item = new Item(index).of(symbol);
      return item == null || item.isEmpty() ? null : item;
    }
  }

  /**
   * Any of the items that stand at one place in each group of a list; empty ones are left out. As
   * text, those items joined by blanks.
   *
   * @param size items of a group
   * @param place within it, from 0
   */
  record EachOfGroups(int size, int place) implements View {
    @Override
    public @Nullable String of(String symbol) {
      List<String> items = items(symbol);
      return items.isEmpty() ? null : String.join(" ", items);
    }

    @Override
    public boolean eachItem() {
      return true;
    }

    @Override
    public List<String> items(String symbol) {
      String[] all = symbol.split("\0", -1);
      List<String> items = new ArrayList<>();
      for (int i = place; i < all.length; i += size) {
        if (!all[i].isEmpty()) {
          items.add(all[i]);
        }
      }
      return items;
    }
  }

  /** How much later one number of a list is than another; missing when it is not, or one is 0. */
  record Later(int late, int early) implements View {
    @Override
    public @Nullable String of(String symbol) {
      long after = number(symbol, late);
      long before = number(symbol, early);
      return before > 0 && after > before ? Long.toString(after - before) : null;
    }

    /** A number of a list; 0 when it is none. */
    static long number(String symbol, int index) {
      String item = new Item(index).of(symbol);
      try {
        return item == null ? 0 : Long.parseLong(item);
      } catch (NumberFormatException e) {
        return 0;
      }
    }
  }

  /** Any item of a list; as text, the items joined by blanks. */
  record Each() implements View {
    @Override
    public String of(String symbol) {
      return symbol.replace('\0', ' ');
    }

    @Override
    public boolean eachItem() {
      return true;
    }

    @Override
    public List<String> items(String symbol) {
      return List.of(symbol.split("\0", -1));
    }
  }

  /** Any item but the first; as text, those items joined by blanks. */
  record EachOfRest() implements View {
    @Override
    public String of(String symbol) {
      return new Rest().of(symbol);
    }

    @Override
    public boolean eachItem() {
      return true;
    }

    @Override
    public List<String> items(String symbol) {
      List<String> items = List.of(symbol.split("\0", -1));
      return items.subList(1, items.size());
    }
  }

  /** How many items a list has after the first. */
  record CountOfRest() implements View {
    @Override
    public String of(String symbol) {
      return Long.toString(symbol.chars().filter(c -> c == '\0').count());
    }
  }

  /** All items joined by blanks. */
  record Joined() implements View {
    @Override
    public String of(String symbol) {
      return symbol.replace('\0', ' ');
    }
  }

  /** The items after the first, joined by blanks. */
  record Rest() implements View {
    @Override
    public String of(String symbol) {
      int end = symbol.indexOf('\0');
      return end < 0 ? "" : symbol.substring(end + 1).replace('\0', ' ');
    }
  }

  /** The directory of a path; {@code /} of a file in the root. */
  record Directory() implements View {
    @Override
    public @Nullable String of(String symbol) {
      int slash = symbol.lastIndexOf('/');
      return slash < 0 ? null : symbol.substring(0, Math.max(1, slash));
    }
  }

  /** The last name of a path. */
  record FileName() implements View {
    @Override
    public String of(String symbol) {
      return symbol.substring(symbol.lastIndexOf('/') + 1);
    }
  }

  /** The value of a key in a list of keys and values in turn. */
  record ValueOf(String key) implements View {
    @Override
    public @Nullable String of(String symbol) {
      String[] items = symbol.split("\0", -1);
      for (int i = 0; i + 1 < items.length; i += 2) {
        if (items[i].equals(key)) {
          return items[i + 1];
        }
      }
      return null;
    }
  }

  /** The value of a variable in a list of {@code NAME=value}. */
  record Variable(String name) implements View {
    @Override
    public @Nullable String of(String symbol) {
      for (String item : symbol.split("\0", -1)) {
        if (item.length() > name.length()
            && item.charAt(name.length()) == '='
            && item.startsWith(name)) {
          return item.substring(name.length() + 1);
        }
      }
      return null;
    }
  }

  /**
   * A word for what an address is of.
   *
   * @param four the word for IPv4
   * @param six the word for IPv6
   * @param unix the word for a path, or a name that begins with {@code @}
   */
  record Family(String four, String six, String unix) implements View {
    @Override
    public @Nullable String of(String symbol) {
      if (symbol.isEmpty()) {
        return null;
      }
      if (symbol.charAt(0) == '/' || symbol.charAt(0) == '@') {
        return unix;
      }
      return symbol.indexOf(':') >= 0 ? six : four;
    }
  }
}
