package io.github.geofix.models.recombine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.StoredVectors;
import io.github.geofix.models.internal.calibration.Temperature;
import io.github.geofix.models.internal.recombine.RecombineNetwork;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig.Augment;
import io.github.geofix.models.recombine.RecombineConfig.Ground;
import io.github.geofix.models.recombine.RecombineModel.PlaceMatch;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GallerySearchTest {
  /** Four regions of the 64 numbers of the smallest backbone. */
  private static final int WIDTH = 256;

  private static final ImageSpec PHOTO = ImageSpec.symmetric(16).withSize(16, 64);

  private final NDManager manager = TorchEngine.newManager();

  @AfterEach
  void close() {
    manager.close();
  }

  private VectorEncoder encoder(int headings, double fieldOfView) {
    RecombineConfig tiny = RecombineConfig.tiny();
    RecombineConfig config =
        tiny.withPhotos(new Ground(headings, fieldOfView, Augment.NONE, false))
            .withEncoder(tiny.encoder().withImages(PHOTO, ImageSpec.symmetric(32)));
    RecombineNetwork network = RecombineNetwork.of(config);
    network.initialize(manager, 1);
    return new VectorEncoder(config, network, manager);
  }

  private static float[] images(int count, SplittableRandom random) {
    float[] images = new float[count * PHOTO.length()];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextDouble(-1, 1);
    }
    return images;
  }

  /** Vectors of length 1 around the photos', so that every place fits some of them well. */
  private static float[] vectors(float[] photos, int places, SplittableRandom random) {
    float[] vectors = new float[places * WIDTH];
    for (int place = 0; place < places; place++) {
      int photo = random.nextInt(photos.length / WIDTH);
      double square = 0;
      for (int d = 0; d < WIDTH; d++) {
        double value = photos[photo * WIDTH + d] + random.nextDouble(-0.1, 0.1);
        vectors[place * WIDTH + d] = (float) value;
        square += value * value;
      }
      for (int d = 0; d < WIDTH; d++) {
        vectors[place * WIDTH + d] /= (float) Math.sqrt(square);
      }
    }
    return vectors;
  }

  private static Gallery gallery(float[] vectors) {
    long[] cells =
        LongStream.range(0, vectors.length / WIDTH).map(i -> (i << 41) + (1L << 40)).toArray();
    CellPartition places = CellPartition.ofCellIds(cells);
    return new Gallery(
        places, new StoredVectors(places.size(), WIDTH, target -> target.put(vectors)), "");
  }

  private static double dot(float[] a, int atA, float[] b, int atB) {
    double sum = 0;
    for (int d = 0; d < WIDTH; d++) {
      sum += (double) a[atA * WIDTH + d] * b[atB * WIDTH + d];
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 360, 9", "2, 64, 1, 360, 17000", "3, 64, 4, 360, 16385", "4, 3, 8, 90, 50"})
  void comparesAsTheDefinitionSays(
      long seed, int count, int headings, double fieldOfView, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    VectorEncoder encoder = encoder(headings, fieldOfView);
    float[] images = images(count, random);
    float[] photos = encoder.encodePhotos(images, count);
    assertThat(photos).hasSize(count * headings * WIDTH);
    float[] vectors = vectors(photos, size, random);
    Gallery gallery = gallery(vectors);
    GallerySearch search = new GallerySearch(encoder, manager);
    GallerySearch.Matches matches = search.matches(images, count, gallery);
    float[][] cosines = matches.cosines();
    assertThat(matches.headings()).hasNumberOfRows(headings == 1 ? 0 : count);
    List<PlaceMatch> best = search.best(images, count, gallery);
    for (int photo = 0; photo < count; photo++) {
      double most = -1;
      for (int place = 0; place < size; place++) {
        double fit = -1;
        for (int s = 0; s < headings; s++) {
          fit = Math.max(fit, dot(photos, photo * headings + s, vectors, place));
        }
        if (Math.abs(cosines[photo][place] - fit) > 1e-5) {
          assertThat((double) cosines[photo][place]).as(photo + ", " + place).isEqualTo(fit);
        }
        most = Math.max(most, fit);
      }
      PlaceMatch match = best.get(photo);
      int s = (int) Math.round(match.heading() * headings / 360);
      if (headings > 1) {
        assertThat((double) matches.headings()[photo][match.place()]).isEqualTo(match.heading());
      }
      assertThat(match.similarity()).isCloseTo(most, within(1e-5));
      assertThat(dot(photos, photo * headings + s, vectors, match.place()))
          .isCloseTo(most, within(1e-5));
    }
  }

  @Test
  void theFirstOfEqualPlacesIsBest() {
    SplittableRandom random = new SplittableRandom(5);
    VectorEncoder encoder = encoder(1, 360);
    float[] images = images(2, random);
    float[] one = vectors(encoder.encodePhotos(images, 2), 1, random);
    float[] same = new float[3 * WIDTH];
    for (int place = 0; place < 3; place++) {
      System.arraycopy(one, 0, same, place * WIDTH, WIDTH);
    }
    assertThat(new GallerySearch(encoder, manager).best(images, 2, gallery(same)))
        .extracting(PlaceMatch::place)
        .containsExactly(0, 0);
  }

  @Test
  void theGalleryIsNotCopied() {
    SplittableRandom random = new SplittableRandom(6);
    VectorEncoder encoder = encoder(4, 90);
    float[] images = images(1, random);
    Gallery gallery = gallery(vectors(encoder.encodePhotos(images, 1), 20_000, random));
    GallerySearch search = new GallerySearch(encoder, manager);
    search.matches(images, 1, gallery);
    BufferPoolMXBean direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .findFirst()
            .orElseThrow();
    long before = direct.getTotalCapacity();
    search.matches(images, 1, gallery);
    // 20 MB of vectors; the images and the answers are far smaller.
    assertThat(direct.getTotalCapacity() - before).isLessThan(1 << 20);
  }

  @Test
  void scoresAreTheSoftmaxOfTheScaledCosines() {
    float[] cosines = {0.5f, -0.25f, 1, 0.99f};
    double sum = 0;
    for (float cosine : cosines) {
      sum += Math.exp(20 * (double) cosine);
    }
    double[] scores = Temperature.softmax(cosines, 20);
    for (int i = 0; i < cosines.length; i++) {
      assertThat(scores[i]).isCloseTo(Math.exp(20 * (double) cosines[i]) / sum, within(1e-12));
    }
    // Where the exponential alone would overflow.
    assertThat(Temperature.softmax(cosines, 1e6)).containsExactly(0, 0, 1, 0);
  }
}
