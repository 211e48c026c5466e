package io.github.geofix.models.gallery;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.Photo;
import io.github.geofix.core.internal.Interrupts;
import io.github.geofix.models.gallery.GalleryModel.Answer;
import io.github.geofix.models.gallery.GalleryModel.Match;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.internal.BatchLocalizer;
import io.github.geofix.models.internal.OutcomeBatches;
import io.github.geofix.models.internal.Pictures;
import io.github.geofix.models.internal.Within;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Locates photos in a gallery, in batches. */
record GalleryLocalizer(GalleryModel gallery) implements Localizer {
  @Override
  public Photo.Limits photoLimits() {
    return gallery.photoLimits();
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return all(photos, this::read, photo -> photo + ": ");
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return all(photos, photo -> gallery.encoder().read(photo, Optional.empty()), photo -> "");
  }

  @Override
  public void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    new OutcomeBatches<>(
            this::read, BatchLocalizer::isFull, gallery::answers, GalleryLocalizer::outcome)
        .locateEach(photos, action);
  }

  @Override
  public Location locate(Photo photo) {
    return Within.location(photo.region(), located(answered(photo)));
  }

  @Override
  public Explanation explain(Photo photo, Explanation.Options options) {
    Answer answer = answered(photo);
    Location location = Within.location(photo.region(), located(answer));
    List<Match> matches = answer.matches();
    double[] votes =
        GalleryAnswers.shares(
            matches.stream().mapToDouble(Match::score).toArray(),
            gallery.config(),
            gallery.calibration());
    List<Explanation.Neighbor> neighbors = new ArrayList<>();
    for (int i = 0; i < Math.min(options.most(), votes.length); i++) {
      Match match = matches.get(i);
      neighbors.add(
          new Explanation.Neighbor(
              match.photo().toString(),
              match.latLng(),
              match.score(),
              votes[i],
              Pictures.of(options, () -> Photos.read(match.photo(), photoLimits()))));
    }
    return new Explanation(location, new Explanation.Neighbors(neighbors));
  }

  private Answer answered(Photo photo) {
    float[] read = gallery.encoder().read(photo.read(photoLimits()), photo.file());
    return photo.region().isPresent()
        ? gallery.answerWithin(read, photo.region().get())
        : gallery.answers(List.of(read)).get(0);
  }

  private static Location located(Answer answer) {
    return answer.location().orElseThrow(() -> new NoAnswerException(answer.reason()));
  }

  private float[] read(Path photo) {
    return gallery.encoder().read(Photos.read(photo, photoLimits()), Optional.of(photo));
  }

  private static PhotoOutcome outcome(Path photo, Answer answer) {
    return answer.location().isPresent()
        ? new PhotoOutcome.Located(photo, answer.location().get())
        : new PhotoOutcome.Unanswered(photo, answer.reason());
  }

  /**
   * Locates photos.
   *
   * @param name what an error begins with for a photo
   */
  private <T> List<Location> all(
      List<T> photos, Function<T, float[]> prepare, Function<T, String> name) {
    List<Location> locations = new ArrayList<>(photos.size());
    List<float[]> batch = new ArrayList<>();
    for (int i = 0; i < photos.size(); i++) {
      batch.add(prepare.apply(photos.get(i)));
      if (i == photos.size() - 1 || BatchLocalizer.isFull(batch)) {
        Interrupts.check(locations.size(), photos.size(), "photos");
        for (Answer answer : gallery.answers(batch)) {
          String photo = name.apply(photos.get(locations.size()));
          locations.add(
              answer.location().orElseThrow(() -> new NoAnswerException(photo + answer.reason())));
        }
        batch.clear();
      }
    }
    return locations;
  }

  /** Closes nothing: the arrays belong to the gallery. */
  @Override
  public void close() {}
}
