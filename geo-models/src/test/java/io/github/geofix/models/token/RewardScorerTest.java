package io.github.geofix.models.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.Oracle;
import io.github.geofix.models.Samples;
import io.github.geofix.models.token.Decoding.Sampling;
import io.github.geofix.models.token.Selection.DecodedPhoto;
import io.github.geofix.models.token.VectorExamples.VectorPhoto;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewardScorerTest {
  @TempDir private Path folder;

  @Test
  void choosesAsTheOriginal() {
    Oracle oracle = Oracle.of("geotoken_small");
    float[] logits = oracle.floats("reward_logits");
    long[] choices = oracle.longs("reward_choice");
    for (int b = 0; b < choices.length; b++) {
      float[][] ofPhoto = new float[30][];
      for (int i = 0; i < 30; i++) {
        int start = (b * 30 + i) * 2;
        ofPhoto[i] = Arrays.copyOfRange(logits, start, start + 2);
      }
      assertThat(RewardScorer.surestOfLowestBin(ofPhoto)).isEqualTo((int) choices[b]);
    }
  }

  @Test
  void theLowestBinWinsBeforeConfidence() {
    assertThat(RewardScorer.surestOfLowestBin(new float[][] {{0, 9}, {1, 0.9f}, {0, 5}}))
        .isEqualTo(1);
    assertThat(RewardScorer.surestOfLowestBin(new float[][] {{2, 1}, {3, 1}, {1, 0}})).isEqualTo(1);
    assertThat(RewardScorer.surestOfLowestBin(new float[][] {{0, 1}, {0, 3}})).isEqualTo(1);
  }

  @Test
  void choosesTheSurestGoodHypothesisOrElseTheLeastSurelyBad() {
    assertThat(RewardScorer.mostLikelyGood(new float[][] {{0, 9}, {1, 0.9f}, {0, 5}})).isEqualTo(1);
    assertThat(RewardScorer.mostLikelyGood(new float[][] {{2, 1}, {3, 1}, {1, 0}})).isEqualTo(1);
    assertThat(RewardScorer.mostLikelyGood(new float[][] {{0, 3}, {0, 1}, {0, 2}})).isEqualTo(1);
  }

  private static DecodedPhoto decoded(
      TokenModel model, BufferedImage photo, Decoding decoding, boolean withStates) {
    return model.inference().decode(List.of(model.read(photo)), decoding, withStates).get(0);
  }

  @Test
  void learnsFromPhotosGivenAsVectorsAndSelectsForThem() {
    float[][] vectors = {{1, 2, 3, 4}};
    try (ReferenceDatabase reference =
            ReferenceDatabase.builder(1, 4).add(vectors, new LatLng(1, 2), "a").build();
        TokenModel model =
            TokenModel.create(TokenConfig.tiny().withInput(new TokenConfig.Vectors(1, 4, 0)), 1);
        RewardScorer scorer = RewardScorer.create(model, 7, 2)) {
      assertThat(scorer.network().parameterCount()).isEqualTo(128 * 7 + 7 + 7 * 2 + 2);
      Examples examples =
          scorer.examples(
              VectorExamples.besideReference(
                  model, reference, Embeddings.of(vectors), List.of(new LatLng(1, 2))));
      assertThat(examples.size()).isEqualTo(1);
      assertThat(examples.example(0, 0, new SplittableRandom(1)).inputs()[0]).hasSize(128);
      scorer.save(folder.resolve("scorer.safetensors"));
      BufferedImage photo = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
      try (RewardScorer loaded = RewardScorer.load(model, folder.resolve("scorer.safetensors"));
          Localizer localizer = model.localizer(image -> vectors, Sampling.of(5, 1), loaded)) {
        DecodedPhoto pool =
            model
                .inference()
                .decode(
                    List.of(model.read(new VectorPhoto(vectors, List.of()))),
                    Sampling.of(5, 1),
                    true)
                .get(0);
        assertThat(localizer.locate(photo).latLng()).isEqualTo(scorer.choose(pool));
      }
    }
  }

  @Test
  void isPartOfTheModelFolder() {
    BufferedImage photo = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    TokenConfig config =
        TokenConfigs.answering(
            TokenConfig.tiny(),
            Sampling.of(20, 1).withTemperature(1.5),
            TokenConfig.SelectionRule.REWARD,
            AnswerOptions.defaults());
    try (TokenModel model = TokenModel.create(config, 1)) {
      assertThatThrownBy(model::localizer)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no reward scorer");
      RewardScorer scorer = RewardScorer.create(model, 2);
      model.setRewardScorer(scorer);
      LatLng chosen = scorer.choose(decoded(model, photo, config.decoding(), true));
      assertThat(model.localizer().locate(photo).latLng()).isEqualTo(chosen);
      model.save(folder.resolve("model"), Samples.CARD);
      try (Localizer loaded = Localizer.load(folder.resolve("model"))) {
        assertThat(loaded.locate(photo).latLng()).isEqualTo(chosen);
      }
    }
  }

  @Test
  void refusesAFileOfAnotherKind() {
    Path file = folder.resolve("other.safetensors");
    Safetensors.writer().floats("x", new float[] {1}, 1).write(file);
    try (TokenModel model = TokenModel.create(TokenConfig.tiny(), 1)) {
      assertThatThrownBy(() -> RewardScorer.load(model, file))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("no reward scorer");
    }
  }

  @Test
  void savesAndLoadsAndLearnsFromDrawnSequences() {
    BufferedImage photo = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    try (TokenModel model = TokenModel.create(TokenConfig.tiny(), 1);
        RewardScorer scorer = RewardScorer.create(model, 2)) {
      Example example = scorer.example(photo, new LatLng(1, 2), new SplittableRandom(4));
      assertThat(example.inputs()[0]).hasSize(128);
      DecodedPhoto pool = decoded(model, photo, Sampling.of(6, 1), true);
      List<LatLng> places = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        places.add(pool.latLng(i));
      }
      float[][] logits = scorer.logits(pool.states());
      assertThat(scorer.choose(pool)).isEqualTo(places.get(RewardScorer.mostLikelyGood(logits)));
      assertThat(scorer.asPublished().choose(pool))
          .isEqualTo(places.get(RewardScorer.surestOfLowestBin(logits)));
      // The same draw, but with the truth where the word is.
      long seed = new SplittableRandom(4).nextLong();
      LatLng drawn = decoded(model, photo, Sampling.of(1, seed), false).latLng(0);
      assertThat(scorer.example(photo, drawn, new SplittableRandom(4)).targets()[0])
          .containsExactly(0);
      scorer.save(folder.resolve("scorer.safetensors"));
      try (RewardScorer loaded = RewardScorer.load(model, folder.resolve("scorer.safetensors"))) {
        assertThat(loaded.logits(pool.states())).isDeepEqualTo(scorer.logits(pool.states()));
      }
      assertThatThrownBy(() -> scorer.choose(decoded(model, photo, Sampling.of(1, 1), false)))
          .hasMessageContaining("without states");
    }
  }
}
