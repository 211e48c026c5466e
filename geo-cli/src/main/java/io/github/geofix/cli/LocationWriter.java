package io.github.geofix.cli;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Location;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Writes locations of photos one after the other, each as soon as it is known. */
interface LocationWriter extends AutoCloseable {

  /** The formats of {@code geofix locate}. */
  enum Format {
    TEXT,
    CSV,
    JSON,
    JSONL,
    GEOJSON;

    /**
     * Opens a writer.
     *
     * @param top the most candidates to write of each photo
     */
    LocationWriter open(PrintWriter out, int top) throws IOException {
      return switch (this) {
        case TEXT -> new TextLocations(out, top);
        case CSV -> new CsvLocations(out, top);
        case JSON -> new JsonLocations(out, top);
        case JSONL -> new JsonLines(out, top);
        case GEOJSON -> new GeoJsonLocations(out, top);
      };
    }
  }

  /** Writes the location of a photo. */
  void write(Path photo, Location location) throws IOException;

  /** Writes the location of a photo with the evidence for it, in formats that have room for it. */
  default void write(Path photo, Location location, Optional<Explanation.Evidence> evidence)
      throws IOException {
    write(photo, location);
  }

  /**
   * Writes that the answer to a photo is withheld.
   *
   * @param reason a sentence without a full stop
   */
  void withhold(Path photo, String reason) throws IOException;

  /** Completes the output, which stays open. */
  @Override
  void close() throws IOException;

  /** Returns the candidates that are written. */
  static List<Candidate> best(Location location, int top) {
    return location.candidates().subList(0, Math.min(top, location.candidates().size()));
  }
}
