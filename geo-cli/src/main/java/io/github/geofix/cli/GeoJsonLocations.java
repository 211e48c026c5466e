package io.github.geofix.cli;

import io.github.geofix.core.Location;
import io.github.geofix.core.LocationJson;
import io.github.geofix.core.internal.geodesy.GeoJsonWriter;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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
    LocationJson.addFeatures(features, location, top, Map.of("image", photo));
  }

  /** Writes nothing: there is no place to show. */
  @Override
  public void withhold(Path photo, String reason) {}

  @Override
  public void close() throws IOException {
    features.close();
    out.println();
  }
}
