package io.leukocyte.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Whom a server that we start runs as: root starts it as a user who owns nothing else, everybody
 * else as themselves. It ends with us, and a Ctrl-C meant for us does not reach it.
 */
sealed interface ServiceUser {
  /** Ourselves. */
  record Self() implements ServiceUser {}

  /** A user and group of their own, which need no entry in /etc/passwd. */
  record Other(int uid) implements ServiceUser {}

  /** A number that no package and no person has been given. */
  int SERVICE_UID = 64735;

  /** The one for this process. */
  static ServiceUser current() {
    return isRoot() ? new Other(SERVICE_UID) : new Self();
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** The command that runs a program as this user, without any privilege, until it or we end. */
  default List<String> command(List<String> program) {
    List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig=TERM"));
    switch (this) {
      case Self _ -> {}
      case Other(int uid) ->
          command.addAll(
              List.of(
                  "--reuid=" + uid,
                  "--regid=" + uid,
                  "--clear-groups",
                  "--no-new-privs",
                  "--inh-caps=-all",
                  "--bounding-set=-all"));
    }
    command.add("--");
    command.add("setsid");
    command.addAll(program);
    return command;
  }

  /** Makes a folder that this user alone may enter. */
  default Path folder(Path folder) throws IOException {
    PrivateFiles.folder(folder);
    give(folder);
    return folder;
  }

  /** Makes a file or folder this user's. */
  default void give(Path path) throws IOException {
    switch (this) {
      case Self _ -> {}
      case Other(int uid) -> {
        Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  /** Whether this user may read a file, which takes entering all folders above it. */
  default boolean reads(Path file) throws IOException, InterruptedException {
    return switch (this) {
      case Self _ -> Files.isReadable(file);
      case Other _ -> {
        Process test =
            new ProcessBuilder(command(List.of("test", "-r", file.toString())))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        yield test.waitFor(10, TimeUnit.SECONDS) && test.exitValue() == 0;
      }
    };
  }
}
