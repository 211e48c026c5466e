package io.github.geofix.spark;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Location.ScoreRegion;
import io.github.geofix.core.NoAnswerException;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** The locations of photos. */
record LocatePhotos(SparkGeo.Model model, PhotoRows.Progress progress)
    implements MapPartitionsFunction<Row, Row> {
  private static final StructType CANDIDATE =
      new StructType()
          .add("latitude", DataTypes.DoubleType, false)
          .add("longitude", DataTypes.DoubleType, false)
          .add("score", DataTypes.DoubleType, false)
          .add("cell", DataTypes.StringType, false);

  private static final StructType REGION =
      new StructType()
          .add("share", DataTypes.DoubleType, false)
          .add("cells", DataTypes.createArrayType(DataTypes.StringType, false), false);

  static final String CANDIDATES = "candidates";

  static final StructType COLUMNS =
      PhotoRows.PLACES
          .add(SparkGeo.GUESS_LATITUDE, DataTypes.DoubleType)
          .add(SparkGeo.GUESS_LONGITUDE, DataTypes.DoubleType)
          .add(CANDIDATES, DataTypes.createArrayType(CANDIDATE, false))
          .add("regions", DataTypes.createArrayType(REGION, false))
          .add("unanswered", DataTypes.StringType)
          .add(PhotoRows.ERROR, DataTypes.StringType);

  /** A location, or why there is none. */
  private record Answer(@Nullable Location location, @Nullable String unanswered) {}

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return rows;
    }
    SharedModels.Use<Localizer> use = SharedModels.localizer(model);
    return PhotoRows.inBlocks(
        rows,
        progress,
        new PhotoRows.Blocks<BufferedImage>(
            model.batch(),
            use.model().photoLimits(),
            image -> image,
            image -> (long) image.getWidth() * image.getHeight(),
            photos -> locate(photos, use)));
  }

  private List<Row> locate(
      List<PhotoRows.Photo<BufferedImage>> photos, SharedModels.Use<Localizer> use) {
    List<BufferedImage> images =
        photos.stream().map(PhotoRows.Photo::image).filter(Objects::nonNull).toList();
    Iterator<Answer> answers =
        images.isEmpty()
            ? List.<Answer>of().iterator()
            : use.timed(progress.millis(), () -> answers(use.model(), images)).iterator();
    List<Row> rows = new ArrayList<>(photos.size());
    for (PhotoRows.Photo<BufferedImage> photo : photos) {
      Object[] values = photo.start(COLUMNS.size());
      if (photo.error() == null) {
        add(values, answers.next());
      }
      values[9] = photo.error();
      rows.add(RowFactory.create(values));
    }
    return rows;
  }

  private static List<Answer> answers(Localizer localizer, List<BufferedImage> images) {
    try {
      return localizer.locateImages(images).stream().map(l -> new Answer(l, null)).toList();
    } catch (NoAnswerException e) {
      return images.size() == 1
          ? List.of(new Answer(null, String.valueOf(e.getMessage())))
          : images.stream().flatMap(i -> answers(localizer, List.of(i)).stream()).toList();
    }
  }

  private static void add(Object[] values, Answer answer) {
    Location location = answer.location();
    if (location == null) {
      values[8] = answer.unanswered();
      return;
    }
    values[4] = location.latLng().latitude();
    values[5] = location.latLng().longitude();
    values[6] = location.candidates().stream().map(LocatePhotos::row).toArray();
    values[7] = location.regions().stream().map(LocatePhotos::row).toArray();
  }

  private static Row row(Candidate candidate) {
    return RowFactory.create(
        candidate.latLng().latitude(),
        candidate.latLng().longitude(),
        candidate.score(),
        candidate.cell().toString());
  }

  private static Row row(ScoreRegion region) {
    return RowFactory.create(region.share(), region.region().s2Tokens().toArray(String[]::new));
  }
}
