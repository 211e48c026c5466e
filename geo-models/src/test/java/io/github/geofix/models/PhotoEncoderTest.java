package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.CellHierarchy;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.image.ImagePreprocessor;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.token.ReferenceDatabase;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhotoEncoderTest {
  @SuppressWarnings("NullAway.Init") // set by JUnit
  @TempDir
  Path folder;

  @Test
  void anEncoderLetsAModelOfVectorsLocatePhotos() {
    List<LatLng> positions = List.of(new LatLng(1, 2), new LatLng(-30, 40), new LatLng(50, -60));
    EmbedConfig config = EmbedConfig.tiny();
    Path encoderFolder = folder.resolve("embed");
    try (EmbedModel embed =
            EmbedModel.create(
                config, CellHierarchy.of(List.of(CellPartition.fixedLevel(positions, 2))), 1);
        TokenModel model =
            TokenModel.create(
                TokenConfig.tiny()
                    .withInput(new TokenConfig.Vectors(1, config.encoder().dimension(), 1)),
                1)) {
      embed.save(encoderFolder, Samples.CARD);
      BufferedImage photo = Samples.noise(40, 36, 4);
      float[][] vectors = embed.encode(List.of(photo));
      model.setReference(
          ReferenceDatabase.builder(1, config.encoder().dimension())
              .add(vectors, positions.get(1), "a")
              .build());
      model.setEncoder(ModelFolder.open(encoderFolder));
      model.save(folder.resolve("model"), Samples.CARD);
      Location expected = model.localizer(image -> vectors).locate(photo);
      assertThat(model.localizer().locate(photo)).isEqualTo(expected);
      try (Localizer loaded = Localizer.load(folder.resolve("model"))) {
        assertThat(loaded.locate(photo)).isEqualTo(expected);
      }
    }
    try (TokenModel other =
        TokenModel.create(TokenConfig.tiny().withInput(new TokenConfig.Vectors(2, 8, 0)), 1)) {
      assertThatThrownBy(() -> other.setEncoder(ModelFolder.open(encoderFolder)))
          .hasMessageContaining("gives 1 vector of");
    }
  }

  @Test
  void aBackboneAloneGivesItsVector() {
    ImageSpec image = ImageSpec.symmetric(32);
    Path file = folder.resolve("weights.safetensors");
    BufferedImage photo = Samples.noise(40, 36, 1);
    try (NDManager manager = TorchEngine.newManager()) {
      Backbone backbone = Backbone.named("residual-small", image);
      backbone.initialize(manager, 3);
      Weights.save(backbone, file, Map.of());
      float[] expected =
          TorchEngine.infer(
              manager,
              step ->
                  backbone
                      .vector(
                          Forward.INFERENCE,
                          step.create(
                              ImagePreprocessor.of(image).apply(photo), new Shape(1, 3, 32, 32)))
                      .toFloatArray());
      try (PhotoEncoder encoder = PhotoEncoder.pretrained("residual-small", image, file)) {
        assertThat(encoder.vectors()).isEqualTo(1);
        // 64 channels of 4 x 4 parts.
        assertThat(encoder.dimension()).isEqualTo(1024);
        assertThat(encoder.digest()).isEqualTo(Weights.digest(backbone));
        float[] other = encoder.read(Samples.noise(40, 36, 2), Optional.empty());
        float[] one = encoder.read(photo, Optional.empty());
        float[][][] both = encoder.encode(List.of(other, one));
        assertThat(both[1][0]).containsExactly(expected, within(1e-5f));
        assertThat(encoder.encode(photo)[0]).containsExactly(expected, within(1e-5f));
      }
    }
    assertThat(Backbone.named("dinov2-s14").image().height()).isEqualTo(518);
  }
}
