package io.github.geofix.core;

import io.github.geofix.core.cell.Cell;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A location and the evidence for it; see {@link Localizer#explain}. Immutable.
 *
 * <p>Evidence is what the model computed on the way to its answer. It is no proof that the answer
 * is right.
 *
 * @param location the answer, that of {@link Localizer#locate(Photo)}
 * @param evidence in the form of the model's family
 */
public record Explanation(Location location, Evidence evidence) {

  /** The evidence for a location, in the form of the model's family. */
  public sealed interface Evidence {}

  /**
   * Options of an explanation.
   *
   * @param most the most cells of a level, lost beams and neighbors, 1 or more
   * @param pixels the longer side of pictures, 16 to 2,048; 0 for none
   */
  public record Options(int most, int pixels) {
    private static final int LEAST_PIXELS = 16;
    private static final int MOST_PIXELS = 2048;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Options {
      if (most < 1) {
        throw new IllegalArgumentException("most must be 1 or more: " + most);
      }
      if (pixels != 0 && (pixels < LEAST_PIXELS || pixels > MOST_PIXELS)) {
        throw new IllegalArgumentException("pixels must be 0, or 16 to 2,048: " + pixels);
      }
    }

    /** Returns ten of each, without pictures. */
    public static Options defaults() {
      return new Options(10, 0);
    }

    /** Returns a copy with another number of cells, beams and neighbors. */
    public Options withMost(int most) {
      return new Options(most, pixels);
    }

    /** Returns a copy with pictures of a size; 0 for none. */
    public Options withPixels(int pixels) {
      return new Options(most, pixels);
    }
  }

  /**
   * The scores of cells on each level of a hierarchy: the family embed.
   *
   * @param levels coarse to fine; the best cell of the last is that of the best candidate
   * @param neighbors the training photos of which the answer is the mean; empty if it is not
   */
  public record Levels(List<Level> levels, List<Neighbor> neighbors) implements Evidence {
    /** Copies the lists. */
    public Levels {
      levels = List.copyOf(levels);
      neighbors = List.copyOf(neighbors);
    }
  }

  /**
   * One level of a hierarchy.
   *
   * @param cells the number of its cells
   * @param best those of the highest scores, best first
   */
  public record Level(int cells, List<LevelCell> best) {
    /** Copies the list. */
    public Level {
      best = List.copyOf(best);
    }
  }

  /**
   * A cell of one level.
   *
   * @param score its share of the final score, 0 to 1: the sum over the finest cells in it
   * @param own the score that this level gave it without the others: a probability among the cells
   *     of the level, or a cosine cut off at 0. The scores of finest cells are in proportion to the
   *     product of their own and those of the cells around them
   */
  public record LevelCell(S2Cell cell, double score, double own) {}

  /**
   * The tokens of a cell and the beams that lost: the family token.
   *
   * @param tokens first to last; the cell of the last is that of the best candidate
   * @param lost other sequences, complete or left behind by the search, best first
   */
  public record Tokens(List<Token> tokens, List<Beam> lost) implements Evidence {
    /** Copies the lists. */
    public Tokens {
      tokens = List.copyOf(tokens);
      lost = List.copyOf(lost);
    }
  }

  /**
   * A token.
   *
   * @param value 0 to the number of values at this position - 1
   * @param cell the cell of the tokens up to this one
   * @param score the share of the score that begins with the tokens up to this one, 0 to 1
   */
  public record Token(int value, S2Cell cell, double score) {}

  /**
   * A token sequence that was found and not chosen.
   *
   * @param tokens their values; fewer than those of the answer if the search left it behind
   * @param cell the cell that they name
   * @param score its share of the score, 0 to 1
   */
  public record Beam(List<Integer> tokens, S2Cell cell, double score) {
    /** Copies the list. */
    public Beam {
      tokens = List.copyOf(tokens);
    }
  }

  /**
   * The views that a search zoomed through: the family zoom.
   *
   * @param steps from the view of the whole area on; the chosen child of the last is the cell of
   *     the best candidate
   */
  public record Zoom(List<Step> steps) implements Evidence {
    /** Copies the list. */
    public Zoom {
      steps = List.copyOf(steps);
    }
  }

  /**
   * One view and the scores of its children.
   *
   * @param view the cell shown
   * @param picture the map image of the view; empty if there are no pictures or no map
   * @param side the number K of children along a side
   * @param scores for each of the K K children, row by row from the north-west, its share of the
   *     score of all views of this step that were compared, 0 to 1
   * @param chosen the index of the child that the answer is in
   * @param compared the number of views of this step that were compared: the beam
   */
  public record Step(
      Cell view,
      Optional<BufferedImage> picture,
      int side,
      List<Double> scores,
      int chosen,
      int compared) {
    /** Copies the list. */
    public Step {
      scores = List.copyOf(scores);
    }
  }

  /**
   * The directions in which a photo and a map tile match: the family recombine.
   *
   * @param cosine of photo and tile, -1 to 1: the sum over the regions
   * @param heading where the middle of the photo faces, in degrees clockwise from north; empty if
   *     the model tries one heading alone
   * @param headings the cosine at each heading that was tried, clockwise from north; those that the
   *     photo's own heading rules out are left out
   * @param regions the parts of the cosine, clockwise from south
   * @param photo where the photo resembles the tile
   * @param tile where the tile resembles the photo; empty without a map
   */
  public record Directions(
      double cosine,
      OptionalDouble heading,
      List<Heading> headings,
      List<Direction> regions,
      HeatMap photo,
      Optional<HeatMap> tile)
      implements Evidence {
    /** Copies the lists. */
    public Directions {
      headings = List.copyOf(headings);
      regions = List.copyOf(regions);
    }
  }

  /**
   * A heading that was tried.
   *
   * @param degrees clockwise from north
   * @param cosine of photo and tile at this heading
   */
  public record Heading(double degrees, double cosine) {}

  /**
   * A region of a photo and a tile: a wedge of directions.
   *
   * @param fromDegrees where it begins, clockwise from north
   * @param toDegrees where it ends, above {@code fromDegrees}
   * @param part its part of the cosine; 0 where the photo does not show it
   */
  public record Direction(double fromDegrees, double toDegrees, double part) {}

  /**
   * A grid of numbers over an image.
   *
   * @param rows of the feature map
   * @param columns of the feature map
   * @param values row by row: the cosine of the cell's features, normalized as the mean of a region
   *     is, with the other image's vector of the region that the cell belongs to
   * @param picture the image as the model reads it; empty if there are no pictures
   */
  public record HeatMap(
      int rows, int columns, List<Double> values, Optional<BufferedImage> picture) {
    /** Copies the list. */
    public HeatMap {
      values = List.copyOf(values);
    }
  }

  /**
   * Similar photos with known places: galleries of photos.
   *
   * @param neighbors most similar first
   */
  public record Neighbors(List<Neighbor> neighbors) implements Evidence {
    /** Copies the list. */
    public Neighbors {
      neighbors = List.copyOf(neighbors);
    }
  }

  /**
   * A similar photo with a known place.
   *
   * @param photo its file or id
   * @param latLng where it was taken
   * @param score the cosine of the two photos' vectors, -1 to 1
   * @param vote its share of the votes, 0 to 1
   * @param picture the photo; empty if there are no pictures or the file cannot be read
   */
  public record Neighbor(
      String photo, LatLng latLng, double score, double vote, Optional<BufferedImage> picture) {}

  /**
   * A chain of models: the first, and the candidates after each refiner.
   *
   * @param first the evidence of the first model
   * @param stages the candidates after each refiner; those of the last are the answer's
   */
  public record Stages(Evidence first, List<Stage> stages) implements Evidence {
    /** Copies the list. */
    public Stages {
      stages = List.copyOf(stages);
    }
  }

  /**
   * The candidates after a refiner.
   *
   * @param name of the refiner
   * @param candidates best first
   */
  public record Stage(String name, List<Candidate> candidates) {
    /** Copies the list. */
    public Stage {
      candidates = List.copyOf(candidates);
    }
  }

  /**
   * The candidates alone: families that have no further evidence.
   *
   * @param candidates those of the location
   */
  public record Candidates(List<Candidate> candidates) implements Evidence {
    /** Copies the list. */
    public Candidates {
      candidates = List.copyOf(candidates);
    }
  }
}
