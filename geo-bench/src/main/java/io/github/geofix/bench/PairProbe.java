package io.github.geofix.bench;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.github.geofix.core.TileEncoder;
import io.github.geofix.models.image.Photos;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A look at real pairs of a photo from the ground and one from above: prints at which rank each
 * ground photo finds its own aerial photo, and how many there are. Far too few to measure anything.
 *
 * <p>Arguments: {@code MODEL MANIFEST}: a model folder of the recombine family, and a CSV file with
 * the columns {@code path}, {@code pair_id} and {@code view}, which is {@code ground} or {@code
 * aerial}.
 */
public final class PairProbe {
  private PairProbe() {}

  /** Runs the program. */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: PairProbe MODEL MANIFEST");
      System.exit(2);
    }
    Map<String, Path> ground = new LinkedHashMap<>();
    Map<String, Path> aerial = new LinkedHashMap<>();
    Path manifest = Path.of(args[1]);
    try (CsvReader<NamedCsvRecord> rows = CsvReader.builder().ofNamedCsvRecord(manifest)) {
      for (NamedCsvRecord row : rows) {
        Map<String, Path> view = row.getField("view").equals("ground") ? ground : aerial;
        view.put(row.getField("pair_id"), manifest.resolveSibling(row.getField("path")));
      }
    }
    List<String> pairs = ground.keySet().stream().filter(aerial::containsKey).toList();
    try (TileEncoder encoder = TileEncoder.load(Path.of(args[0]))) {
      List<float[][]> photos = encoder.encodePhotos(pairs.stream().map(ground::get).toList());
      List<float[]> tiles =
          encoder.encodeTiles(pairs.stream().map(aerial::get).map(Photos::read).toList());
      System.out.println("pair,rank,of");
      for (int i = 0; i < photos.size(); i++) {
        double[] scores = new double[tiles.size()];
        for (int j = 0; j < scores.length; j++) {
          scores[j] = best(photos.get(i), tiles.get(j));
        }
        double own = scores[i];
        long rank = IntStream.range(0, scores.length).filter(j -> scores[j] >= own).count();
        System.out.printf(Locale.ROOT, "%s,%d,%d%n", pairs.get(i), rank, scores.length);
      }
    }
  }

  /** The cosine at the heading at which a photo fits a tile best: both are unit vectors. */
  private static double best(float[][] headings, float[] tile) {
    double best = -1;
    for (float[] photo : headings) {
      double cosine = 0;
      for (int d = 0; d < tile.length; d++) {
        cosine += photo[d] * (double) tile[d];
      }
      best = Math.max(best, cosine);
    }
    return best;
  }
}
