package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far a tail came. */
class TailStateTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("tail.json");
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    TailState state = TailState.read(file, Topic.ALERTS);
    assertThat(state.next()).isEmpty();
    state.note(0, 17);
    state.note(11, 1L << 40);
    state.write();
    assertThat(TailState.read(file, Topic.ALERTS).next())
        .isEqualTo(Map.of(0, 17L, 11, 1099511627776L));
  }

  @Test
  void aStateThatIsUnchangedIsNotWrittenAgain() throws Exception {
    TailState state = TailState.read(file, Topic.ALERTS);
    state.note(0, 17);
    state.write();
    Files.delete(file);
    state.note(0, 17);
    state.write();
    assertThat(file).doesNotExist();
    state.note(0, 18);
    state.write();
    assertThat(file).exists();
  }

  @Test
  void theStateOfAnotherTopicIsRefused() {
    TailState.read(file, Topic.ALERTS).write();
    assertThatThrownBy(() -> TailState.read(file, Topic.ACTIONS))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("is the state of leuko.alerts, not of leuko.actions");
  }

  @Test
  void aDamagedStateIsNamedAndNotOverwritten() throws Exception {
    for (String bad :
        new String[] {
          "{",
          "",
          "[]",
          "{\"topic\":\"leuko.alerts\",\"next\":{\"x\":1}}",
          "{\"topic\":\"leuko.alerts\",\"next\":{\"0\":-1}}",
          "{\"topic\":\"leuko.alerts\",\"next\":{\"0\":\"far\"}}"
        }) {
      Files.writeString(file, bad);
      assertThatThrownBy(() -> TailState.read(file, Topic.ALERTS))
          .as(bad)
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("tail.json");
      assertThat(file).hasContent(bad);
    }
  }
}
