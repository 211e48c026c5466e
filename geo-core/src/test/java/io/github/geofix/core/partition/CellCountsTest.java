package io.github.geofix.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions.Mean;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CellCountsTest {
  private static final double CENTIMETER = 1e-5;

  private static CellCounts counts(List<LatLng> points, int level) {
    return CellCounts.of(PointSet.of(points), level);
  }

  /** The cells, counts and metadata are equal, the means a centimeter apart at most. */
  private static void assertSame(CellPartition fromCounts, CellPartition fromPoints) {
    assertThat(fromCounts.cellIds()).isEqualTo(fromPoints.cellIds());
    assertThat(fromCounts.counts()).isEqualTo(fromPoints.counts());
    assertThat(fromCounts.metadata()).isEqualTo(fromPoints.metadata());
    for (int label = 0; label < fromPoints.size(); label++) {
      assertThat(GreatCircle.distanceKm(fromCounts.meanOf(label), fromPoints.meanOf(label)))
          .isLessThan(CENTIMETER);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,GEOSURGE,30", "2,GEOSURGE,12", "3,ISN,14", "4,ISN,30", "5,GEOSURGE,3"})
  void theHierarchyIsThatOfThePoints(long seed, Rule rule, int level) {
    List<LatLng> points = Points.clustered(3000, new Random(seed));
    AdaptiveOptions options =
        AdaptiveOptions.defaults().withRule(rule).withMinPoints(3).withMaxLevel(level);
    CellHierarchy expected = CellHierarchy.adaptive(points, options, 400, 90, 20);
    CellHierarchy hierarchy = CellHierarchy.adaptive(counts(points, level), options, 400, 90, 20);
    assertThat(hierarchy.levels()).isEqualTo(3);
    for (int i = 0; i < 3; i++) {
      assertSame(hierarchy.partition(i), expected.partition(i));
    }
  }

  @Test
  void finerCountsThanTheLastLevelMakeTheSameCells() {
    List<LatLng> points = Points.clustered(2000, new Random(6));
    AdaptiveOptions options =
        AdaptiveOptions.defaults().withMinPoints(2).withMaxPoints(10).withMaxLevel(9);
    CellPartition expected = CellPartition.adaptive(points, options);
    assertThat(expected.counts()).as("cells too full to be kept but for the level").contains(11);
    for (int level : new int[] {9, 15, 30}) {
      assertSame(CellPartition.adaptive(counts(points, level), options), expected);
    }
  }

  @Test
  void fixedLevelsAreThoseOfThePoints() {
    List<LatLng> points = Points.clustered(1000, new Random(7));
    CellHierarchy expected = CellHierarchy.fixedLevels(points, 2, 7, 10);
    CellHierarchy hierarchy = CellHierarchy.fixedLevels(counts(points, 10), 2, 7, 10);
    for (int i = 0; i < 3; i++) {
      assertSame(hierarchy.partition(i), expected.partition(i));
    }
    assertSame(
        CellPartition.fixedLevel(counts(points, 10), 5), CellPartition.fixedLevel(points, 5));
  }

  @ParameterizedTest
  @CsvSource({"1,GEOSURGE,30", "2,GEOSURGE,12", "3,ISN,14", "4,ISN,30", "5,GEOSURGE,3"})
  void coarsenedCountsMakeTheSameCellsFromLess(long seed, Rule rule, int level) {
    List<LatLng> points = Points.clustered(3000, new Random(seed));
    AdaptiveOptions options =
        AdaptiveOptions.defaults().withRule(rule).withMinPoints(3).withMaxLevel(level);
    CellCounts counts = counts(points, level);
    CellCounts coarse = counts.coarsened(20);
    assertThat(coarse.points()).isEqualTo(3000);
    assertThat(coarse.size()).isLessThan(level > 3 ? counts.size() / 2 : counts.size() + 1);
    assertThat(coarse.coarsened(20)).isEqualTo(coarse);
    assertThat(CellCounts.of(level, coarse.cellIds(), coarse.counts(), coarse.vectorSums()))
        .isEqualTo(coarse);
    assertThat(CellHierarchy.adaptive(coarse, options, 400, 90, 20))
        .isEqualTo(CellHierarchy.adaptive(counts, options, 400, 90, 20));
  }

  @Test
  void coarsenedCountsOfDifferentCellsAreMergedAndThoseOfTheSameRefused() {
    List<LatLng> points = Points.clustered(3000, new Random(9));
    CellCounts north = counts(points.stream().filter(p -> p.latitude() > 0).toList(), 20);
    CellCounts south = counts(points.stream().filter(p -> p.latitude() <= 0).toList(), 20);
    CellCounts coarse = north.coarsened(1).merge(south.coarsened(1));
    assertThat(coarse.coarsened(30)).isEqualTo(north.merge(south).coarsened(30));
    assertThatThrownBy(() -> coarse.merge(coarse)).hasMessageContaining("merge them before");
    assertThatThrownBy(() -> coarse.coarsened(30).merge(coarse))
        .hasMessageContaining("merge them before");
  }

  @Test
  void coarsenedCountsAreNotSplitFurther() {
    CellCounts coarse = counts(Points.clustered(3000, new Random(10)), 20).coarsened(100);
    assertThatThrownBy(
            () ->
                CellPartition.adaptive(
                    coarse,
                    AdaptiveOptions.defaults().withMaxLevel(20).withMinPoints(1).withMaxPoints(10)))
        .hasMessageContaining("coarsen them less");
    assertThatThrownBy(() -> CellPartition.fixedLevel(coarse, 8))
        .hasMessageContaining("coarsen them less");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void mergingPartsInAnyOrderIsCountingTheWhole(long seed) {
    Random random = new Random(seed);
    List<LatLng> points = Points.clustered(2000, random);
    CellCounts whole = counts(points, 11);
    List<CellCounts> parts = new ArrayList<>();
    for (int from = 0; from < points.size(); from += 300) {
      parts.add(counts(points.subList(from, Math.min(points.size(), from + 300)), 11));
    }
    Collections.shuffle(parts, random);
    assertThat(CellCounts.merge(parts)).isEqualTo(whole).hasSameHashCodeAs(whole);
    CellCounts oneByOne = parts.get(0);
    for (CellCounts part : parts.subList(1, parts.size())) {
      oneByOne = part.merge(oneByOne);
    }
    assertThat(oneByOne).isEqualTo(whole);
    assertThat(whole.points()).isEqualTo(2000);
  }

  @Test
  void arraysRestoreThem() {
    CellCounts counts = counts(Points.clustered(500, new Random(8)), 8);
    assertThat(CellCounts.of(8, counts.cellIds(), counts.counts(), counts.vectorSums()))
        .isEqualTo(counts)
        .hasToString(counts.toString());
    assertThat(Arrays.stream(counts.counts()).sum()).isEqualTo(500);
    assertThat(counts.cellIds()).hasSize(counts.size());
    assertThat(Arrays.stream(counts.cellIds()).mapToInt(S2Cells::level)).containsOnly(8);
    assertThat(counts).hasToString("500 points in " + counts.size() + " cells of level 8");
  }

  @Test
  void refusesWhatCannotBe() {
    List<LatLng> points = Points.clustered(100, new Random(9));
    CellCounts counts = counts(points, 8);
    AdaptiveOptions options = AdaptiveOptions.defaults().withMinPoints(1).withMaxLevel(8);
    assertThatThrownBy(() -> CellPartition.adaptive(counts, options.withMaxLevel(9)))
        .hasMessageContaining("set maxLevel to 8 or less");
    assertThatThrownBy(() -> CellPartition.adaptive(counts, options.withMean(Mean.DEGREES)))
        .hasMessageContaining("spherical means only");
    assertThatThrownBy(() -> CellPartition.adaptive(counts(List.of(), 8), options))
        .hasMessageContaining("at least one point");
    assertThatThrownBy(() -> CellPartition.fixedLevel(counts, 9)).hasMessageContaining("0 to 8");
    assertThatThrownBy(() -> counts(points, 31)).hasMessageContaining("0 to 30");
    assertThatThrownBy(() -> counts.merge(counts(points, 9)))
        .hasMessageContaining("level 8 and of level 9");
    assertThatThrownBy(() -> CellCounts.merge(List.of())).hasMessageContaining("at least one");
    long[] ids = counts.cellIds();
    long[] sums = counts.vectorSums();
    assertThatThrownBy(() -> CellCounts.of(7, ids, counts.counts(), sums))
        .hasMessageContaining("of level 7");
    assertThatThrownBy(() -> CellCounts.of(8, ids, new long[ids.length], sums))
        .hasMessageContaining("1 or more: 0");
    assertThatThrownBy(() -> CellCounts.of(8, ids, counts.counts(), new long[1]))
        .hasMessageContaining("sums are needed");
    sums[0] = Long.MIN_VALUE;
    assertThatThrownBy(() -> CellCounts.of(8, ids, counts.counts(), sums))
        .hasMessageContaining("unit vectors cannot be");
    long swapped = ids[0];
    ids[0] = ids[1];
    ids[1] = swapped;
    assertThatThrownBy(() -> CellCounts.of(8, ids, counts.counts(), counts.vectorSums()))
        .hasMessageContaining("must ascend");
  }
}
