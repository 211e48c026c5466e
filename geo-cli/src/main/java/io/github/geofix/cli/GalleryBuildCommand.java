package io.github.geofix.cli;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.models.gallery.GalleryConfig;
import io.github.geofix.models.gallery.GalleryModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix gallery build}. */
@Command(
    name = "build",
    description = {
      "Encodes photos and writes them to a folder with a copy of the encoder.",
      "If it is interrupted, gallery add with the same photos continues."
    },
    footer = {
      "",
      "Example:",
      "  geofix gallery build --model models/megaloc --photos photos.csv --out my-gallery"
    },
    mixinStandardHelpOptions = true)
final class GalleryBuildCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder of a model that turns photos into vectors: encoder, embed, geoclip, recombine.")
  private Path model;

  @Mixin private final GalleryOptions photos = new GalleryOptions();

  @Option(
      names = "--agree-km",
      defaultValue = "auto",
      paramLabel = "KM",
      description =
          "Photos within this distance agree on a position, which is their mean; auto for that by"
              + " which the gallery's photos are located best, each by the others, or 0.1 if none"
              + " is better (default: ${DEFAULT-VALUE}).")
  private String agreeKm;

  @Mixin private final GalleryLimitOptions limit = new GalleryLimitOptions();

  @Option(
      names = "--encoding",
      defaultValue = "float32",
      paramLabel = "FORM",
      description =
          "How vectors are stored: float32, or int8 besides for faster searches (default:"
              + " ${DEFAULT-VALUE}).")
  private VectorEncoding encoding;

  @Mixin private final LoadChoice load = new LoadChoice();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Gallery folder to write; it must not exist.")
  private Path out;

  @Override
  public Integer call() {
    limit.check();
    Manifest list = photos.read();
    Optional<Double> agree = GalleryOptions.agreeKm(agreeKm);
    PrintWriter stdout = spec.commandLine().getOut();
    try (GalleryModel gallery =
        GalleryModel.create(model, out, GalleryConfig.defaults(), encoding, load.options())) {
      photos.add(gallery, list);
      stdout.println(GalleryOptions.describe(gallery, out));
      stdout.println(GalleryOptions.agree(gallery, agree));
      stdout.println(limit.set(gallery));
    }
    stdout.flush();
    return 0;
  }
}
