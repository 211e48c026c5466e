package io.github.geofix.cli;

import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.csv.PhotoRow;
import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.semantics.ClassMaps;
import io.github.geofix.onnx.OnnxSegmenter;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix classmaps}. */
@Command(
    name = "classmaps",
    description = {
      "Writes the class of each pixel of photos beside them, so that training need not segment them"
          + " again in each epoch.",
      "Photos that have a map already are skipped, so a stopped run is continued."
    },
    footer = {"", "Example:", "  geofix classmaps --source torchscript:ade20k.pt --data train.csv"},
    mixinStandardHelpOptions = true)
final class ClassMapsCommand implements Callable<Integer> {
  private static final String ONNX = "onnx:";

  @Spec private CommandSpec spec;

  @Option(
      names = "--source",
      required = true,
      paramLabel = "SOURCE",
      description =
          "What segments photos: water, onnx:FILE, torchscript:FILE, or the full name of a class of"
              + " your own. A TorchScript file is a program: run only files you trust.")
  private String source;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "CSV",
      description = "The photos: column image.")
  private Path data;

  @Option(
      names = "--suffix",
      defaultValue = ".classes.png",
      paramLabel = "SUFFIX",
      description =
          "The end of a map's file name, in place of the photo's (default: ${DEFAULT-VALUE}), as"
              + " fusion.classMaps.source=sidecar:SUFFIX reads it.")
  private String suffix;

  @Option(
      names = "--side",
      defaultValue = "512",
      paramLabel = "PIXELS",
      description =
          "The longer side of a map, at most that of its photo (default: ${DEFAULT-VALUE}).")
  private int side;

  @Option(
      names = "--batch",
      defaultValue = "8",
      paramLabel = "N",
      description =
          "Photos that are read and segmented at once (default: ${DEFAULT-VALUE}); 1 for a network"
              + " that takes no more.")
  private int batch;

  @Option(
      names = "--skip-unreadable",
      description = "Leave out photos that cannot be read, and list them.")
  private boolean skipUnreadable;

  @Mixin private final PhotoLimitsOption photoLimits = new PhotoLimitsOption();

  @Override
  public Integer call() {
    if (side < 1) {
      throw new IllegalArgumentException("--side must be 1 or more: " + side);
    }
    if (source.startsWith("sidecar:")) {
      throw new IllegalArgumentException("--source sidecar: reads maps that are there already");
    }
    if (!suffix.endsWith(".png") || suffix.contains("/") || suffix.contains("\\")) {
      throw new IllegalArgumentException(
          "--suffix is the end of a file name, such as .classes.png: " + suffix);
    }
    if (batch < 1) {
      throw new IllegalArgumentException("--batch must be 1 or more: " + batch);
    }
    long written;
    long skipped;
    AtomicLong photos = new AtomicLong();
    PhotoRow.read(data, false, photo -> photos.incrementAndGet());
    PhotoLists.require(photos.get(), data);
    try (ClassMaps maps = open();
        Bar bar = Bar.of("classmaps", photos.get())) {
      Blocks blocks = new Blocks(maps, bar);
      PhotoRow.read(data, false, photo -> blocks.add(photo.image()));
      blocks.flush();
      written = blocks.written;
      skipped = blocks.skipped;
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        Count.of(written, "maps")
            + " written"
            + (skipped > 0 ? ", " + Count.of(skipped, "photos") + " skipped" : ""));
    out.flush();
    return 0;
  }

  private ClassMaps open() {
    return source.startsWith(ONNX)
        ? OnnxSegmenter.open(Path.of(source.substring(ONNX.length())))
        : ClassMaps.named(source);
  }

  /** Photos without maps are read in parallel, then segmented together. */
  private final class Blocks {
    private final ClassMaps maps;
    private final Bar bar;
    private final List<Path> files = new ArrayList<>();
    private long done;
    private long written;
    private long skipped;

    Blocks(ClassMaps maps, Bar bar) {
      this.maps = maps;
      this.bar = bar;
    }

    void add(Path photo) {
      if (Files.exists(mapOf(photo))) {
        bar.stepTo(++done);
        return;
      }
      files.add(photo);
      if (files.size() == batch) {
        flush();
      }
    }

    void flush() {
      List<Optional<BufferedImage>> read = files.parallelStream().map(this::read).toList();
      List<Path> readable = new ArrayList<>();
      List<BufferedImage> photos = new ArrayList<>();
      for (int i = 0; i < read.size(); i++) {
        if (read.get(i).isPresent()) {
          readable.add(files.get(i));
          photos.add(read.get(i).get());
        }
      }
      List<ClassMap> found = maps.ofAll(photos, readable);
      IntStream.range(0, found.size())
          .parallel()
          .forEach(i -> write(mapOf(readable.get(i)), found.get(i), photos.get(i)));
      written += found.size();
      skipped += files.size() - found.size();
      done += files.size();
      files.clear();
      bar.stepTo(done);
    }

    private Optional<BufferedImage> read(Path photo) {
      try {
        return Optional.of(Photos.read(photo, photoLimits.limits()));
      } catch (UncheckedIOException e) {
        if (!skipUnreadable) {
          throw e;
        }
        PrintWriter err = spec.commandLine().getErr();
        err.println("note: skipped: " + ErrorText.of(e));
        err.flush();
        return Optional.empty();
      }
    }
  }

  private Path mapOf(Path photo) {
    String name = String.valueOf(photo.getFileName());
    int dot = name.lastIndexOf('.');
    return photo.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + suffix);
  }

  /** Writes a map of the photo's shape, no larger than it need be. */
  private void write(Path file, ClassMap map, BufferedImage photo) {
    double scale = Math.min(1, (double) side / Math.max(photo.getWidth(), photo.getHeight()));
    int width = Math.max(1, (int) Math.round(photo.getWidth() * scale));
    int height =
        Math.max(1, (int) Math.round((double) width * photo.getHeight() / photo.getWidth()));
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < height; y++) {
      int row = Math.min(map.height() - 1, (int) ((y + 0.5) * map.height() / height));
      for (int x = 0; x < width; x++) {
        int column = Math.min(map.width() - 1, (int) ((x + 0.5) * map.width() / width));
        image.getRaster().setSample(x, y, 0, map.at(column, row));
      }
    }
    AtomicFiles.write(
        file,
        out -> {
          ByteArrayOutputStream png = new ByteArrayOutputStream();
          if (!ImageIO.write(image, "png", png)) {
            throw new IOException("no writer of PNG");
          }
          ByteBuffer bytes = ByteBuffer.wrap(png.toByteArray());
          while (bytes.hasRemaining()) {
            out.write(bytes);
          }
        });
  }
}
