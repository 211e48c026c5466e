package io.github.geofix.examples;

import io.github.geofix.core.Localizer;
import io.github.geofix.judge.JudgedLocalizer;
import io.github.geofix.models.image.Photos;
import java.nio.file.Path;

/** Chooses between the candidates by a rule; ChatJudge asks a vision-language model instead. */
final class Judging {
  private Judging() {}

  public static void main(String[] args) {
    try (Localizer localizer = Localizer.load(Path.of("out/model"));
        Localizer northern =
            new JudgedLocalizer(
                localizer,
                (photo, guesses) -> guesses.stream().filter(g -> g.latitude() > 0).findFirst(),
                Photos::read)) {
      System.out.println(northern.locate(Path.of("out/photos/may-1.png")).latLng());
    }
  }
}
