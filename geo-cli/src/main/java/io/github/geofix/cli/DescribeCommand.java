package io.github.geofix.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.internal.io.Setting;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.train.Recipe;
import io.github.geofix.train.TrainOptions;
import io.github.geofix.train.internal.OptionDescriptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code geofix describe}. */
@Command(
    name = "describe",
    description = {
      "Shows the layers of a network: shapes, parameters, what is frozen; and estimates of what a"
          + " photo and a training step take.",
      "With --settings the settings of a model: names, values, and what they take.",
      "With --recipe how a size is trained, as its paper has it."
    },
    footer = {
      "",
      "Examples:",
      "  geofix describe --model models/embed",
      "  geofix describe --method zoom --size paper",
      "  geofix describe --method zoom --set head.type=decoder --settings",
      "  geofix describe --method recombine --size paper --recipe"
    },
    mixinStandardHelpOptions = true)
final class DescribeCommand implements Callable<Integer> {

  static final class What {
    @Option(names = "--model", paramLabel = "DIR", description = "A trained model's folder.")
    @Nullable Path model;

    @ArgGroup(exclusive = false)
    @Nullable Untrained untrained;
  }

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private What what;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change a setting before it is described, such as head.type=decoder.")
  private Map<String, String> changes = Map.of();

  @Mixin private final CodeOption code = new CodeOption();

  @Option(
      names = "--recipe",
      description = "Show the training options of the size instead of the layers.")
  private boolean recipe;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description =
          "Photos of the training step whose memory is estimated; by default as the size is"
              + " trained.")
  private @Nullable Integer batch;

  static final class Form {
    @Option(names = "--json", description = "Write the layers, or the recipe, as JSON.")
    private boolean json;

    @Option(names = "--settings", description = "Show the settings instead of the layers.")
    private boolean settings;

    @Option(
        names = "--markdown",
        description = "Show the settings as tables in Markdown instead of the layers.")
    private boolean markdown;
  }

  @ArgGroup private Form form = new Form();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (recipe && form.settings) {
      throw usage("--recipe and --settings each replace the layers: give one of them");
    }
    if (batch != null && (recipe || form.settings || form.markdown)) {
      throw usage("--batch is for the estimate of a training step, beside the layers");
    }
    if (batch != null && batch < 1) {
      throw new IllegalArgumentException("--batch must be 1 or more: " + batch);
    }
    if (recipe) {
      describeRecipe(out);
    } else if (what.untrained != null) {
      Family family = Family.named(what.untrained.method);
      if (form.settings || form.markdown) {
        settings(out, family.config(what.untrained.size, changes));
      } else {
        Module network = family.network(what.untrained.size, changes);
        Family.Reads reads = family.reads(family.config(what.untrained.size, changes));
        TrainOptions training = Recipe.of(what.untrained.method, what.untrained.size).options();
        describe(out, network, Costs.of(network, reads, inBatches(training)));
      }
    } else if (what.model != null) {
      ModelFolder folder = code.open(what.model).with(changes);
      Family family = Family.of(folder);
      if (form.settings || form.markdown) {
        settings(out, family.config(folder));
      } else {
        try (GeoModel model = family.load(folder)) {
          Family.Reads reads = family.reads(family.config(folder));
          TrainOptions training = inBatches(TrainOptions.defaults());
          describe(out, model.network(), Costs.of(model.network(), reads, training));
        }
      }
    }
    out.flush();
    return 0;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private TrainOptions inBatches(TrainOptions training) {
    return batch == null ? training : training.withBatchSize(batch);
  }

  private void describeRecipe(PrintWriter out) {
    if (what.untrained == null) {
      throw new IllegalArgumentException(
          "--recipe is of a --method and a --size; how a model was trained is in its card.json");
    }
    TrainOptions options = Recipe.of(what.untrained.method, what.untrained.size).options();
    if (form.json) {
      out.print(StrictJson.print(JsonRecords.write(options)));
    } else {
      settings(out, new SettingsTable(OptionDescriptions.of(options)));
    }
  }

  private void settings(PrintWriter out, Record config) {
    settings(out, new SettingsTable(Setting.of(config)));
  }

  private void settings(PrintWriter out, SettingsTable table) {
    if (form.markdown) {
      table.markdown(out);
    } else {
      table.text(out);
    }
  }

  private void describe(PrintWriter out, Module network, Costs costs) {
    if (form.json) {
      JsonObject json = json(network);
      costs.addTo(json);
      out.println(new GsonBuilder().setPrettyPrinting().create().toJson(json));
    } else {
      text(out, network);
      costs.text(out);
    }
  }

  private static void text(PrintWriter out, Module network) {
    network
        .parameters()
        .forEach(
            (name, parameter) ->
                out.printf(
                    Locale.ROOT,
                    "%-56s %-22s %,14d%s%n",
                    name,
                    parameter.dimensions(),
                    parameter.size(),
                    kind(parameter).equals("trainable") ? "" : "  " + kind(parameter)));
    out.printf(
        Locale.ROOT,
        "%s, %,d of them trainable; %.1f MB of weights%n",
        Count.of(network.parameterCount(), "parameters"),
        trainable(network),
        bytes(network) / 1e6);
  }

  private static JsonObject json(Module network) {
    JsonObject description = new JsonObject();
    description.addProperty("parameters", network.parameterCount());
    long decoder = decoderParameters(network);
    if (decoder > 0) {
      description.addProperty("decoderParameters", decoder);
    }
    description.addProperty("trainable", trainable(network));
    description.addProperty("bytes", bytes(network));
    JsonArray arrays = new JsonArray();
    network
        .parameters()
        .forEach(
            (name, parameter) -> {
              JsonObject array = new JsonObject();
              array.addProperty("name", name);
              JsonArray shape = new JsonArray();
              parameter.dimensions().forEach(shape::add);
              array.add("shape", shape);
              array.addProperty("kind", kind(parameter));
              arrays.add(array);
            });
    description.add("arrays", arrays);
    return description;
  }

  private static String kind(Parameter parameter) {
    return parameter.isBuffer() ? "buffer" : parameter.isTrainable() ? "trainable" : "frozen";
  }

  /** Returns the size of what follows the encoders, where a family has such a part. */
  private static long decoderParameters(Module network) {
    return network.parameters().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("decoder."))
        .filter(entry -> !entry.getValue().isBuffer())
        .mapToLong(entry -> entry.getValue().size())
        .sum();
  }

  private static long trainable(Module network) {
    return network.parameters().values().stream()
        .filter(Parameter::isTrainable)
        .mapToLong(Parameter::size)
        .sum();
  }

  private static long bytes(Module network) {
    return network.parameters().values().stream().mapToLong(p -> p.size() * Float.BYTES).sum();
  }
}
