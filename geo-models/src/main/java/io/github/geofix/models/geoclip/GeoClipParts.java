package io.github.geofix.models.geoclip;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.weights.ImportReport;
import io.github.geofix.models.weights.RenameTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The weights of {@link GeoClipHead} as released: in one file, or in three. */
abstract sealed class GeoClipParts implements AutoCloseable {
  private static final String SCALE = "logit_scale";

  private final Part locations;
  private final Part projection;

  private GeoClipParts(Part locations, Part projection) {
    this.locations = locations;
    this.projection = projection;
  }

  /** The arrays of a file whose names begin so. */
  private record Part(TensorFile file, String prefix) {}

  /** Returns the size of the location encoder, from the shapes of its arrays. */
  final GeoClipLocationEncoder.Options location(List<Double> sigmas) {
    return GeoClipLocationEncoder.Options.of(locations.file, locations.prefix, sigmas);
  }

  /** Returns the width of the hidden layer of the image's projection. */
  final int hidden() {
    TensorFile file = projection.file;
    String name = projection.prefix + "0.weight";
    if (file.names().contains(name) && file.shape(name).length == 2) {
      return Math.toIntExact(file.shape(name)[0]);
    }
    throw new ModelFormatException(
        file.path() + " holds no matrix " + name + ": it is no file of GeoCLIP");
  }

  /**
   * Fills a head.
   *
   * @return for each part a report in which nothing is missing and nothing left over
   * @throws ModelFormatException if something is
   */
  abstract Map<String, ImportReport> fill(GeoClipHead head, NDManager manager);

  @Override
  public abstract void close();

  /** Returns the parts of one file. */
  static GeoClipParts ofRelease(Path file) {
    return new One(TensorFile.open(file));
  }

  /** Returns the parts of the three files of the Python package. */
  static GeoClipParts ofPackage(Path locations, Path projection, Path scale) {
    List<TensorFile> opened = new ArrayList<>();
    try {
      for (Path file : List.of(locations, projection, scale)) {
        opened.add(TensorFile.open(file));
      }
      return new Three(opened.get(0), opened.get(1), opened.get(2));
    } catch (RuntimeException e) {
      opened.forEach(TensorFile::close);
      throw e;
    }
  }

  private static void requireScalar(TensorFile file, String name) {
    if (file.shape(name).length > 0) {
      throw new ModelFormatException(
          "%s: %s must be a scalar, not %s"
              .formatted(file.path(), name, Arrays.toString(file.shape(name))));
    }
  }

  /** Everything under its full name. */
  private static final class One extends GeoClipParts {
    private final TensorFile file;

    One(TensorFile file) {
      super(new Part(file, "location_encoder."), new Part(file, "image_encoder.mlp."));
      this.file = file;
    }

    @Override
    Map<String, ImportReport> fill(GeoClipHead head, NDManager manager) {
      ImportReport report = Weights.load(head, manager, file, RenameTable.IDENTITY).requireExact();
      requireScalar(file, SCALE);
      return Map.of("head", report);
    }

    @Override
    public void close() {
      file.close();
    }
  }

  /** Each part in a file of its own, without the prefix of the part. */
  private static final class Three extends GeoClipParts {
    private final TensorFile locations;
    private final TensorFile projection;
    private final TensorFile scale;

    Three(TensorFile locations, TensorFile projection, TensorFile scale) {
      super(new Part(locations, ""), new Part(projection, ""));
      this.locations = locations;
      this.projection = projection;
      this.scale = scale;
    }

    @Override
    Map<String, ImportReport> fill(GeoClipHead head, NDManager manager) {
      Map<String, ImportReport> reports = new LinkedHashMap<>();
      reports.put(
          "location_encoder",
          Weights.load(head.locations(), manager, locations, RenameTable.IDENTITY).requireExact());
      reports.put(
          "image_encoder.mlp",
          Weights.load(head.projection(), manager, projection, RenameTable.IDENTITY)
              .requireExact());
      List<String> names = List.copyOf(scale.names());
      if (names.size() != 1) {
        throw new ModelFormatException(
            scale.path() + " must hold the scale alone, but holds " + names.size() + " arrays");
      }
      requireScalar(scale, names.get(0));
      float value = scale.floats(names.get(0))[0];
      head.logScale().allocate(manager, DataType.FLOAT32);
      head.logScale().write(bytes -> bytes.asFloatBuffer().put(value));
      return reports;
    }

    @Override
    public void close() {
      locations.close();
      projection.close();
      scale.close();
    }
  }
}
