package io.github.geofix.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.gallery.GalleryModel;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.image.ImageSpec.Fit;
import io.github.geofix.models.image.ImageSpec.Interpolation;
import io.github.geofix.models.image.ImageSpec.Rgb;
import io.github.geofix.models.io.ModelCard;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnnxFamilyTest {
  private static final String STATED =
      """
      {"do_resize": true, "size": {"shortest_edge": 8}, "do_center_crop": true,
       "crop_size": {"height": 8, "width": 8}, "resample": 3, "do_rescale": true,
       "rescale_factor": 0.00392156862745098, "do_normalize": true,
       "image_mean": [0.5, 0.25, 0.5], "image_std": [0.5, 0.5, 1]}
      """;

  @TempDir private Path folder;

  private Path onnx() {
    return TinyOnnx.vectors(folder.resolve("model.onnx"), 8);
  }

  private void state(String json) throws IOException {
    Files.writeString(folder.resolve("preprocessor_config.json"), json);
  }

  private static GeoModel read(Path file, Map<String, String> settings) {
    return Family.named("onnx").ofNetworkFile(file, settings).orElseThrow();
  }

  private static ModelCard card() {
    return new ModelCard(
        "tiny", 0, 0, 0, 0, "now", "test", ModelCard.thisMachine(), Map.of(), Optional.empty());
  }

  @Test
  void readsPhotosAsThePublisherStates() throws IOException {
    state(STATED);
    ImageSpec stated =
        new ImageSpec(
            8,
            8,
            Fit.CROP_FLOOR,
            Interpolation.BICUBIC,
            new Rgb(0.5f, 0.25f, 0.5f),
            new Rgb(0.5f, 0.5f, 1));
    try (GeoModel model = read(onnx(), Map.of())) {
      assertThat(model.config()).isEqualTo(OnnxEncoder.Config.of(stated));
    }
    try (GeoModel model = read(onnx(), Map.of("image.fit", "stretch", "output", "vector"))) {
      assertThat(model.config())
          .isEqualTo(OnnxEncoder.Config.of(stated.withFit(Fit.STRETCH)).withOutput("vector"));
    }
    state(
        STATED
            .replace("{\"shortest_edge\": 8}", "{\"height\": 8, \"width\": 8}")
            .replace("\"do_center_crop\": true", "\"do_center_crop\": false"));
    try (GeoModel model = read(onnx(), Map.of())) {
      assertThat(model.config()).isEqualTo(OnnxEncoder.Config.of(stated.withFit(Fit.STRETCH)));
    }
  }

  @Test
  void assumesNothing() throws IOException {
    assertThatThrownBy(() -> read(onnx(), Map.of("image.height", "8")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "preprocessor_config.json beside it, or state image.width, image.fit,")
        .hasMessageContaining("image.mean, image.std");
    state(STATED.replace("\"shortest_edge\": 8", "\"shortest_edge\": 10"));
    assertThatThrownBy(() -> read(onnx(), Map.of()))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("shortest_edge")
        .hasMessageContaining("state how photos are read by image.height");
    state(STATED.replace("\"resample\": 3", "\"resample\": 1"));
    assertThatThrownBy(() -> read(onnx(), Map.of())).hasMessageContaining("resample 1");
    state(STATED.replace("0.00392156862745098", "0.0078"));
    assertThatThrownBy(() -> read(onnx(), Map.of())).hasMessageContaining("1/255");
  }

  @Test
  void everythingCanBeStatedByHand() throws IOException {
    state("{}");
    Map<String, String> all = new HashMap<>();
    all.put("image.height", "8");
    all.put("image.width", "8");
    all.put("image.fit", "crop");
    all.put("image.interpolation", "bilinear");
    all.put("image.mean", "{\"red\":0.5,\"green\":0.5,\"blue\":0.5}");
    List.of("red", "green", "blue").forEach(channel -> all.put("image.std." + channel, "0.5"));
    try (GeoModel model = read(onnx(), all)) {
      assertThat(model.config()).isEqualTo(OnnxEncoder.Config.of(ImageSpec.symmetric(8)));
    }
  }

  @Test
  void aGalleryIsBuiltWithIt() throws IOException {
    Path model = folder.resolve("model");
    try (OnnxModel made = OnnxModel.of(onnx(), OnnxEncoder.Config.of(ImageSpec.symmetric(8)))) {
      made.save(model, card());
    }
    List<Manifest.Entry> photos = new ArrayList<>();
    int[] colors = {0xff0000, 0x00ff00, 0x0000ff};
    for (int i = 0; i < colors.length; i++) {
      BufferedImage photo = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 64; p++) {
        photo.setRGB(p % 8, p / 8, colors[i]);
      }
      Path file = folder.resolve(i + ".png");
      ImageIO.write(photo, "png", file.toFile());
      photos.add(new Manifest.Entry(file, new LatLng(10 * i, 20 * i), Map.of()));
    }
    Path gallery = folder.resolve("gallery");
    GalleryModel.build(model, Manifest.of(photos), gallery);
    try (Localizer localizer = Localizer.load(gallery)) {
      for (Manifest.Entry photo : photos) {
        Location location = localizer.locate(photo.image());
        assertThat(GreatCircle.isWithin(location.latLng(), photo.latLng(), 1e-3)).isTrue();
      }
    }
    assertThatThrownBy(() -> Localizer.load(model)).hasMessageContaining("geofix gallery build");
    Path inner = gallery.resolve("encoder").resolve("encoder.onnx");
    TinyOnnx.write(inner, TinyOnnx.model(TinyOnnx.vectors(1, 8)));
    assertThatThrownBy(() -> GalleryModel.open(gallery, LoadOptions.defaults()))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("damaged");
  }
}
