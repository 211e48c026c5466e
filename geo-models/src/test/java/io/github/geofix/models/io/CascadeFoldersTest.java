package io.github.geofix.models.io;

import static io.github.geofix.models.Samples.CARD;
import static io.github.geofix.models.Samples.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.core.cascade.Cascade;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CascadeFoldersTest {
  @TempDir private static Path folder;

  @BeforeAll
  static void saveUntrainedModels() throws IOException {
    Path map = folder.resolve("map.png");
    ImageIO.write(noise(128, 64, 1), "png", map.toFile());
    Random random = new Random(2);
    List<LatLng> positions =
        IntStream.range(0, 200)
            .mapToObj(
                i -> new LatLng(120 * random.nextDouble() - 60, 360 * random.nextDouble() - 180))
            .toList();
    Map<String, String> withMap = Map.of("map", map.toString());
    save("embed", Map.of(), positions);
    save("zoom", withMap, positions);
    save("recombine", withMap, positions);
  }

  private static void save(String method, Map<String, String> settings, List<LatLng> positions) {
    try (GeoModel model = Family.named(method).create("tiny", settings, positions, 1)) {
      model.save(folder.resolve(method), CARD);
    }
  }

  private static Cascade cascade(String... methods) {
    List<Path> folders = List.of(methods).stream().map(folder::resolve).toList();
    return Cascade.load(folders.get(0), folders.subList(1, folders.size()));
  }

  @Test
  void goesFromEmbedOverZoomToRecombine() {
    try (Cascade cascade = cascade("embed", "zoom", "recombine")) {
      Location location = cascade.locate(noise(32, 32, 3));
      assertThat(location.candidates()).hasSize(100);
      // What zoom names are tiles of the Mercator world.
      assertThat(location.candidates())
          .allSatisfy(c -> assertThat(c.cell()).asString().startsWith("8/"));
      assertThat(location.candidates().stream().mapToDouble(Candidate::score).sum())
          .isBetween(0.5, 1 + 1e-9);
      assertThat(cascade.costs())
          .extracting(Cascade.Cost::stage)
          .containsExactly("first", "zoom", "recombine");
    }
  }

  @Test
  void ranksTheFirstModelsPlacesByTheirTiles() throws IOException {
    BufferedImage photo = noise(32, 32, 4);
    try (Cascade plain = cascade("embed");
        Cascade ranked = cascade("embed", "recombine");
        TileEncoder encoder = TileEncoder.load(folder.resolve("recombine"))) {
      assertThat(plain.locate(photo).candidates()).hasSize(60);
      assertThat(ranked.locate(photo).candidates())
          .extracting(Candidate::cell)
          .containsExactlyInAnyOrderElementsOf(
              plain.locate(photo).candidates().stream().map(Candidate::cell).toList());
      assertThat(encoder.encodeImages(List.of(photo)).get(0)).hasDimensions(1, encoder.dimension());
      assertThat(ranked.locate(photo).candidates().stream().mapToDouble(Candidate::score).sum())
          .isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void saysWhichModelCannotRefine() {
    assertThatThrownBy(() -> cascade("zoom", "embed"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("embed")
        .hasMessageContaining("does not rank places again");
  }
}
