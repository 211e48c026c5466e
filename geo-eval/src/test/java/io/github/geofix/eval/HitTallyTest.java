package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.eval.RetrievalEvaluator.HitTally;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HitTallyTest {
  @Test
  void countsQueriesWithARightHitAmongTheBest() {
    HitTally tally = new HitTally(5, 1, 5);
    tally.add(0);
    tally.add(4);
    tally.add(5);
    tally.add(Integer.MAX_VALUE);
    assertThat(tally.summary())
        .isEqualTo(new HitTally.Summary(4, Map.of("1", Share.of(1, 4), "5", Share.of(2, 4))));
    assertThat(tally.summary().recallAt().keySet()).containsExactly("1", "5");
  }

  @Test
  void partsInAnyOrderGiveTheFiguresOfAll() {
    HitTally all = new HitTally(1, 3);
    HitTally[] parts = {new HitTally(1, 3), new HitTally(3, 1), new HitTally(1, 3)};
    for (int query = 0; query < 20; query++) {
      all.add(query % 7);
      parts[query % 3].add(query % 7);
    }
    HitTally merged = new HitTally(1, 3);
    merged.merge(parts[2]);
    merged.merge(parts[0]);
    merged.merge(parts[1]);
    assertThat(merged.count()).isEqualTo(20);
    assertThat(merged.summary()).isEqualTo(all.summary());
    assertThatThrownBy(() -> merged.merge(new HitTally(1, 2))).hasMessageContaining("[1, 2]");
  }

  @Test
  void refusesWhatIsNoRank() {
    HitTally tally = new HitTally(1);
    assertThatThrownBy(() -> tally.add(-1)).hasMessageContaining("-1");
    assertThatThrownBy(tally::summary).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new HitTally()).hasMessageContaining("[]");
    assertThatThrownBy(() -> new HitTally(3, 0)).hasMessageContaining("0");
  }
}
