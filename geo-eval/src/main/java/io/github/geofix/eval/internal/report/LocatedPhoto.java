package io.github.geofix.eval.internal.report;

import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.util.ArrayList;
import java.util.List;

/**
 * One photo of a report: where it was taken, where the system put it, and pictures to compare.
 *
 * @param name what the reader knows the photo by, for example its file name
 * @param truth where it was taken
 * @param guess where the system put it
 * @param pictures the photo itself first, then what to hold beside it
 * @param cells the places considered with their scores, best first, drawn as a heat map; may be
 *     empty
 * @param regions the parts of the Earth that hold shares of the score, smallest first; may be empty
 * @param path the cells the system went through to its answer, coarse to fine; may be empty. A cell
 *     that was given no score of its own has 0
 */
public record LocatedPhoto(
    String name,
    LatLng truth,
    LatLng guess,
    List<Picture> pictures,
    List<ScoredCell> cells,
    List<OutlinedRegion> regions,
    List<ScoredCell> path) {

  /**
   * A picture and what it shows.
   *
   * @param caption for example {@code map at the truth}
   * @param image the picture
   */
  public record Picture(String caption, EmbeddedImage image) {}

  /**
   * A place on the map and its score.
   *
   * @param name how the place is called, for example an S2 token
   * @param outline its corners in order, at least 3
   * @param score 0 or more; the largest of a photo is drawn strongest
   */
  public record ScoredCell(String name, List<LatLng> outline, double score) {
    /**
     * Copies the outline.
     *
     * @throws IllegalArgumentException if it has fewer than 3 corners, or the score is negative
     */
    public ScoredCell {
      outline = List.copyOf(outline);
      if (outline.size() < 3 || !(score >= 0)) {
        throw new IllegalArgumentException(
            "a cell needs 3 corners and a score of 0 or more: " + outline + ", " + score);
      }
    }
  }

  /**
   * A part of the Earth, of one or more pieces.
   *
   * @param share the share of the score it holds
   * @param border the lines around it, those around its holes too, in no order
   */
  public record OutlinedRegion(double share, List<List<LatLng>> border) {
    /** Copies the lists. */
    public OutlinedRegion {
      border = border.stream().map(List::copyOf).toList();
    }
  }

  /** Copies the lists. */
  public LocatedPhoto {
    pictures = List.copyOf(pictures);
    cells = List.copyOf(cells);
    regions = List.copyOf(regions);
    path = List.copyOf(path);
  }

  /** Returns a photo without pictures and cells. */
  public static LocatedPhoto of(String name, LatLng truth, LatLng guess) {
    return new LocatedPhoto(name, truth, guess, List.of(), List.of(), List.of(), List.of());
  }

  /**
   * Returns a photo without pictures, with the location's candidates as cells, its regions, and the
   * path to the best candidate.
   */
  public static LocatedPhoto of(String name, LatLng truth, Location location) {
    return new LocatedPhoto(
        name,
        truth,
        location.latLng(),
        List.of(),
        location.candidates().stream().map(CellOutlines::of).toList(),
        location.regions().stream().map(CellOutlines::of).toList(),
        CellOutlines.pathTo(location.candidates().get(0).cell()));
  }

  /** Returns a copy with one more picture. */
  public LocatedPhoto withPicture(String caption, EmbeddedImage image) {
    List<Picture> more = new ArrayList<>(pictures);
    more.add(new Picture(caption, image));
    return new LocatedPhoto(name, truth, guess, more, cells, regions, path);
  }

  /** Returns the distance between truth and guess in km. */
  public double errorKm() {
    return GreatCircle.distanceKm(truth, guess);
  }
}
