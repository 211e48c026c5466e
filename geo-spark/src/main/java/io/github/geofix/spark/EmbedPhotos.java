package io.github.geofix.spark;

import io.github.geofix.models.backbone.PhotoEncoder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The vectors of photos. */
record EmbedPhotos(SparkGeo.Model model, PhotoRows.Progress progress)
    implements MapPartitionsFunction<Row, Row> {

  static final StructType COLUMNS =
      PhotoRows.PLACES
          .add(PhotoRows.VECTOR, DataTypes.createArrayType(DataTypes.FloatType, false))
          .add(PhotoRows.ERROR, DataTypes.StringType);

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return rows;
    }
    SharedModels.Use<SharedModels.Encoding> use = SharedModels.encoder(model);
    PhotoEncoder encoder = use.model().encoder();
    return PhotoRows.inBlocks(
        rows,
        progress,
        new PhotoRows.Blocks<float[]>(
            model.batch(),
            use.model().model().photoLimits(),
            image -> encoder.read(image, Optional.empty()),
            input -> 0,
            photos -> encode(photos, use)));
  }

  private List<Row> encode(
      List<PhotoRows.Photo<float[]>> photos, SharedModels.Use<SharedModels.Encoding> use) {
    PhotoEncoder encoder = use.model().encoder();
    List<float[]> inputs =
        photos.stream().map(PhotoRows.Photo::image).filter(Objects::nonNull).toList();
    float[][][] vectors =
        inputs.isEmpty()
            ? new float[0][][]
            : use.timed(progress.millis(), () -> encoder.encode(inputs));
    List<Row> rows = new ArrayList<>(photos.size());
    int next = 0;
    for (PhotoRows.Photo<float[]> photo : photos) {
      Object[] values = photo.start(COLUMNS.size());
      if (photo.error() == null) {
        values[4] = flat(vectors[next++], encoder.dimension());
      }
      values[5] = photo.error();
      rows.add(RowFactory.create(values));
    }
    return rows;
  }

  private static Float[] flat(float[][] vectors, int dimension) {
    Float[] flat = new Float[vectors.length * dimension];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = vectors[i / dimension][i % dimension];
    }
    return flat;
  }
}
