package io.github.geofix.cli;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.ScoreRegion;
import io.github.geofix.core.geodesy.GeoJsonWriter;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Locations as GeoJSON: points for the answer and its candidates, polygons for its regions. */
final class GeoJsonLocations implements LocationWriter {
  private final PrintWriter out;
  private final GeoJsonWriter features;
  private final int top;

  GeoJsonLocations(PrintWriter out, int top) throws IOException {
    this.out = out;
    this.top = top;
    features = new GeoJsonWriter(new OpenWriter(out));
  }

  /** A writer whose closing leaves the output open. */
  private static final class OpenWriter extends FilterWriter {
    OpenWriter(PrintWriter out) {
      super(out);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  @Override
  public void write(Path photo, Location location) throws IOException {
    features.point(location.latLng(), properties(photo, 0));
    int rank = 0;
    for (Candidate candidate : LocationWriter.best(location, top)) {
      rank++;
      Map<String, Object> properties = properties(photo, rank);
      properties.put("score", candidate.score());
      properties.put("radiusKm", candidate.radiusKm());
      properties.put("cell", candidate.cell());
      candidate.headingDegrees().ifPresent(heading -> properties.put("heading", heading));
      features.point(candidate.latLng(), properties);
    }
    for (ScoreRegion region : location.regions()) {
      Map<String, Object> properties = new LinkedHashMap<>();
      properties.put("areaKm2", region.region().areaKm2());
      properties.put("image", photo);
      properties.put("share", region.share());
      features.polygons(region.region().rings(), properties);
    }
  }

  /** Writes nothing: there is no place to show. */
  @Override
  public void withhold(Path photo, String reason) {}

  private static Map<String, Object> properties(Path photo, int rank) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("image", photo);
    properties.put("rank", rank);
    return properties;
  }

  @Override
  public void close() throws IOException {
    features.close();
    out.println();
  }
}
