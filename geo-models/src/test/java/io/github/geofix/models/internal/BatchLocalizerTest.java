package io.github.geofix.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.image.ImageSpec;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchLocalizerTest {
  @SuppressWarnings("NullAway.Init") // set by JUnit
  @TempDir
  private Path folder;

  private final List<Integer> batches = new ArrayList<>();

  /** Places a photo at the latitude of its red. */
  private final BatchLocalizer localizer =
      new BatchLocalizer(ImageSpec.symmetric(2), Photo.Limits.defaults()) {
        @Override
        protected List<Location> locate(float[] photos, int count) {
          batches.add(count);
          int length = photos.length / count;
          return IntStream.range(0, count)
              .mapToObj(i -> new LatLng(Math.rint((photos[i * length] + 1) * 127.5) / 3, 0))
              .map(at -> new Location(at, List.of(new Candidate(at, 1, 1, new Tile(0, 0, 0)))))
              .toList();
        }

        @Override
        protected Answer answer(float[] pixels, Photo photo, Explanation.Options options) {
          return Answer.of(locate(pixels, 1).get(0));
        }
      };

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  private List<Path> photos(int count, List<Integer> broken) throws IOException {
    List<Path> photos = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path photo = folder.resolve("%03d.png".formatted(i));
      if (broken.contains(i)) {
        Files.writeString(photo, "no image");
      } else {
        BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 4; p++) {
          image.setRGB(p % 2, p / 2, i << 16);
        }
        ImageIO.write(image, "png", photo.toFile());
      }
      photos.add(photo);
    }
    return photos;
  }

  @Test
  void answersInOrderAroundPhotosThatCannotBeRead() throws IOException {
    List<Integer> broken = List.of(0, 31, 32, 33, 69);
    List<Path> photos = photos(70, broken);
    List<PhotoOutcome> outcomes = new ArrayList<>();
    localizer.locateEach(photos, outcomes::add);
    assertThat(outcomes).extracting(PhotoOutcome::photo).isEqualTo(photos);
    for (int i = 0; i < 70; i++) {
      if (broken.contains(i)) {
        assertThat(outcomes.get(i)).isInstanceOf(PhotoOutcome.Failed.class);
      } else {
        PhotoOutcome.Located located = (PhotoOutcome.Located) outcomes.get(i);
        assertThat(located.location().latLng().latitude()).isEqualTo(i / 3.0);
      }
    }
    assertThat(batches).containsExactly(32, 32, 1);
  }

  @Test
  void makesTheSameBatchesWithAndWithoutOutcomes() throws IOException {
    List<Path> photos = photos(40, List.of());
    List<Location> all = localizer.locateAll(photos);
    List<PhotoOutcome> outcomes = new ArrayList<>();
    localizer.locateEach(photos, outcomes::add);
    assertThat(batches).containsExactly(32, 8, 32, 8);
    assertThat(outcomes)
        .extracting(outcome -> ((PhotoOutcome.Located) outcome).location())
        .isEqualTo(all);
  }

  @Test
  void goesOnWhereNoPhotoCanBeRead() throws IOException {
    List<PhotoOutcome> outcomes = new ArrayList<>();
    localizer.locateEach(photos(3, List.of(0, 1, 2)), outcomes::add);
    assertThat(outcomes).hasSize(3).hasOnlyElementsOfType(PhotoOutcome.Failed.class);
    assertThat(batches).isEmpty();
  }

  @Test
  void anInterruptEndsALongCall() throws IOException {
    List<Path> photos = photos(40, List.of());
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> localizer.locateAll(photos))
        .isInstanceOf(CancellationException.class)
        .hasMessage("interrupted after 0 of 40 photos");
    assertThat(Thread.interrupted()).isTrue();
    List<PhotoOutcome> outcomes = new ArrayList<>();
    assertThatThrownBy(
            () ->
                localizer.locateEach(
                    photos,
                    outcome -> {
                      outcomes.add(outcome);
                      Thread.currentThread().interrupt();
                    }))
        .isInstanceOf(CancellationException.class)
        .hasMessage("interrupted after 32 of 40 photos");
    assertThat(outcomes).hasSize(32);
  }
}
