package io.leukocyte.responder;

import io.leukocyte.events.ActionId;
import io.leukocyte.events.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The emergency stop by a file: while it is there policies begin nothing. Its first line is the
 * reason, its owner who wants it. When it is taken away the stop that it caused ends.
 */
final class StopFile {
  private static final Logger LOG = LoggerFactory.getLogger(StopFile.class);
  private static final String BY = " by the file STOP";
  private static final int MOST_REASON = 200;

  private final Path file;
  private final Journal journal;
  private final Emergency emergency;

  StopFile(Path file, Journal journal, Emergency emergency) {
    this.file = file;
    this.journal = journal;
    this.emergency = emergency;
  }

  /** Looks whether it is there, and stops or resumes. */
  void look() {
    try {
      boolean there = Files.exists(file);
      Optional<Halt> halt = journal.read(Ledger::halt);
      if (there && halt.isEmpty()) {
        Answer _ = emergency.stop(newId(), owner() + BY, reason());
        LOG.warn("Policies begin nothing new while {} is there", file);
      } else if (!there && halt.filter(h -> h.operator().endsWith(BY)).isPresent()) {
        Answer _ = emergency.resume(newId(), halt.get().operator());
        LOG.info("Policies act again: {} is gone", file);
      }
    } catch (RuntimeException e) {
      LOG.error("Cannot look for {}: {}", file, e.getMessage());
    }
  }

  private static ActionId newId() {
    return ActionId.of("stop-file", UUID.randomUUID().toString());
  }

  private String owner() {
    try {
      return Files.getOwner(file).getName();
    } catch (IOException e) {
      return "somebody";
    }
  }

  private String reason() {
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(4 * MOST_REASON), StandardCharsets.UTF_8);
      return Text.clip(Text.printable(text.lines().findFirst().orElse("").strip()), MOST_REASON);
    } catch (IOException e) {
      return "";
    }
  }
}
