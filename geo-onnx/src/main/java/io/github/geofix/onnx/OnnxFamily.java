package io.github.geofix.onnx;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.models.nn.Module;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Encoders in ONNX files by name. They are exported elsewhere, so there are no sizes to create. */
final class OnnxFamily implements Family {

  @Override
  public String method() {
    return OnnxModel.METHOD;
  }

  @Override
  public List<String> sizes() {
    return List.of();
  }

  @Override
  public GeoModel create(
      String size, Map<String, String> settings, List<LatLng> positions, long seed) {
    throw imported();
  }

  @Override
  public Record config(String size, Map<String, String> settings) {
    throw imported();
  }

  @Override
  public Record config(ModelFolder folder) {
    return folder.config(OnnxConfig.class);
  }

  @Override
  public Module network(String size, Map<String, String> settings) {
    throw imported();
  }

  @Override
  public Optional<GeoModel> ofNetworkFile(Path file, Map<String, String> settings) {
    return Optional.of(OnnxModel.of(file, StatedPhotos.config(file, settings)));
  }

  @Override
  public GeoModel load(ModelFolder folder) {
    return OnnxModel.load(folder);
  }

  private static IllegalArgumentException imported() {
    return new IllegalArgumentException(
        "an ONNX encoder is not created but imported: geofix import --method onnx --from FILE");
  }
}
