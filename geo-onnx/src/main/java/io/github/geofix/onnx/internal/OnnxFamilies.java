package io.github.geofix.onnx.internal;

import io.github.geofix.models.Family;
import io.github.geofix.onnx.OnnxModel;
import java.util.List;

/** The family of encoders in ONNX files. */
public final class OnnxFamilies implements Family.Provider {

  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public OnnxFamilies() {}

  @Override
  public List<Family> families() {
    return List.of(OnnxModel.family());
  }
}
