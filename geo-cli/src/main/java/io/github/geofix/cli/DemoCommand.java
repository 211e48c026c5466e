package io.github.geofix.cli;

import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.earth.demo.DemoRecipe;
import io.github.geofix.earth.demo.DemoReport;
import io.github.geofix.earth.demo.EarthDemo;
import io.github.geofix.earth.demo.FamiliesReport;
import io.github.geofix.train.Trainer.Progress;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix demo}. */
@Command(
    name = "demo",
    description = "Trains on the Earth data, tests on renderings held out, and writes a report.",
    footer = {"", "Example:", "  geofix demo --out out"},
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  static final class Which {
    @Option(
        names = "--method",
        defaultValue = "embed",
        paramLabel = "NAME",
        description = "Family: embed, token, zoom or recombine (default: ${DEFAULT-VALUE}).")
    String method = "embed";

    @Option(names = "--all", description = "All four families, one after the other, compared.")
    boolean all;
  }

  @ArgGroup private Which which = new Which();

  @Option(
      names = "--out",
      defaultValue = "out",
      paramLabel = "DIR",
      description = "Receives model/, photos/, report.html and report.json (default: out).")
  private Path out;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The Earth data (default: examples/data/earth of this checkout).")
  private @Nullable Path data;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps of training (default: that of the method's recipe).")
  private @Nullable Long steps;

  @Option(
      names = "--photos",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Photos to test on of each rendering (default: ${DEFAULT-VALUE}).")
  private int photos;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Seed of training, 1 or more (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    Path folder = earthData();
    AtomicFiles.check(out.resolve("report.html"));
    List<String> methods = which.all ? DemoRecipe.METHODS : List.of(which.method);
    List<DemoRecipe> recipes = methods.stream().map(method -> recipe(method, folder)).toList();
    List<EarthDemo.Outcome> outcomes = new ArrayList<>();
    try (Talk talk = new Talk(spec.commandLine().getErr())) {
      EarthDemo demo = new EarthDemo(folder, photos, talk);
      for (DemoRecipe recipe : recipes) {
        outcomes.add(demo.run(recipe, place(recipe.method())));
      }
    }
    outcomes.forEach(this::leave);
    if (which.all) {
      FamiliesReport report = new FamiliesReport(outcomes);
      report.writeJson(out.resolve("report.json"));
      report.writeHtml(out.resolve("report.html"));
      spec.commandLine().getOut().print(report.toMarkdown());
      spec.commandLine().getOut().println(out.resolve("report.html"));
    }
    spec.commandLine().getOut().flush();
    PrintWriter err = spec.commandLine().getErr();
    err.println(
        "look at the page in a browser, or ask the model: geofix locate --model "
            + place(outcomes.get(0).recipe().method()).resolve("model")
            + " PHOTO");
    err.flush();
    return 0;
  }

  private DemoRecipe recipe(String method, Path folder) {
    DemoRecipe recipe = DemoRecipe.of(method, folder.resolve("earth-blue-marble.jpg"));
    if (steps != null) {
      recipe = recipe.withSteps(steps);
    }
    return recipe.withSeed(seed);
  }

  /** Returns the folder of a family's own results. */
  private Path place(String method) {
    return which.all ? out.resolve(method) : out;
  }

  private void leave(EarthDemo.Outcome outcome) {
    Path place = place(outcome.recipe().method());
    DemoReport report = new DemoReport(outcome);
    report.writeJson(place.resolve("report.json"));
    report.writeHtml(place.resolve("report.html"));
    if (which.all) {
      return;
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(report.toMarkdown());
    outcome.samples().forEach(sample -> stdout.println(sample.photo() + "  " + sample.latLng()));
    stdout.println(place.resolve("report.html"));
  }

  private Path earthData() {
    Path home = Path.of(System.getProperty("geofix.home", "."));
    Path folder = data != null ? data : home.resolve("examples/data/earth");
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "no Earth data in " + folder + ": give the folder examples/data/earth with --data");
    }
    return folder;
  }

  /** Names the stages on stderr and draws a bar while training. */
  private static final class Talk implements EarthDemo.Listener, AutoCloseable {
    private final PrintWriter err;
    private @Nullable Bar bar;

    Talk(PrintWriter err) {
      this.err = err;
    }

    @Override
    public void stage(String name) {
      close();
      err.println(name);
      err.flush();
    }

    @Override
    public void trained(Progress progress) {
      if (bar == null) {
        bar = Bar.ofTraining("train");
      }
      bar.show(progress.step(), progress.steps(), progress.loss());
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }
}
