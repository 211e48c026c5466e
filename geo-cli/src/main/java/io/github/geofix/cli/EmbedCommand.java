package io.github.geofix.cli;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.csv.PhotoRow;
import io.github.geofix.core.partition.PointSet;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.backbone.LocationEncoder;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.geoclip.GeoClipModel;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.io.ModelFolder;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix embed}. */
@Command(
    name = "embed",
    description =
        "Writes the vectors of photos or positions, one row for each, by a model or by a backbone"
            + " with published weights. A run that was interrupted or killed continues where it was"
            + " when it is repeated.",
    footer = {
      "",
      "Examples:",
      "  geofix embed --model models/geoclip --data photos.csv --out vectors.safetensors",
      "  geofix embed --backbone clip-vit-l14 --weights clip.safetensors --data a.csv --out a.npy",
      "  geofix embed --model models/geoclip --positions places.csv --out places.npy"
    },
    mixinStandardHelpOptions = true)
final class EmbedCommand implements Callable<Integer> {
  /** Positions whose vectors are held in memory. */
  private static final int POSITIONS = 4096;

  private static final long LEAST_UNSAVED_NANOS = Duration.ofMillis(200).toNanos();

  /** A run that is killed loses a tenth of its time, and this at most. */
  private static final long MOST_UNSAVED_NANOS = Duration.ofMinutes(5).toNanos();

  @Spec private CommandSpec spec;

  static final class Encoder {
    @Option(
        names = "--model",
        required = true,
        paramLabel = "DIR",
        description = "Model folder of the family geoclip, embed or recombine.")
    @Nullable Path model;

    @ArgGroup(exclusive = false, multiplicity = "1")
    @Nullable Published published;
  }

  static final class Published {
    @Option(
        names = "--backbone",
        required = true,
        paramLabel = "NAME",
        description = "Backbone, such as clip-vit-l14 or dinov2-b14.")
    private String backbone;

    @Option(
        names = "--weights",
        required = true,
        paramLabel = "FILE",
        description =
            "Its weights: .safetensors of timm, torchvision, Hugging Face or the authors.")
    private Path weights;
  }

  @ArgGroup(multiplicity = "1")
  private Encoder encoder;

  static final class What {
    @Option(
        names = "--data",
        required = true,
        paramLabel = "CSV",
        description = "The photos: column image.")
    @Nullable Path data;

    @Option(
        names = "--positions",
        required = true,
        paramLabel = "CSV",
        description =
            "Positions instead of photos, columns latitude and longitude: their vectors by the"
                + " position encoder of a geoclip model, in the space of its photos.")
    @Nullable Path positions;
  }

  @ArgGroup(multiplicity = "1")
  private What what;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description =
          "File to write, .safetensors or .npy: [N, V W] of float32, [N, W] of positions.")
  private Path out;

  @Option(
      names = "--batch",
      defaultValue = "32",
      paramLabel = "N",
      description = "Photos that go through the network at once (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Mixin private final LoadChoice load = new LoadChoice();

  @Override
  public Integer call() {
    if (batch < 1) {
      throw new IllegalArgumentException("--batch must be 1 or more: " + batch);
    }
    Path folder = Objects.requireNonNull(out.toAbsolutePath().getParent());
    AtomicFiles.checkFolder(folder);
    if (what.positions != null) {
      writePositions(what.positions);
    } else {
      writePhotos(Objects.requireNonNull(what.data));
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(out);
    stdout.flush();
    return 0;
  }

  private void writePositions(Path positions) {
    if (encoder.model == null) {
      throw new IllegalArgumentException("--positions needs --model: a backbone reads photos");
    }
    List<LatLng> all = PointSet.readPositions(positions);
    PhotoLists.require(all.size(), positions);
    ModelFolder folder = load.open(encoder.model);
    try (GeoModel model = Family.of(folder).load(folder);
        Bar bar = Bar.of("embed", all.size())) {
      if (!(model instanceof GeoClipModel geoclip)) {
        throw new IllegalArgumentException(
            model.method() + " gives no vectors of positions: geoclip does");
      }
      LocationEncoder locations = geoclip.locationEncoder();
      Map<String, String> metadata = Map.of(VectorFiles.VECTORS, "1");
      try (Embeddings.Writer writer = Embeddings.Writer.create(out, metadata)) {
        for (int from = 0; from < all.size(); from += POSITIONS) {
          int to = Math.min(all.size(), from + POSITIONS);
          for (float[] vector : locations.encode(all.subList(from, to))) {
            writer.write(vector);
          }
          bar.stepTo(to);
        }
        writer.commit();
      }
    }
  }

  private void writePhotos(Path data) {
    AtomicLong photos = new AtomicLong();
    PhotoRow.read(data, false, photo -> photos.incrementAndGet());
    PhotoLists.require(photos.get(), data);
    if (encoder.model != null) {
      ModelFolder model = load.open(encoder.model);
      try (GeoModel loaded = Family.of(model).load(model);
          PhotoEncoder own = encoderOf(loaded)) {
        write(own, data, photos.get());
      }
    } else {
      Published published = Objects.requireNonNull(encoder.published);
      if (!Backbone.names().contains(published.backbone)) {
        throw new IllegalArgumentException(
            "no backbone "
                + published.backbone
                + "; there are "
                + String.join(", ", Backbone.names()));
      }
      try (PhotoEncoder own =
          PhotoEncoder.pretrained(
              published.backbone, published.weights, load.options().precision())) {
        write(own, data, photos.get());
      }
    }
  }

  private static PhotoEncoder encoderOf(GeoModel model) {
    return model
        .photoEncoder()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    model.method()
                        + " gives no vectors of photos: geoclip, embed and recombine do"));
  }

  private void write(PhotoEncoder own, Path data, long photos) {
    Map<String, String> metadata =
        Map.of(
            VectorFiles.ENCODER,
            own.digest(),
            VectorFiles.VECTORS,
            Integer.toString(own.vectors()));
    try (Bar bar = Bar.of("embed", photos);
        Embeddings.Writer writer = Embeddings.Writer.resume(out, metadata)) {
      Blocks blocks = new Blocks(own, writer, bar);
      try {
        PhotoRow.read(data, false, photo -> blocks.add(photo.image()));
        blocks.end();
      } finally {
        blocks.save();
      }
      writer.commit();
    }
  }

  /** Reads the photos of a block in parallel, then encodes them together. */
  private final class Blocks {
    private final PhotoEncoder own;
    private final Embeddings.Writer writer;
    private final Bar bar;
    private final List<Path> images = new ArrayList<>();

    /** Of the options and photos whose vectors are written. */
    private final MessageDigest digest = sha256();

    private final int kept;
    private int passed;
    private final long began = System.nanoTime();
    private long saved = began;

    Blocks(PhotoEncoder own, Embeddings.Writer writer, Bar bar) {
      this.own = own;
      this.writer = writer;
      this.bar = bar;
      kept = writer.size();
      // Other blocks or numbers would give vectors that differ in their last digits.
      update(batch + " " + load.options().precision());
    }

    void add(Path image) {
      if (passed < kept) {
        pass(image);
        return;
      }
      images.add(image);
      if (images.size() == batch) {
        flush();
      }
    }

    private void pass(Path image) {
      update(image);
      passed++;
      if (passed == kept) {
        if (!writer.mark().equals(Optional.of(mark()))) {
          throw otherBeginning();
        }
        bar.stepTo(kept);
      }
    }

    private IllegalArgumentException otherBeginning() {
      return new IllegalArgumentException(
          out
              + ".partial has vectors of other photos, or of another --batch or precision:"
              + " delete it to begin anew, or name another --out");
    }

    /** Encodes the last block. */
    void end() {
      if (passed < kept) {
        throw otherBeginning();
      }
      flush();
    }

    void flush() {
      if (images.isEmpty()) {
        return;
      }
      List<float[]> read =
          images.parallelStream()
              .map(image -> own.read(Photos.read(image, load.photoLimits()), Optional.of(image)))
              .toList();
      float[] row = new float[own.vectors() * own.dimension()];
      for (float[][] photo : own.encode(read)) {
        for (int v = 0; v < photo.length; v++) {
          System.arraycopy(photo[v], 0, row, v * own.dimension(), own.dimension());
        }
        writer.write(row);
      }
      images.forEach(this::update);
      images.clear();
      bar.stepTo(writer.size());
      long now = System.nanoTime();
      if (now - saved
          > Math.min(MOST_UNSAVED_NANOS, Math.max(LEAST_UNSAVED_NANOS, (now - began) / 10))) {
        save();
      }
    }

    /** Keeps the blocks that are done, unless a kept beginning was refused. */
    void save() {
      if (writer.size() > kept) {
        writer.save(mark());
        saved = System.nanoTime();
      }
    }

    private void update(Path image) {
      update(image.toAbsolutePath().normalize().toString());
    }

    private void update(String line) {
      digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private String mark() {
      try {
        return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
