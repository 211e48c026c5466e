package io.github.geofix.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.Precision;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.partition.CellCounts;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import io.github.geofix.core.partition.PointSet;
import io.github.geofix.eval.DistanceErrors;
import io.github.geofix.eval.DistanceReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SparkGeoTest {
  private static final int PHOTOS = 30;
  private static final int BROKEN = 7;

  @TempDir private static Path shared;

  private static final SparkSession SPARK = LocalSpark.session();
  private static final SparkGeo GEO = SparkGeo.of(SPARK);
  private static final List<LatLng> PLACES = LocalSpark.points(PHOTOS, new Random(3));

  @BeforeAll
  static void write() throws IOException {
    LocalSpark.model(shared.resolve("model"), LocalSpark.points(400, new Random(1)));
    Path folder = Files.createDirectory(shared.resolve("photos"));
    StringBuilder list = new StringBuilder("Image,LAT,lon\n");
    for (int i = 0; i < PHOTOS; i++) {
      byte[] photo = i == BROKEN ? new byte[] {1, 2, 3} : LocalSpark.photo(i);
      Files.write(folder.resolve(i + ".png"), photo);
      list.append("photos/" + i + ".png," + PLACES.get(i).latitude() + ",");
      list.append(PLACES.get(i).longitude() + "\n");
    }
    Files.writeString(shared.resolve("photos.csv"), list);
  }

  private static SparkGeo.Model model() {
    return SparkGeo.Model.of(shared.resolve("model").toString()).withBatch(1).withCandidates(3);
  }

  private static Dataset<Row> rows(List<LatLng> points) {
    return SPARK
        .createDataFrame(
            points.stream().map(p -> RowFactory.create(p.latitude(), p.longitude())).toList(),
            new StructType()
                .add("latitude", DataTypes.DoubleType)
                .add("longitude", DataTypes.DoubleType))
        .repartition(5);
  }

  @Test
  void locationsAreThoseOfOneMachineAndBrokenPhotosAreRowsWithAReason() {
    int before = SharedModels.loads();
    Dataset<Row> located =
        GEO.locate(GEO.photos(shared.resolve("photos.csv").toString()).repartition(4), model());
    String out = shared.resolve("answers.parquet").toString();
    GEO.writeSorted(located, out);
    assertThat(SharedModels.loads()).isEqualTo(before + 1);
    List<Row> answers = SPARK.read().parquet(out).collectAsList();
    assertThat(answers).hasSize(PHOTOS);
    List<LatLng> truths = new ArrayList<>();
    List<LatLng> guesses = new ArrayList<>();
    try (Localizer localizer = Localizer.load(shared.resolve("model"))) {
      for (Row answer : answers) {
        Path photo = Path.of(answer.<String>getAs("image").replaceFirst("^file:", ""));
        LatLng truth = new LatLng(answer.getAs("latitude"), answer.getAs("longitude"));
        assertThat(answer.<Long>getAs("s2cell")).isEqualTo(S2Cells.leafOf(truth));
        if (photo.endsWith(BROKEN + ".png")) {
          assertThat(answer.<String>getAs("error")).contains(BROKEN + ".png");
          assertThat(answer.<Object>getAs("candidates")).isNull();
          continue;
        }
        Location expected = localizer.locateAll(List.of(photo)).get(0);
        LatLng guess = new LatLng(answer.getAs("guess_latitude"), answer.getAs("guess_longitude"));
        assertThat(guess).isEqualTo(expected.latLng());
        List<Row> candidates = answer.getList(answer.fieldIndex("candidates"));
        assertThat(candidates).hasSize(3);
        for (int i = 0; i < 3; i++) {
          assertThat(candidates.get(i).getDouble(2))
              .isEqualTo(expected.candidates().get(i).score());
          assertThat(candidates.get(i).getString(3))
              .isEqualTo(expected.candidates().get(i).cell().toString());
        }
        List<Row> regions = answer.getList(answer.fieldIndex("regions"));
        assertThat(regions).hasSize(expected.regions().size());
        truths.add(truth);
        guesses.add(guess);
      }
    }
    assertThat(truths).hasSize(PHOTOS - 1);
    assertThat(GEO.evaluate(SPARK.read().parquet(out)))
        .isEqualTo(DistanceReport.of(truths, guesses).summary());
    assertThat(SharedModels.inUse()).isZero();
  }

  @Test
  void limitsAndPrecisionReachTheModel() {
    Dataset<Row> photos = GEO.photos(shared.resolve("photos/0.png").toString());
    SparkGeo.Model half = model().withPrecision(Precision.BFLOAT16);
    assertThat(GEO.locate(photos, half).collectAsList().get(0).<String>getAs("error")).isNull();
    SparkGeo.Model limited = model().withMaxPixels(48 * 40 - 1);
    assertThat(GEO.locate(photos, limited).collectAsList().get(0).<String>getAs("error"))
        .contains("48 x 40 pixels, more than the 1919 allowed");
    assertThat(GEO.embed(photos, limited).collectAsList().get(0).<String>getAs("error"))
        .contains("48 x 40 pixels, more than the 1919 allowed");
    assertThatThrownBy(() -> model().withInferenceMemory(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the memory of inference must be positive: 0");
    assertThatThrownBy(() -> model().withMaxPixels(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxPixels 0");
  }

  @Test
  void largePhotosMakeSmallBlocks() {
    List<Row> photos = GEO.photos(shared.resolve("photos.csv").toString()).limit(5).collectAsList();
    List<Integer> blocks = new ArrayList<>();
    Iterator<Row> rows =
        PhotoRows.inBlocks(
            photos.iterator(),
            new PhotoRows.Progress(
                SPARK.sparkContext().longAccumulator(),
                SPARK.sparkContext().longAccumulator(),
                SPARK.sparkContext().longAccumulator()),
            new PhotoRows.Blocks<Integer>(
                4,
                Photo.Limits.defaults(),
                image -> image.getWidth() * image.getHeight(),
                pixels -> pixels == 48 * 40 ? PhotoRows.MOST_PIXELS / 2 : 0,
                block -> {
                  blocks.add(block.size());
                  return block.stream().map(PhotoRows.Photo::row).toList();
                }));
    List<Row> seen = new ArrayList<>();
    rows.forEachRemaining(seen::add);
    assertThat(seen).isEqualTo(photos);
    assertThat(blocks).containsExactly(2, 2, 1);
  }

  @Test
  void theExampleOfTheDocumentationRuns() {
    SparkExample.main(new String[] {shared.toString()});
    assertThat(SPARK.read().parquet(shared.resolve("located").toString()).count())
        .isEqualTo(PHOTOS);
  }

  @Test
  void aFailedWriteLeavesNothingBehind() throws IOException {
    Path out = shared.resolve("failed.parquet");
    Dataset<Row> failing =
        SPARK.range(3).selectExpr("id AS s2cell", "raise_error('broken') AS image");
    assertThatThrownBy(() -> GEO.writeSorted(failing, out.toString()))
        .hasStackTraceContaining("broken");
    assertThat(shared.resolve("failed.parquet.unsorted")).doesNotExist();
    assertThat(out).doesNotExist();
    Path other = Files.createDirectory(shared.resolve("other.parquet.unsorted"));
    String taken = shared.resolve("other.parquet").toString();
    assertThatThrownBy(() -> GEO.writeSorted(failing, taken)).hasMessageContaining("another job");
    assertThat(other).isDirectory();
  }

  @Test
  void vectorsComeFromPathsFoldersAndBytesAlike() {
    Dataset<Row> folder = GEO.photos(shared.resolve("photos").toString());
    String parquet = shared.resolve("bytes.parquet").toString();
    folder.write().parquet(parquet);
    List<Row> fromFolder = GEO.embed(folder, model()).orderBy("image").collectAsList();
    assertThat(GEO.embed(GEO.photos(parquet), model()).orderBy("image").collectAsList())
        .isEqualTo(fromFolder);
    List<List<Float>> fromList =
        GEO
            .embed(GEO.photos(shared.resolve("photos.csv").toString()), model())
            .orderBy("image")
            .collectAsList()
            .stream()
            .filter(row -> !row.isNullAt(4))
            .map(row -> row.<Float>getList(4))
            .toList();
    assertThat(fromList).hasSize(PHOTOS - 1).doesNotHaveDuplicates();
    assertThat(fromFolder.stream().filter(r -> !r.isNullAt(4)).map(r -> r.<Float>getList(4)))
        .containsExactlyElementsOf(fromList);
    assertThatThrownBy(() -> GEO.photos(shared.resolve("answers.csv").toString()))
        .hasMessageContaining("answers.csv");
  }

  @Test
  void cellsAreThoseOfOneMachine() {
    List<LatLng> points = LocalSpark.points(20_000, new Random(5));
    AdaptiveOptions options = AdaptiveOptions.defaults().withMinPoints(5);
    for (int level : new int[] {7, 30}) {
      AdaptiveOptions limited = options.withMaxLevel(level);
      CellHierarchy built = GEO.partition(rows(points), limited, 800, 200, 60);
      PointSet all = PointSet.of(points);
      assertThat(built)
          .isEqualTo(CellHierarchy.adaptive(CellCounts.of(all, level), limited, 800, 200, 60));
      assertThat(built.partitions().stream().map(SparkGeoTest::cells))
          .containsExactlyElementsOf(
              CellHierarchy.adaptive(all, limited, 800, 200, 60).partitions().stream()
                  .map(SparkGeoTest::cells)
                  .toList());
    }
    assertThatThrownBy(() -> GEO.partition(rows(points), options)).hasMessageContaining("level");
  }

  private static List<String> cells(CellPartition partition) {
    return IntStream.range(0, partition.size())
        .mapToObj(i -> partition.s2Token(i) + " " + partition.counts()[i])
        .toList();
  }

  @Test
  void figuresCountUnansweredPhotosAsFarAndLeaveOutUnreadOnes() {
    StructType columns =
        new StructType()
            .add("latitude", DataTypes.DoubleType)
            .add("longitude", DataTypes.DoubleType)
            .add("guess_latitude", DataTypes.DoubleType)
            .add("guess_longitude", DataTypes.DoubleType)
            .add("error", DataTypes.StringType);
    List<LatLng> truths = LocalSpark.points(999, new Random(7));
    List<LatLng> guesses = LocalSpark.points(999, new Random(8));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < truths.size(); i++) {
      rows.add(
          RowFactory.create(
              truths.get(i).latitude(),
              truths.get(i).longitude(),
              guesses.get(i).latitude(),
              guesses.get(i).longitude(),
              null));
    }
    double[] errors = DistanceErrors.of(truths, guesses).toArray();
    double[] withOne = Arrays.copyOf(errors, errors.length + 1);
    withOne[errors.length] = DistanceErrors.WORST_KM;
    rows.add(RowFactory.create(1.0, 2.0, null, null, null));
    rows.add(RowFactory.create(1.0, 2.0, null, null, "not an image"));
    rows.add(RowFactory.create(null, null, 1.0, 2.0, null));
    DistanceReport.Summary expected =
        new DistanceReport(DistanceErrors.ofKm(withOne), DistanceReport.STANDARD_KM, List.of())
            .summary();
    assertThat(GEO.evaluate(SPARK.createDataFrame(rows, columns).repartition(6)))
        .isEqualTo(expected);
    assertThatThrownBy(() -> GEO.evaluate(SPARK.createDataFrame(rows.subList(1001, 1002), columns)))
        .hasMessageContaining("no photo");
    assertThat(expected.count()).isEqualTo(1000);
  }
}
