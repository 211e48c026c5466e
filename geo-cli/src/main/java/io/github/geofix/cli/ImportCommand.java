package io.github.geofix.cli;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.PointSet;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.Release;
import io.github.geofix.models.backbone.Pretrained;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.weights.ImportReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix import}. */
@Command(
    name = "import",
    description = {
      "Makes a model of published weights.",
      "With --release a whole published model, ready to locate photos: geofix releases lists them"
          + " and the files they take.",
      "With --method a model whose backbones hold published weights, to be trained with train"
          + " --from. The names of timm, torchvision, Hugging Face and the authors are recognized."
    },
    footer = {
      "",
      "Examples:",
      "  geofix import --release geoclip --from geoclip --backbone clip-vit-large-patch14 --out m",
      "  geofix import --from convnext_tiny.safetensors --method embed --size small --data a.csv"
          + " --out m",
      "  geofix import --from model.onnx --method onnx --out m"
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "PATH",
      description =
          "Weights: a .safetensors file, the .index.json of several, or a PyTorch checkpoint (.pth,"
              + " .pt, .bin, .ckpt); with --method onnx, an .onnx file. Of a release, the folder of"
              + " its files.")
  private Path from;

  static final class What {
    @ArgGroup(exclusive = false)
    @Nullable Untrained untrained;

    @ArgGroup(exclusive = false)
    @Nullable Published published;
  }

  static final class Published {
    @Option(
        names = "--release",
        required = true,
        paramLabel = "NAME",
        description = "A published model: geofix releases lists them.")
    private String release;

    @Option(
        names = "--backbone",
        paramLabel = "PATH",
        description =
            "The file or folder of the release's backbone, where it is not in its folder.")
    private @Nullable Path backbone;

    @Option(
        names = "--gallery",
        paramLabel = "CSV",
        description =
            "Positions to choose from, in place of those of the release: columns latitude,"
                + " longitude.")
    private @Nullable Path gallery;
  }

  @ArgGroup(multiplicity = "1")
  private What what;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Change a setting of the model, such as encoder.backbone=dinov2-s14; an unknown name"
              + " lists them all.")
  private Map<String, String> settings = Map.of();

  @Option(
      names = "--data",
      paramLabel = "CSV",
      description =
          "The photos that will be learned from, for families whose cells depend on where they"
              + " are: columns image, latitude, longitude.")
  private @Nullable Path data;

  @Option(
      names = "--activation",
      paramLabel = "NAME",
      description =
          "Of CLIP weights with no config.json or open_clip_config.json beside them: quick_gelu"
              + " (OpenAI's) or gelu (most of OpenCLIP's).")
  private @Nullable Activation activation;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Seed of what is left untrained (default: 1).")
  private long seed;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Model folder to write.")
  private Path out;

  @Mixin private final ModelOutput output = new ModelOutput();

  @Override
  public Integer call() {
    output.check(out);
    PrintWriter stdout = spec.commandLine().getOut();
    if (what.published != null) {
      importRelease(what.published, stdout);
    } else {
      importBackbones(Objects.requireNonNull(what.untrained), stdout);
    }
    stdout.println(out);
    stdout.flush();
    return 0;
  }

  private void importRelease(Published published, PrintWriter stdout) {
    if (data != null) {
      throw new IllegalArgumentException(
          "--data is for models that are trained; --gallery gives a release other positions");
    }
    Release release = Release.named(published.release);
    Release.Source source = Release.Source.of(from).withSettings(settings);
    if (published.backbone != null) {
      source = source.withBackbone(published.backbone);
    }
    if (published.gallery != null) {
      source = source.withPositions(PointSet.readPositions(published.gallery));
    }
    Release.Imported imported = release.read(source);
    try (GeoModel model = imported.model()) {
      print(imported.reports(), stdout);
      model.save(out, ModelCard.untrained(release.attribution().toString(), seed));
    }
    stdout.println(release.attribution());
  }

  private void importBackbones(Untrained kind, PrintWriter stdout) {
    if (data == null && kind.method.equals("embed")) {
      throw new IllegalArgumentException(
          "the cells of embed depend on where photos were taken: list those to learn from by"
              + " --data");
    }
    Family family = Family.named(kind.method);
    Optional<GeoModel> whole = family.ofNetworkFile(from, settings);
    if (whole.isPresent()) {
      try (GeoModel model = whole.get()) {
        model.save(out, ModelCard.untrained("the network of " + from.getFileName(), seed));
      }
      return;
    }
    List<LatLng> positions = data == null ? List.of() : Manifest.readCsv(data).locations();
    try (TensorFile weights = TensorFile.open(from);
        GeoModel model = family.create(kind.size, settings, positions, seed)) {
      print(
          Pretrained.load(model.network(), weights, family.checkpointNames(), activation), stdout);
      model.save(out, ModelCard.untrained("weights from " + from.getFileName(), seed));
    }
  }

  private static void print(Map<String, ImportReport> reports, PrintWriter stdout) {
    reports.forEach((name, report) -> stdout.println(name + ": " + report.toText()));
  }
}
