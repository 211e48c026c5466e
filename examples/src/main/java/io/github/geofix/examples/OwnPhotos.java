package io.github.geofix.examples;

import io.github.geofix.core.Manifest;
import io.github.geofix.models.image.Exif;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Makes a list to train on of a folder of photos that hold their position. */
final class OwnPhotos {
  private OwnPhotos() {}

  public static void main(String[] args) throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("out/photos"))) {
      for (Path photo : files.filter(Files::isRegularFile).toList()) {
        Exif.position(photo)
            .ifPresent(place -> entries.add(new Manifest.Entry(photo, place, Map.of())));
      }
    }
    Manifest.of(entries).writeCsv(Path.of("mine.csv"));
    System.out.println(entries.size() + " photos with a position");
  }
}
