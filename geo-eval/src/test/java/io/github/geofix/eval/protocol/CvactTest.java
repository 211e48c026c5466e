package io.github.geofix.eval.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.geofix.core.TileEncoder.ImagePair;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.eval.protocol.CrossViewBenchmark.CrossViewSet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Char;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Struct;

class CvactTest {

  private static final List<String> IDS = List.of("pano-a", "pano-b", "pano-c", "pano-d");

  @SuppressWarnings("NullAway.Init") // set by JUnit
  @TempDir
  Path root;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path file;

  @BeforeEach
  void setUp() {
    file = root.resolve("ACT_data.mat");
  }

  private static Struct split(String field, double... indices) {
    Matrix numbers = Mat5.newMatrix(1, indices.length);
    for (int i = 0; i < indices.length; i++) {
      numbers.setDouble(i, indices[i]);
    }
    return Mat5.newStruct().set("valNum", Mat5.newScalar(indices.length)).set(field, numbers);
  }

  private static Char characters() {
    Char ids = Mat5.newChar(IDS.size(), 6);
    for (int row = 0; row < IDS.size(); row++) {
      for (int column = 0; column < 6; column++) {
        ids.setChar(row, column, IDS.get(row).charAt(column));
      }
    }
    return ids;
  }

  private List<String> ids(String split) {
    return CvactLists.read(file, split).stream().map(CvactLists.Panorama::id).toList();
  }

  private void write(MatFile data) throws IOException {
    Mat5.writeToFile(data, file.toFile());
  }

  private static MatFile sample() {
    return Mat5.newMatFile()
        .addArray("panoIds", characters())
        .addArray("utm", Mat5.newMatrix(4, 2))
        .addArray("valSet", split("valInd", 4, 2))
        .addArray("valSetAll", split("valInd", 1, 2, 3));
  }

  @Test
  void readsBothSplits() throws IOException {
    write(sample());
    CrossViewSet small = CrossViewProtocol.CVACT_VAL.readLists(root).complete();
    assertThat(small.queries())
        .containsExactly(
            root.resolve("ANU_data_small/streetview/pano-d_grdView.jpg"),
            root.resolve("ANU_data_small/streetview/pano-b_grdView.jpg"));
    assertThat(small.gallery().get(1))
        .isEqualTo(root.resolve("ANU_data_small/satview_polish/pano-b_satView_polish.jpg"));
    CrossViewSet all = CrossViewProtocol.CVACT_TEST.readLists(root);
    assertThat(all.queries()).hasSize(3);
    assertThat(all.queries().get(0))
        .isEqualTo(root.resolve("ANU_data_test/streetview/pano-a_grdView.jpg"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossViewProtocol.CVACT_VAL.read(root).complete())
        .withMessageContaining("images missing: 4 (");
  }

  /** Columns of meters in either order, and the third row without a place. */
  @Test
  void readsPairsToTrainOnWithTheirPlaces() throws IOException {
    Matrix utm = Mat5.newMatrix(4, 2);
    utm.setDouble(0, 0, 693_140.1550);
    utm.setDouble(0, 1, 6_090_707.8014);
    utm.setDouble(1, 0, 6_072_884.3659);
    utm.setDouble(1, 1, 659_932.2196);
    MatFile data =
        Mat5.newMatFile()
            .addArray("panoIds", characters())
            .addArray("utm", utm)
            .addArray("trainSet", split("trainInd", 2, 1))
            .addArray("valSet", split("valInd", 3, 1));
    write(data);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossViewProtocol.CVACT_VAL.readTraining(root).complete())
        .withMessageContaining("images missing: 4 (")
        .withMessageContaining("ANU_data_small/satview_polish/pano-b_satView_polish.jpg");
    CrossViewSet set = CrossViewProtocol.CVACT_TEST.readTraining(root);
    assertThat(set.pairs())
        .extracting(ImagePair::photo)
        .containsExactly(
            root.resolve("ANU_data_small/streetview/pano-b_grdView.jpg"),
            root.resolve("ANU_data_small/streetview/pano-a_grdView.jpg"));
    assertThat(set.pairs())
        .extracting(ImagePair::tile)
        .containsExactly(
            root.resolve("ANU_data_small/satview_polish/pano-b_satView_polish.jpg"),
            root.resolve("ANU_data_small/satview_polish/pano-a_satView_polish.jpg"));
    assertThat(set.queryPlaces()).hasSize(2);
    assertThat(
            1000 * GreatCircle.distanceKm(set.queryPlaces().get(0), new LatLng(-35.4747, 148.7628)))
        .isLessThan(0.01);
    assertThat(
            1000 * GreatCircle.distanceKm(set.queryPlaces().get(1), new LatLng(-35.3082, 149.1244)))
        .isLessThan(0.01);
    // One photo without a place, and none has one; the benchmark reports no distances either way.
    assertThat(CrossViewProtocol.CVACT_VAL.readLists(root).queryPlaces()).isEmpty();
    assertThat(set.withinMeters()).isEmpty();
  }

  @Test
  void readsIdsFromACellArrayToo() throws IOException {
    Cell ids = Mat5.newCell(4, 1);
    for (int i = 0; i < 4; i++) {
      ids.set(i, Mat5.newString(IDS.get(i)));
    }
    write(Mat5.newMatFile().addArray("panoIds", ids).addArray("valSet", split("valInd", 3)));
    assertThat(ids("valSet")).containsExactly("pano-c");
  }

  @Test
  void saysWhatIsWrongWithTheFile() throws IOException {
    Assertions.assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> ids("valSet"))
        .withMessageContaining("ACT_data.mat");
    Files.writeString(file, "no MATLAB file");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ids("valSet"))
        .withMessageContaining("is not the ACT_data.mat of CVACT");
    write(Mat5.newMatFile().addArray("panoIds", characters()));
    assertThatIllegalArgumentException().isThrownBy(() -> ids("valSet"));
    write(
        Mat5.newMatFile().addArray("panoIds", characters()).addArray("valSet", split("valInd", 5)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ids("valSet"))
        .withMessageContaining("panorama 5.0 of 4");
  }

  /** Whatever a damaged file claims, it is read, or refused with its name. */
  @Test
  void survivesDamageWithSeedOne() throws IOException {
    write(sample());
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] damaged = bytes.clone();
      for (int k = 0; k <= i % 3; k++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, damaged);
      try {
        assertThat(ids("valSet").size()).isLessThanOrEqualTo(64);
      } catch (IllegalArgumentException | UncheckedIOException e) {
        assertThat(e).hasMessageContaining(file.toString());
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
    Files.write(file, "short".getBytes(StandardCharsets.US_ASCII));
    assertThatIllegalArgumentException().isThrownBy(() -> ids("valSet"));
  }

  @Test
  void keepsTheMiddleRowsOfAPanorama() {
    BufferedImage panorama = new BufferedImage(16, 9, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 9; y++) {
      panorama.setRGB(3, y, y);
    }
    BufferedImage kept = CrossViewProtocol.CVACT_TEST.prepare(panorama);
    assertThat(kept.getWidth()).isEqualTo(16);
    assertThat(kept.getHeight()).isEqualTo(4);
    assertThat(kept.getRGB(3, 0) & 0xFF).isEqualTo(2);
    assertThat(kept.getRGB(3, 3) & 0xFF).isEqualTo(5);
    assertThat(CrossViewProtocol.CVUSA.prepare(panorama)).isSameAs(panorama);
  }
}
