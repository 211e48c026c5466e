package io.github.geofix.models.embed;

import static io.github.geofix.models.Samples.CARD;
import static io.github.geofix.models.embed.EmbedSamples.fusion;
import static io.github.geofix.models.embed.EmbedSamples.model;
import static io.github.geofix.models.embed.EmbedSamples.photo;
import static io.github.geofix.models.embed.EmbedSamples.photosWithMaps;
import static io.github.geofix.models.embed.EmbedSamples.source;
import static io.github.geofix.models.embed.EmbedSamples.tiny;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.backbone.TorchScriptArchive;
import io.github.geofix.models.image.ClassMap;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.semantics.ClassMaps;
import io.github.geofix.models.train.Examples;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The class maps of a model: files beside photos, classes, and programs in the model's folder. */
final class EmbedClassMapsTest {
  private static final LoadOptions CODE = LoadOptions.defaults().withAllowCode(true);

  @TempDir private Path folder;

  private static List<Location> allowed(Path saved) {
    try (Localizer loaded = Localizer.load(saved, CODE)) {
      return loaded.locateImages(List.of(photo(1)));
    }
  }

  private void assertRefused(String code) {
    assertThatThrownBy(() -> Localizer.load(folder.resolve("model")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(folder.resolve("model") + " runs code when it is loaded: " + code)
        .hasMessageContaining("--allow-code")
        .hasMessageContaining("LoadOptions.withAllowCode(true)");
  }

  @Test
  void classMapsBesidePhotosAreRead() throws IOException {
    Manifest photos = photosWithMaps(folder);
    EmbedConfig config = tiny().withFusion(fusion("sidecar:.classes.png", 150));
    try (EmbedModel model = model(config)) {
      float[] input =
          Examples.of(model, source(photos)).example(0, 3, new SplittableRandom(1)).inputs()[0];
      // Photos of 44 x 40 are cut in the middle and shrunk to 32; the one class survives or not,
      // but nothing else is there.
      for (int i = 3 * 32 * 32; i < input.length; i++) {
        assertThat(input[i]).isIn(0f, 149f);
      }
      assertThatThrownBy(() -> model.localizer().locate(photo(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has no file");
      Files.delete(folder.resolve("3.classes.png"));
      assertThatThrownBy(() -> model.localizer().locate(photos.entries().get(3).image()))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("no class map " + folder.resolve("3.classes.png"));
      ImageIO.write(photo(1), "png", folder.resolve("3.classes.png").toFile());
      assertThatThrownBy(() -> model.localizer().locate(photos.entries().get(3).image()))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("3 bands");
    }
  }

  /** As of a photo that EXIF says to turn, or of one that was cut or shrunk since. */
  @ParameterizedTest
  @CsvSource({
    "40,44,false",
    "44,44,false",
    "88,80,false",
    "44,40,true",
    "22,20,true",
    "11,10,true"
  })
  void classMapsHaveTheShapeOfTheirPhotos(int width, int height, boolean fits) throws IOException {
    Path file = photosWithMaps(folder).entries().get(3).image();
    BufferedImage classes = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(classes, "png", folder.resolve("3.classes.png").toFile());
    EmbedConfig config = tiny().withFusion(fusion("sidecar:.classes.png", 150));
    try (EmbedModel model = model(config)) {
      if (fits) {
        assertThat(model.localizer().locate(file).candidates()).isNotEmpty();
      } else {
        assertThatThrownBy(() -> model.localizer().locate(file))
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining(folder.resolve("3.classes.png").toString())
            .hasMessageContaining(width + " x " + height)
            .hasMessageContaining("44 x 40");
      }
    }
  }

  /** Class maps as a user may write them. */
  static final class LeftIsOne implements ClassMaps {
    @Override
    public ClassMap of(BufferedImage photo) {
      byte[] classes = new byte[photo.getWidth() * photo.getHeight()];
      for (int i = 0; i < classes.length; i++) {
        classes[i] = (byte) (i % photo.getWidth() < photo.getWidth() / 2 ? 1 : 0);
      }
      return ClassMap.of(photo.getWidth(), photo.getHeight(), classes);
    }
  }

  @Test
  void classMapsOfTheUsersOwnAreNamedInTheFolder() throws IOException {
    EmbedConfig config = tiny().withFusion(fusion(LeftIsOne.class.getName(), 2));
    try (EmbedModel model = model(config)) {
      float[] input = model.views(photo(1), Optional.empty());
      assertThat(input[3 * 32 * 32]).isEqualTo(1);
      assertThat(input[input.length - 1]).isEqualTo(0);
      model.save(folder.resolve("model"), CARD);
      List<Location> answers = model.localizer().locateImages(List.of(photo(1)));
      assertThat(allowed(folder.resolve("model"))).isEqualTo(answers);
    }
    assertRefused("the class " + LeftIsOne.class.getName());
    Path json = folder.resolve("model/config.json");
    Files.writeString(
        json, Files.readString(json).replace(LeftIsOne.class.getName(), "com.example.Gone"));
    assertThatThrownBy(() -> allowed(folder.resolve("model")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("the class com.example.Gone is missing");
    assertThatThrownBy(() -> ClassMaps.named("oneformer")).hasMessageContaining("torchscript:FILE");
    assertThatThrownBy(() -> ClassMaps.named("sidecar:"))
        .hasMessageContaining("sidecar:.classes.png");
  }

  private Path script(byte[] program) throws IOException {
    return Files.write(folder.resolve("net.pt"), program);
  }

  private void saveWith(Path script) {
    try (EmbedModel model = model(tiny().withFusion(fusion("torchscript:" + script, 2)))) {
      model.save(folder.resolve("model"), CARD);
    }
  }

  @Test
  void aSavedFolderHoldsItsProgram() throws IOException {
    float[] weights = new float[2 * 3 * 4 * 4];
    weights[0] = 1;
    Path script = script(TorchScriptArchive.convolution(weights));
    Path saved = folder.resolve("model");
    List<Location> answers;
    try (EmbedModel model = model(tiny().withFusion(fusion("torchscript:" + script, 2)))) {
      answers = model.localizer().locateImages(List.of(photo(1)));
      model.save(saved, CARD);
    }
    Files.delete(script);
    assertThat(allowed(saved)).isEqualTo(answers);
    assertRefused("the file segmenter.pt");
    // Over the folder that the program is read from, and to another one.
    for (Path to : List.of(saved, folder.resolve("copy"))) {
      try (EmbedModel loaded = EmbedModel.load(ModelFolder.open(saved, CODE))) {
        loaded.save(to, CARD);
      }
      assertThat(allowed(to)).isEqualTo(answers);
    }
  }

  /** A program may do anything, so loading must not even open it unless the caller agrees. */
  @Test
  void nothingRunsUnlessTheCallerAllowsIt() throws IOException {
    Path created = folder.resolve("created");
    saveWith(script(TorchScriptArchive.creatingAFile(new float[96], created.toString())));
    assertThat(created).as("what the program can do").exists();
    Files.delete(created);
    assertRefused("the file segmenter.pt");
    assertThat(created).doesNotExist();
    assertThat(allowed(folder.resolve("model"))).isNotEmpty();
    assertThat(created).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../net.pt", "ABSOLUTE", "link.pt", "none.pt"})
  void aProgramOutsideTheFolderIsRefused(String name) throws IOException {
    Path script = script(TorchScriptArchive.convolution(new float[96]));
    saveWith(script);
    Path saved = folder.resolve("model");
    Files.createSymbolicLink(saved.resolve("link.pt"), script);
    Path json = saved.resolve("config.json");
    String file = name.equals("ABSOLUTE") ? script.toString() : name;
    Files.writeString(json, Files.readString(json).replace("segmenter.pt", file));
    assertThatThrownBy(() -> allowed(saved))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(file)
        .hasMessageContaining(name.equals("none.pt") ? "has no file" : "is not in the folder");
  }
}
