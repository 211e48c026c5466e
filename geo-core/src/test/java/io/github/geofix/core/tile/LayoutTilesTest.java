package io.github.geofix.core.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.geodesy.Frame;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.tile.TileSource.MissingTiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pyramids as tiledwebmaps writes them, over a piece of Washington DC. */
class LayoutTilesTest {

  /** A place in Maryland's State Plane, in meters: the middle of a square of 8 x 8 tiles. */
  private static final LatLng PLACE = new LatLng(38.89359773, -76.98851636);

  private static final int PIXELS = 16;
  private static final double SIDE = 80;
  private static final double WEST = 600 + 5000 * SIDE;
  private static final double SOUTH = 200 + 1696 * SIDE;
  private static final double ACROSS = 8 * SIDE;

  private static final String LAYOUT =
      """
      crs: epsg:26985
      tile_shape_px: [16, 16]
      tile_shape_crs: [80.0, 80.0]
      origin_crs: [600.0, 200.0]
      tile_axes: [east, north]
      path: '{zoom}/{x}/{y}.png'
      min_zoom: -2
      max_zoom: 0
      """;

  private final Path folder;

  LayoutTilesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /**
   * Lambert's conformal conic with two parallels on GRS 80 (Snyder, "Map Projections: A Working
   * Manual", 1987, pages 107 to 109), with the constants of NAD83 / Maryland.
   */
  private static double[] maryland(LatLng place) {
    double phi1 = Math.toRadians(38.3);
    double phi2 = Math.toRadians(39.45);
    double n = Math.log(m(phi1) / m(phi2)) / Math.log(t(phi1) / t(phi2));
    double f = m(phi1) / (n * Math.pow(t(phi1), n));
    double rho = 6_378_137 * f * Math.pow(t(Math.toRadians(place.latitude())), n);
    double rho0 = 6_378_137 * f * Math.pow(t(Math.toRadians(37 + 2 / 3.0)), n);
    double theta = n * Math.toRadians(place.longitude() + 77);
    return new double[] {400_000 + rho * Math.sin(theta), rho0 - rho * Math.cos(theta)};
  }

  private static double eccentricity() {
    double flattening = 1 / 298.257222101;
    return Math.sqrt(flattening * (2 - flattening));
  }

  private static double m(double phi) {
    double sine = eccentricity() * Math.sin(phi);
    return Math.cos(phi) / Math.sqrt(1 - sine * sine);
  }

  private static double t(double phi) {
    double e = eccentricity();
    double sine = e * Math.sin(phi);
    return Math.tan(Math.PI / 4 - phi / 2) / Math.pow((1 - sine) / (1 + sine), e / 2);
  }

  /** The color of a position: red grows eastward, green northward, blue is that of the zoom. */
  private static double[] color(double easting, double northing, int zoom) {
    return new double[] {
      250 * (easting - WEST) / ACROSS, 250 * (northing - SOUTH) / ACROSS, 200 + 50 * zoom
    };
  }

  private static int rgb(double[] color) {
    return (int) (color[0] + 0.5) << 16 | (int) (color[1] + 0.5) << 8 | (int) (color[2] + 0.5);
  }

  /** Writes the tiles of the square, each pixel with the color of its middle. */
  private void write(String layout, String xDirection, String yDirection, double[] origin)
      throws IOException {
    Files.writeString(folder.resolve("layout.yaml"), layout);
    for (int zoom = -2; zoom <= 0; zoom++) {
      double side = SIDE * (1 << -zoom);
      double pixel = side / PIXELS;
      for (double west = WEST; west < WEST + ACROSS; west += side) {
        for (double south = SOUTH; south < SOUTH + ACROSS; south += side) {
          BufferedImage tile = new BufferedImage(PIXELS, PIXELS, BufferedImage.TYPE_INT_RGB);
          for (int i = 0; i < PIXELS * PIXELS; i++) {
            int column = i % PIXELS;
            int row = i / PIXELS;
            double[] color =
                color(west + (column + 0.5) * pixel, south + side - (row + 0.5) * pixel, zoom);
            tile.setRGB(column, row, rgb(color));
          }
          double[] middle = {west + side / 2, south + side / 2};
          int x = number(xDirection, middle, origin, side);
          int y = number(yDirection, middle, origin, side);
          Pictures.save(
              folder.resolve(zoom + "/" + x + "/" + y + ".png"), Pictures.encode(tile, "png"));
        }
      }
    }
  }

  private static int number(String direction, double[] position, double[] zero, double side) {
    double from =
        switch (direction) {
          case "east" -> position[0] - zero[0];
          case "west" -> zero[0] - position[0];
          case "north" -> position[1] - zero[1];
          default -> zero[1] - position[1];
        };
    return (int) Math.floor(from / side);
  }

  private TileSource open() {
    return TileSource.open(
        folder.resolve("layout.yaml").toString(), folder, TileSource.Options.defaults());
  }

  private static void assertShows(TileSource tiles, double meters, int pixels, int zoom) {
    Frame frame = LocalFrame.of(PLACE, meters);
    BufferedImage view = tiles.view(frame, pixels, pixels);
    for (int i = 0; i < pixels * pixels; i++) {
      int x = i % pixels;
      int y = i / pixels;
      double[] at = maryland(frame.at((x + 0.5) / pixels, (y + 0.5) / pixels));
      double[] expected = color(at[0], at[1], zoom);
      int rgb = view.getRGB(x, y);
      assertThat((double) (rgb >> 16 & 0xff)).isCloseTo(expected[0], within(1.5));
      assertThat((double) (rgb >> 8 & 0xff)).isCloseTo(expected[1], within(1.5));
      assertThat((double) (rgb & 0xff)).isEqualTo(expected[2]);
    }
  }

  @ParameterizedTest
  @CsvSource({"200, 40, 0", "210, 20, -1", "420, 20, -2", "400, 10, -2"})
  void showsTheGroundOfAPublishedLayoutAtTheZoomThatFits(double meters, int pixels, int zoom)
      throws IOException {
    write(LAYOUT, "east", "north", new double[] {600, 200});
    try (TileSource tiles = open()) {
      assertShows(tiles, meters, pixels, zoom);
    }
  }

  /** Against the axes of the coordinate system, tiles count from the far end of the area. */
  @ParameterizedTest
  @CsvSource({
    "east, south, 600, 400200, '600, 200'",
    "west, north, 800600, 200, '600, 200'",
    "west, south, 800600, 400200, '600, 200'",
    "north, east, 600, 200, '600, 200'",
    "south, west, 800600, 400200, '600, 200'",
    "east, north, 421080, 160200, '421080, 160200'"
  })
  void countsTilesAlongAnyAxes(
      String xDirection, String yDirection, double zeroX, double zeroY, String origin)
      throws IOException {
    String layout =
        LAYOUT
                .replace("600.0, 200.0", origin)
                .replace("east, north", xDirection + ", " + yDirection)
            + "size_crs: [800000, 400000]\n";
    write(layout, xDirection, yDirection, new double[] {zeroX, zeroY});
    try (TileSource tiles = open()) {
      assertShows(tiles, 200, 40, 0);
      assertShows(tiles, 210, 20, -1);
      assertShows(tiles, 420, 20, -2);
    }
  }

  @Test
  void fillsAMissingTileFromTheParentOrReportsIt() throws IOException {
    write(LAYOUT, "east", "north", new double[] {600, 200});
    double[] position = maryland(PLACE);
    double[] origin = {600, 200};
    Path missing =
        folder.resolve(
            "0/%d/%d.png"
                .formatted(
                    number("east", position, origin, SIDE),
                    number("north", position, origin, SIDE)));
    Files.delete(missing);
    try (TileSource tiles = open()) {
      BufferedImage view = tiles.view(LocalFrame.of(PLACE, 5), 1, 1);
      double[] parent = color(position[0], position[1], -1);
      assertThat(view.getRGB(0, 0) & 0xff).isEqualTo((int) parent[2]);
      assertThat((double) (view.getRGB(0, 0) >> 16 & 0xff)).isCloseTo(parent[0], within(1.5));
    }
    TileSource.Options report = TileSource.Options.defaults().withMissingTiles(MissingTiles.REPORT);
    try (TileSource tiles = TileSource.layout(folder.resolve("layout.yaml"), report)) {
      assertThatThrownBy(() -> tiles.view(LocalFrame.of(PLACE, 5), 1, 1))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(missing.toString());
    }
  }

  @Test
  void readsThePresetAsAFolderOfTheUsualTiles() throws IOException {
    BufferedImage world = Pictures.noise(64, 64, new Random(1));
    Stores.folder(folder, Stores.pyramid(world, 16));
    Files.writeString(
        folder.resolve("layout.yaml"),
        "preset: XYZ\npath: '{zoom}/{x}/{y}.png'\nmin_zoom: 0\nmax_zoom: 2\n");
    Frame frame = LocalFrame.of(PLACE, 2_000_000);
    try (TileSource layout = open();
        TileSource directory = TileSource.directory(folder, "{z}/{x}/{y}.png")) {
      assertThat(pixels(layout.view(frame, 20, 20)))
          .isEqualTo(pixels(directory.view(frame, 20, 20)));
    }
  }

  private static List<Integer> pixels(BufferedImage image) {
    return Stream.iterate(0, i -> i + 1)
        .limit((long) image.getWidth() * image.getHeight())
        .map(i -> image.getRGB(i % image.getWidth(), i / image.getWidth()))
        .toList();
  }

  @Test
  void readsOtherCoordinateSystems() throws IOException {
    write(LAYOUT, "east", "north", new double[] {600, 200});
    String parameters =
        "'+proj=lcc +lat_0=37.6666666666667 +lon_0=-77 +lat_1=39.45 +lat_2=38.3 +x_0=400000 +y_0=0"
            + " +ellps=GRS80 +towgs84=0,0,0 +units=m +no_defs'";
    Files.writeString(folder.resolve("layout.yaml"), LAYOUT.replace("epsg:26985", parameters));
    try (TileSource tiles = open()) {
      assertShows(tiles, 200, 40, 0);
    }
    for (String crs : List.of("epsg:3857", "EPSG:32618")) {
      Files.writeString(folder.resolve("layout.yaml"), LAYOUT.replace("epsg:26985", crs));
      try (TileSource tiles = open()) {
        // Its tiles now lie somewhere else on Earth.
        assertThat(tiles.view(LocalFrame.of(PLACE, 200), 1, 1).getRGB(0, 0) & 0xffffff).isZero();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          crs: epsg:26985             | other: 1                 | crs must name a coordinate system
          crs: epsg:26985             | crs: 26985               | crs must name a coordinate system
          epsg:26985                  | +proj=longlat +datum=WGS84 | has degrees
          epsg:26985                  | WGS 84                   | needed is epsg: and a code
          epsg:26985                  | +proj=nonsense           | nonsense
          [16, 16]                    | [16, 32]                 | tile_shape_px must be two equal
          [16, 16]                    | [16.5, 16.5]             | whole number of pixels
          [16, 16]                    | [32, 32]                 | 16 x 16 pixels, the tiles of this
          [80.0, 80.0]                | [0, 0]                   | tile_shape_crs must be two equal
          [80.0, 80.0]                | [.nan, .nan]             | tile_shape_crs must be two numbers
          [80.0, 80.0]                | 80                       | tile_shape_crs must be two numbers
          [600.0, 200.0]              | [600.0]                  | origin_crs must be two numbers
          [east, north]               | [east, west]             | tile_axes must be one of
          [east, north]               | [up, north]              | tile_axes must be two of
          tile_axes: [east, north]    | other: 1                 | tile_axes must be one of
          '{zoom}/{x}/{y}.png'        | '{zoom}/{x}.png'         | path must hold {y} once
          '{zoom}/{x}/{y}.png'        | '../{zoom}/{x}/{y}.png'  | path must stay in the folder
          '{zoom}/{x}/{y}.png'        | '{zoom}/{x}/{y}.webp'    | no file in
          min_zoom: -2                | min_zoom: 1              | min_zoom 1 is above max_zoom 0
          min_zoom: -2                | min_zoom: 1e9            | min_zoom must be a whole number
          crs: epsg:26985             | preset: TMS              | preset TMS: only XYZ is known
          crs: epsg:26985             | "crs: [epsg"             | it is not YAML: while parsing a flow sequence in reader, line 1
          """)
  void refusesWhatIsNoLayout(String good, String bad, String message) throws IOException {
    write(LAYOUT, "east", "north", new double[] {600, 200});
    String replaced = LAYOUT.replace(good, bad);
    assertThat(replaced).isNotEqualTo(LAYOUT);
    Files.writeString(folder.resolve("layout.yaml"), replaced);
    assertThatThrownBy(
            () -> {
              try (TileSource tiles = open()) {
                tiles.view(LocalFrame.of(PLACE, 200), 4, 4);
              }
            })
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(message)
        .hasMessageContaining(folder.toString());
  }

  @Test
  void refusesFilesThatAreNoMapOrMissing() throws IOException {
    Path file = folder.resolve("layout.yaml");
    assertThatThrownBy(this::open)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cannot open %s: no such file".formatted(file));
    Files.writeString(file, "just a line");
    assertThatThrownBy(this::open).hasMessageContaining("it has no keys");
    Files.writeString(file, "# " + "x".repeat(1 << 16));
    assertThatThrownBy(this::open).hasMessageContaining("more than 65536 bytes");
    write(LAYOUT.replace("epsg:26985", "epsg:31370"), "east", "north", new double[] {600, 200});
    assertThatThrownBy(this::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("add org.locationtech.proj4j:proj4j-epsg to the class path");
  }
}
