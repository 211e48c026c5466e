package io.github.geofix.models.gallery;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.EmbeddingSearch.Hit;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GalleryAgreementTest {
  private static final int WIDTH = 16;

  @TempDir private Path folder;

  private final Random random = new Random(5);
  private EmbeddingIndex.Builder photos;

  @BeforeEach
  void startPhotos() {
    photos = EmbeddingIndex.builder(WIDTH, EmbeddingIndex.Options.defaults());
  }

  private GalleryRows rows() {
    GalleryRows.create(folder.resolve(GalleryRows.ROWS), WIDTH, EmbeddingIndex.Options.defaults());
    GalleryRows rows =
        GalleryRows.open(folder, WIDTH, EmbeddingIndex.Options.defaults().encoder(), 100);
    rows.append(photos);
    return rows;
  }

  private float[] near(float[] vector, double noise) {
    float[] other = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      other[i] = (float) (vector[i] + noise * random.nextGaussian());
    }
    return other;
  }

  private void add(float[] vector, double latitude, double longitude) {
    photos.add(vector, new LatLng(latitude, longitude), "photo-" + photos.size());
  }

  /** Each place looks a little like another one 60 m away, with which it must not agree. */
  private void addTwins() {
    for (int pair = 0; pair < 20; pair++) {
      float[] place = near(new float[WIDTH], 1);
      float[] twin = near(place, 0.45);
      for (int view = 0; view < 2; view++) {
        add(near(place, 0.01), 48 + 0.01 * pair + 1e-5 * view, 9);
        add(near(twin, 0.01), 48 + 0.01 * pair + 54e-5 + 1e-5 * view, 9);
      }
    }
  }

  @Test
  void isNarrowWherePlacesCloseByLookAlike() {
    addTwins();
    try (GalleryRows rows = rows()) {
      GalleryConfig config = GalleryConfig.defaults();
      double chosen = GalleryAgreement.of(rows, config);
      assertThat(chosen).isLessThan(0.06);
      for (double km : new double[] {0.001, 0.01, 0.05, 0.1, 1}) {
        assertThat(meanLogError(rows, config, chosen))
            .isLessThanOrEqualTo(meanLogError(rows, config, km) + 1e-9);
      }
      assertThat(meanLogError(rows, config, chosen))
          .isLessThan(meanLogError(rows, config, 0.1) - 0.5);
      Set<String> most = new HashSet<>(rows.ids());
      most.removeIf(id -> Integer.parseInt(id.substring(6)) < 19);
      rows.remove(most);
      // Too few photos to choose by.
      assertThat(GalleryAgreement.of(rows, config)).isEqualTo(0.1);
    }
  }

  /** Locates each photo by all others, read literally. */
  private static double meanLogError(GalleryRows rows, GalleryConfig config, double km) {
    double sum = 0;
    for (int row = 0; row < rows.slots(); row++) {
      int photo = row;
      List<Hit> others =
          rows.search(new float[][] {rows.vector(row)}, 11).get(0).hits().stream()
              .filter(hit -> hit.row() != photo)
              .toList();
      LatLng answer = GalleryAnswers.weighted(others, config).clusters(km).get(0).latLng();
      sum += Math.log(0.001 + GreatCircle.distanceKm(answer, rows.latLng(row)));
    }
    return sum / rows.slots();
  }

  @Test
  void isWideWhereTheMeanOfManyIsBest() {
    for (int place = 0; place < 10; place++) {
      float[] vector = near(new float[WIDTH], 1);
      for (int view = 0; view < 11; view++) {
        // Some 150 m around the place, wherever the most similar photo is.
        double north = 0.0013 * random.nextGaussian();
        double east = 0.002 * random.nextGaussian();
        add(near(vector, 0.01), 48 + place + north, 9 + east);
      }
    }
    try (GalleryRows rows = rows()) {
      assertThat(GalleryAgreement.of(rows, GalleryConfig.defaults())).isGreaterThan(0.1);
    }
  }
}
