package io.github.geofix.eval;

import io.github.geofix.core.format.Safetensors;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** Numbers computed by other implementations, in safetensors files among the test resources. */
final class Oracle {
  private Oracle() {}

  /** Opens a file of the folder oracles. */
  static Safetensors open(String name) {
    String resource = "/oracles/" + name + ".safetensors";
    try {
      return Safetensors.open(
          Path.of(Objects.requireNonNull(Oracle.class.getResource(resource), resource).toURI()));
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
