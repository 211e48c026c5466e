package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that compare photos with a map: one without tiles, one on a server, and headings. */
final class MapCommandsTest {
  private static final String EARTH =
      Path.of("").toAbsolutePath().resolveSibling("examples/data/earth").toString();
  private static final String MAP = EARTH + "/earth-blue-marble.jpg";

  @TempDir private Path folder;
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private HttpServer server;
  private String address = "";

  /** A server without tiles. */
  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.add(exchange.getRequestURI().toString());
          try (exchange) {
            exchange.sendResponseHeaders(404, -1);
          }
        });
    server.start();
    address = "http://127.0.0.1:" + server.getAddress().getPort() + "/{z}/{x}/{y}.png?key=APIKEY42";
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String photo() throws IOException {
    Path photo = folder.resolve("photo.png");
    BufferedImage image = new BufferedImage(64, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64 * 16; i++) {
      image.setRGB(i % 64, i / 64, i * 7919);
    }
    ImageIO.write(image, "png", photo.toFile());
    return photo.toString();
  }

  private String model(RecombineConfig config) {
    Path saved = folder.resolve("model");
    try (RecombineModel model =
        RecombineModel.create(config, List.of(new LatLng(47, 8), new LatLng(-20, 130)), 1)) {
      model.save(saved, ModelCard.untrained("nothing", 1));
    }
    return saved.toString();
  }

  private static RecombineConfig config() {
    ImageSpec panorama = ImageSpec.symmetric(16).withSize(16, 64);
    RecombineConfig tiny = RecombineConfig.tiny().withMap(MAP);
    return tiny.withEncoder(tiny.encoder().withImages(panorama, ImageSpec.symmetric(16)));
  }

  @Test
  void locateShowsTheHeading() throws IOException {
    String model =
        model(
            config()
                .withPhotos(
                    new RecombineConfig.Ground(8, 360, RecombineConfig.Augment.NONE, false)));
    String photo = photo();
    Result json = Result.run("locate", "--model", model, "--format", "json", photo);
    JsonObject candidate =
        JsonParser.parseString(json.out())
            .getAsJsonArray()
            .get(0)
            .getAsJsonObject()
            .getAsJsonArray("candidates")
            .get(0)
            .getAsJsonObject();
    double heading = candidate.get("heading").getAsDouble();
    assertThat(heading % 45).isZero();
    assertThat(Result.run("locate", "--model", model, photo).out())
        .contains(String.format("  heading %.0f", heading));
    assertThat(Result.run("locate", "--model", model, "--format", "geojson", photo).out())
        .contains("\"heading\":" + heading);
  }

  @Test
  void locateShowsNoHeadingWhereOneAloneIsTried() throws IOException {
    String model = model(config());
    assertThat(Result.run("locate", "--model", model, photo()).out()).doesNotContain("heading");
    assertThat(Result.run("locate", "--model", model, "--format", "json", photo()).out())
        .doesNotContain("heading");
  }

  @Test
  void anIndexOfAMapWithoutTilesIsRefused() {
    String model = model(config());
    Path index = folder.resolve("index");
    Result result =
        Result.run(
            "index",
            "build",
            "--model",
            model,
            "--tiles",
            address,
            "--tile-cache",
            folder.resolve("cache").toString(),
            "--region",
            "40,0,50,10",
            "--zoom",
            "3",
            "--out",
            index.toString());
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("map images have no tile").doesNotContain("APIKEY42");
    assertThat(index).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"zoom", "recombine"})
  void trainingOnAMapWithoutTilesIsRefused(String method) throws IOException {
    String photo = photo();
    StringBuilder rows = new StringBuilder("image,latitude,longitude\n");
    for (int i = 0; i < 20; i++) {
      rows.append(photo).append(',').append(40 + i / 10.0).append(",8\n");
    }
    Path list = folder.resolve("photos.csv");
    Files.writeString(list, rows);
    Path out = folder.resolve("trained");
    String home = System.getProperty("user.home");
    System.setProperty("user.home", folder.toString());
    try {
      Result result =
          Result.run(
              "train",
              "--method",
              method,
              "--tiles",
              address,
              "--data",
              list.toString(),
              "--epochs",
              "1",
              "--out",
              out.toString());
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err()).contains("no tile").doesNotContain("APIKEY42");
    } finally {
      System.setProperty("user.home", home);
    }
    assertThat(requests).isNotEmpty().allMatch(request -> request.endsWith("?key=APIKEY42"));
    assertThat(out).doesNotExist();
  }
}
