package io.leukocyte.collector;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Files of users and groups, as bytes: whatever a container writes there, its names are few, short
 * and printable, and nobody but user 0 is root.
 */
public final class UsersFuzz {
  private UsersFuzz() {}

  /** Files as they are, and as they should not be. */
  public static List<byte[]> seeds() {
    return List.of(
        utf8("root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/bin/false\n"),
        utf8("root:x:0:\nwheel:x:10:root,app\napp:x:1000:\n"),
        utf8("+::::::\n-mallory:x:7:\n# comment\nroot:x:1000:0::/:\ntoor:x:0:0::/:\n"),
        utf8("gr\u00fc\u00dfe:!:4294967294:1:\u001b[2J:/:\n\u202eb:x:7:\n::\n:x:7\na:b\n"));
  }

  /** Reads a file; throws what it must not. */
  public static void run(byte[] bytes) {
    IdNames names = IdNames.parse(bytes, UnaryOperator.identity());
    IdMap.parse(new String(bytes, StandardCharsets.UTF_8)).inside(bytes.length);
    if (names.size() > IdNames.MOST_NAMES || names.has(0)) {
      throw new AssertionError(names.size() + " names");
    }
    for (int id = -4096; id < 4096; id++) {
      String name = names.of(id);
      if (name != null && !isGood(name)) {
        throw new AssertionError("User " + id + " has the name " + name);
      }
    }
  }

  private static boolean isGood(String name) {
    return !name.isEmpty()
        && !name.equals("root")
        && utf8(name).length <= IdNames.MOST_NAME
        && name.codePoints().noneMatch(c -> Character.isISOControl(c) || c == ':' || c == ' ');
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
