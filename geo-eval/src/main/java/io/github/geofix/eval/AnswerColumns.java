package io.github.geofix.eval;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.cell.ZoomGrid;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.partition.CellPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The columns of photos and answers that a {@link PhotoReport} reads besides positions. */
final class AnswerColumns {
  private static final String SEQUENCE = "sequence";

  private AnswerColumns() {}

  static boolean has(Manifest photos, String column) {
    return photos.entries().stream().allMatch(photo -> photo.extra().containsKey(column));
  }

  /** Returns the cell of each place by its S2 token; {@code no cell} outside of all. */
  static List<String> cells(List<LatLng> places, CellPartition cells) {
    return places.stream()
        .map(place -> cells.labelOf(place.latitude(), place.longitude()))
        .map(label -> label < 0 ? "no cell" : cells.s2Token(label))
        .toList();
  }

  private static String text(Manifest.Entry photo, String column) {
    return photo.extra().getOrDefault(column, "");
  }

  /**
   * Returns a column of numbers.
   *
   * @throws IllegalArgumentException if a value is not a number; the message names its photo
   */
  static double[] numbers(Manifest photos, String column) {
    double[] numbers = new double[photos.size()];
    for (int i = 0; i < numbers.length; i++) {
      Manifest.Entry photo = photos.entries().get(i);
      try {
        numbers[i] = CsvFile.number(text(photo, column));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "the "
                + column
                + " of "
                + photo.image()
                + " is not a number: \""
                + text(photo, column)
                + "\"",
            e);
      }
    }
    return numbers;
  }

  /**
   * Returns the scores of answers.
   *
   * @throws IllegalArgumentException if one is not a number from 0 to 1
   */
  static double[] scores(Manifest answers) {
    double[] scores = numbers(answers, "score");
    for (int i = 0; i < scores.length; i++) {
      if (!(scores[i] >= 0 && scores[i] <= 1)) {
        throw new IllegalArgumentException(
            "the score of "
                + answers.entries().get(i).image()
                + " is "
                + scores[i]
                + ", not within 0 to 1: rename the column if it holds something else");
      }
    }
    return scores;
  }

  /**
   * Returns how often zoom sequences were right: those in the column {@code sequence} where photos
   * and answers have it, else those of the positions in a grid. A column with anything but zoom
   * paths, such as Mapillary's ids of sequences, is left alone.
   *
   * @throws IllegalArgumentException if an answer has no path where all photos have one
   */
  static Optional<Sequences> sequences(Manifest photos, Manifest answers, @Nullable ZoomGrid grid) {
    Optional<List<int[]>> truths = paths(photos);
    if (truths.isPresent() && has(answers, SEQUENCE)) {
      return Optional.of(Sequences.of(truths.get(), requirePaths(answers)));
    }
    // Two places outside the grid are no match.
    return Optional.ofNullable(grid)
        .map(cells -> Sequences.of(walked(photos, cells, -1), walked(answers, cells, -2)));
  }

  /** Returns the paths in the column, if it holds nothing else. */
  private static Optional<List<int[]>> paths(Manifest photos) {
    List<int[]> paths = new ArrayList<>();
    for (Manifest.Entry photo : photos.entries()) {
      Optional<int[]> path = Sequences.parse(text(photo, SEQUENCE));
      if (path.isEmpty()) {
        return Optional.empty();
      }
      paths.add(path.get());
    }
    return Optional.of(paths);
  }

  private static List<int[]> requirePaths(Manifest answers) {
    return answers.entries().stream()
        .map(
            answer ->
                Sequences.parse(text(answer, SEQUENCE))
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                "the sequence of "
                                    + answer.image()
                                    + " is not a zoom path such as 7 6 6 5: \""
                                    + text(answer, SEQUENCE)
                                    + "\"")))
        .toList();
  }

  /** Outside the grid a place has the label {@code nowhere} at every step, which no cell has. */
  private static List<int[]> walked(Manifest photos, ZoomGrid grid, int nowhere) {
    return photos.locations().stream()
        .map(
            place ->
                grid.contains(place)
                    ? grid.pathOf(place).toArray()
                    : IntStream.range(0, grid.steps()).map(step -> nowhere).toArray())
        .toList();
  }
}
