package io.github.geofix.earth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EarthPhotosTest {
  private static final EarthImage EARTH = SyntheticEarth.patches(1);
  private static final EarthImage OTHER_EARTH = SyntheticEarth.patches(2);
  private static final LandMap LAND = LandMap.of(EARTH);
  private static final EarthPhotoOptions DEFAULTS = EarthPhotoOptions.defaults();

  private static EarthPhotos photos(EarthPhotoOptions options) {
    return EarthPhotos.of(LAND, List.of(EARTH, OTHER_EARTH), options);
  }

  private static int[] pixels(BufferedImage image) {
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aPhotoDependsOnSeedAndIndexAlone(long seed) {
    EarthPhotoOptions options = DEFAULTS.withSeed(seed);
    List<EarthPhoto> inParallel = photos(options).photos(5, 50);
    for (int i = 49; i >= 0; i--) {
      EarthPhoto alone = photos(options).photo(5 + i);
      assertThat(inParallel.get(i).view()).isEqualTo(alone.view());
      assertThat(inParallel.get(i).rendering()).isEqualTo(alone.rendering());
      assertThat(pixels(inParallel.get(i).image())).isEqualTo(pixels(alone.image()));
    }
  }

  @Test
  void seedsAndIndexesGiveDifferentPhotos() {
    assertThat(
            Stream.of(1L, 2L, 3L)
                .flatMap(seed -> photos(DEFAULTS.withSeed(seed)).photos(0, 200).stream())
                .map(EarthPhoto::view))
        .doesNotHaveDuplicates();
  }

  /** Another value here means that no dataset of an older version can be made again. */
  @Test
  void theFirstPhotoStaysWhatItIs() {
    EarthPhoto photo = photos(DEFAULTS).photo(0);
    assertThat(photo.view().center().latitude()).isCloseTo(-22.504799256809406, within(1e-9));
    assertThat(photo.view().center().longitude()).isCloseTo(-148.20341147586598, within(1e-9));
    assertThat(photo.view().sizeDegrees()).isCloseTo(6.323963569166024, within(1e-9));
    assertThat(photo.view().rotationDegrees()).isCloseTo(3.314160525604631, within(1e-9));
  }

  @Test
  void keepsToItsOptions() {
    EarthPhotoOptions options =
        DEFAULTS
            .withLatitudes(10, 20)
            .withSizeDegrees(3, 5)
            .withMaxRotationDegrees(90)
            .withPixels(7);
    List<EarthPhoto> photos = photos(options).photos(0, 300);
    assertThat(photos)
        .allSatisfy(
            photo -> {
              assertThat(photo.latLng().latitude()).isBetween(10.0, 20.0);
              assertThat(photo.view().sizeDegrees()).isBetween(3.0, 5.0);
              assertThat(photo.view().rotationDegrees()).isBetween(-90.0, 90.0);
              assertThat(photo.image().getWidth()).isEqualTo(7);
              assertThat(photo.image().getHeight()).isEqualTo(7);
            });
    assertThat(photos).filteredOn(photo -> photo.rendering() == 0).hasSizeBetween(100, 200);
    assertThat(photos)
        .filteredOn(photo -> photo.view().rotationDegrees() < 0)
        .hasSizeBetween(100, 200);
    assertThat(photos).filteredOn(photo -> photo.view().sizeDegrees() < 4).hasSizeBetween(100, 200);
  }

  @Test
  void centersAreUniformOnTheSphere() {
    List<EarthPhoto> photos = photos(DEFAULTS.withLatitudes(-90, 90).withPixels(1)).photos(0, 4000);
    // Half of a sphere lies between 30 S and 30 N; 5 sigma of a fair coin are 158.
    assertThat(photos)
        .filteredOn(photo -> Math.abs(photo.latLng().latitude()) < 30)
        .hasSizeBetween(1842, 2158);
    assertThat(photos)
        .filteredOn(photo -> photo.latLng().longitude() < 0)
        .hasSizeBetween(1842, 2158);
  }

  @Test
  void takesNoPhotosOfTheSea() {
    EarthImage halfSea =
        EarthImage.of(SyntheticEarth.paint(180, (lat, lon) -> lon < 0 ? 0x0A1E46 : 0x1E3214));
    EarthPhotos photos = EarthPhotos.of(LandMap.of(halfSea), List.of(halfSea), DEFAULTS);
    assertThat(photos.photos(0, 500))
        .allSatisfy(
            photo ->
                assertThat(photo.latLng().longitude() > -8 || photo.latLng().longitude() < -172)
                    .isTrue());
  }

  @Test
  void saysSoWhenThereIsNoPlaceToTakePhotosOf() {
    EarthImage sea = EarthImage.of(SyntheticEarth.paint(90, (lat, lon) -> 0x0A1E46));
    EarthPhotos photos = EarthPhotos.of(LandMap.of(sea), List.of(sea), DEFAULTS);
    assertThatThrownBy(() -> photos.photo(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("at most 0.7 water");
  }

  @Test
  void withoutLooksAPhotoIsTheCrop() {
    for (EarthPhoto photo : photos(DEFAULTS.withLooks(0, 0)).photos(0, 20)) {
      EarthImage rendering = photo.rendering() == 0 ? EARTH : OTHER_EARTH;
      assertThat(pixels(photo.image())).isEqualTo(pixels(rendering.crop(photo.view(), 32)));
    }
  }

  @Test
  void looksChangeThePhotoAndNotThePlace() {
    List<EarthPhoto> plain = photos(DEFAULTS.withLooks(0, 0)).photos(0, 20);
    List<EarthPhoto> changed = photos(DEFAULTS).photos(0, 20);
    for (int i = 0; i < 20; i++) {
      assertThat(changed.get(i).view()).isEqualTo(plain.get(i).view());
      assertThat(pixels(changed.get(i).image())).isNotEqualTo(pixels(plain.get(i).image()));
    }
  }

  @Test
  void grayPhotosDifferByNoiseAlone() {
    for (EarthPhoto photo : photos(DEFAULTS.withLooks(0, 1)).photos(0, 20)) {
      for (int rgb : pixels(photo.image())) {
        assertThat(rgb & 0xFF).isEqualTo(rgb >> 8 & 0xFF).isEqualTo(rgb >> 16 & 0xFF);
      }
    }
  }

  @Test
  void viewIsWhatThePhotoShows() {
    for (int i = 0; i < 20; i++) {
      assertThat(photos(DEFAULTS).view(i)).isEqualTo(photos(DEFAULTS).photo(i).view());
    }
  }

  @Test
  void sourceHasNewPhotosInEveryEpoch() {
    PhotoSource source = photos(DEFAULTS).source(10);
    assertThat(source.size()).isEqualTo(10);
    PhotoSource.LabeledPhoto photo = source.photo(2, 3);
    assertThat(photo.latLng()).isEqualTo(photos(DEFAULTS).photo(23).latLng());
    assertThat(pixels(photo.image())).isEqualTo(pixels(photos(DEFAULTS).photo(23).image()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aDriveGoesOnInEqualStepsWithOneCamera(long seed) {
    EarthPhotos photos = photos(DEFAULTS.withSeed(seed));
    DriveOptions drive =
        DriveOptions.defaults().withFrames(20).withStepKm(80).withMaxTurnDegrees(10);
    List<EarthPhoto> frames = photos.drive(7, drive);
    assertThat(frames).hasSize(20);
    assertThat(pixels(frames.get(0).image())).isEqualTo(pixels(photos.photo(7).image()));
    for (int i = 1; i < 20; i++) {
      EarthPhoto frame = frames.get(i);
      assertThat(GreatCircle.distanceKm(frames.get(i - 1).latLng(), frame.latLng()))
          .isCloseTo(80, within(0.2));
      assertThat(photos.fits(frame.latLng())).isTrue();
      assertThat(frame.view().sizeDegrees()).isEqualTo(frames.get(0).view().sizeDegrees());
      assertThat(frame.rendering()).isEqualTo(frames.get(0).rendering());
    }
    // Turning by 10 degrees at most, one is far away after 20 steps unless the way was barred.
    assertThat(GreatCircle.distanceKm(frames.get(0).latLng(), frames.get(4).latLng()))
        .isGreaterThan(200);
    assertThat(photos.drive(7, drive))
        .extracting(EarthPhoto::view)
        .isEqualTo(frames.stream().map(EarthPhoto::view).toList());
  }

  @Test
  void aDriveStaysOnItsIsland() {
    EarthImage island =
        EarthImage.of(
            SyntheticEarth.paint(
                360, (lat, lon) -> Math.hypot(lat - 10, lon) < 8 ? 0x1E3214 : 0x0A1E46));
    EarthPhotos photos = EarthPhotos.of(LandMap.of(island), List.of(island), DEFAULTS);
    List<EarthPhoto> frames = photos.drive(0, DriveOptions.defaults().withFrames(200));
    assertThat(frames).allSatisfy(frame -> assertThat(photos.fits(frame.latLng())).isTrue());
  }

  @Test
  void driveOptionsNameWhatDoesNotFit() {
    DriveOptions drive = DriveOptions.defaults();
    assertThatThrownBy(() -> drive.withFrames(0)).hasMessageContaining("frames");
    assertThatThrownBy(() -> drive.withStepKm(0)).hasMessageContaining("stepKm");
    assertThatThrownBy(() -> drive.withMaxTurnDegrees(-1)).hasMessageContaining("maxTurnDegrees");
  }

  @ParameterizedTest
  @EnumSource(EarthPhotoOptions.Places.class)
  void keepsToItsPlaces(EarthPhotoOptions.Places places) {
    HeldOutBlocks blocks = HeldOutBlocks.of(0);
    for (EarthPhoto photo : photos(DEFAULTS.withPlaces(places)).photos(0, 200)) {
      LatLng point = photo.latLng();
      assertThat(
              switch (places) {
                case ALL -> true;
                case TRAINING -> blocks.isForTraining(point) && !blocks.isHeldOut(point);
                case HELD_OUT -> blocks.isHeldOut(point);
              })
          .isTrue();
    }
  }

  @Test
  void writesADataset(@TempDir Path temporary) throws IOException {
    Path folder = temporary.resolve("dataset");
    EarthPhotos photos = photos(DEFAULTS);
    photos.writeDataset(12, folder, true);
    Manifest manifest = Manifest.readCsv(folder.resolve("manifest.csv"));
    assertThat(manifest.size()).isEqualTo(12);
    for (int i = 0; i < 12; i++) {
      Manifest.Entry entry = manifest.entries().get(i);
      EarthPhoto photo = photos.photo(i);
      assertThat(entry.latLng()).isEqualTo(photo.latLng());
      assertThat(pixels(ImageIO.read(entry.image().toFile()))).isEqualTo(pixels(photo.image()));
      assertThat(Double.parseDouble(extra(entry, "size_degrees")))
          .isEqualTo(photo.view().sizeDegrees());
      assertThat(Double.parseDouble(extra(entry, "rotation_degrees")))
          .isEqualTo(photo.view().rotationDegrees());
      assertThat(Integer.parseInt(extra(entry, "rendering"))).isEqualTo(photo.rendering());
      BufferedImage classes = ImageIO.read(folder.resolve(extra(entry, "classes")).toFile());
      assertThat(classes.getRaster().getSample(0, 0, 0)).isEqualTo(LandMap.LAND);
    }
  }

  @Test
  void replacesADatasetOfItsOwnButNoOtherPhotos(@TempDir Path temporary) throws IOException {
    Path folder = temporary.resolve("dataset");
    EarthPhotos photos = photos(DEFAULTS);
    photos.writeDataset(3, folder, false);
    photos.writeDataset(2, folder, false);
    assertThat(Manifest.readCsv(folder.resolve("manifest.csv")).size()).isEqualTo(2);
    Path own = Files.writeString(folder.resolve("photos/IMG_1.jpg"), "mine");
    assertThatThrownBy(() -> photos.writeDataset(3, folder, false))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            "cannot write "
                + folder
                + ": it holds photos/IMG_1.jpg, which would be lost: name another folder or empty"
                + " it");
    assertThat(own).hasContent("mine");
  }

  private static String extra(Manifest.Entry entry, String column) {
    return Objects.requireNonNull(entry.extra().get(column));
  }

  @Test
  void leavesNothingBehindWhenADatasetCannotBeWritten(@TempDir Path temporary) throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "in the way");
    assertThatThrownBy(() -> photos(DEFAULTS).writeDataset(2, file.resolve("dataset"), false))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot write");
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void optionsNameWhatDoesNotFit() {
    assertThatThrownBy(() -> DEFAULTS.withPixels(0))
        .hasMessageContaining("pixels")
        .hasMessageContaining("0");
    assertThatThrownBy(() -> DEFAULTS.withSizeDegrees(5, 4)).hasMessageContaining("maxSizeDegrees");
    assertThatThrownBy(() -> DEFAULTS.withSizeDegrees(0, 4)).hasMessageContaining("minSizeDegrees");
    assertThatThrownBy(() -> DEFAULTS.withMaxRotationDegrees(181)).hasMessageContaining("181");
    assertThatThrownBy(() -> DEFAULTS.withLooks(Double.NaN, 0)).hasMessageContaining("strength");
    assertThatThrownBy(() -> DEFAULTS.withLooks(0, 1.5)).hasMessageContaining("grayShare");
    assertThatThrownBy(() -> DEFAULTS.withLatitudes(20, 10)).hasMessageContaining("maxLatitude");
    assertThatThrownBy(() -> DEFAULTS.withLatitudes(-91, 10)).hasMessageContaining("minLatitude");
    assertThatThrownBy(() -> DEFAULTS.withMaxWaterShare(0)).hasMessageContaining("maxWaterShare");
    assertThatThrownBy(() -> EarthPhotos.of(LAND, List.of(), DEFAULTS))
        .hasMessageContaining("rendering");
  }
}
