package io.github.geofix.train;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Properties;

/** Descriptions of the training options, by dotted name. */
final class OptionDescriptions {
  private static final String RESOURCE = "options.properties";

  private OptionDescriptions() {}

  static Properties read() {
    Properties descriptions = new Properties();
    try (Reader reader =
        new InputStreamReader(
            Objects.requireNonNull(OptionDescriptions.class.getResourceAsStream(RESOURCE)),
            StandardCharsets.UTF_8)) {
      descriptions.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return descriptions;
  }
}
