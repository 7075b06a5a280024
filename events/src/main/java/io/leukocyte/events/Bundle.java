package io.leukocyte.events;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rules and policies of a fleet in one piece, as {@code leuko rules push} gives them to all
 * hosts: complete, so that each host has the same, whatever files it has of its own.
 *
 * @param author who made it
 * @param created when, unix nanoseconds; a host takes none that is older than what it has
 * @param files the files, in the order to load them
 */
public record Bundle(String author, long created, List<File> files) {
  /** Most bytes of UTF-8 of names and contents together. */
  public static final int MOST_BYTES = 3 << 20;

  /** Most files. */
  public static final int MOST_FILES = 1_000;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,119}\\.ya?ml");
  private static final int LONGEST_AUTHOR = 128;

  /** What a file holds. */
  public enum Use {
    /** Rules, macros, lists and correlations. */
    RULES,
    /** Response policies. */
    POLICIES
  }

  /**
   * A file.
   *
   * @param use what it holds
   * @param name its name without folders: letters, digits, dots, dashes and underscores, ending in
   *     .yaml or .yml
   * @param text its content
   */
  public record File(Use use, String name, String text) {
    /** Checks the name, which becomes a file's name on each host. */
    public File {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "'" + Text.clip(Text.printable(name), 80) + "' cannot be the name of a file of rules");
      }
    }
  }

  /**
   * Copies the files and checks their number and names.
   *
   * @throws IllegalArgumentException when it is too large, or two files have one use and name
   */
  public Bundle {
    files = List.copyOf(files);
    if (author.isEmpty() || author.length() > LONGEST_AUTHOR) {
      throw new IllegalArgumentException("an author has 1 to " + LONGEST_AUTHOR + " characters");
    }
    if (files.size() > MOST_FILES) {
      throw new IllegalArgumentException("a bundle has at most " + MOST_FILES + " files");
    }
    if (bytes(files) > MOST_BYTES) {
      throw new IllegalArgumentException("a bundle has at most " + MOST_BYTES + " bytes");
    }
    Set<String> names = new HashSet<>();
    for (File file : files) {
      if (!names.add(file.use() + "/" + file.name())) {
        throw new IllegalArgumentException("two files have the name " + file.name());
      }
    }
  }

  /** The files of a use, in their order. */
  public List<File> files(Use use) {
    return files.stream().filter(file -> file.use() == use).toList();
  }

  /** SHA-256 over uses, names and contents, in hexadecimal. */
  public String hash() {
    List<String> parts = new ArrayList<>();
    for (File file : files) {
      parts.add(file.use().name());
      parts.add(file.name());
      parts.add(file.text());
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(SignedForm.of(parts)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private static long bytes(List<File> files) {
    return files.stream()
        .mapToLong(f -> f.name().length() + f.text().getBytes(StandardCharsets.UTF_8).length)
        .sum();
  }
}
