package io.github.geofix.bench;

import io.github.geofix.core.internal.ImageFiles;
import io.github.geofix.models.image.Photos;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One piece of ground photographed from the air on several dates, cut into square cells: whole
 * columns of it to learn from, others, behind a column that is left out, to be tested on. So are
 * the dates: the queries are of the last one, the references of another, and neither is learned
 * from.
 */
final class NaipCells {
  /** Pixels of 5 m along a cell's side. */
  static final int SIDE = 64;

  /** How far a query's middle is from its cell's: 40 m. */
  static final int JITTER = 8;

  private static final int TRAINING_COLUMNS = 8;
  private static final int BUFFER_COLUMNS = 1;

  private final List<String> names;
  private final List<BufferedImage> dates;
  private final int referenceDate;
  private final int columns;
  private final int rows;

  private NaipCells(List<Path> files, int referenceDate) {
    this.names = files.stream().map(file -> ImageFiles.stem(file.toString())).toList();
    this.dates = files.stream().map(Photos::read).toList();
    this.referenceDate = referenceDate;
    columns = dates.stream().mapToInt(BufferedImage::getWidth).min().orElseThrow() / SIDE;
    rows = dates.stream().mapToInt(BufferedImage::getHeight).min().orElseThrow() / SIDE;
  }

  /**
   * Reads {@code img/*.png} below a folder, one picture a date, named so that they sort.
   *
   * @param referenceDate number of the references' date, 0 the oldest; below 0 counts from the end,
   *     where -1 is the queries' date
   */
  static NaipCells read(Path folder, int referenceDate) {
    try (Stream<Path> files = Files.list(folder.resolve("img"))) {
      List<Path> dates =
          files
              .filter(file -> file.toString().endsWith(".png"))
              .sorted(Comparator.comparing(Path::toString))
              .toList();
      if (dates.size() < 4) {
        throw new IllegalArgumentException(
            folder + " has " + dates.size() + " dates: 4 are needed, two of them for testing");
      }
      return new NaipCells(dates, Math.floorMod(referenceDate, dates.size()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Returns the dates to learn from, oldest first. */
  int[] trainingDates() {
    return IntStream.range(0, dates.size())
        .filter(date -> date != referenceDate && date != queryDate())
        .toArray();
  }

  /** Returns the names of the dates, such as 20180716, oldest first. */
  List<String> names() {
    return names;
  }

  /** Returns the date of the references that queries are tested on. */
  int referenceDate() {
    return referenceDate;
  }

  /** Returns the date of the queries. */
  int queryDate() {
    return dates.size() - 1;
  }

  /** A cell, or a square of its size, by its upper left pixel. */
  record Cell(int x, int y) {
    /** Returns the square moved at random by up to the jitter along each axis. */
    Cell near(SplittableRandom random) {
      return near(JITTER, random);
    }

    /** Returns the square moved at random by up to so many pixels along each axis. */
    Cell near(int pixels, SplittableRandom random) {
      return new Cell(
          x + random.nextInt(-pixels, pixels + 1), y + random.nextInt(-pixels, pixels + 1));
    }
  }

  /** Returns the cells to be tested on. */
  List<Cell> testCells() {
    int first = TRAINING_COLUMNS + BUFFER_COLUMNS;
    return IntStream.range(0, rows * (columns - first))
        .mapToObj(i -> new Cell(SIDE * (first + i / rows), SIDE * (i % rows)))
        .toList();
  }

  /**
   * Returns the training cells of a grid that begins somewhere else, so that they are many although
   * no two of one grid share a pixel; each grid has as many.
   */
  List<Cell> trainingCells(SplittableRandom random) {
    int left = random.nextInt(SIDE);
    int top = random.nextInt(SIDE);
    return IntStream.range(0, trainingCount())
        .mapToObj(i -> new Cell(left + SIDE * (i / (rows - 1)), top + SIDE * (i % (rows - 1))))
        .toList();
  }

  /** Returns the number of cells of a training grid. */
  int trainingCount() {
    return (TRAINING_COLUMNS - 1) * (rows - 1);
  }

  /** Returns what is seen of a square on a date; one that leaves the picture is moved back in. */
  BufferedImage image(int date, Cell cell) {
    BufferedImage image = dates.get(date);
    Cell inside = inside(image, cell);
    return image.getSubimage(inside.x(), inside.y(), SIDE, SIDE);
  }

  /** Returns the whole picture of a date. */
  BufferedImage picture(int date) {
    return dates.get(date);
  }

  /** Returns a square that leaves the picture moved back in. */
  static Cell inside(BufferedImage image, Cell cell) {
    return new Cell(
        Math.max(0, Math.min(image.getWidth() - SIDE, cell.x())),
        Math.max(0, Math.min(image.getHeight() - SIDE, cell.y())));
  }
}
