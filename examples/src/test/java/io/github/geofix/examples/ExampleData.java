package io.github.geofix.examples;

import io.github.geofix.core.Manifest;
import io.github.geofix.earth.EarthImage;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import io.github.geofix.earth.LandMap;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.Release;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.models.recombine.RecombineConfig;
import io.github.geofix.models.recombine.RecombineModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** A small form of what the README's commands leave behind. */
final class ExampleData {
  private static final ModelCard UNTRAINED =
      new ModelCard(
          "nothing", 0, 0, 1, 0, "", "", ModelCard.thisMachine(), Map.of(), Optional.empty());

  private ExampleData() {}

  static void write(Path earth, Path folder) {
    LandMap land = LandMap.of(EarthImage.read(earth.resolve("earth-blue-marble.jpg")));
    EarthImage may = EarthImage.read(earth.resolve("BMNG_world.topo.bathy.200405.3.2048x1024.jpg"));
    EarthPhotos photos = EarthPhotos.of(land, List.of(may), EarthPhotoOptions.defaults());
    photos.writeDataset(200, folder.resolve("train"), false);
    photos.writeDataset(20, folder.resolve("test"), false);
    Manifest train = Manifest.readCsv(folder.resolve("train/manifest.csv"));
    try (EmbedModel model = EmbedModel.create(EmbedConfig.tiny(), train.locations(), 1)) {
      model.save(folder.resolve("out/model"), UNTRAINED);
    }
    writeWeights(folder.resolve("convnext_atto.safetensors"));
    Path map = earth.resolve("earth-blue-marble.jpg");
    RecombineConfig matching = RecombineConfig.tiny().withMap(map.toString());
    try (RecombineModel model = RecombineModel.create(matching, List.of(), 1)) {
      model.save(folder.resolve("models/recombine-tiny"), UNTRAINED);
    }
    Path releases = earth.resolve("../../../geo-models/src/test/resources/releases/geoclip");
    try {
      copy(releases.resolve("release"), folder.resolve("geoclip"));
      copy(releases.resolve("backbone"), folder.resolve("clip-vit-large-patch14"));
      Files.copy(releases.resolve("photos/0.png"), folder.resolve("photo.jpg"));
      Release.Source source =
          Release.Source.of(folder.resolve("geoclip"))
              .withBackbone(folder.resolve("clip-vit-large-patch14"));
      try (GeoModel model = Release.named("geoclip").read(source).model()) {
        model.save(folder.resolve("models/geoclip"), UNTRAINED);
      }
      Files.createSymbolicLink(folder.resolve("examples"), earth.resolve("../..").normalize());
      Files.copy(
          earth.resolve(
              "../../../geo-core/src/test/resources/checkpoints/t213_module_prefix.pth.tar"),
          folder.resolve("model_best.pth.tar"));
      Path copy = folder.resolve("out/photos/may-1.png");
      Files.createDirectories(copy.getParent());
      Files.copy(train.entries().get(0).image(), copy);
      writePairs(train, folder.resolve("data/CVUSA"));
      writeBenchmark(train.entries().subList(0, 20), folder.resolve("data/im2gps3k"));
      Files.writeString(
          folder.resolve("newer.csv"),
          "method,dataset,metric,percent,source\nNew,IM2GPS3k,acc@25km,41.2,example.org\n");
      Files.writeString(
          folder.resolve("states.geojson"),
          """
          {"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"name": "all"}, "geometry": {"type": "Polygon",
             "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]}}]}
          """);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(Objects.requireNonNull(file.getFileName())));
      }
    }
  }

  /** Each photo stands for a panorama and for the aerial image of its place. */
  private static void writePairs(Manifest photos, Path root) throws IOException {
    Files.createDirectories(root.resolve("splits"));
    for (String list : List.of("splits/train-19zl.csv", "splits/val-19zl.csv")) {
      Files.write(
          root.resolve(list),
          photos.entries().stream()
              .map(photo -> root.toAbsolutePath().relativize(photo.image().toAbsolutePath()))
              .map(image -> image + "," + image + ",")
              .toList());
    }
  }

  private static void writeBenchmark(List<Manifest.Entry> photos, Path root) throws IOException {
    Files.createDirectories(root);
    List<String> table = new ArrayList<>(List.of("IMG_ID,LAT,LON"));
    for (Manifest.Entry photo : photos) {
      Path name = Objects.requireNonNull(photo.image().getFileName());
      Files.copy(photo.image(), root.resolve(name));
      table.add(name + "," + photo.latLng().latitude() + "," + photo.latLng().longitude());
    }
    Files.write(root.resolve("im2gps3k.csv"), table);
  }

  /** Random values under the names of the authors' checkpoints. */
  private static void writeWeights(Path file) {
    ConvNeXt backbone = new ConvNeXt(ConvNeXt.Options.atto());
    backbone.initialize(TorchEngine.newManager(), 1);
    Weights.save(backbone, file, Map.of());
  }
}
