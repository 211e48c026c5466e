package io.github.geofix.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.geometry.S2CellId;
import io.github.geofix.core.OracleFile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.partition.CellTokenizer.Options;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CellTokenizerTest {
  private static final CellTokenizer GEO_TOKEN = CellTokenizer.of(Options.defaults());

  private static double[] pairs(double[] latitudes, double[] longitudes) {
    return IntStream.range(0, 2 * latitudes.length)
        .mapToDouble(i -> i % 2 == 0 ? latitudes[i / 2] : longitudes[i / 2])
        .toArray();
  }

  @ParameterizedTest
  @CsvSource({"2,tokens_l20_g2", "1,full_tokens_l20", "4,tokens_l20_g4", "5,tokens_l20_g5"})
  void wordsAreThoseOfAnotherProgram(int group, String tensor) throws IOException {
    OracleFile oracle = OracleFile.read("s2_tokens");
    double[] points = pairs(oracle.doubles("lat"), oracle.doubles("lon"));
    CellTokenizer tokenizer = CellTokenizer.of(Options.defaults().withGroup(group));
    int[] words = tokenizer.encodeAll(points);
    assertThat(words).isEqualTo(oracle.ints(tensor));
    double[] centers = oracle.doubles("decoded_center_l20");
    double[] decoded = tokenizer.decodeAll(words);
    for (int i = 0; i < decoded.length; i++) {
      assertThat(decoded[i]).isCloseTo(centers[i], within(1e-9));
    }
  }

  @Test
  void wordsOfEdgePointsAreThoseOfAnotherProgram() throws IOException {
    OracleFile oracle = OracleFile.read("s2_tokens");
    assertThat(GEO_TOKEN.encodeAll(oracle.doubles("edge_latlon")))
        .isEqualTo(oracle.ints("edge_tokens_l20_g2"));
  }

  @Test
  void leavesAndWordsOfAllPhotoPositionsHaveTheOthersDigests()
      throws IOException, NoSuchAlgorithmException {
    OracleFile oracle = OracleFile.read("s2_tokens");
    double[] points = OracleFile.photoPositions();
    ByteBuffer leaves = ByteBuffer.allocate(8 * 100_000).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < points.length; i += 2) {
      leaves.putLong(S2Cells.leafOf(points[i], points[i + 1]));
    }
    int[] words = GEO_TOKEN.encodeAll(points);
    ByteBuffer tokens = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    tokens.asIntBuffer().put(words);
    assertThat(sha256(leaves)).isEqualTo(oracle.metadata("sha256_all_leaf_ids_le_u64"));
    assertThat(sha256(tokens)).isEqualTo(oracle.metadata("sha256_all_tokens_l20_g2_le_i32"));
  }

  private static String sha256(ByteBuffer bytes) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(bytes.rewind());
    return HexFormat.of().formatHex(digest.digest());
  }

  @ParameterizedTest
  @CsvSource({"20,2,11", "0,3,1", "1,1,2", "30,8,5", "20,3,8", "16,4,5", "7,2,5"})
  void aWordIsTheCellOfItsPoint(int level, int group, int length) {
    CellTokenizer tokenizer = CellTokenizer.of(new Options(level, group));
    assertThat(tokenizer.length()).isEqualTo(length);
    for (LatLng point : Points.clustered(300, new Random(level))) {
      int[] word = tokenizer.encode(point);
      S2CellId leaf = new S2CellId(S2Cells.leafOf(point));
      assertThat(tokenizer.cellOf(word)).isEqualTo(leaf.parent(level).id());
      assertThat(tokenizer.encode(tokenizer.decode(word))).isEqualTo(word);
      for (int n = 1; n <= length; n++) {
        int[] prefix = Arrays.copyOf(word, n);
        S2CellId cell = leaf.parent(Math.min(level, (n - 1) * group));
        assertThat(tokenizer.cellOf(prefix)).isEqualTo(cell.id());
        assertThat(tokenizer.regionOf(prefix).s2Tokens()).containsExactly(cell.toToken());
        assertThat(word[n - 1]).isBetween(0, tokenizer.valuesAt(n - 1) - 1);
      }
    }
  }

  @Test
  void theVocabularyIsThatOfGeoToken() {
    assertThat(GEO_TOKEN.vocabularySize()).isEqualTo(166);
    assertThat(GEO_TOKEN.offsetAt(0)).isEqualTo(0);
    assertThat(GEO_TOKEN.offsetAt(1)).isEqualTo(6);
    assertThat(GEO_TOKEN.offsetAt(2)).isEqualTo(22);
    assertThat(GEO_TOKEN.offsetAt(10)).isEqualTo(150);
    assertThat(CellTokenizer.of(new Options(5, 2)).vocabularySize()).isEqualTo(6 + 16 + 16 + 4);
  }

  @Test
  void refusesWhatIsNoWord() {
    assertThatThrownBy(() -> GEO_TOKEN.decode()).hasMessageContaining("1 to 11 tokens, not 0");
    assertThatThrownBy(() -> GEO_TOKEN.decode(new int[12])).hasMessageContaining("not 12");
    assertThatThrownBy(() -> GEO_TOKEN.decode(6))
        .hasMessageContaining("value 6 at position 0 is not within 0 to 5");
    assertThatThrownBy(() -> GEO_TOKEN.decode(0, 16)).hasMessageContaining("position 1");
    assertThatThrownBy(() -> GEO_TOKEN.decodeAll(new int[12])).hasMessageContaining("words of 11");
    assertThatThrownBy(() -> new Options(31, 2)).hasMessageContaining("level");
    assertThatThrownBy(() -> new Options(20, 0)).hasMessageContaining("group");
  }
}
