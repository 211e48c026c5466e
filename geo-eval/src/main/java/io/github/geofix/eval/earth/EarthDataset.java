package io.github.geofix.eval.earth;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** A folder of photos with their manifest: see {@link EarthPhotos#writeDataset}. */
final class EarthDataset {
  private final EarthPhotos source;
  private final Path folder;
  private final boolean classMaps;

  EarthDataset(EarthPhotos source, Path folder, boolean classMaps) {
    this.source = source;
    this.folder = folder;
    this.classMaps = classMaps;
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
    try {
      ImageIO.write(image, "png", file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
