package io.github.geofix.examples;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.LocationJson;
import io.github.geofix.core.Photo;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Answers the upload of a web application. */
final class Upload {
  private Upload() {}

  static String answer(Localizer localizer, InputStream upload) {
    try {
      return LocationJson.of(localizer.locate(upload), 5).toString();
    } catch (UncheckedIOException e) {
      return "not a photo: " + e.getMessage();
    }
  }

  public static void main(String[] args) throws IOException {
    LoadOptions load = LoadOptions.defaults().withPhotoLimits(Photo.Limits.server());
    try (Localizer localizer = Localizer.load(Path.of("out/model"), load);
        InputStream photo = Files.newInputStream(Path.of("out/photos/may-1.png"));
        InputStream text = Files.newInputStream(Path.of("out/model/config.json"))) {
      localizer.warmUp();
      System.out.println(answer(localizer, photo));
      System.out.println(answer(localizer, text));
    }
  }
}
