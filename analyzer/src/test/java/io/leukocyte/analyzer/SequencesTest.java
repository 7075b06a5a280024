package io.leukocyte.analyzer;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.analyzer.Sequences.Verdict;
import org.junit.jupiter.api.Test;

class SequencesTest {
  private static final Verdict IN_ORDER = new Verdict.InOrder();
  private static final Verdict REPEAT = new Verdict.Repeat();
  private final Sequences sequences = new Sequences();

  @Test
  void batchesInOrderAreInOrder() {
    assertThat(sequences.accept(100, 0, 0, 5)).isEqualTo(IN_ORDER);
    assertThat(sequences.accept(100, 1, 0, 5)).isEqualTo(IN_ORDER);
  }

  @Test
  void batchThatCameBeforeIsRepeat() {
    sequences.accept(100, 0, 0, 5);
    sequences.accept(100, 1, 0, 5);
    assertThat(sequences.accept(100, 1, 0, 5)).isEqualTo(REPEAT);
    assertThat(sequences.accept(100, 0, 0, 5)).isEqualTo(REPEAT);
  }

  @Test
  void gapNamesWhatIsMissing() {
    sequences.accept(100, 4, 0, 5);
    assertThat(sequences.accept(100, 8, 0, 5)).isEqualTo(new Verdict.Gap(5, 7));
    assertThat(sequences.accept(100, 9, 0, 5)).isEqualTo(IN_ORDER);
  }

  @Test
  void hostSeenForTheFirstTimeMayBeginAnywhere() {
    assertThat(sequences.accept(100, 1234, 0, 5)).isEqualTo(IN_ORDER);
  }

  @Test
  void newEpochThatDoesNotBeginAtZeroIsGap() {
    sequences.accept(100, 7, 0, 5);
    assertThat(sequences.accept(200, 0, 0, 5)).isEqualTo(IN_ORDER);
    assertThat(sequences.accept(300, 2, 0, 5)).isEqualTo(new Verdict.Gap(0, 1));
  }

  @Test
  void lowerEpochIsHeardAsAHostWhoseClockWasSetBack() {
    sequences.accept(200, 50, 0, 5);
    assertThat(sequences.accept(100, 0, 0, 5)).isEqualTo(IN_ORDER);
    assertThat(sequences.accept(100, 1, 0, 5)).isEqualTo(IN_ORDER);
    assertThat(sequences.accept(200, 50, 0, 5)).isEqualTo(REPEAT);
  }

  @Test
  void laterPartOfBatchIsNoRepeat() {
    sequences.accept(100, 3, 0, 5);
    assertThat(sequences.accept(100, 3, 5, 2)).isEqualTo(IN_ORDER);
    assertThat(sequences.accept(100, 3, 5, 2)).isEqualTo(REPEAT);
    assertThat(sequences.accept(100, 3, 9, 2)).isEqualTo(IN_ORDER);
  }

  @Test
  void onlyTheLatestEpochsAreRemembered() {
    for (int epoch = 1; epoch <= Sequences.EPOCHS + 1; epoch++) {
      sequences.accept(epoch, 0, 0, 1);
    }
    assertThat(sequences.known()).isEqualTo(Sequences.EPOCHS);
    assertThat(sequences.accept(2, 0, 0, 1)).isEqualTo(REPEAT);
    assertThat(sequences.accept(1, 0, 0, 1)).isEqualTo(IN_ORDER);
  }
}
