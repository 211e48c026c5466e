package io.github.geofix.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.eval.Bootstrap;
import io.github.geofix.eval.PhotoReport;
import io.github.geofix.eval.RetrievalEvaluator.Ties;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.protocol.Evaluation.CrossViewEvaluation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrossViewBenchmarkTest {
  private static final int PAIRS = 70;

  @SuppressWarnings("NullAway.Init") // set by JUnit
  @TempDir
  private Path root;

  /** Takes an image for the number in its file, as an angle. */
  private static final class NumberEncoder implements TileEncoder {
    private final int headings;
    private int largestBatch;

    NumberEncoder(int headings) {
      this.headings = headings;
    }

    @Override
    public int dimension() {
      return 2;
    }

    @Override
    public int tilePixels() {
      return 1;
    }

    @Override
    public String digest() {
      return "numbers";
    }

    @Override
    public List<float[]> encodeTiles(List<BufferedImage> tiles) {
      largestBatch = Math.max(largestBatch, tiles.size());
      return tiles.stream().map(NumberEncoder::vector).toList();
    }

    private static float[] vector(BufferedImage image) {
      double angle = 0.01 * image.getRGB(0, 0);
      return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
    }

    @Override
    public List<float[][]> encodePhotos(List<Path> photos) {
      return encodeImages(photos.stream().map(this::decode).toList());
    }

    @Override
    public BufferedImage decode(Path image) {
      return picture(image);
    }

    @Override
    public List<float[][]> encodeImages(List<BufferedImage> photos) {
      largestBatch = Math.max(largestBatch, photos.size());
      return photos.stream()
          .map(
              photo -> Stream.generate(() -> vector(photo)).limit(headings).toArray(float[][]::new))
          .toList();
    }

    @Override
    public void close() {}
  }

  private static BufferedImage picture(Path image) {
    try {
      BufferedImage picture = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
      picture.setRGB(0, 0, Integer.parseInt(Files.readString(image)));
      return picture;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void writePairs() throws IOException {
    List<String> list = new ArrayList<>();
    for (String folder : new String[] {"splits", "bingmap/19", "streetview/panos"}) {
      Files.createDirectories(root.resolve(folder));
    }
    for (int i = 1; i <= PAIRS; i++) {
      String aerial = "bingmap/19/%07d.jpg".formatted(i);
      String panorama = "streetview/panos/%07d.jpg".formatted(i);
      Files.writeString(root.resolve(aerial), Integer.toString(i));
      // Two photos are taken for their neighbors.
      Files.writeString(root.resolve(panorama), Integer.toString(i <= 2 ? i + 1 : i));
      list.add(aerial + "," + panorama + ",none");
    }
    Files.write(root.resolve("splits/val-19zl.csv"), list);
  }

  @Test
  void measuresAnEncoderInTwoLines() {
    NumberEncoder encoder = new NumberEncoder(1);
    CrossViewBenchmark benchmark = CrossViewProtocol.named("cvusa").open(root);
    RetrievalReport report = benchmark.evaluate(encoder).report();
    assertThat(report.count()).isEqualTo(PAIRS);
    assertThat(report.gallerySize()).isEqualTo(PAIRS);
    assertThat(report.recallAt(1).accuracy()).isEqualTo((PAIRS - 2.0) / PAIRS);
    // Images 1 and 3 are equally near to the photo of 2.
    assertThat(report.rank(0)).isEqualTo(2);
    assertThat(encoder.largestBatch).isEqualTo(32);
  }

  @Test
  void leavesNoVectorsBehind() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    long before = vectorFolders(temporary);
    List<Long> progress = new ArrayList<>();
    CrossViewProtocol.CVUSA.open(root).evaluate(new NumberEncoder(1), progress::add);
    assertThat(progress).containsExactly(32L, 64L, 70L, 102L, 134L, 140L);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossViewProtocol.CVUSA.open(root).evaluate(new NumberEncoder(4)))
        .withMessageStartingWith("the model considers 4 headings, but those of cvusa are known");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> CrossViewProtocol.CVUSA.open(root).evaluate(new NumberEncoder(1)))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(vectorFolders(temporary)).isEqualTo(before);
  }

  private static long vectorFolders(Path temporary) throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.filter(f -> f.getFileName().toString().startsWith("geofix-vectors")).count();
    }
  }

  @Test
  void showsTheRunInEveryFormat() {
    CrossViewEvaluation evaluation =
        CrossViewProtocol.CVUSA
            .open(root)
            .withTies(Ties.FLATTERING)
            .withPhotosInDetail(3)
            .evaluate(new NumberEncoder(1))
            .named("numbers");
    assertThat(evaluation.toMarkdown())
        .contains("| R@1 | 97.1 % |", "ties count for the query", "| numbers \u2020 |")
        .contains("not the whole benchmark");
    JsonObject json = JsonParser.parseString(evaluation.toJson()).getAsJsonObject();
    assertThat(json.get("benchmark").getAsString()).isEqualTo("CVUSA");
    assertThat(json.get("system").getAsString()).isEqualTo("numbers");
    assertThat(json.get("wholeBenchmark").getAsBoolean()).isFalse();
    assertThat(evaluation.toCsv()).startsWith("metric,value,low,high\nR@1,0.97");
    assertThat(evaluation.toTable().rows().get(0)).startsWith("numbers", "97.1");
    assertThat(evaluation.toHtml(CrossViewBenchmarkTest::picture).toHtml())
        .contains(
            "numbers on CVUSA, panoramas: 70, aerial images: 70", "rank 3", "the right image");
  }

  @Test
  void drawsIntervalsOverPhotosOrPlaces() {
    CrossViewBenchmark benchmark = CrossViewProtocol.CVUSA.open(root);
    Bootstrap bootstrap = Bootstrap.defaults();
    CrossViewEvaluation evaluation =
        benchmark
            .withResampling(new PhotoReport.Resampling(bootstrap, OptionalInt.empty()))
            .evaluate(new NumberEncoder(1));
    RetrievalReport report = evaluation.report();
    assertThat(report.intervals())
        .containsOnlyKeys("R@1", "R@5", "R@10", "R@1%", "mean reciprocal rank");
    Bootstrap.Interval recall = Objects.requireNonNull(report.intervals().get("R@1"));
    // The binomial interval of 68 of 70.
    assertThat(recall.value()).isEqualTo(68 / 70.0);
    assertThat(recall.low()).isEqualTo(65 / 70.0);
    assertThat(recall.high()).isEqualTo(1);
    // Photo 1 is third and photo 2 second.
    assertThat(Objects.requireNonNull(report.intervals().get("mean reciprocal rank")).value())
        .isCloseTo((68 + 1 / 3.0 + 1 / 3.0) / 70, within(0.01));
    assertThat(evaluation.toMarkdown())
        .contains("### Intervals by bootstrap over 70 photos", "| R@1 | 97.1 % | 92.9 to 100.0 |");
    assertThat(evaluation.toCsv()).contains("R@1, intervals by bootstrap over 70 photos\",0.97");
    assertThat(evaluation.toJson()).contains("\"over\": \"photos\"");
    assertThat(evaluation.toHtml(CrossViewBenchmarkTest::picture).toHtml())
        .contains("Intervals by bootstrap");

    // CVUSA gives no positions: each photo has an aerial image of its own.
    CrossViewEvaluation places =
        benchmark
            .withResampling(new PhotoReport.Resampling(bootstrap, OptionalInt.of(13)))
            .evaluate(new NumberEncoder(1));
    assertThat(places.report().intervals()).isEqualTo(report.intervals());
    assertThat(places.toMarkdown()).contains("over 70 places");
    // Both wrong photos are of one of two places, of 35 photos each.
    RetrievalReport two =
        report.withIntervals(bootstrap, IntStream.range(0, PAIRS).map(i -> i / 35).toArray());
    assertThat(two.intervals().get("R@1"))
        .isEqualTo(new Bootstrap.Interval(68 / 70.0, 33 / 35.0, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> report.withIntervals(bootstrap, new int[2]))
        .withMessage("2 places do not fit 70 queries");
  }

  @Test
  void refusesVectorsThatAreNotFinite() {
    CrossViewBenchmark benchmark = CrossViewProtocol.CVUSA.open(root);
    Path queries = root.resolve("q.npy");
    Path gallery = root.resolve("g.npy");
    for (Path file : new Path[] {queries, gallery}) {
      try (Embeddings.Writer writer = Embeddings.Writer.create(file)) {
        for (int row = 0; row < PAIRS; row++) {
          boolean broken = file.equals(gallery) && row == 2;
          writer.write(
              new float[] {
                (float) Math.sin(0.02 * row), broken ? Float.NaN : (float) Math.cos(0.02 * row)
              });
        }
        writer.commit();
      }
    }
    try (Embeddings q = Embeddings.open(queries);
        Embeddings g = Embeddings.open(gallery)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> benchmark.evaluate(q, g))
          .withMessageStartingWith("row 2 of " + gallery + " is not finite");
      assertThat(benchmark.evaluate(q, q).report().recallAt(1).accuracy()).isEqualTo(1);
    }
  }

  @Test
  void refusesAnotherNumberOfRows() {
    CrossViewBenchmark benchmark = CrossViewProtocol.CVUSA.open(root);
    Embeddings few = Embeddings.of(new float[3][2]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> benchmark.evaluate(few, few))
        .withMessageStartingWith("3 rows in the queries, but 70 panoramas: one row each");
  }
}
