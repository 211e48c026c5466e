package io.github.geofix.cli;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.backbone.Pretrained;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.train.Provenance;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A model that begins with published weights: its backbones are filled, the rest is untrained. */
@Command(
    name = "import",
    description =
        "Makes a model whose backbones hold published weights, to be trained with train --from."
            + " The names of timm, torchvision, Hugging Face and the authors are recognized.",
    footer = {
      "",
      "Example:",
      "  geofix import --from convnext_tiny.safetensors --method embed --size small --data a.csv --out m"
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "FILE",
      description = "Weights: a .safetensors file, or the .index.json of several.")
  private Path from;

  @Mixin private final Untrained kind = new Untrained();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Change a setting of the model, such as encoder.backbone=dinov2-s14; an unknown name lists"
              + " them all.")
  private Map<String, String> settings = Map.of();

  @Option(
      names = "--data",
      paramLabel = "CSV",
      description =
          "The photos that will be learned from, for families whose cells depend on where they"
              + " are: columns image, latitude, longitude.")
  private @Nullable Path data;

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

  @Override
  public Integer call() {
    ModelFolder.check(out);
    if (data == null && kind.method.equals("embed")) {
      throw new IllegalArgumentException(
          "the cells of embed depend on where photos were taken: list those to learn from by --data");
    }
    List<LatLng> positions = data == null ? List.of() : Manifest.readCsv(data).locations();
    PrintWriter stdout = spec.commandLine().getOut();
    Family family = Family.named(kind.method);
    try (TensorFile weights = TensorFile.open(from);
        GeoModel model = family.create(kind.size, settings, positions, seed)) {
      Pretrained.load(model.network(), weights, family.checkpointNames())
          .forEach((name, report) -> stdout.println(name + ": " + report.toText()));
      model.save(out, Provenance.untrained("weights from " + from.getFileName(), seed));
    }
    stdout.println(out);
    stdout.flush();
    return 0;
  }
}
