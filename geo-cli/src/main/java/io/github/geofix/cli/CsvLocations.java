package io.github.geofix.cli;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.internal.CsvFile;
import io.github.geofix.core.internal.Printable;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Locations as CSV, one row for the answer and one for each candidate. */
final class CsvLocations implements LocationWriter {
  private final PrintWriter out;
  private final CsvWriter rows;
  private final int top;

  CsvLocations(PrintWriter out, int top) {
    this.out = out;
    this.top = top;
    rows = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).bufferSize(0).build(out);
    rows.writeRecord("image", "rank", "latitude", "longitude", "score", "radiusKm", "cell");
  }

  @Override
  public void write(Path photo, Location location) {
    String image = Printable.of(CsvFile.cell(photo));
    rows.writeRecord(
        image,
        "0",
        Double.toString(location.latLng().latitude()),
        Double.toString(location.latLng().longitude()),
        Double.toString(location.score()),
        "",
        "");
    int rank = 0;
    for (Candidate candidate : LocationWriter.best(location, top)) {
      rank++;
      rows.writeRecord(
          image,
          Integer.toString(rank),
          Double.toString(candidate.latLng().latitude()),
          Double.toString(candidate.latLng().longitude()),
          Double.toString(candidate.score()),
          Double.toString(candidate.radiusKm()),
          candidate.cell().toString());
    }
    out.flush();
  }

  /** Writes a row whose position is empty. */
  @Override
  public void withhold(Path photo, String reason) {
    rows.writeRecord(Printable.of(CsvFile.cell(photo)), "0", "", "", "", "", "");
    out.flush();
  }

  @Override
  public void close() {}
}
