package io.github.geofix.earth;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.geofix.core.Manifest;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * A folder of photos with their manifest: see {@link EarthPhotos#writeDataset} and {@link
 * EarthPhotos#writeDrive}.
 */
record EarthDataset(EarthPhotos source, Path folder, boolean classMaps) {
  /** Any time will do. */
  private static final Instant DRIVE_START = Instant.parse("2026-05-01T08:00:00Z");

  private static final Pattern OWN = Pattern.compile("\\d{6}\\.png");

  /**
   * Protects photos of others in a folder that is laid out as this one.
   *
   * @throws UncheckedIOException if there are some
   */
  static void refuseToLoseOthers(Path folder) {
    for (String part : List.of("photos", "classes")) {
      Path old = folder.resolve(part);
      if (Files.isDirectory(old)) {
        try (Stream<Path> files = Files.list(old)) {
          Optional<String> other =
              files
                  .map(file -> String.valueOf(file.getFileName()))
                  .filter(name -> !OWN.matcher(name).matches())
                  .findFirst();
          if (other.isPresent()) {
            throw new IOException(
                "it holds %s/%s, which would be lost: name another folder or empty it"
                    .formatted(part, other.get()));
          }
        } catch (IOException e) {
          throw new UncheckedIOException("cannot write " + folder + ": " + e.getMessage(), e);
        }
      }
    }
  }

  void write(int count) throws IOException {
    Files.createDirectories(folder.resolve("photos"));
    if (classMaps) {
      Files.createDirectories(folder.resolve("classes"));
    }
    List<EarthPhoto> photos;
    try {
      photos = IntStream.range(0, count).parallel().mapToObj(this::writePhoto).toList();
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    try (CsvWriter csv = CsvWriter.builder().build(folder.resolve("manifest.csv"))) {
      csv.writeRecord(
          "image",
          "latitude",
          "longitude",
          "size_degrees",
          "rotation_degrees",
          "rendering",
          "classes");
      for (int i = 0; i < count; i++) {
        EarthView view = photos.get(i).view();
        csv.writeRecord(
            "photos/" + name(i),
            Double.toString(view.center().latitude()),
            Double.toString(view.center().longitude()),
            Double.toString(view.sizeDegrees()),
            Double.toString(view.rotationDegrees()),
            Integer.toString(photos.get(i).rendering()),
            classMaps ? "classes/" + name(i) : "");
      }
    }
  }

  /** Writes photos of one drive, with the time of each. */
  static void writeDrive(List<EarthPhoto> drive, Path folder) throws IOException {
    Files.createDirectories(folder.resolve("photos"));
    List<Manifest.Entry> entries = new ArrayList<>();
    for (int i = 0; i < drive.size(); i++) {
      Path image = folder.resolve("photos").resolve(name(i));
      writePng(drive.get(i).image(), image);
      Instant time = DRIVE_START.plus(Duration.ofHours(i));
      entries.add(
          new Manifest.Entry(image, drive.get(i).latLng(), Map.of("time", time.toString())));
    }
    Manifest.of(entries).writeCsv(folder.resolve("manifest.csv"), "time");
  }

  private EarthPhoto writePhoto(int index) {
    EarthPhoto photo = source.photo(index);
    writePng(photo.image(), folder.resolve("photos").resolve(name(index)));
    if (classMaps) {
      writePng(source.classImage(photo), folder.resolve("classes").resolve(name(index)));
    }
    return photo;
  }

  private static String name(int index) {
    return String.format(Locale.ROOT, "%06d.png", index);
  }

  private static void writePng(BufferedImage image, Path file) {
    // Given the file, ImageIO prints a stack trace where it cannot be written.
    try (OutputStream out = Files.newOutputStream(file)) {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
