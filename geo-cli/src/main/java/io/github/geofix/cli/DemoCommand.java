package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.train.Progress;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix demo}. */
@Command(
    name = "demo",
    description = "Trains on the Earth data, tests on renderings held out, and writes a report.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--method",
      defaultValue = "embed",
      description = "Family (default: ${DEFAULT-VALUE}).")
  private String method;

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
      description = "Steps of training (default: as the recipe of the method says).")
  private @Nullable Long steps;

  @Option(
      names = "--photos",
      paramLabel = "N",
      description = "Photos to test on of each rendering (default: 1000).")
  private @Nullable Integer photos;

  @Override
  public Integer call() {
    EarthDemo.Recipe recipe = EarthDemo.Recipe.of(method);
    if (steps != null) {
      recipe = recipe.withSteps(steps);
    }
    if (photos != null) {
      recipe = recipe.withTestPhotos(photos);
    }
    PrintWriter err = spec.commandLine().getErr();
    EarthDemo.Outcome outcome;
    try (Talk talk = new Talk(err, recipe.steps())) {
      outcome = new EarthDemo(earthData(), recipe).run(out.resolve("model"), talk);
    }
    DemoReport report = new DemoReport(outcome);
    List<Path> toTry = report.writePhotos(out.resolve("photos"));
    report.writeJson(out.resolve("report.json"));
    report.writeHtml(out.resolve("report.html"));
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(report.toMarkdown());
    try (Localizer localizer = Localizer.load(out.resolve("model"))) {
      for (Path photo : toTry) {
        stdout.println(photo + "  " + localizer.locate(photo).latLng());
      }
    }
    stdout.println(out.resolve("report.html"));
    stdout.flush();
    return 0;
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
    private final long steps;
    private @Nullable Bar bar;

    Talk(PrintWriter err, long steps) {
      this.err = err;
      this.steps = steps;
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
        bar = Bar.of("train", steps);
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
