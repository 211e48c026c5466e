package io.github.geofix.models.token;

import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ResidualEncoder;
import io.github.geofix.models.internal.io.NamedClass;
import io.github.geofix.models.internal.io.NamesCode;
import io.github.geofix.models.internal.loss.NextToken;
import io.github.geofix.models.token.Decoding.BeamSearch;
import java.util.List;

/**
 * The configuration of a {@link TokenModel}: network, loss and decoding.
 *
 * @param input what the network reads of a photo
 * @param cells how cells are written as tokens
 * @param transformer the size of the transformer
 * @param loss the weights of the tokens in the loss
 * @param decoding how token sequences are found
 * @param selection which of them is the best place
 * @param answer how a location is made; the mean of {@link AnswerOptions#meanKm} is over the cells
 *     found
 */
public record TokenConfig(
    Input input,
    CellTokenizer.Options cells,
    TokenNetwork.Options transformer,
    NextToken loss,
    Decoding decoding,
    SelectionRule selection,
    AnswerOptions answer)
    implements NamesCode {

  /** What the network reads of a photo. */
  public sealed interface Input permits Photo, Vectors {}

  /**
   * The pixels, through a backbone that is trained along; each part of the image is one token.
   *
   * @param image the preprocessed photos
   */
  public record Photo(ImageSpec image, Encoder encoder) implements Input {
    /** Returns 32 x 32 pixels, read by the smallest residual encoder. */
    public static Photo defaults() {
      return new Photo(ImageSpec.symmetric(32), Residual.defaults());
    }
  }

  /**
   * Precomputed vectors of the photo, and its nearest neighbors in a {@link ReferenceDatabase}.
   *
   * @param count the number of vectors V of a photo, at least 1
   * @param dimension the length W of a vector, at least 1
   * @param neighbors the number of neighbors K, 0 for none
   */
  public record Vectors(int count, int dimension, int neighbors) implements Input {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Vectors {
      if (count < 1 || dimension < 1 || neighbors < 0) {
        throw new IllegalArgumentException(
            "%d vectors of %d and %d neighbors: at least 1, 1 and 0 needed"
                .formatted(count, dimension, neighbors));
      }
    }

    /** Returns three vectors of 768 and 15 neighbors, as in GeoToken. */
    public static Vectors defaults() {
      return new Vectors(3, 768, 15);
    }
  }

  /** The backbone that reads pixels. */
  public sealed interface Encoder permits Residual, Named {
    /** Creates the backbone, without values. */
    Backbone create(ImageSpec image);
  }

  /**
   * A {@link ResidualEncoder}.
   *
   * @param stages the channels of each stage; each halves the image
   */
  public record Residual(List<Integer> stages) implements Encoder {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public Residual {
      stages = List.copyOf(stages);
      if (stages.isEmpty()) {
        throw new IllegalArgumentException("stages must not be empty");
      }
    }

    /** Returns three stages of 16, 32 and 64 channels. */
    public static Residual defaults() {
      return new Residual(List.of(16, 32, 64));
    }

    @Override
    public Backbone create(ImageSpec image) {
      return new ResidualEncoder(image, stages.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  /**
   * A backbone of {@link Backbone#names()}, or the full name of a custom class.
   *
   * @param backbone its name
   * @param trainableBlocks the number of its last blocks that are trained; -1 for all of it
   */
  public record Named(String backbone, int trainableBlocks) implements Encoder {
    /** Returns the smallest DINOv2, frozen but for its last block. */
    public static Named defaults() {
      return new Named("dinov2-s14", 1);
    }

    @Override
    public Backbone create(ImageSpec image) {
      Backbone created = Backbone.named(backbone, image);
      created.trainLast(trainableBlocks);
      return created;
    }
  }

  /** Which of the cells found is the best place. */
  public enum SelectionRule {
    /** The most probable cell. */
    MOST_PROBABLE,
    /** The cell with the least expected distance to all others. */
    MEDOID,
    /** The cell with the most score within {@link AnswerOptions#meanKm}. */
    DENSITY,
    /** The cell that neighbors within {@link AnswerOptions#meanKm} support most. */
    NEAR_NEIGHBORS,
    /** The cell that the model's {@link RewardScorer} predicts to be good. */
    REWARD,
    /** The cell that the rule of {@link RewardScorer#asPublished} selects. */
    REWARD_AS_PUBLISHED;

    boolean readsStates() {
      return this == REWARD || this == REWARD_AS_PUBLISHED;
    }
  }

  /**
   * Checks that the parts fit together.
   *
   * @throws IllegalArgumentException if neighbors are to select, but the model has none
   */
  public TokenConfig {
    boolean hasNeighbors = input instanceof Vectors vectors && vectors.neighbors() > 0;
    if (selection == SelectionRule.NEAR_NEIGHBORS && !hasNeighbors) {
      throw new IllegalArgumentException(
          "selection near-neighbors: the model has no neighbors, only an input of vectors has");
    }
  }

  /**
   * Photos of 32 pixels as 4 x 4 tokens, two decoder layers of dimension 128, cells of 150 km: 0.5
   * million parameters, which two cores train in minutes.
   */
  public static TokenConfig tiny() {
    return new TokenConfig(
        Photo.defaults(),
        CellTokenizer.Options.defaults().withLevel(6),
        new TokenNetwork.Options(128, 4, 256, 0, 2, 0),
        NextToken.defaults().withWeights(2, 1),
        BeamSearch.defaults(),
        SelectionRule.DENSITY,
        AnswerOptions.defaults().withMeanKm(500));
  }

  /**
   * Photos of 64 pixels as 8 x 8 tokens, two encoder and four decoder layers of dimension 256,
   * cells of 10 km.
   */
  public static TokenConfig small() {
    TokenConfig tiny = tiny();
    return new TokenConfig(
        new Photo(ImageSpec.symmetric(64), new Residual(List.of(64, 128, 256))),
        CellTokenizer.Options.defaults().withLevel(10),
        new TokenNetwork.Options(256, 8, 512, 2, 4, 0.1),
        tiny.loss,
        tiny.decoding,
        tiny.selection,
        tiny.answer);
  }

  /**
   * The published network: three vectors of 768 and 15 neighbors as 214 tokens, ten encoder and ten
   * decoder layers of dimension 512, cells of 10 m; 54.8 million parameters.
   */
  public static TokenConfig paper() {
    return new TokenConfig(
        Vectors.defaults(),
        CellTokenizer.Options.defaults(),
        new TokenNetwork.Options(512, 8, 1024, 10, 10, 0.1),
        NextToken.defaults().withWeights(2, 1),
        BeamSearch.ofWidth(5),
        SelectionRule.MOST_PROBABLE,
        AnswerOptions.defaults());
  }

  /** Returns a copy with another input. */
  public TokenConfig withInput(Input input) {
    return new TokenConfig(input, cells, transformer, loss, decoding, selection, answer);
  }

  @Override
  public List<String> code() {
    return input instanceof Photo photo && photo.encoder() instanceof Named named
        ? NamedClass.code(named.backbone())
        : List.of();
  }

  /** Returns a copy with other answer options. */
  public TokenConfig withAnswer(AnswerOptions answer) {
    return new TokenConfig(input, cells, transformer, loss, decoding, selection, answer);
  }
}
