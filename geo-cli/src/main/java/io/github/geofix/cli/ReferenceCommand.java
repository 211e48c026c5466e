package io.github.geofix.cli;

import io.github.geofix.core.Manifest;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.token.ReferenceDatabase;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix reference}. */
@Command(
    name = "reference",
    description =
        "Gives a token model that reads vectors the photos among which it finds neighbors.",
    footer = {
      "",
      "Example:",
      "  geofix reference --model models/token --data mp16.csv --vectors mp16.npy --out models/t"
    },
    mixinStandardHelpOptions = true)
final class ReferenceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "DIR", description = "Token model.")
  private Path model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "CSV",
      description = "The photos: columns image, latitude, longitude; images are not read.")
  private Path data;

  @Option(
      names = "--vectors",
      required = true,
      paramLabel = "FILE",
      description =
          "Their vectors in the same order, .npy or .safetensors with a row of all vectors for"
              + " each.")
  private Path vectors;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Model folder to write: the model with its reference.")
  private Path out;

  @Mixin private final CodeOption code = new CodeOption();

  @Override
  public Integer call() {
    ModelFolder.check(out);
    ModelCard card = ModelFolder.open(model).card();
    List<Manifest.Entry> photos = Manifest.readCsv(data).entries();
    try (TokenModel token = TokenFolders.load(code.open(model))) {
      if (!(token.config().input() instanceof TokenConfig.Vectors input)) {
        throw new IllegalArgumentException(model + " reads pixels, and has no neighbors");
      }
      ReferenceDatabase.Builder builder =
          ReferenceDatabase.builder(input.count(), input.dimension());
      List<Path> images = photos.stream().map(Manifest.Entry::image).toList();
      try (SavedVectors saved =
              new SavedVectors(vectors, images, input.count(), input.dimension());
          Bar bar = Bar.of("index", photos.size())) {
        for (int i = 0; i < photos.size(); i++) {
          Manifest.Entry photo = photos.get(i);
          builder.add(saved.row(i), photo.latLng(), String.valueOf(photo.image().getFileName()));
          bar.stepTo(i + 1L);
        }
      }
      token.setReference(builder.build());
      token.save(out, card);
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(out);
    stdout.flush();
    return 0;
  }
}
