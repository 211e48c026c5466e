package io.github.geofix.models;

import static io.github.geofix.models.Samples.CARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.io.ModelFolder;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the families that compare photos with a map treat a map on a server. */
final class MapUseTest {
  private static final LatLng PLACE = new LatLng(47, 8);
  private static final BufferedImage PHOTO = Samples.noise(40, 36, 1);

  @TempDir private Path folder;
  private final String home = System.getProperty("user.home");
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private HttpServer server;
  private String map = "";
  private volatile boolean hasTiles = true;

  @BeforeEach
  void start() throws IOException {
    // Tiles are cached below it.
    System.setProperty("user.home", folder.resolve("home").toString());
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(Samples.noise(256, 256, 2), "png", png);
    byte[] tile = png.toByteArray();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.add(exchange.getRequestURI().toString());
          try (exchange) {
            exchange.sendResponseHeaders(hasTiles ? 200 : 404, hasTiles ? tile.length : -1);
            if (hasTiles) {
              exchange.getResponseBody().write(tile);
            }
          }
        });
    server.start();
    map = "http://127.0.0.1:" + server.getAddress().getPort() + "/{z}/{x}/{y}.png?key=APIKEY42";
  }

  @AfterEach
  void stop() {
    server.stop(0);
    System.setProperty("user.home", home);
  }

  private GeoModel model(String method) {
    Map<String, String> settings =
        method.equals("zoom")
            ? Map.of("map", map, "childrenPerSide", "[2, 2]")
            : Map.of("map", map, "tiles.galleryS2Level", "1");
    return Family.named(method).create("tiny", settings, List.of(PLACE), 1);
  }

  private Path saved(String method) {
    Path saved = folder.resolve(method);
    try (GeoModel model = model(method)) {
      model.save(saved, CARD);
    }
    requests.clear();
    System.setProperty("user.home", folder.resolve("home of another").toString());
    return saved;
  }

  @ParameterizedTest
  @ValueSource(strings = {"zoom", "recombine"})
  void aServerThatOnlyTheFolderNamesIsNotAsked(String method) {
    ModelFolder saved = ModelFolder.open(saved(method));
    try (GeoModel model = Family.of(saved).load(saved)) {
      assertRefused(() -> model.example(PHOTO, PLACE, new SplittableRandom(1)));
      assertRefused(() -> refine(model));
    }
    assertThat(requests).isEmpty();
    ModelFolder named = saved.with(Map.of("map", map));
    try (GeoModel model = Family.of(named).load(named)) {
      assertThat(refine(model)).isNotEmpty();
    }
    assertThat(requests).isNotEmpty();
  }

  @Test
  void zoomDoesNotAnswerByAServerThatOnlyTheFolderNames() {
    try (Localizer localizer = Localizer.load(saved("zoom"))) {
      assertRefused(() -> localizer.locate(PHOTO));
    }
    assertThat(requests).isEmpty();
  }

  @Test
  void recombineAnswersByItsGallery() {
    try (Localizer localizer = Localizer.load(saved("recombine"))) {
      assertThat(localizer.locate(PHOTO).candidates()).hasSize(1);
    }
    assertThat(requests).isEmpty();
  }

  private static List<Candidate> refine(GeoModel model) {
    try (Refiner refiner = ((GeoModel.Refining) model).refiner()) {
      Localizer localizer = model.localizer();
      Candidate proposed =
          model.method().equals("zoom")
              ? Candidate.of(S2Cell.of(PLACE, 6), 1)
              : localizer.locate(PHOTO).candidates().get(0);
      return refiner.refine(PHOTO, List.of(proposed));
    }
  }

  private void assertRefused(Runnable use) {
    assertThatThrownBy(use::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(map.replace("APIKEY42", "***"))
        .hasMessageContaining("--tiles");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zoom", "recombine"})
  void keysAreSentAndNotStored(String method) throws IOException {
    try (GeoModel model = model(method)) {
      model.example(PHOTO, PLACE, new SplittableRandom(1));
      assertThat(requests).isNotEmpty().allMatch(request -> request.endsWith("?key=APIKEY42"));
      assertThat(model.config().toString()).contains("?key=***").doesNotContain("APIKEY42");
    }
    Path saved = saved(method);
    try (Stream<Path> files = Files.walk(saved)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as("%s", file)
            .doesNotContain("APIKEY42");
      }
    }
    assertThat(saved.resolve("config.json")).content().contains("?key=***");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zoom", "recombine"})
  void trainingEndsWhereTheServerHasNoTiles(String method) {
    hasTiles = false;
    try (GeoModel model = model(method)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 16; i++) {
                  model.example(PHOTO, PLACE, new SplittableRandom(i));
                }
              })
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("no tile")
          .hasMessageNotContaining("APIKEY42");
    }
  }

  @Test
  void aGalleryWithoutTilesIsRefused() {
    hasTiles = false;
    try (GeoModel model = model("recombine")) {
      assertThatThrownBy(() -> model.save(folder.resolve("model"), CARD))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("1 of 1 map image has no tile");
    }
    assertThat(folder.resolve("model")).doesNotExist();
  }

  @Test
  void refiningWhereThereAreNoTilesChangesNothing() {
    ModelFolder saved = ModelFolder.open(saved("recombine")).with(Map.of("map", map));
    hasTiles = false;
    try (GeoModel model = Family.of(saved).load(saved)) {
      Candidate a = Candidate.of(S2Cell.of(new LatLng(0, 0), 6), 0.6);
      Candidate b = Candidate.of(S2Cell.of(new LatLng(20, 40), 6), 0.4);
      try (Refiner refiner = ((GeoModel.Refining) model).refiner()) {
        assertThat(refiner.refine(PHOTO, List.of(a, b)))
            .extracting(Candidate::score)
            .containsExactly(1.0, 1.0);
      }
    }
  }
}
