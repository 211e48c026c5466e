package io.github.geofix.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistanceEvaluatorTest {

  @SuppressWarnings("NullAway.Init") // set by JUnit
  @TempDir
  Path folder;

  /** Reads the position from the photo's color: red is the latitude, green the longitude. */
  private static final class ColorLocalizer implements Localizer {
    final List<Integer> batches = new ArrayList<>();

    @Override
    public List<Location> locateAll(List<Path> photos) {
      batches.add(photos.size());
      return locateImages(photos.stream().map(ColorLocalizer::read).toList());
    }

    @Override
    public List<Location> locateImages(List<BufferedImage> photos) {
      return photos.stream()
          .map(
              photo -> {
                int rgb = photo.getRGB(0, 0);
                LatLng latLng = new LatLng((rgb >> 16 & 0xFF) - 90, (rgb >> 8 & 0xFF) - 180);
                return new Location(
                    latLng, List.of(new Candidate(latLng, 1, 0, new Tile(1, 0, 0))));
              })
          .toList();
    }

    @Override
    public void close() {}

    private static BufferedImage read(Path file) {
      try {
        BufferedImage image = ImageIO.read(file.toFile());
        if (image == null) {
          throw new IOException("not an image: " + file);
        }
        return image;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Manifest.Entry photo(String name, int latitude, int longitude, LatLng truth) {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    int rgb = (latitude + 90) << 16 | (longitude + 180) << 8;
    image.setRGB(0, 0, 2, 2, new int[] {rgb, rgb, rgb, rgb}, 0, 2);
    Path file = folder.resolve(name);
    try {
      ImageIO.write(image, "png", file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Manifest.Entry(file, truth, Map.of());
  }

  @Test
  void locatesInOrder() {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      entries.add(photo(i + ".png", i, 0, new LatLng(0, 0)));
    }
    ColorLocalizer localizer = new ColorLocalizer();
    List<String> seen = new ArrayList<>();
    DistanceReport report =
        DistanceEvaluator.defaults()
            .withKm(120, 250)
            .withObserver(
                (index, photo, location) ->
                    seen.add(index + " " + photo.image().getFileName() + " " + location.score()))
            .evaluate(localizer, Manifest.of(entries));
    assertThat(localizer.batches).containsExactly(1, 1, 1, 1, 1);
    assertThat(seen)
        .containsExactly("0 0.png 1.0", "1 1.png 1.0", "2 2.png 1.0", "3 3.png 1.0", "4 4.png 1.0");
    // A degree of latitude is 111.2 km.
    assertThat(report.accuracyWithinKm(120)).isEqualTo(0.4);
    assertThat(report.accuracyWithinKm(250)).isEqualTo(0.6);
    assertThat(report.photos()).hasSize(5).first().asString().endsWith("0.png");
  }

  @Test
  void findsAMissingImageBeforeItLocatesAny() throws IOException {
    Manifest.Entry first = photo("first.png", 0, 0, new LatLng(0, 0));
    Manifest.Entry gone = photo("gone.png", 0, 0, new LatLng(0, 0));
    Files.delete(gone.image());
    ColorLocalizer localizer = new ColorLocalizer();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DistanceEvaluator.defaults().evaluate(localizer, Manifest.of(List.of(first, gone))))
        .withMessage("cannot read the image " + gone.image());
    assertThat(localizer.batches).isEmpty();
  }

  private static Manifest positions(String... pathsAndLatitudes) {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (int i = 0; i < pathsAndLatitudes.length; i += 2) {
      LatLng latLng = new LatLng(Double.parseDouble(pathsAndLatitudes[i + 1]), 0);
      entries.add(new Manifest.Entry(Path.of(pathsAndLatitudes[i]), latLng, Map.of()));
    }
    return Manifest.of(entries);
  }

  @Test
  void pairsPredictionsByPathOrByUniqueName() {
    Manifest photos = positions("/data/a.jpg", "0", "/data/b.jpg", "1");
    DistanceEvaluator evaluator = DistanceEvaluator.defaults();
    Manifest elsewhere = positions("out/b.jpg", "1", "out/a.jpg", "0", "out/c.jpg", "50");
    assertThat(evaluator.evaluate(elsewhere, photos).errors().toArray()).containsExactly(0, 0);
    Manifest twoFolders = positions("/data/a.jpg", "0", "/other/a.jpg", "9", "/data/b.jpg", "1");
    assertThat(evaluator.evaluate(twoFolders, photos).errors().toArray()).containsExactly(0, 0);
  }

  private static Manifest ranked(String... pathsLatitudesAndRanks) {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (int i = 0; i < pathsLatitudesAndRanks.length; i += 3) {
      entries.add(
          new Manifest.Entry(
              Path.of(pathsLatitudesAndRanks[i]),
              new LatLng(Double.parseDouble(pathsLatitudesAndRanks[i + 1]), 0),
              Map.of("rank", pathsLatitudesAndRanks[i + 2])));
    }
    return Manifest.of(entries);
  }

  @Test
  void takesTheLowestRankOfEachPhoto() {
    Manifest photos = positions("/d/a", "0", "/d/b", "0");
    Manifest answers =
        ranked("/d/b", "9", "10", "/d/a", "4", "1", "/d/b", "7", "2", "/d/a", "3", "0");
    assertThat(DistanceEvaluator.pair(answers, photos).locations())
        .containsExactly(new LatLng(3, 0), new LatLng(7, 0));
    // A column of that name that ranks nothing within a photo is left alone.
    assertThat(DistanceEvaluator.pair(ranked("/d/a", "4", "gold", "/d/b", "5", ""), photos).size())
        .isEqualTo(2);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> DistanceEvaluator.pair(ranked("/d/a", "4", "1", "/d/a", "5", "1"), photos))
        .withMessage("/d/a has the rank 1 twice");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> DistanceEvaluator.pair(ranked("/d/a", "4", "1", "/d/a", "5", "x"), photos))
        .withMessage("/d/a has a rank that is no number: x");
  }

  @Test
  void countsPhotosWithoutAPredictionAndNamesTheFirst() {
    Manifest photos = positions("/d/a", "0", "/d/b", "1", "/d/c", "1", "/d/d", "1", "/d/e", "1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DistanceEvaluator.defaults().evaluate(positions("/d/c", "1"), photos))
        .withMessage(
            "photos without a prediction: 4 of 5 (/d/a, /d/b, /d/d, ...);"
                + " predictions are of /d/c");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DistanceEvaluator.pair(positions(), positions("/d/a", "0")))
        .withMessage("photos without a prediction: 1 of 1 (/d/a); there are no predictions");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DistanceEvaluator.defaults().evaluate(positions("/d/c", "1", "/d/c", "2"), photos))
        .withMessage("photos predicted twice: 1 of 2 (/d/c)");
  }

  @Test
  void pairsPredictionsByNameWithoutItsEnding() {
    Manifest photos = positions("12345", "0", "7.5", "1");
    Manifest answers = positions("out/7.5.JPG", "1", "out/12345.jpg", "0");
    assertThat(DistanceEvaluator.defaults().evaluate(answers, photos).errors().toArray())
        .containsExactly(0, 0);
    Manifest twoEndings = positions("out/12345.jpg", "1", "out/12345.png", "0", "7.5", "1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DistanceEvaluator.defaults().evaluate(twoEndings, photos))
        .withMessageStartingWith("photos without a prediction: 1 of 2 (12345)");
  }

  @Test
  void skipsUnreadablePhotosOnlyIfTold() throws IOException {
    Manifest.Entry first = photo("1.png", 1, 0, new LatLng(0, 0));
    Manifest.Entry noise = photo("2.png", 2, 0, new LatLng(0, 0));
    Manifest.Entry last = photo("3.png", 3, 0, new LatLng(0, 0));
    Files.writeString(noise.image(), "noise");
    Manifest photos = Manifest.of(List.of(first, noise, last));
    assertThatThrownBy(() -> DistanceEvaluator.defaults().evaluate(new ColorLocalizer(), photos))
        .isInstanceOf(UncheckedIOException.class);
    List<String> seen = new ArrayList<>();
    DistanceEvaluator.Observer observer =
        new DistanceEvaluator.Observer() {
          @Override
          public void located(int index, Manifest.Entry photo, Location location) {
            seen.add(index + " located");
          }

          @Override
          public void skipped(int index, Manifest.Entry photo, PhotoOutcome.Failed failure) {
            seen.add(index + " skipped " + failure.photo().getFileName());
          }
        };
    DistanceReport report =
        DistanceEvaluator.defaults()
            .skippingUnreadable()
            .withObserver(observer)
            .evaluate(new ColorLocalizer(), photos);
    assertThat(seen).containsExactly("0 located", "1 skipped 2.png", "2 located");
    assertThat(report.count()).isEqualTo(2);
    assertThat(report.photos())
        .containsExactly(
            first.image().getFileName().toString(), last.image().getFileName().toString());
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DistanceEvaluator.defaults()
                    .skippingUnreadable()
                    .evaluate(new ColorLocalizer(), Manifest.of(List.of(noise))))
        .withMessageStartingWith("none of the 1 photo can be read; the first: ");
  }
}
