package io.github.geofix.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
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
}
