package io.github.geofix.onnx;

import io.github.geofix.models.GeoModel;
import io.github.geofix.models.internal.family.UnsizedFamily;
import io.github.geofix.models.io.ModelFolder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Encoders in ONNX files by name. They are exported elsewhere, so there are no sizes to create. */
final class OnnxFamily extends UnsizedFamily {

  OnnxFamily() {
    super(
        OnnxModel.METHOD,
        OnnxEncoder.Config.class,
        "an ONNX encoder is not created but imported: geofix import --method onnx --from FILE");
  }

  @Override
  public Optional<GeoModel> ofNetworkFile(Path file, Map<String, String> settings) {
    return Optional.of(OnnxModel.of(file, StatedPhotos.config(file, settings)));
  }

  @Override
  public GeoModel load(ModelFolder folder) {
    return OnnxModel.load(folder);
  }
}
