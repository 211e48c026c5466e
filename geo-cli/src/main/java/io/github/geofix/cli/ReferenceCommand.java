package io.github.geofix.cli;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.token.ReferenceDatabase;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code geofix reference}. */
@Command(
    name = "reference",
    description =
        "Gives a token model that reads vectors the photos among which it finds neighbors, and the"
            + " encoder that makes vectors of photos.",
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

  static final class Reference {
    @Option(
        names = "--data",
        required = true,
        paramLabel = "CSV",
        description = "The photos: columns image, latitude, longitude; images are not read.")
    private Path data;

    @Option(
        names = "--vectors",
        required = true,
        split = ",",
        paramLabel = "FILE",
        description =
            "Their vectors in the same order, .npy or .safetensors with a row of all vectors for"
                + " each, or several files whose rows belong together.")
    private List<Path> vectors;
  }

  @ArgGroup(exclusive = false)
  private @Nullable Reference reference;

  @Option(
      names = "--encoder",
      paramLabel = "DIR",
      description =
          "The model that made the vectors: a copy becomes part of the model, which then locates"
              + " photos.")
  private @Nullable Path encoder;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Model folder to write: the model with its reference and encoder.")
  private Path out;

  @Mixin private final ModelOutput output = new ModelOutput();

  @Mixin private final CodeOption code = new CodeOption();

  @Override
  public Integer call() throws IOException {
    if (reference == null && encoder == null) {
      throw new ParameterException(
          spec.commandLine(), "Missing required option: --data and --vectors, or --encoder");
    }
    output.check(out);
    ModelCard card = ModelFolder.open(model).card();
    Path parent = Objects.requireNonNull(out.toAbsolutePath().getParent());
    Files.createDirectories(parent);
    Path rows = parent.resolve("." + out.getFileName() + ".reference.tmp");
    try (TokenModel token = TokenFolders.load(code.open(model))) {
      if (!(token.config().input() instanceof TokenConfig.Vectors input)) {
        throw new IllegalArgumentException(model + " reads pixels, and has no neighbors");
      }
      if (reference != null) {
        write(rows, reference, input);
        token.setReference(ReferenceDatabase.open(rows));
      }
      if (encoder != null) {
        token.setEncoder(code.open(encoder));
      }
      token.save(out, card);
    } finally {
      Files.deleteIfExists(rows);
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(out);
    stdout.flush();
    return 0;
  }

  private static void write(Path target, Reference reference, TokenConfig.Vectors input) {
    List<LatLng> places = VectorFiles.places(reference.data);
    try (Embeddings rows = VectorFiles.open(reference.vectors);
        Bar bar = Bar.of("index", places.size())) {
      if (rows.dimension() != input.count() * input.dimension()) {
        throw new IllegalArgumentException(
            "rows of %d numbers: the model reads %d vectors of %d"
                .formatted(rows.dimension(), input.count(), input.dimension()));
      }
      ReferenceDatabase.write(target, input.count(), rows, places, bar::stepTo);
    }
  }
}
