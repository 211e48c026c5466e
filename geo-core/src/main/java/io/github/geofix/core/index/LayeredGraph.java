package io.github.geofix.core.index;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.InputFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;

/**
 * A hierarchical navigable small-world (HNSW) graph: the lowest layer links all rows, each higher
 * one fewer. A search descends from the top and moves to better rows on each layer (Malkov and
 * Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable
 * Small World graphs", 2018, algorithms 2 and 5). It enters each layer by efSearch rows where the
 * paper enters by one, since a single one often leads to the wrong cluster. Thread-safe; must be
 * closed, which does not check for readers.
 *
 * <pre>
 *   8 bytes   "GFLINKS" and a zero
 *   4 each    version, little-endian as all of the file; N, the number of rows; M, the most links per
 *             row; the entry row; L, the number of layers; the numbers of rows on layers 1 to L - 1
 *   ...       zeros up to byte 4096
 *   N x M x 4 layer 0: the links of each row, padded with -1
 *   ...       layers 1 to L - 1: their rows, ascending, then the links of each as above
 * </pre>
 */
final class LayeredGraph implements AutoCloseable {
  private static final byte[] MAGIC = {'G', 'F', 'L', 'I', 'N', 'K', 'S', 0};
  private static final int VERSION = 1;
  private static final int PAGE = 4096;

  /** Beyond any graph, as each layer has a fraction of the rows of the one below. */
  private static final int MAX_LAYERS = 64;

  private static final int HEADER_BYTES = MAGIC.length + Integer.BYTES * (5 + MAX_LAYERS);
  private static final int NO_LINK = -1;

  private static final Comparator<TopK.Ranked> BEST_FIRST =
      Comparator.comparingDouble(ranked -> -ranked.score());

  /**
   * One layer.
   *
   * @param rows the rows on it, ascending; empty on the lowest, which has all
   * @param links [size, M]
   */
  private record Layer(int size, int[] rows, Section links) {
    /** Returns the index of a row's links; negative if the row is not on this layer. */
    int find(int row) {
      return rows.length == 0 ? row : Arrays.binarySearch(rows, row);
    }
  }

  private final List<Layer> layers;
  private final int maxConnections;
  private final int entry;

  private LayeredGraph(List<Layer> layers, int maxConnections, int entry) {
    this.layers = layers;
    this.maxConnections = maxConnections;
    this.entry = entry;
  }

  /** The links of a row on a layer. */
  interface Links {
    int[] of(int layer, int row);
  }

  /**
   * Copies a graph.
   *
   * @param rows of each layer, ascending; of the lowest all
   * @param maxConnections the most links per row
   * @param entry the row of the highest layer where searches begin
   */
  static LayeredGraph of(int[][] rows, int maxConnections, int entry, Links links) {
    List<Layer> layers = new ArrayList<>();
    int stride = maxConnections * Integer.BYTES;
    for (int layer = 0; layer < rows.length; layer++) {
      int size = rows[layer].length;
      Section section = Section.allocate((long) size * stride, stride);
      for (int i = 0; i < size; i++) {
        ByteBuffer window = section.window((long) i * stride);
        int at = section.offset((long) i * stride);
        int[] linked = links.of(layer, rows[layer][i]);
        for (int j = 0; j < maxConnections; j++) {
          window.putInt(at + j * Integer.BYTES, j < linked.length ? linked[j] : NO_LINK);
        }
      }
      layers.add(new Layer(size, layer == 0 ? new int[0] : rows[layer], section));
    }
    return new LayeredGraph(layers, maxConnections, entry);
  }

  void save(Path file) {
    ByteBuffer header = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putInt(VERSION).putInt(layers.get(0).size()).putInt(maxConnections);
    header.putInt(entry).putInt(layers.size());
    layers.stream().skip(1).forEach(layer -> header.putInt(layer.size()));
    AtomicFiles.write(
        file,
        out -> {
          write(out, header.rewind());
          for (Layer layer : layers) {
            ByteBuffer rows =
                ByteBuffer.allocate(layer.rows().length * Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            rows.asIntBuffer().put(layer.rows());
            write(out, rows);
            layer.links().writeTo(out, out.position());
          }
        });
  }

  private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /**
   * Maps a file; the rows of the upper layers are read.
   *
   * @param rows the required number of rows
   * @throws ModelFormatException if it is damaged, of another version, or of other rows
   * @throws UncheckedIOException if it cannot be read
   */
  static LayeredGraph open(Path file, int rows) {
    List<Layer> layers = new ArrayList<>();
    try (FileChannel in = FileChannel.open(InputFiles.find(file), StandardOpenOption.READ)) {
      return open(file, in, rows, layers);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + file, e);
    } catch (IOException e) {
      layers.forEach(layer -> layer.links().free());
      throw new UncheckedIOException("cannot read " + file + ": " + InputFiles.reason(e), e);
    } catch (RuntimeException e) {
      layers.forEach(layer -> layer.links().free());
      throw e;
    }
  }

  private static LayeredGraph open(Path file, FileChannel in, int rows, List<Layer> layers)
      throws IOException {
    if (in.size() < PAGE) {
      throw wrong(file, "it is truncated: " + in.size() + " bytes");
    }
    ByteBuffer header = read(in, 0, HEADER_BYTES);
    byte[] magic = new byte[MAGIC.length];
    header.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw wrong(file, "it does not begin as a graph does");
    }
    int version = header.getInt();
    if (version != VERSION) {
      throw wrong(file, "it is of version " + version + ", this GeoFix reads version " + VERSION);
    }
    int linked = header.getInt();
    if (linked != rows) {
      throw wrong(file, "it links " + linked + " rows, the index beside it has " + rows);
    }
    int maxConnections = header.getInt();
    int entry = header.getInt();
    int count = header.getInt();
    if (maxConnections < 1
        || maxConnections > ApproximateIndex.Options.MAX_CONNECTIONS
        || count < 1
        || count > MAX_LAYERS) {
      throw wrong(file, "it claims " + maxConnections + " links a row on " + count + " layers");
    }
    long end = PAGE;
    for (int i = 0; i < count; i++) {
      boolean lowest = i == 0;
      int size = lowest ? rows : header.getInt();
      long rowBytes = lowest ? 0 : (long) size * Integer.BYTES;
      long linkBytes = (long) size * maxConnections * Integer.BYTES;
      if (size < 1 || size > rows || end + rowBytes + linkBytes > in.size()) {
        throw wrong(file, "it claims " + size + " rows on layer " + i);
      }
      int[] onLayer = new int[lowest ? 0 : size];
      read(in, end, (int) rowBytes).asIntBuffer().get(onLayer);
      Section links = Section.map(in, end + rowBytes, linkBytes, maxConnections * Integer.BYTES);
      layers.add(new Layer(size, onLayer, links));
      end += rowBytes + linkBytes;
    }
    if (entry < 0 || entry >= rows) {
      throw wrong(file, "searches would begin at row " + entry);
    }
    if (end != in.size()) {
      throw wrong(file, "it should be " + end + " bytes long but is " + in.size());
    }
    return new LayeredGraph(layers, maxConnections, entry);
  }

  private static ByteBuffer read(FileChannel in, long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && in.read(bytes, position + bytes.position()) >= 0) {
      // A channel may give less than asked for.
    }
    return bytes.rewind();
  }

  private static ModelFormatException wrong(Path file, String what) {
    return new ModelFormatException(
        "cannot open the graph " + file + ": " + what + "; build it again");
  }

  /**
   * Searches for the rows of the highest scores.
   *
   * @param efSearch the number of rows kept on each layer
   * @param accepted the rows that may be returned
   * @throws ModelFormatException if a link points to no row
   */
  GraphResult search(QuantizedVectors.Scores scores, int efSearch, IntPredicate accepted) {
    Traversal traversal = new Traversal(scores, efSearch);
    TopK best = new TopK(1);
    best.offer(traversal.score(entry), entry);
    for (int layer = layers.size() - 1; layer > 0; layer--) {
      best = traversal.search(layers.get(layer), best, row -> true);
    }
    return new GraphResult(traversal.search(layers.get(0), best, accepted), traversal.scored);
  }

  /** The state of one search. */
  private final class Traversal {
    private final QuantizedVectors.Scores scores;
    private final int efSearch;
    private final int[] unseen = new int[maxConnections];
    private long scored;

    Traversal(QuantizedVectors.Scores scores, int efSearch) {
      this.scores = scores;
      this.efSearch = efSearch;
    }

    float score(int row) {
      scored++;
      return scores.of(row);
    }

    /** Returns the best rows of a layer that a search from the given ones reaches. */
    TopK search(Layer layer, TopK entries, IntPredicate accepted) {
      BitSet seen = new BitSet(layers.get(0).size());
      PriorityQueue<TopK.Ranked> next = new PriorityQueue<>(BEST_FIRST);
      TopK best = new TopK(efSearch);
      while (entries.size() > 0) {
        TopK.Ranked entry = entries.removeWorst();
        seen.set(entry.row());
        next.add(entry);
        if (accepted.test(entry.row())) {
          best.offer(entry.score(), entry.row());
        }
      }
      while (!next.isEmpty() && next.peek().score() >= best.limit()) {
        int count = unseen(layer, next.remove().row(), seen);
        scores.prefetch(unseen, count);
        for (int i = 0; i < count; i++) {
          int row = unseen[i];
          float score = score(row);
          if (score >= best.limit()) {
            next.add(new TopK.Ranked(row, score));
            if (accepted.test(row)) {
              best.offer(score, row);
            }
          }
        }
      }
      return best;
    }

    private int unseen(Layer layer, int row, BitSet seen) {
      int at = layer.find(row);
      if (at < 0) {
        throw Section.damaged("row " + row + " is linked to on a layer where it is not");
      }
      long position = (long) at * maxConnections * Integer.BYTES;
      ByteBuffer window = layer.links().window(position);
      int offset = layer.links().offset(position);
      int count = 0;
      for (int i = 0; i < maxConnections; i++) {
        int link = window.getInt(offset + i * Integer.BYTES);
        if (link == NO_LINK) {
          break;
        }
        if (link < 0 || link >= layers.get(0).size()) {
          throw Section.damaged("row " + row + " is linked to row " + link);
        }
        if (!seen.get(link)) {
          seen.set(link);
          unseen[count++] = link;
        }
      }
      return count;
    }
  }

  @Override
  public void close() {
    layers.forEach(layer -> layer.links().free());
  }
}
