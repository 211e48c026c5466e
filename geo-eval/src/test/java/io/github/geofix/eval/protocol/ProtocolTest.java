package io.github.geofix.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.TileEncoder.ImagePair;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.eval.Matches;
import io.github.geofix.eval.PublishedFigures;
import io.github.geofix.eval.RetrievalEvaluator;
import io.github.geofix.eval.RetrievalReport;
import io.github.geofix.eval.Share;
import io.github.geofix.eval.protocol.CrossViewBenchmark.CrossViewSet;
import io.github.geofix.eval.protocol.PhotoBenchmark.PhotoSet;
import io.github.geofix.eval.protocol.Protocol.Finding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ProtocolTest {

  @SuppressWarnings("NullAway.Init") // set by JUnit
  @TempDir
  Path root;

  private void write(String name, String... lines) {
    try {
      Path file = root.resolve(name);
      Files.createDirectories(file.resolveSibling("."));
      Files.writeString(file, String.join("\n", lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void readsTheColumnsInUseAndFindsImagesAtAnyDepth() {
    write("test.csv", "id,latitude,longitude,country", "17,48.5,2.25,FR", "18,-33,151,AU");
    write("images/test/00/17.jpg");
    write("images/test/01/18.JPG");
    PhotoSet set = ((PhotoProtocol) Protocol.named("osv5m")).read(root);
    assertThat(set.photos().locations())
        .containsExactly(new LatLng(48.5, 2.25), new LatLng(-33, 151));
    assertThat(set.photos().entries().get(1).image()).endsWithRaw(Path.of("01/18.JPG"));
    assertThat(set.photos().entries().get(0).extra()).containsEntry("country", "FR");
    assertThat(set.findings())
        .extracting(Finding::toString)
        .containsExactly("photos in the table, where the benchmark has 210,122: 2");
  }

  @Test
  void followsLinksAndTakesTheFirstOfTwoImagesOfOneName(@TempDir Path elsewhere)
      throws IOException {
    write("test.csv", "id,latitude,longitude", "17,48.5,2.25", "18,-33,151");
    Files.createFile(elsewhere.resolve("17.jpg"));
    Files.createSymbolicLink(root.resolve("images"), elsewhere);
    write("small/18.png");
    write("large/18.jpg");
    assertThat(PhotoProtocol.OSV5M.read(root).complete().entries())
        .extracting(Manifest.Entry::image)
        .containsExactly(root.resolve("images/17.jpg"), root.resolve("large/18.jpg"));
  }

  /** The layouts in circulation, as their first lines stand. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          IM2GPS       | im2gps_places365.csv     | IMG_ID,LAT,LON,S3_Label                 | 104123223_7410c654ba_19_19355699@N00.jpg,48.5,2.25,1
          IM2GPS3K     | im2gps3k_places365.csv   | IMG_ID,LAT,LON,Prob_indoor              | 1003072200_7d5a1a1d1e_1028_56087830@N00.jpg,48.5,2.25,0.1
          YFCC4K       | yfcc4k_places365.csv     | IMG_ID,LAT,LON,S16_Label                | 10012048196.jpg,48.5,2.25,3
          YFCC26K      | yfcc25600_places365.csv  | IMG_ID,LAT,LON                          | 1234567890.jpg,48.5,2.25
          MP16         | MP16_Pro_places365.csv   | IMG_ID,LAT,LON,neighborhood,city       | 3f/a9/6478060217.jpg,48.5,2.25,,Paris
          GWS15K       | gws15k.csv               | panoid,lat,lng                          | _2dJ0gZ4vKcR5ZcXQ0yYxA,48.5,2.25
          OSV5M        | test.csv                 | id,latitude,longitude,thumb_original_url | 3859149887465501,48.5,2.25,https://example.org
          JUST_ZOOM_IN | val.csv                  | image_id,latitude,longitude             | 42,48.5,2.25
          """)
  void readsEveryLayout(PhotoProtocol protocol, String table, String header, String row) {
    write(table, header, row);
    String id = row.substring(0, row.indexOf(','));
    write("images/" + (id.contains(".jpg") ? id : id + ".jpg"));
    PhotoSet set = protocol.read(root);
    assertThat(set.photos().locations()).containsExactly(new LatLng(48.5, 2.25));
    assertThat(set.photos().entries().get(0).image().toString()).contains(id.replace(".jpg", ""));
    assertThat(set.findings())
        .allMatch(finding -> finding.what().startsWith("photos in the table, where the benchmark"));
  }

  @Test
  void noticesSwappedHeadingsAndSaysSo() {
    write(
        "im2gps3k_places365.csv",
        "IMG_ID,LAT,LON,S3_Label",
        "a.jpg,-122.4,37.8,0",
        "b.jpg,2.35,48.85,1");
    write("images/a.jpg");
    write("images/b.jpg");
    PhotoSet set = PhotoProtocol.IM2GPS3K.read(root);
    assertThat(set.photos().locations())
        .containsExactly(new LatLng(37.8, -122.4), new LatLng(48.85, 2.35));
    assertThat(set.findings().get(0).fatal()).isFalse();
    assertThat(set.findings().get(0).toString())
        .startsWith("rows with a latitude beyond 90, so that latitude and longitude of ")
        .endsWith("were swapped: 1 (a.jpg (-122.4, 37.8))");
  }

  @Test
  void countsWhatIsWrongAndNamesTheFirst() {
    write(
        "gws15k.csv",
        "panoid,lat,lng",
        "a,10,20",
        "a,10,20",
        "b,95,200",
        "c,nowhere,3",
        "d,1",
        "e,1,2",
        "f,1,2");
    write("a.jpg");
    PhotoSet set = PhotoProtocol.GWS15K.read(root);
    assertThat(set.photos().size()).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(set::complete)
        .withMessage(
            "the data are not complete: rows without a position: 2 (line 5, line 6);"
                + " rows out of range: 1 (b (95.0, 200.0));"
                + " photos listed twice: 1 (a); images missing: 2 (e, f)");
  }

  /** As spreadsheets write it: a byte order mark, quotes around all, both ends of a line. */
  @Test
  void readsATableOfASpreadsheet() {
    write(
        "yfcc4k.csv",
        "\uFEFF\"IMG_ID\",\"LAT\",\"LON\",\"Note\"\r",
        "\"a/b.jpg\",\"1.5\",\"2\",\"said \"\"here\"\",\r\nthere\"\r",
        "\r",
        "\"c.jpg\",\" -3\",\"4 \",\r");
    PhotoSet set = PhotoProtocol.YFCC4K.readTable(root);
    assertThat(set.photos().locations()).containsExactly(new LatLng(1.5, 2), new LatLng(-3, 4));
    assertThat(set.photos().entries().get(0).extra())
        .containsEntry("note", "said \"here\",\r\nthere");
  }

  @Test
  void namesTheTableAndColumnsItLooksFor() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PhotoProtocol.YFCC4K.read(root))
        .withMessageContaining("looked for yfcc4k_places365.csv, yfcc4k_places.csv, yfcc4k.csv");
    write("yfcc4k.csv", "name,x,y", "a,1,2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PhotoProtocol.YFCC4K.read(root))
        .withMessageContaining("has no column img_id or");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Protocol.named("im2gps4k"))
        .withMessageContaining("no protocol im2gps4k, only im2gps, im2gps3k");
  }

  @Test
  void readsTheFoldersOfUniversity1652() {
    for (String building : List.of("0010", "0002", "0007")) {
      write("test/gallery_satellite/" + building + "/" + building + ".jpg");
      write("test/gallery_drone/" + building + "/image-02.jpeg");
      write("test/gallery_drone/" + building + "/image-01.jpeg");
    }
    write("test/query_drone/0007/image-01.jpeg");
    write("test/query_drone/0007/image-02.jpeg");
    write("test/query_drone/0002/image-54.jpeg");
    write("test/query_drone/0002/.image-54.jpeg");
    write("test/query_drone/0002/notes.txt");
    write("test/query_satellite/0010/0010.jpg");
    write("train/drone/0001/image-01.jpeg");
    write("train/drone/0001/image-02.jpeg");
    write("train/satellite/0001/0001.jpg");

    CrossViewSet drone = CrossViewProtocol.UNIVERSITY_DRONE.read(root).complete();
    assertThat(drone.queries())
        .extracting(image -> root.resolve("test/query_drone").relativize(image).toString())
        .containsExactly("0002/image-54.jpeg", "0007/image-01.jpeg", "0007/image-02.jpeg");
    assertThat(drone.gallery()).hasSize(3);
    assertThat(drone.matches().right(0)).hasValue(0);
    assertThat(drone.matches().right(1)).hasValue(1);
    assertThat(drone.findings())
        .extracting(Finding::toString)
        .containsExactly(
            "drone photos listed with 3 aerial images, where the benchmark has 37,855 with 951: 3");

    CrossViewSet satellite = CrossViewProtocol.UNIVERSITY_SATELLITE.read(root).complete();
    assertThat(CrossViewProtocol.UNIVERSITY_SATELLITE.counts(satellite))
        .isEqualTo("1 aerial image and 6 drone photos");
    assertThat(
            IntStream.range(0, 6)
                .filter(row -> satellite.matches().judge(0, row) == Matches.Judgment.RIGHT))
        .containsExactly(4, 5);

    CrossViewSet training = CrossViewProtocol.UNIVERSITY_SATELLITE.readTraining(root).complete();
    assertThat(training.pairs())
        .extracting(pair -> pair.tile().getFileName().toString())
        .containsExactly("0001.jpg", "0001.jpg");

    assertThat(CrossViewProtocol.UNIVERSITY_DRONE.nameOf(drone.queries().get(0)))
        .isEqualTo("0002/image-54.jpeg");
    assertThat(CrossViewProtocol.CVUSA.nameOf(drone.queries().get(0))).isEqualTo("image-54.jpeg");

    write("test/query_drone/0044/image-01.jpeg");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossViewProtocol.UNIVERSITY_DRONE.read(root))
        .withMessageContaining("gallery_satellite has no image of building 0044");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossViewProtocol.UNIVERSITY_DRONE.read(root.resolve("test")))
        .withMessageContaining("was the folder that holds train and test given?");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> UniversityFolders.read(root, "train", "test", new CrossViewSet.Builder(true)))
        .withMessageEndingWith("test holds no folder with images");
    assertThat(CrossViewProtocol.UNIVERSITY_DRONE.describe())
        .contains("37,855 drone photos in a gallery of 951 aerial images", "(AP)");
  }

  @Test
  void readsPairsOfCvusa() {
    write(
        "splits/val-19zl.csv",
        "bingmap/19/0000003.jpg,streetview/panos/0000003.jpg,streetview/annotations/0000003.png",
        "bingmap/19/0000007.jpg,streetview/panos/0000007.jpg,streetview/annotations/0000007.png");
    write("bingmap/19/0000003.jpg");
    write("bingmap/19/0000007.jpg");
    write("streetview/panos/0000003.jpg");
    CrossViewSet set = CrossViewProtocol.CVUSA.read(root);
    assertThat(set.queries()).hasSize(2);
    assertThat(set.gallery().get(1)).endsWithRaw(Path.of("19/0000007.jpg"));
    assertThatIllegalArgumentException()
        .isThrownBy(set::complete)
        .withMessageContaining("images missing: 1 (")
        .withMessageContaining("panos/0000007.jpg");
  }

  @Test
  void readsPairsOfCvusaToTrainOnWithTheirPlaces() {
    write(
        "splits/train-19zl.csv",
        "bingmap/19/0000003.jpg,streetview/panos/0000003.jpg,streetview/annotations/0000003.png",
        "bingmap/19/0000001.jpg,streetview/panos/0000001.jpg,streetview/annotations/0000001.png");
    write("bingmap/19/0000003.jpg");
    write("bingmap/19/0000001.jpg");
    write("streetview/panos/0000003.jpg");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossViewProtocol.CVUSA.readTraining(root).complete())
        .withMessageContaining("images missing: 1 (")
        .withMessageContaining("panos/0000001.jpg");
    write("streetview/panos/0000001.jpg");
    CrossViewSet unplaced = CrossViewProtocol.CVUSA.readTraining(root).complete();
    assertThat(unplaced.queryPlaces()).isEmpty();
    assertThat(unplaced.findings())
        .extracting(Finding::toString)
        .containsExactly("photos listed to train on, where the benchmark has 35,532: 2");
    write("split_locations/all.csv", "1,2,40.5,-80.5,9", "1,2,41.5,-81.5,9", "1,2,42.5,-82.5,9");
    CrossViewSet set = CrossViewProtocol.CVUSA.readTraining(root).complete();
    assertThat(set.queryPlaces()).containsExactly(new LatLng(42.5, -82.5), new LatLng(40.5, -80.5));
    assertThat(set.pairs())
        .containsExactly(
            new ImagePair(
                root.resolve("streetview/panos/0000003.jpg"),
                root.resolve("bingmap/19/0000003.jpg")),
            new ImagePair(
                root.resolve("streetview/panos/0000001.jpg"),
                root.resolve("bingmap/19/0000001.jpg")));
  }

  @Test
  void readsVigorToTrainOnWithSemiPositives() {
    for (String city : List.of("NewYork", "Seattle", "SanFrancisco", "Chicago")) {
      String[] satellites = {"s0.png", "s1.png", "s2.png", "s3.png"};
      write("splits__corrected/" + city + "/satellite_list.txt", satellites);
      for (String satellite : satellites) {
        write(city + "/satellite/" + satellite);
      }
      String both = " s2.png 1.5 -2 s1.png 3 4 s0.png 5 6 s3.png 7 8";
      write(
          "splits__corrected/" + city + "/pano_label_balanced__corrected.txt",
          "p0.jpg" + both,
          "p1.jpg" + both);
      write(
          "splits__corrected/" + city + "/same_area_balanced_train__corrected.txt",
          "p1.jpg" + both);
      write(city + "/panorama/p0.jpg");
      write(city + "/panorama/p1.jpg");
    }
    CrossViewSet same = CrossViewProtocol.VIGOR_SAME.readTraining(root).complete();
    assertThat(same.pairs()).hasSize(4);
    assertThat(same.pairs().get(3))
        .isEqualTo(
            new ImagePair(
                root.resolve("Chicago/panorama/p1.jpg"),
                root.resolve("Chicago/satellite/s2.png"),
                List.of(
                    root.resolve("Chicago/satellite/s0.png"),
                    root.resolve("Chicago/satellite/s1.png"),
                    root.resolve("Chicago/satellite/s3.png"))));
    CrossViewSet cross = CrossViewProtocol.VIGOR_CROSS.readTraining(root).complete();
    assertThat(cross.queries())
        .containsExactly(
            root.resolve("NewYork/panorama/p0.jpg"),
            root.resolve("NewYork/panorama/p1.jpg"),
            root.resolve("Seattle/panorama/p0.jpg"),
            root.resolve("Seattle/panorama/p1.jpg"));
    assertThat(ImagePair.tileNumbers(cross.pairs())).containsExactly(0, 0, 1, 1);
  }

  @Test
  void readsPhotosToTrainOn() {
    write(
        "train.csv",
        "image_id,latitude,longitude,sequence",
        "4449826985073821,38.908513,-76.940898,\"[7, 6, 6, 5]\"");
    write("val.csv", "image_id,latitude,longitude", "2,38.9,-76.9");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PhotoProtocol.JUST_ZOOM_IN.readTraining(root).complete())
        .withMessageContaining("images missing: 1 (4449826985073821)");
    write("images/4449826985073821.jpg");
    PhotoSet set = PhotoProtocol.JUST_ZOOM_IN.readTraining(root);
    assertThat(set.complete().locations()).containsExactly(new LatLng(38.908513, -76.940898));
    assertThat(set.findings()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PhotoProtocol.OSV5M.readTraining(root.resolve("nowhere")))
        .withMessageContaining("nowhere holds no table of osv5m: looked for train.csv");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PhotoProtocol.IM2GPS.readTraining(root))
        .withMessage("im2gps has no photos to train on, only osv5m, mp16, just-zoom-in");
  }

  @Test
  void readsJustZoomInAsPublished() {
    String header = "image_id,latitude,longitude,sequence";
    write(
        "metadata/large_area_val_map.csv",
        header,
        "4449826985073821,38.908513,-76.940898,\"[7, 6, 6, 5]\"");
    write("metadata/large_area_train_map.csv", header, "2,38.909364,-76.940879,\"[7, 6, 2, 13]\"");
    write("streetview/images/4449826985073821_undistorted.jpg");
    write("streetview/images/4449826985073821.jpg");
    write("streetview/images/2_undistorted.jpg");
    write("satellite/0/4449826985073821.jpg");
    PhotoSet set = PhotoProtocol.JUST_ZOOM_IN.read(root);
    assertThat(set.findings()).isEmpty();
    assertThat(set.complete().entries().get(0).image())
        .isEqualTo(root.resolve("streetview/images/4449826985073821_undistorted.jpg"));
    assertThat(PhotoProtocol.JUST_ZOOM_IN.readTraining(root).complete().entries())
        .extracting(Manifest.Entry::image)
        .containsExactly(root.resolve("streetview/images/2_undistorted.jpg"));
  }

  @ParameterizedTest
  @EnumSource(CrossViewProtocol.class)
  void namesTheListThatAWrongFolderLacks(CrossViewProtocol protocol) {
    assertThatThrownBy(() -> protocol.readLists(root.resolve("one/too/high")))
        .hasMessageContaining("one/too/high")
        .hasMessageMatching(".*(no such list: |no such folder: |holds none of the folders ).*");
  }

  @Test
  void readsVigorWithSemiPositivesAndEvaluatesIt() {
    for (String city : List.of("SanFrancisco", "Chicago")) {
      String[] satellites = {"s0.png", "s1.png", "s2.png", "s3.png", "s4.png"};
      write("splits/" + city + "/satellite_list.txt", satellites);
      for (String satellite : satellites) {
        write(city + "/satellite/" + satellite);
      }
      write(
          "splits/" + city + "/pano_label_balanced.txt",
          "p0.jpg s0.png 1.5 -2 s1.png 3 4 s2.png 5 6 s3.png 7 8",
          "p1.jpg s4.png 0 0 s3.png 3 4 s2.png 5 6 s1.png 7 8");
      write(city + "/panorama/p0.jpg");
      write(city + "/panorama/p1.jpg");
    }
    CrossViewSet set = ((CrossViewProtocol) Protocol.named("vigor-cross")).read(root).complete();
    assertThat(set.queries()).hasSize(4);
    assertThat(set.gallery()).hasSize(10);

    // Embeddings that place each photo at its positive, but the third at a semi-positive.
    float[][] gallery = new float[10][10];
    for (int i = 0; i < 10; i++) {
      gallery[i][i] = 1;
    }
    float[][] queries = {gallery[0], gallery[4], gallery[6].clone(), gallery[9]};
    queries[2][5] = 0.5f;
    RetrievalReport report =
        RetrievalEvaluator.recallAt(1, 5)
            .evaluate(Embeddings.of(queries), Embeddings.of(gallery), set.matches());
    assertThat(report.recallAt(1).accuracy()).isEqualTo(0.75);
    assertThat(report.hitRateCovering().orElseThrow().accuracy()).isEqualTo(1);
    assertThat(report.hitRateSample4Geo().orElseThrow().accuracy()).isEqualTo(1);
  }

  @Test
  void findsThePlacesThatVigorWritesIntoNames() {
    for (String city : List.of("SanFrancisco", "Chicago")) {
      write(
          "splits/" + city + "/satellite_list.txt",
          "satellite_37.7759_-122.4447.png",
          "satellite_37.7762_-122.4447.png",
          "satellite_37.7759_-122.4440.png",
          "satellite_37.7762_-122.4440.png");
      write(
          "splits/" + city + "/pano_label_balanced.txt",
          "a_-B,37.775905,-122.444717,.jpg satellite_37.7759_-122.4447.png 0 0"
              + " satellite_37.7762_-122.4447.png 0 0 satellite_37.7759_-122.4440.png 0 0"
              + " satellite_37.7762_-122.4440.png 0 0");
    }
    CrossViewSet set = CrossViewProtocol.VIGOR_CROSS.readLists(root).complete();
    assertThat(set.queryPlaces()).first().isEqualTo(new LatLng(37.775905, -122.444717));
    assertThat(set.galleryPlaces()).hasSize(8).contains(new LatLng(37.7762, -122.444));
    assertThat(set.withinMeters().keySet()).containsExactly(40, 50, 100);
    assertThat(set.whole()).isFalse();
    assertThat(set.findings())
        .extracting(Finding::toString)
        .containsExactly(
            "panoramas listed with 8 aerial images, where the benchmark has 53,694 with 46,563: 2");
    // 0 and 33 m away; the others are 62 m and more.
    float[][] gallery = new float[8][8];
    for (int i = 0; i < 8; i++) {
      gallery[i][i] = 1;
    }
    RetrievalReport report =
        RetrievalEvaluator.recallAt(1)
            .evaluate(
                Embeddings.of(new float[][] {gallery[1], gallery[6]}),
                Embeddings.of(gallery),
                set.matches(),
                set.withinMeters());
    assertThat(report.recallAt(1).accuracy()).isZero();
    assertThat(report.withinMeters())
        .containsEntry(40, Share.of(1, 2))
        .containsEntry(100, Share.of(2, 2));
    assertThat(report.toCsv()).contains("R@1@40m,0.5,");
  }

  @Test
  void writesTheOrderOfEmbeddings() throws IOException {
    write("splits/val-19zl.csv", "b.jpg,a.jpg,x.png");
    CrossViewProtocol.CVUSA.readLists(root).writeCsv(root.resolve("list.csv"));
    assertThat(Files.readAllLines(root.resolve("list.csv")))
        .containsExactly(
            "list,row,image",
            "queries,0," + root.resolve("a.jpg"),
            "gallery,0," + root.resolve("b.jpg"));
  }

  @Test
  void readsATableWithoutImagesAndChecksSequencesAgainstTheGrid() {
    write(
        "val.csv",
        "image_id,latitude,longitude,sequence",
        "4449826985073821,38.908513,-76.940898,\"[7, 6, 6, 5]\"",
        "1,38.908513,-76.940898,\"[7, 6, 6, 6]\"",
        "2,48.8,2.3,\"[0, 0, 0, 0]\"");
    PhotoSet set = PhotoProtocol.JUST_ZOOM_IN.readTable(root);
    assertThat(set.photos().size()).isEqualTo(3);
    assertThat(set.findings())
        .extracting(Finding::toString)
        .containsExactly("photos whose sequence is not that of their position: 2 (1, 2)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PhotoProtocol.JUST_ZOOM_IN.read(root).complete())
        .withMessageContaining("images missing: 3 (4449826985073821, 1, 2)");
  }

  @Test
  void countsWhatIsMissingInAnyList() {
    write("a.jpg");
    PhotoSet set =
        PhotoSet.of(
            Manifest.of(
                List.of(
                    new Manifest.Entry(root.resolve("a.jpg"), new LatLng(1, 2), Map.of()),
                    new Manifest.Entry(root.resolve("./a.jpg"), new LatLng(1, 2), Map.of()),
                    new Manifest.Entry(root.resolve("b.jpg"), new LatLng(1, 2), Map.of()))),
            true);
    assertThat(set.photos().size()).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(set::complete)
        .withMessageContaining("photos listed twice: 1 (")
        .withMessageContaining("images missing: 1 (");
  }

  @Test
  void saysInWordsWhatEachFolderHolds() {
    assertThat(Protocol.all()).hasSize(15);
    String all = Protocol.all().stream().map(Protocol::describe).collect(Collectors.joining());
    assertThat(all)
        .contains("cvact-val", "ANU_data_small", "the middle half of the panorama's rows")
        .contains("just-zoom-in", "0.04, 0.05, 0.1 km")
        .contains("R@1% (K = 906), two hit rates")
        .contains("35,532 panoramas of splits/train-19zl.csv", "nothing of its own")
        .contains("52,605 panoramas in a gallery of 90,618 aerial images");
  }

  @Test
  void refusesBrokenVigorLists() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossViewProtocol.VIGOR_SAME.read(root))
        .withMessageContaining("holds none of the folders");
    write("splits/SanFrancisco/satellite_list.txt", "s0.png");
    Assertions.assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> CrossViewProtocol.VIGOR_CROSS.read(root))
        .withMessageContaining("Chicago");
    write("splits/Chicago/satellite_list.txt", "s0.png");
    write("splits/SanFrancisco/pano_label_balanced.txt", "p0.jpg s0.png 1 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossViewProtocol.VIGOR_CROSS.read(root))
        .withMessageContaining("is not a panorama and four aerial images");
  }

  @Test
  void namesTheBenchmarksAsThePublishedFiguresDo() {
    List<String> unpublished = List.of("OSV-5M", "MP-16");
    Arrays.stream(PhotoProtocol.values())
        .map(PhotoProtocol::dataset)
        .filter(dataset -> !unpublished.contains(dataset))
        .forEach(dataset -> assertThat(PublishedFigures.builtIn().of(dataset).all()).isNotEmpty());
    Arrays.stream(CrossViewProtocol.values())
        .forEach(p -> assertThat(PublishedFigures.builtIn().of(p.dataset()).all()).isNotEmpty());
  }
}
