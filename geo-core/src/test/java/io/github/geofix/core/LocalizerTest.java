package io.github.geofix.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.metrics.MicrometerMetrics;
import io.github.geofix.core.partition.Region;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class LocalizerTest {
  private static final List<Path> PHOTOS =
      List.of(Path.of("good-1.jpg"), Path.of("bad.jpg"), Path.of("good-2.jpg"));

  /** Reads only photos whose names begin with "good". */
  private static class Fake implements Localizer {
    @Override
    public List<Location> locateAll(List<Path> photos) {
      return photos.stream().map(Fake::located).toList();
    }

    private static Location located(Path photo) {
      if (!photo.toString().startsWith("good")) {
        throw new UncheckedIOException(new IOException("cannot read photo " + photo));
      }
      LatLng there = new LatLng(photo.toString().charAt(5), 0);
      return new Location(there, List.of(new Candidate(there, 1, 1, new Tile(0, 0, 0))));
    }

    @Override
    public List<Location> locateImages(List<BufferedImage> photos) {
      throw new AssertionError("photo files stay files");
    }

    @Override
    public void close() {}
  }

  @Test
  void goesOnAfterAPhotoThatCannotBeRead() {
    List<PhotoOutcome> outcomes = new ArrayList<>();
    new Fake().locateEach(PHOTOS, outcomes::add);
    assertThat(outcomes).extracting(PhotoOutcome::photo).isEqualTo(PHOTOS);
    assertThat(outcomes.get(0)).isInstanceOf(PhotoOutcome.Located.class);
    assertThat(outcomes.get(1))
        .isInstanceOfSatisfying(
            PhotoOutcome.Failed.class,
            failed -> assertThat(failed.reason()).contains("cannot read photo bad.jpg"));
    assertThat(outcomes.get(2))
        .isInstanceOfSatisfying(
            PhotoOutcome.Located.class,
            located -> assertThat(located.location().latLng().latitude()).isEqualTo('2'));
  }

  @Test
  void goesOnAfterAPhotoWithoutAnAnswer() {
    List<PhotoOutcome> outcomes = new ArrayList<>();
    Localizer shy =
        new Fake() {
          @Override
          public List<Location> locateAll(List<Path> photos) {
            if (photos.get(0).toString().startsWith("bad")) {
              throw new NoAnswerException("it resembles nothing");
            }
            return super.locateAll(photos);
          }
        };
    shy.locateEach(PHOTOS, outcomes::add);
    assertThat(outcomes).hasSize(3);
    assertThat(outcomes.get(1))
        .isEqualTo(new PhotoOutcome.Unanswered(PHOTOS.get(1), "it resembles nothing"));
    assertThat(outcomes.get(2)).isInstanceOf(PhotoOutcome.Located.class);
  }

  @Test
  void stopsWhenInterruptedAndKeepsTheFlag() {
    List<PhotoOutcome> outcomes = new ArrayList<>();
    assertThatThrownBy(
            () ->
                new Fake()
                    .locateEach(
                        PHOTOS,
                        outcome -> {
                          outcomes.add(outcome);
                          Thread.currentThread().interrupt();
                        }))
        .isInstanceOf(CancellationException.class)
        .hasMessage("interrupted after 1 of 3 photos");
    assertThat(outcomes).hasSize(1);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void stopsWhenTheTimeIsOver() {
    List<PhotoOutcome> outcomes = new ArrayList<>();
    assertThatThrownBy(() -> new Fake().locateEach(PHOTOS, Duration.ZERO, outcomes::add))
        .isInstanceOf(CancellationException.class)
        .hasMessage("stopped after 1 of 3 photos: the limit of PT0S is reached");
    assertThat(outcomes).hasSize(1);
  }

  @Test
  void aLimitThatIsNotReachedChangesNothing() {
    List<PhotoOutcome> outcomes = new ArrayList<>();
    new Fake().locateEach(PHOTOS, Duration.ofHours(1), outcomes::add);
    assertThat(outcomes).hasSize(3);
    List<PhotoOutcome> one = new ArrayList<>();
    new Fake().locateEach(PHOTOS.subList(0, 1), Duration.ZERO, one::add);
    assertThat(one).as("it was done in time for the last photo").hasSize(1);
  }

  @Test
  void reportsEveryKindOfCallToMicrometer() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Localizer measured = new Fake().withMetrics(new MicrometerMetrics(registry));
    measured.locate(PHOTOS.get(0));
    measured.locateAll(List.of(PHOTOS.get(0), PHOTOS.get(2)));
    measured.locateEach(PHOTOS, outcome -> {});
    assertThatThrownBy(() -> measured.locate(PHOTOS.get(1)))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(registry.get("geofix.locate").timer().count()).isEqualTo(1 + 1 + 2);
    assertThat(photos(registry, "located")).isEqualTo(1 + 2 + 2);
    assertThat(photos(registry, "UncheckedIOException")).isEqualTo(1 + 1);
  }

  @Test
  void aRegionRestrictsTheCandidatesOfAnyLocalizer() {
    S2Cell whole = S2Cell.of(new LatLng(20, 20), 5);
    S2Cell outside = S2Cell.of(new LatLng(-40, 100), 5);
    S2Cell child = new S2Cell(S2Cells.child(whole.id(), 1));
    Location location =
        new Location(
            outside.center(), List.of(Candidate.of(outside, 0.6), Candidate.of(whole, 0.4)));
    Localizer localizer =
        new Fake() {
          @Override
          public List<Location> locateAll(List<Path> photos) {
            return List.of(location);
          }
        };
    Photo photo = Photo.of(PHOTOS.get(0)).withRegion(Region.of(child));
    Location inside = localizer.locate(photo);
    assertThat(inside.candidates()).hasSize(1);
    Candidate candidate = inside.candidates().get(0);
    assertThat(candidate.cell()).isEqualTo(whole);
    assertThat(candidate.score()).isEqualTo(1);
    assertThat(candidate.latLng()).isEqualTo(child.center()).isEqualTo(inside.latLng());
    assertThat(candidate.radiusKm())
        .as("to the farthest corner of the cell")
        .isGreaterThan(whole.radiusKm());
    Localizer measured = localizer.withMetrics(new MicrometerMetrics(new SimpleMeterRegistry()));
    assertThat(measured.locate(photo)).isEqualTo(inside);
    assertThat(measured.explain(photo, Explanation.Options.defaults()))
        .isEqualTo(new Explanation(inside, new Explanation.Candidates(inside.candidates())));
    Photo elsewhere = photo.withRegion(Region.around(new LatLng(80, 0), 10));
    assertThatThrownBy(() -> localizer.locate(elsewhere)).isInstanceOf(NoAnswerException.class);
  }

  @Test
  void refusesNullWhereAPhotoIsMade() {
    Photo photo = Photo.of(PHOTOS.get(0));
    assertThatNullPointerException().isThrownBy(() -> Photo.of(absent(Path.class)));
    assertThatNullPointerException().isThrownBy(() -> Photo.of(absent(byte[].class)));
    assertThatNullPointerException().isThrownBy(() -> photo.withRegion(absent(Region.class)));
    assertThatNullPointerException()
        .isThrownBy(() -> Localizer.load(absent(Path.class)))
        .withMessage("modelFolder");
  }

  @SuppressWarnings("NullAway")
  private static <T> T absent(Class<T> type) {
    return type.cast(null);
  }

  @Test
  void headingsTurn() {
    Photo photo = Photo.of(PHOTOS.get(0));
    assertThat(photo.withHeadingDegrees(-90).headingDegrees()).hasValue(270);
    assertThat(photo.withHeadingDegrees(720).headingDegrees()).hasValue(0);
    assertThat(photo.withHeadingDegrees(-1e-20).headingDegrees()).hasValue(0);
    assertThatThrownBy(() -> photo.withHeadingDegrees(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static double photos(SimpleMeterRegistry registry, String outcome) {
    return registry.get("geofix.photos").tag("outcome", outcome).counter().count();
  }
}
