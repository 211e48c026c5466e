package io.github.geofix.judge;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.localizer.ForwardingLocalizer;
import java.awt.image.BufferedImage;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A localizer whose answers a judge chooses: it is given the photo, and as guesses the answer and
 * the candidates of another localizer. Without a decision that answer stands. Candidates and
 * regions stay as they were.
 *
 * <p>Photos are judged one after the other. Files are decoded once more for the judge. Thread-safe
 * if its parts are; closing it closes the other localizer. {@link #warmUp} leaves the judge alone,
 * which costs money.
 */
public final class JudgedLocalizer extends ForwardingLocalizer {
  private static final double RADIUS_KM = 50;

  private final Judge judge;
  private final Function<Path, BufferedImage> reader;

  /**
   * Creates a localizer.
   *
   * @param localizer makes the guesses; it is closed with this one
   * @param reader decodes photo files upright, such as {@code Photos::read}
   */
  public JudgedLocalizer(Localizer localizer, Judge judge, Function<Path, BufferedImage> reader) {
    super(localizer);
    this.judge = judge;
    this.reader = reader;
  }

  /**
   * Returns a judge as a stage between others of a {@link io.github.geofix.core.cascade.Cascade}:
   * the chosen candidate alone is passed on, or all of them if there is no decision. A place that
   * is none of them is passed on as a cell of about 50 km around it. Closing the stage does not
   * close the judge.
   */
  public static Refiner stage(Judge judge) {
    return new JudgeStage(judge);
  }

  private record JudgeStage(Judge judge) implements Refiner {
    @Override
    public String name() {
      return "judge";
    }

    @Override
    public List<Candidate> refine(BufferedImage photo, List<Candidate> proposed) {
      List<LatLng> guesses = proposed.stream().map(Candidate::latLng).distinct().toList();
      return judge
          .decide(photo, guesses)
          .map(
              place ->
                  List.of(
                      proposed.stream()
                          .filter(candidate -> candidate.latLng().equals(place))
                          .findFirst()
                          .orElseGet(() -> around(place))
                          .withScore(1)))
          .orElseGet(() -> proposed.stream().map(candidate -> candidate.withScore(1)).toList());
    }

    private static Candidate around(LatLng place) {
      S2Cell cell = S2Cell.around(place, RADIUS_KM);
      return new Candidate(place, 1, S2Cells.radiusKm(cell.id(), place), cell);
    }

    @Override
    public void close() {}
  }

  /** {@inheritDoc} A decision outside the photo's region does not count. */
  @Override
  public Location locate(Photo photo) {
    return judged(photo, super.locate(photo));
  }

  @Override
  public Explanation explain(Photo photo, Explanation.Options options) {
    Explanation explained = super.explain(photo, options);
    return new Explanation(judged(photo, explained.location()), explained.evidence());
  }

  private Location judged(Photo photo, Location location) {
    BufferedImage image =
        photo.file().isPresent() ? reader.apply(photo.file().get()) : photo.read(photoLimits());
    Location judged = judged(location, image);
    boolean fits = photo.region().map(region -> region.contains(judged.latLng())).orElse(true);
    return fits ? judged : location;
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return judged(super.locateAll(photos), photos, reader);
  }

  @Override
  public void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    super.locateEach(
        photos,
        outcome ->
            action.accept(
                outcome instanceof PhotoOutcome.Located located ? judged(located) : outcome));
  }

  private PhotoOutcome judged(PhotoOutcome.Located located) {
    BufferedImage photo;
    try {
      photo = reader.apply(located.photo());
    } catch (UncheckedIOException e) {
      return new PhotoOutcome.Failed(located.photo(), e);
    }
    return new PhotoOutcome.Located(located.photo(), judged(located.location(), photo));
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return judged(super.locateImages(photos), photos, Function.identity());
  }

  private <T> List<Location> judged(
      List<Location> locations, List<T> photos, Function<T, BufferedImage> decode) {
    List<Location> judged = new ArrayList<>(locations.size());
    for (int i = 0; i < locations.size(); i++) {
      judged.add(judged(locations.get(i), decode.apply(photos.get(i))));
    }
    return judged;
  }

  private Location judged(Location location, BufferedImage photo) {
    List<LatLng> guesses =
        Stream.concat(
                Stream.of(location.latLng()), location.candidates().stream().map(Candidate::latLng))
            .distinct()
            .toList();
    LatLng answer = judge.decide(photo, guesses).orElse(location.latLng());
    return new Location(answer, location.candidates(), location.regions());
  }
}
