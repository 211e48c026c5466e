package io.github.geofix.examples;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.ModelProvider;
import io.github.geofix.core.cascade.Cascade;
import io.github.geofix.judge.Judge;
import io.github.geofix.judge.JudgedLocalizer;
import io.github.geofix.models.image.Photos;
import java.nio.file.Path;
import java.util.List;

/** Chooses between the candidates by a rule; ChatJudge asks a vision-language model instead. */
final class Judging {
  private Judging() {}

  public static void main(String[] args) {
    Path photo = Path.of("out/photos/may-1.png");
    Judge northern = (image, guesses) -> guesses.stream().filter(g -> g.latitude() > 0).findFirst();
    try (Localizer localizer = Localizer.load(Path.of("out/model"));
        Localizer judged = new JudgedLocalizer(localizer, northern, Photos::read)) {
      System.out.println(judged.locate(photo).latLng());
    }
    ModelProvider models = ModelProvider.find();
    LoadOptions load = LoadOptions.defaults();
    try (Cascade cascade =
        new Cascade(
            models.localizer(Path.of("out/model"), load, 60),
            List.of(
                JudgedLocalizer.stage(northern),
                models.refiner(Path.of("models/recombine-tiny"), load)),
            Photos::read,
            Cascade.Options.defaults())) {
      System.out.println(cascade.locate(photo).latLng());
    }
  }
}
