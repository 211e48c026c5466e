package io.github.geofix.cli;

import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.earth.DriveOptions;
import io.github.geofix.earth.EarthImage;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.earth.LandMap;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix dataset earth}. */
@Command(
    name = "earth",
    description = "Cuts photos with known places from equirectangular images of the Earth.",
    footer = {
      "",
      "Example:",
      "  geofix dataset earth --reference blue.jpg --rendering may.jpg --count 2000 --out train"
    },
    mixinStandardHelpOptions = true)
final class DatasetEarthCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--reference",
      required = true,
      paramLabel = "IMG",
      description = "The image that decides what is land.")
  private Path reference;

  @Option(
      names = "--rendering",
      required = true,
      arity = "1..*",
      paramLabel = "IMG",
      description = "Images to cut from, or a TMS folder; each as often as the others.")
  private List<Path> renderings;

  @Option(names = "--count", required = true, paramLabel = "N", description = "Number of photos.")
  private int count;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Another seed gives other photos (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--pixels",
      defaultValue = "32",
      paramLabel = "P",
      description = "Width and height of a photo (default: ${DEFAULT-VALUE}).")
  private int pixels;

  @Option(
      names = "--max-rotation",
      defaultValue = "25",
      paramLabel = "DEG",
      description = "Photos are turned by up to this to either side (default: ${DEFAULT-VALUE}).")
  private double maxRotation;

  static final class Kind {
    @Option(
        names = "--class-maps",
        description = "Write a land and water map beside each photo, too.")
    boolean classMaps;

    @Option(
        names = "--step-km",
        paramLabel = "KM",
        description =
            "Photos of one drive, this far apart, one an hour; the list gives the times, for geofix"
                + " track.")
    @Nullable Double stepKm;
  }

  @ArgGroup private Kind kind = new Kind();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to write; a data set of this command in it is replaced.")
  private Path out;

  @Override
  public Integer call() {
    if (count < 1) {
      throw new IllegalArgumentException("--count must be 1 or more: " + count);
    }
    EarthPhotoOptions options =
        EarthPhotoOptions.defaults()
            .withSeed(seed)
            .withPixels(pixels)
            .withMaxRotationDegrees(maxRotation);
    AtomicFiles.checkFolder(out);
    EarthPhotos photos =
        EarthPhotos.of(
            LandMap.of(EarthImage.read(reference)),
            renderings.stream().map(EarthImage::read).toList(),
            options);
    if (kind.stepKm != null) {
      photos.writeDrive(DriveOptions.defaults().withFrames(count).withStepKm(kind.stepKm), out);
    } else {
      photos.writeDataset(count, out, kind.classMaps);
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(out.resolve("manifest.csv"));
    stdout.flush();
    return 0;
  }
}
