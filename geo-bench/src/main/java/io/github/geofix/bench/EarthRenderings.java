package io.github.geofix.bench;

import io.github.geofix.earth.EarthData;
import io.github.geofix.earth.EarthData.TestRendering;
import io.github.geofix.earth.EarthImage;
import io.github.geofix.earth.EarthPhotoOptions;
import io.github.geofix.earth.EarthPhotos;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The renderings of the Earth that a table tests on, by name. */
final class EarthRenderings {

  /** A rendering that is too large to come with the project. */
  private static final String JULY = "bmng-2004-07-5400x2700.jpg";

  private EarthRenderings() {}

  /**
   * Returns photos of each rendering: may, earth-day, and july where its file is.
   *
   * @param more a folder with further renderings, if there is one
   */
  static Map<String, EarthPhotos> of(
      EarthData data, Optional<Path> more, EarthPhotoOptions options) {
    Map<String, EarthPhotos> renderings = new LinkedHashMap<>();
    for (TestRendering rendering : List.of(TestRendering.MAY, TestRendering.EARTH_DAY)) {
      renderings.put(rendering.key(), data.testPhotos(rendering, options));
    }
    more.map(folder -> folder.resolve(JULY))
        .filter(Files::isRegularFile)
        .ifPresent(
            file ->
                renderings.put(
                    "july", EarthPhotos.of(data.land(), List.of(EarthImage.read(file)), options)));
    return renderings;
  }

  /** Returns the seeds of a list such as 1,2,3. */
  static long[] seeds(String list) {
    return Arrays.stream(list.split(",")).mapToLong(Long::parseLong).toArray();
  }
}
