package io.github.geofix.core.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FallbackTest {

  /** Answers for photos named by a number of tenths; the width of an image is such a number. */
  private static final class Numbers implements Localizer {
    private final double latitude;
    private final int least;
    private final List<Path> asked = new ArrayList<>();
    private boolean closed;

    Numbers(double latitude, int least) {
      this.latitude = latitude;
      this.least = least;
    }

    private Location answer(int tenths) {
      if (tenths < least) {
        throw new NoAnswerException(tenths + " is less than " + least);
      }
      LatLng place = new LatLng(latitude, 0);
      return new Location(
          place, List.of(new Candidate(place, tenths / 10.0, 1, S2Cell.of(place, 10))));
    }

    @Override
    public Location locate(Path photo) {
      asked.add(photo);
      if (photo.endsWith("lost")) {
        throw new UncheckedIOException(new IOException("lost"));
      }
      return answer(Integer.parseInt(photo.toString()));
    }

    @Override
    public Location locate(BufferedImage photo) {
      return answer(photo.getWidth());
    }

    @Override
    public List<Location> locateAll(List<Path> photos) {
      return photos.stream().map(this::locate).toList();
    }

    @Override
    public List<Location> locateImages(List<BufferedImage> photos) {
      return photos.stream().map(this::locate).toList();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final Numbers first = new Numbers(1, 3);
  private final Numbers second = new Numbers(2, 2);
  private final Localizer both = new Fallback(first, answer -> answer.score() > 0.45, second);

  @Test
  void asksTheSecondForWhatTheFirstDeclines() {
    List<Path> photos = Stream.of("9", "1", "4", "lost", "2", "5").map(Path::of).toList();
    List<String> outcomes = new ArrayList<>();
    both.locateEach(
        photos,
        outcome ->
            outcomes.add(
                outcome instanceof PhotoOutcome.Located located
                    ? outcome.photo() + " at " + located.location().latLng().latitude()
                    : outcome instanceof PhotoOutcome.Unanswered unanswered
                        ? outcome.photo() + ": " + unanswered.reason()
                        : outcome.photo() + " failed"));
    assertThat(outcomes)
        .containsExactly(
            "9 at 1.0",
            "1: 1 is less than 3; then 1 is less than 2",
            "4 at 2.0",
            "lost failed",
            "2 at 2.0",
            "5 at 1.0");
    assertThat(second.asked).containsExactly(Path.of("1"), Path.of("4"), Path.of("2"));
    List<Path> many = IntStream.range(0, 200).mapToObj(i -> Path.of("" + (2 + i % 8))).toList();
    assertThat(both.locateAll(many))
        .extracting(location -> location.latLng().latitude())
        .isEqualTo(IntStream.range(0, 200).mapToObj(i -> i % 8 < 3 ? 2.0 : 1.0).toList());
    assertThatThrownBy(() -> both.locateAll(photos)).isInstanceOf(NoAnswerException.class);
  }

  @Test
  void answersForImagesAndPhotosAlike() {
    BufferedImage four = new BufferedImage(4, 1, BufferedImage.TYPE_INT_RGB);
    BufferedImage nine = new BufferedImage(9, 1, BufferedImage.TYPE_INT_RGB);
    BufferedImage one = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    assertThat(both.locateImages(List.of(four, nine)))
        .extracting(location -> location.latLng().latitude())
        .containsExactly(2.0, 1.0);
    assertThat(both.locate(Photo.of(four)).latLng().latitude()).isEqualTo(2);
    Explanation explained = both.explain(Photo.of(nine), Explanation.Options.defaults());
    assertThat(explained.location().latLng().latitude()).isEqualTo(1);
    assertThatThrownBy(() -> both.locate(one))
        .isInstanceOf(NoAnswerException.class)
        .hasMessage("1 is less than 3; then 1 is less than 2");
    both.close();
    assertThat(first.closed && second.closed).isTrue();
  }
}
