package io.github.geofix.cli;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.internal.csv.PhotoRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files of vectors of photos, and the places that belong to them. */
final class VectorFiles {
  /** The metadata of a file of vectors: how many vectors of a photo are in a row. */
  static final String VECTORS = "vectors";

  /** The metadata of a file of vectors: the digest of the weights that made them. */
  static final String ENCODER = "encoder";

  private VectorFiles() {}

  /**
   * Opens files whose rows belong together, such as one for each of a photo's vectors.
   *
   * @throws IllegalArgumentException if they have different numbers of rows
   */
  static Embeddings open(List<Path> files) {
    List<Embeddings> opened = new ArrayList<>();
    try {
      files.forEach(file -> opened.add(Embeddings.open(file)));
    } catch (RuntimeException e) {
      opened.forEach(Embeddings::close);
      throw e;
    }
    return Embeddings.sideBySide(opened);
  }

  /** Returns how many vectors of a photo are in a row, as far as the files tell. */
  static int count(Embeddings rows, List<Path> files) {
    String written = rows.metadata().getOrDefault(VECTORS, "");
    return written.matches("[1-9]\\d{0,4}") ? Integer.parseInt(written) : files.size();
  }

  /** Reads where photos were taken; the list may have millions of them, images are not read. */
  static List<LatLng> places(Path csv) {
    List<LatLng> places = new ArrayList<>();
    PhotoRow.read(csv, true, photo -> places.add(photo.latLng().orElseThrow()));
    return places;
  }
}
