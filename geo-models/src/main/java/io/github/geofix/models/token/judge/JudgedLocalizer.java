package io.github.geofix.models.token.judge;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.token.BeamSearch;
import io.github.geofix.models.token.Decoding;
import io.github.geofix.models.token.Pool;
import io.github.geofix.models.token.Selection;
import io.github.geofix.models.token.TokenModel;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Locates photos with a token model and lets a judge decide between its words. Where the judge does
 * not decide, the answer is the model's likeliest word. Thread-safe if the judge is.
 */
public final class JudgedLocalizer implements Localizer {
  private final TokenModel model;
  private final Decoding decoding;
  private final Judge judge;

  /**
   * Creates a localizer.
   *
   * @param model reads photos; shared, not owned
   * @param decoding finds the guesses that the judge is shown beside the greedy one; GeoToken draws
   *     30
   */
  public JudgedLocalizer(TokenModel model, Decoding decoding, Judge judge) {
    this.model = model;
    this.decoding = decoding;
    this.judge = judge;
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return photos.stream().map(Photos::read).map(this::locate).toList();
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return photos.stream().map(this::locate).toList();
  }

  @Override
  public Location locate(BufferedImage photo) {
    Pool pool = model.pools(List.of(photo), decoding, false).get(0);
    Pool greedy = model.pools(List.of(photo), BeamSearch.greedy(), false).get(0);
    List<LatLng> guesses =
        Stream.concat(
                Stream.of(greedy.latLng(0)), IntStream.range(0, pool.size()).mapToObj(pool::latLng))
            .distinct()
            .toList();
    Selection decision =
        found ->
            judge.decide(photo, guesses).orElseGet(() -> Selection.mostProbable().choose(found));
    return model.location(pool, decision);
  }

  /** Closes nothing: the model belongs to others. */
  @Override
  public void close() {}
}
