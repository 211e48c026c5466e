package io.github.geofix.core.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class CellPathTest {

  @Test
  void growsAndShrinksByLabels() {
    CellPath path = CellPath.ROOT.child(3).child(14).child(2);
    assertThat(path).isEqualTo(CellPath.of(3, 14, 2)).hasSameHashCodeAs(CellPath.of(3, 14, 2));
    assertThat(path.length()).isEqualTo(3);
    assertThat(path.label(1)).isEqualTo(14);
    assertThat(path.prefix(2)).isEqualTo(CellPath.of(3, 14));
    assertThat(path.prefix(3)).isEqualTo(path);
    assertThat(path.prefix(0)).isEqualTo(CellPath.ROOT).isEqualTo(CellPath.of());
    assertThat(path).hasToString("3-14-2").isNotEqualTo(CellPath.of(3, 14));
    assertThat(CellPath.ROOT).hasToString("root");
  }

  @Test
  void startsWithItsPrefixesAlone() {
    CellPath path = CellPath.of(3, 14, 2);
    for (int length = 0; length <= 3; length++) {
      assertThat(path.startsWith(path.prefix(length))).isTrue();
    }
    assertThat(path.startsWith(CellPath.of(3, 13))).isFalse();
    assertThat(path.startsWith(path.child(0))).isFalse();
  }

  @Test
  void ordersLabelByLabelAndPrefixesFirst() {
    List<CellPath> ordered =
        List.of(
            CellPath.ROOT,
            CellPath.of(2),
            CellPath.of(2, 0),
            CellPath.of(2, 10),
            CellPath.of(10),
            CellPath.of(10, 1));
    CellPath[] shuffled =
        Stream.of(3, 0, 5, 1, 4, 2).map(ordered::get).toArray(CellPath[]::new);
    Arrays.sort(shuffled);
    assertThat(shuffled).containsExactlyElementsOf(ordered);
  }

  @Test
  void doesNotShareItsLabels() {
    int[] labels = {1, 2};
    CellPath path = CellPath.of(labels);
    labels[0] = 9;
    path.toArray()[1] = 9;
    assertThat(path).isEqualTo(CellPath.of(1, 2));
  }

  @Test
  void refusesNegativeLabelsAndOtherLengths() {
    assertThatThrownBy(() -> CellPath.of(1, -1)).hasMessageContaining("0 or more: -1");
    assertThatThrownBy(() -> CellPath.ROOT.child(-2)).hasMessageContaining("0 or more: -2");
    assertThatThrownBy(() -> CellPath.of(1).prefix(2)).hasMessageContaining("no prefix of 2");
    assertThatThrownBy(() -> CellPath.of(1).prefix(-1)).hasMessageContaining("no prefix of -1");
  }
}
