package io.github.geofix.core.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class CellPathTest {
  private static final CellPath PATH = CellPath.of(3, 14, 2);

  @Test
  void growsByOneChildAStep() {
    assertThat(CellPath.ROOT.child(3).child(14).child(2)).isEqualTo(PATH).hasToString("3-14-2");
    assertThat(PATH.length()).isEqualTo(3);
    assertThat(PATH.at(1)).isEqualTo(14);
    assertThat(PATH.last()).isEqualTo(2);
    assertThat(PATH.toArray()).containsExactly(3, 14, 2);
  }

  @Test
  void theEmptyPathIsTheRoot() {
    assertThat(CellPath.of()).isEqualTo(CellPath.ROOT).hasToString("root");
    assertThat(CellPath.ROOT.isRoot()).isTrue();
    assertThat(PATH.isRoot()).isFalse();
    assertThatThrownBy(CellPath.ROOT::last).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void prefixesArePathsToLargerCells() {
    assertThat(PATH.prefix(2)).isEqualTo(CellPath.of(3, 14));
    assertThat(PATH.prefix(3)).isEqualTo(PATH);
    assertThat(PATH.prefix(0)).isEqualTo(CellPath.ROOT);
    for (int length = 0; length <= 3; length++) {
      assertThat(PATH.prefix(length).isPrefixOf(PATH)).isTrue();
      assertThat(PATH.isPrefixOf(PATH.prefix(length))).isEqualTo(length == 3);
    }
    assertThat(CellPath.of(3, 15).isPrefixOf(PATH)).isFalse();
    assertThatThrownBy(() -> PATH.prefix(4))
        .hasMessageContaining("3-14-2")
        .hasMessageContaining("4");
  }

  @Test
  void isEqualByItsChildrenAndSharesNoArray() {
    int[] children = {1, 2};
    CellPath path = CellPath.of(children);
    children[0] = 9;
    path.toArray()[1] = 9;
    assertThat(path).isEqualTo(CellPath.of(1, 2)).hasSameHashCodeAs(CellPath.of(1, 2));
    assertThat(path).isNotEqualTo(CellPath.of(1)).isNotEqualTo(CellPath.of(1, 3));
  }

  @Test
  void ordersStepByStepAndPrefixesFirst() {
    List<CellPath> ordered =
        List.of(
            CellPath.ROOT,
            CellPath.of(2),
            CellPath.of(2, 0),
            CellPath.of(2, 10),
            CellPath.of(10),
            CellPath.of(10, 1));
    List<CellPath> shuffled = Stream.of(3, 0, 5, 1, 4, 2).map(ordered::get).sorted().toList();
    assertThat(shuffled).isEqualTo(ordered);
  }

  @Test
  void refusesNegativeChildren() {
    assertThatThrownBy(() -> CellPath.of(1, -1)).hasMessageContaining("0 or more: -1");
    assertThatThrownBy(() -> CellPath.ROOT.child(-2)).hasMessageContaining("0 or more: -2");
  }
}
