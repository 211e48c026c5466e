package io.github.geofix.train.internal;

import io.github.geofix.models.internal.io.Setting;
import io.github.geofix.train.TrainOptions;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/** Descriptions of the training options, by dotted name, as the command line lists them. */
public final class OptionDescriptions {
  private static final String RESOURCE = "options.properties";

  private OptionDescriptions() {}

  /**
   * Returns all options with their values and what they take in words, by what they need, as {@link
   * Setting#of} does.
   */
  public static Map<String, List<Setting>> of(TrainOptions options) {
    Properties descriptions = read();
    Map<String, List<Setting>> described = new LinkedHashMap<>();
    Setting.of(options)
        .forEach(
            (needs, group) ->
                described.put(
                    needs,
                    group.stream().map(setting -> described(setting, descriptions)).toList()));
    return described;
  }

  private static Setting described(Setting setting, Properties descriptions) {
    return new Setting(
        setting.name(), descriptions.getProperty(setting.name(), setting.kind()), setting.value());
  }

  /** Returns the descriptions by the dotted names of the options. */
  public static Properties read() {
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
