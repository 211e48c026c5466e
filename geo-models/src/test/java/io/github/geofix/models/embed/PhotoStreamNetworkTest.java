package io.github.geofix.models.embed;

import static io.github.geofix.models.embed.FusionDefinition.array;
import static io.github.geofix.models.embed.FusionDefinition.assertClose;
import static io.github.geofix.models.embed.FusionDefinition.attended;
import static io.github.geofix.models.embed.FusionDefinition.mlp;
import static io.github.geofix.models.embed.FusionDefinition.normal;
import static io.github.geofix.models.embed.FusionDefinition.normalized;
import static io.github.geofix.models.embed.FusionDefinition.semanticTokens;
import static io.github.geofix.models.embed.FusionDefinition.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.embed.Fusion.PhotoStream;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.GradientCheck;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fusion of the paper against its definition in loops over doubles, and its gradients. */
final class PhotoStreamNetworkTest {
  private static final int QUERY_DIMENSION = 4;
  private static final int DIMENSION = 6;
  private static final int LATENT = 3;
  private static final int HEADS = 2;
  private static final int CLASSES = 4;

  /** Pixels beyond the last whole square are left out. */
  private static final ImageSpec IMAGE = ImageSpec.symmetric(7);

  /** Squares of three pixels or more, after any number of class tokens. */
  private static final class Tokens extends Backbone {
    private final int classTokens;
    private final int patch;

    Tokens(int classTokens) {
      this(IMAGE, DIMENSION, classTokens, 3);
    }

    Tokens(ImageSpec image, int dimension, int classTokens, int patch) {
      super(image, dimension);
      this.classTokens = classTokens;
      this.patch = patch;
    }

    @Override
    public NDArray forward(Forward f, NDArray images) {
      throw new AssertionError("the tokens are given");
    }

    @Override
    public int classTokens() {
      return classTokens;
    }

    @Override
    public int featureMapSize(int pixels) {
      return pixels / patch;
    }
  }

  private static PhotoStreamNetwork network(
      int blocks, Fusion.Encoding encoding, Fusion.Norm norm, int classTokens) {
    Fusion.Input classMaps = new Fusion.Input("water", CLASSES, encoding);
    return new PhotoStreamNetwork(
        new PhotoStream(blocks, classMaps, QUERY_DIMENSION, LATENT, HEADS, norm),
        IMAGE,
        new Tokens(classTokens));
  }

  @ParameterizedTest
  @CsvSource({
    "ONE_HOT, BEFORE, 1",
    "ONE_HOT, AFTER, 1",
    "INDEX, BEFORE, 1",
    "ONE_HOT, BEFORE, 0",
    "INDEX, AFTER, 2"
  })
  void fusesAsTheDefinitionReads(Fusion.Encoding encoding, Fusion.Norm norm, int classTokens) {
    PhotoStreamNetwork fusion = network(2, encoding, norm, classTokens);
    try (NDManager manager = TorchEngine.newManager()) {
      fusion.initialize(manager, 5, DataType.FLOAT64);
      Random random = new Random(5);
      for (int photo = 0; photo < 3; photo++) {
        double[][] classes = new double[7][7];
        for (double[] row : classes) {
          for (int x = 0; x < row.length; x++) {
            row[x] = random.nextInt(CLASSES + 1) - 1;
          }
        }
        double[][] context = normal(random, classTokens + 4, DIMENSION);
        NDArray result =
            fusion.forward(
                Forward.INFERENCE,
                array(manager, classes).expandDims(0),
                array(manager, context).expandDims(0));
        assertThat(result.getShape()).isEqualTo(new Shape(1, DIMENSION));
        double[][] stream = fused(fusion, encoding, norm, classes, context);
        assertClose(result, new double[][] {classTokens > 0 ? stream[0] : mean(stream)});
      }
    }
  }

  /**
   * GeoSURGE, section IV: queries of 128, the rest of 1,024, latent of 64; three blocks, ADE20K.
   */
  @Test
  void fusesAtThePublishedWidthsAsTheDefinitionReads() {
    PhotoStream published = PhotoStream.defaults();
    ImageSpec image = ImageSpec.clip(42);
    PhotoStreamNetwork fusion =
        new PhotoStreamNetwork(published, image, new Tokens(image, 1024, 1, 14));
    assertThat(published.queryDimension()).isEqualTo(128);
    assertThat(published.latent()).isEqualTo(64);
    assertThat(published.blocks()).isEqualTo(3);
    Random random = new Random(6);
    double[][] classes = new double[42][42];
    for (double[] row : classes) {
      for (int x = 0; x < row.length; x++) {
        row[x] = random.nextInt(151) - 1;
      }
    }
    double[][] photoTokens = normal(random, 10, 1024);
    try (NDManager manager = TorchEngine.newManager()) {
      fusion.initialize(manager, 6, DataType.FLOAT64);
      NDArray result =
          fusion.forward(
              Forward.INFERENCE,
              array(manager, classes).expandDims(0),
              array(manager, photoTokens).expandDims(0));
      double[][] queries =
          semanticTokens(fusion, published.classMaps().encoding(), 150, 14, classes);
      double[][] stream =
          fused(fusion, published.norm(), 3, published.heads(), queries, photoTokens);
      assertClose(result, new double[][] {stream[0]});
    }
  }

  private static double[][] fused(
      PhotoStreamNetwork fusion,
      Fusion.Encoding encoding,
      Fusion.Norm norm,
      double[][] classes,
      double[][] photoTokens) {
    double[][] queries = semanticTokens(fusion, encoding, CLASSES, 3, classes);
    return fused(fusion, norm, 2, HEADS, queries, photoTokens);
  }

  private static double[][] fused(
      PhotoStreamNetwork fusion,
      Fusion.Norm norm,
      int blocks,
      int heads,
      double[][] semanticTokens,
      double[][] photoTokens) {
    boolean before = norm == Fusion.Norm.BEFORE;
    double[][] queries = semanticTokens;
    if (before) {
      queries = normalized(fusion, "query_norm.", queries);
    }
    double[][] x = photoTokens;
    for (int block = 0; block < blocks; block++) {
      String name = "blocks." + block + ".";
      if (before) {
        double[][] context = normalized(fusion, name + "norm1.", x);
        x = sum(x, attended(fusion, name + "attn.", heads, queries, context));
        x = sum(x, mlp(fusion, name + "mlp.", normalized(fusion, name + "norm2.", x)));
      } else {
        x = sum(x, attended(fusion, name + "attn.", heads, queries, x));
        x = normalized(fusion, name + "norm1.", x);
        x = normalized(fusion, name + "norm2.", sum(x, mlp(fusion, name + "mlp.", x)));
      }
    }
    return x;
  }

  private static double[] mean(double[][] rows) {
    double[] mean = new double[rows[0].length];
    for (double[] row : rows) {
      for (int d = 0; d < mean.length; d++) {
        mean[d] += row[d] / rows.length;
      }
    }
    return mean;
  }

  @ParameterizedTest
  @CsvSource({"ONE_HOT, BEFORE, 1", "ONE_HOT, AFTER, 1", "INDEX, BEFORE, 0"})
  void gradientsAgreeWithFiniteDifferences(
      Fusion.Encoding encoding, Fusion.Norm norm, int classTokens) {
    PhotoStreamNetwork fusion = network(2, encoding, norm, classTokens);
    GradientCheck.check(
        fusion,
        (f, context) -> {
          double[] classes = new double[2 * 7 * 7];
          for (int i = 0; i < classes.length; i++) {
            classes[i] = i * 11 % (CLASSES + 1) - 1;
          }
          NDArray maps = context.getManager().create(classes, new Shape(2, 7, 7));
          return fusion.forward(f, maps, context);
        },
        8,
        2,
        classTokens + 4,
        DIMENSION);
  }

  /** Its query is the same for all maps, but what it attends to is not, after one block. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theClassTokenDependsOnTheMapFromTheSecondBlockOn(int blocks) {
    PhotoStreamNetwork fusion = network(blocks, Fusion.Encoding.ONE_HOT, Fusion.Norm.BEFORE, 1);
    try (NDManager manager = TorchEngine.newManager()) {
      fusion.initialize(manager, 1);
      NDArray photo = manager.randomNormal(new Shape(1, 5, DIMENSION));
      NDArray water = manager.zeros(new Shape(1, 7, 7));
      float[] one = fusion.forward(Forward.INFERENCE, water, photo).toFloatArray();
      float[] other = fusion.forward(Forward.INFERENCE, water.add(1), photo).toFloatArray();
      assertThat(Arrays.equals(one, other)).isEqualTo(blocks == 1);
    }
  }

  /** GeoSURGE, section IV: queries of 128, a latent of 64, all else as wide as the backbone. */
  @Test
  void hasTheDimensionsOfThePaper() {
    EmbedNetwork network = new EmbedNetwork(EmbedConfig.paper(), new int[0]);
    assertThat(network.parameter("fusion.patches.weight").shape())
        .isEqualTo(new Shape(128, 150, 14, 14));
    assertThat(network.parameter("fusion.pos_embed").shape()).isEqualTo(new Shape(577, 128));
    String block = "fusion.blocks.2.";
    assertThat(network.parameter(block + "attn.query.weight").shape())
        .isEqualTo(new Shape(128, 128));
    assertThat(network.parameter(block + "attn.down.weight").shape())
        .isEqualTo(new Shape(64, 1024));
    assertThat(network.parameter(block + "attn.key.weight").shape()).isEqualTo(new Shape(128, 64));
    assertThat(network.parameter(block + "attn.value.weight").shape())
        .isEqualTo(new Shape(1024, 64));
    assertThat(network.parameter(block + "attn.proj.weight").shape())
        .isEqualTo(new Shape(1024, 1024));
    assertThat(network.parameter(block + "mlp.fc1.weight").shape())
        .isEqualTo(new Shape(1024, 1024));
    assertThat(network.parameter("head_norm.weight").shape()).isEqualTo(new Shape(1024));
    assertThat(network.parameter("head.weight").shape()).isEqualTo(new Shape(768, 1024));
  }

  @Test
  void refusesWhatDoesNotFit() {
    ImageSpec odd = ImageSpec.symmetric(8).withSize(6, 10);
    PhotoStream options = PhotoStream.defaults();
    assertThatThrownBy(
            () ->
                new PhotoStreamNetwork(
                    options,
                    odd,
                    new Backbone(odd, 8) {
                      @Override
                      public NDArray forward(Forward f, NDArray images) {
                        return images;
                      }

                      @Override
                      public int featureMapSize(int pixels) {
                        return 2;
                      }
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("6 x 10 px cannot be cut into the 2 x 2 squares");
    assertThatThrownBy(() -> new PhotoStreamNetwork(options, IMAGE, new Tokens(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 heads do not divide 128 and 6");
    assertThatThrownBy(
            () -> new PhotoStream(1, Fusion.Input.defaults(), 10, 4, 3, Fusion.Norm.AFTER))
        .hasMessageContaining("3 heads do not divide a queryDimension of 10");
    assertThatThrownBy(() -> options.withBlocks(0)).hasMessageContaining("blocks must be 1 to 64");
  }
}
