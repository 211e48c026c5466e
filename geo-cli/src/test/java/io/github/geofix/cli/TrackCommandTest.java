package io.github.geofix.cli;

import static io.github.geofix.cli.MainTest.assertOneLine;
import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.track.Track;
import io.github.geofix.core.track.TrackFilter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.plugins.tiff.ExifParentTIFFTagSet;
import javax.imageio.plugins.tiff.ExifTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.plugins.tiff.TIFFTag;
import javax.imageio.plugins.tiff.TIFFTagSet;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code geofix track} on a drive over the Earth. */
final class TrackCommandTest {
  private static final Path EARTH =
      Path.of("").toAbsolutePath().resolveSibling("examples/data/earth");

  @TempDir private static Path folder;

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  private static Result track(String... more) {
    List<String> line = new ArrayList<>(List.of("track", "--model", path("model")));
    line.addAll(List.of("--km-per-hour", "60"));
    line.addAll(List.of(more));
    return run(line.toArray(String[]::new));
  }

  @BeforeAll
  static void takeADriveAndTrainOnIt() {
    String photos = path("drive/manifest.csv");
    Result drive =
        run(
            "dataset",
            "earth",
            "--reference",
            EARTH.resolve("earth-blue-marble.jpg").toString(),
            "--rendering",
            EARTH.resolve("earth-day.jpg").toString(),
            "--count",
            "20",
            "--step-km",
            "60",
            "--out",
            path("drive"));
    assertThat(drive.err()).isEmpty();
    assertThat(drive.out().strip()).isEqualTo(photos);
    Result trained =
        run(
            "train",
            "--method",
            "embed",
            "--data",
            photos,
            "--epochs",
            "2",
            "--batch",
            "10",
            "--set",
            "encoder.dimension=16",
            "--out",
            path("model"));
    assertThat(trained.err()).isEmpty();
  }

  @Test
  void writesWhatTheSmootherSays() throws IOException {
    String list = path("drive/manifest.csv");
    Result result =
        track(
            "--data",
            list,
            "--csv",
            path("way.csv"),
            "--geojson",
            path("way.geojson"),
            "--report",
            path("way.html"));
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();

    List<Manifest.Entry> taken = Manifest.readCsv(Path.of(list)).entries();
    List<Instant> times =
        taken.stream().map(photo -> Instant.parse(photo.extra().get("time"))).toList();
    Track expected;
    try (Localizer localizer = Localizer.load(folder.resolve("model"))) {
      // 60 km an hour: as far along either axis on average.
      TrackFilter.Options options = TrackFilter.Options.ofSpeed(60 / Math.sqrt(2) / 3600);
      expected =
          TrackFilter.of(options)
              .smooth(
                  times, localizer.locateAll(taken.stream().map(Manifest.Entry::image).toList()));
    }
    Manifest written = Manifest.readCsv(folder.resolve("way.csv"));
    assertThat(written.entries())
        .extracting(Manifest.Entry::image)
        .containsExactlyElementsOf(taken.stream().map(Manifest.Entry::image).toList());
    assertThat(written.entries())
        .extracting(photo -> photo.extra().get("time"))
        .containsExactlyElementsOf(times.stream().map(Instant::toString).toList());
    for (int i = 0; i < taken.size(); i++) {
      LatLng place = written.locations().get(i);
      // The network's sums round otherwise from run to run.
      assertThat(GreatCircle.distanceKm(place, expected.path().get(i))).isLessThan(1e-3);
      assertThat(result.out()).contains(times.get(i) + "  " + taken.get(i).image() + "  " + place);
    }
    JsonArray features =
        JsonParser.parseString(Files.readString(folder.resolve("way.geojson")))
            .getAsJsonObject()
            .getAsJsonArray("features");
    assertThat(features).hasSize(1 + taken.size());
    JsonObject last = features.get(taken.size()).getAsJsonObject().getAsJsonObject("properties");
    assertThat(last.get("image").getAsString()).isEqualTo(taken.get(19).image().toString());
    assertThat(folder.resolve("way.html")).content().contains("one by one", "together");

    // The answers are measured as those of any system are, and that is what was said of them.
    assertThat(result.out()).contains("| one by one | 20 |").contains("| together | 20 |");
    Result measured =
        run("evaluate", "--predictions", path("way.csv"), "--data", list, "--csv", path("far.csv"));
    assertThat(measured.err()).isEmpty();
    String median = measured.out().replaceFirst("(?s).*error median (\\S+) km.*", "$1");
    assertThat(result.out()).containsPattern("\\| together \\|.*\\| " + median + " \\|");
  }

  @Test
  void putsTheFilesOfAFolderInTheOrderOfTheirTimes() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("Fahrt nach Süden"));
    writeTiff(photos.resolve("a spät.tif"), "2026:05:01 10:00:00");
    writeTiff(photos.resolve("b früh.TIF"), "2026:05:01 08:00:00");
    writeTiff(photos.resolve("c.tiff"), "2026:05:01 09:00:00");
    Files.writeString(photos.resolve("notes.txt"), "no photo");
    Files.writeString(photos.resolve("._c.tiff"), "no photo");
    Result result = track(photos.toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines().map(line -> line.replaceFirst("  [-0-9.,]+$", "")))
        .containsExactly(
            "2026-05-01T08:00:00Z  " + photos.resolve("b früh.TIF"),
            "2026-05-01T09:00:00Z  " + photos.resolve("c.tiff"),
            "2026-05-01T10:00:00Z  " + photos.resolve("a spät.tif"));

    // A list without times takes them from the photos, too.
    Files.writeString(photos.resolve("list.csv"), "image\nb früh.TIF\nc.tiff\n");
    assertThat(track("--data", photos.resolve("list.csv").toString()).out().lines()).hasSize(2);

    Files.copy(folder.resolve("drive/photos/000000.png"), photos.resolve("d.png"));
    assertOneLine(
        track(photos.toString()),
        "d.png has no time (EXIF DateTimeOriginal)",
        "a list with the columns image and time");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2026-05-01T08:30:15Z      | 2026-05-01T08:30:15Z
          2026-05-01T10:30:15+02:00 | 2026-05-01T08:30:15Z
          2026-05-01 08:30:15.5     | 2026-05-01T08:30:15.500Z
          2026-05-01 08:30          | 2026-05-01T08:30:00Z
          """)
  void readsTimesAsTheyAreWritten(String written, String expected) throws IOException {
    assertThat(track("--data", list("drive/photos/000003.png," + written)).out())
        .startsWith(expected + "  ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          000001.png,2026-05-01 09:00@000002.png,2026-05-01 08:00 | line 3@000002.png was taken at \
          2026-05-01T08:00:00Z, before the photo above it at 2026-05-01T09:00:00Z@sort the list
          000001.png,2026-05-01 09:00@000002.png,       | line 3@000002.png has no time: write it as
          000001.png,01.05.2026 09:00 | line 2@000001.png has the time 01.05.2026 09:00: write it as
          000001.png,2026-05-01 09:00@none.png,         | line 3@none.png is missing
          ''                                            | lists no photo
          """)
  void saysWhatIsWrongWithAList(String rows, String parts) throws IOException {
    String[] lines = rows.isEmpty() ? new String[0] : rows.split("@");
    for (int i = 0; i < lines.length; i++) {
      lines[i] = "drive/photos/" + lines[i];
    }
    assertOneLine(track("--data", list(lines)), parts.split("@"));
  }

  private static String list(String... rows) throws IOException {
    Path list = folder.resolve("list.csv");
    Files.writeString(list, "image,time\n" + String.join("\n", rows));
    return list.toString();
  }

  @Test
  void refusesWhatDoesNotFitBeforeItWorks() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    String list = list("drive/photos/000003.png,2026-05-01 09:00");
    assertOneLine(track(empty.toString()), "empty holds no photo", ".jpeg, .jpg, .png");
    assertOneLine(track("--data", list, "--report", path("never.html")), "--report", "latitude");
    assertThat(folder.resolve("never.html")).doesNotExist();
    assertOneLine(track("--data", list, "--csv", empty.toString()), "empty: it is a folder");
    assertOneLine(track("--data", list, "--mean-km", "0"), "--mean-km must be above 0", "0");
    for (String speed : List.of("0", "-1")) {
      assertOneLine(
          run("track", "--model", path("model"), "--km-per-hour", speed, "--data", list),
          "--km-per-hour must be above 0");
    }
    assertThat(track().code()).isEqualTo(2);
    assertThat(track("--data", list, path("drive")).code()).isEqualTo(2);
  }

  /** Writes a photo as the JDK writes EXIF, which is not what reads it. */
  private static void writeTiff(Path file, String dateTimeOriginal) throws IOException {
    ImageWriter writer = jdkWriter();
    BufferedImage image = ImageIO.read(folder.resolve("drive/photos/000003.png").toFile());
    TIFFTag pointer =
        ExifParentTIFFTagSet.getInstance().getTag(ExifParentTIFFTagSet.TAG_EXIF_IFD_POINTER);
    TIFFDirectory exif =
        new TIFFDirectory(new TIFFTagSet[] {ExifTIFFTagSet.getInstance()}, pointer);
    exif.addTIFFField(
        new TIFFField(
            ExifTIFFTagSet.getInstance().getTag(ExifTIFFTagSet.TAG_DATE_TIME_ORIGINAL),
            TIFFTag.TIFF_ASCII,
            1,
            new String[] {dateTimeOriginal}));
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(
            ImageTypeSpecifier.createFromRenderedImage(image), writer.getDefaultWriteParam());
    TIFFDirectory directory = TIFFDirectory.createFromMetadata(metadata);
    directory.addTIFFField(new TIFFField(pointer, TIFFTag.TIFF_LONG, 1L, exif));
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, directory.getAsMetadata()), null);
    } finally {
      writer.dispose();
    }
  }

  private static ImageWriter jdkWriter() {
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("tiff");
    ImageWriter writer = writers.next();
    while (!writer.getClass().getName().startsWith("com.sun.")) {
      writer = writers.next();
    }
    return writer;
  }
}
