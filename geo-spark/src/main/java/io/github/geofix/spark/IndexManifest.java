package io.github.geofix.spark;

import com.google.gson.JsonObject;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.internal.JsonRecords;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.core.internal.cell.S2Cells;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * What an index consists of. Files are never changed: a change of the index is a manifest with the
 * next number.
 *
 * @param format of this file, {@value #FORMAT}
 * @param number counts from 1
 * @param dimension D
 * @param options of all shards
 * @param rowsPerShard of new shards
 * @param shards in the order of their row numbers
 */
record IndexManifest(
    int format,
    long number,
    int dimension,
    EmbeddingIndex.Options options,
    int rowsPerShard,
    List<Shard> shards) {
  static final int FORMAT = 1;
  private static final String NAME = "manifest-";
  private static final String JSON = ".json";
  private static final String INDEX = ".index";
  private static final String DELETED = ".deleted";

  /** Enough for a million shards. */
  private static final long MOST_BYTES = 512L << 20;

  IndexManifest {
    if (format != FORMAT) {
      throw new IllegalArgumentException(
          "the index has format " + format + ", this GeoFix reads " + FORMAT);
    }
    if (!(number >= 1 && dimension >= 1 && rowsPerShard >= 1)) {
      throw new IllegalArgumentException(
          "number, dimension and rowsPerShard must be 1 or more: "
              + number
              + ", "
              + dimension
              + ", "
              + rowsPerShard);
    }
    shards = List.copyOf(shards);
  }

  /**
   * One file of {@link EmbeddingIndex} and marks of deleted rows.
   *
   * @param digest SHA-256 of the file, and its name
   * @param rows deleted ones included
   * @param firstCell the lowest S2 leaf cell, a token
   * @param lastCell the highest
   * @param deleted how many rows are deleted
   * @param deletions SHA-256 of the marks, one bit a row, and the name of their file; empty if no
   *     row is deleted
   */
  record Shard(
      String digest, int rows, String firstCell, String lastCell, int deleted, String deletions)
      implements Serializable {
    private static final String HEX = "[0-9a-f]{64}";

    Shard {
      if (!digest.matches(HEX) || !(deletions.isEmpty() || deletions.matches(HEX))) {
        throw new IllegalArgumentException("not a SHA-256: " + digest + " " + deletions);
      }
      if (!(deleted >= 0 && deleted <= rows && deletions.isEmpty() == (deleted == 0))) {
        throw new IllegalArgumentException(
            "of " + rows + " rows " + deleted + " are deleted by \"" + deletions + "\"");
      }
    }

    long first() {
      return S2Cells.ofToken(firstCell);
    }

    long last() {
      return S2Cells.ofToken(lastCell);
    }

    int size() {
      return rows - deleted;
    }

    /** Returns whether the shard's range overlaps with one of some cells. */
    boolean touches(long[] cells) {
      long first = first();
      long last = last();
      return Arrays.stream(cells)
          .anyMatch(
              cell ->
                  Long.compareUnsigned(S2Cells.firstLeaf(cell), last) <= 0
                      && Long.compareUnsigned(S2Cells.lastLeaf(cell), first) >= 0);
    }

    /** Opens the file, or the copy of it that this machine shares. */
    EmbeddingIndex open(String folder) {
      EmbeddingIndex index = EmbeddingIndex.open(Storage.local(file(folder, digest)));
      try {
        if (index.rows() != rows) {
          throw new IllegalStateException(
              digest + " has " + index.rows() + " rows, its manifest " + rows);
        }
        index.delete(marks(folder).stream().toArray());
        return index;
      } catch (RuntimeException e) {
        index.close();
        throw e;
      }
    }

    private BitSet marks(String folder) {
      if (deletions.isEmpty()) {
        return new BitSet();
      }
      BitSet marks =
          BitSet.valueOf(Storage.read(deletionFile(folder, deletions), rows / Byte.SIZE + 1));
      if (marks.cardinality() != deleted || marks.length() > rows) {
        throw new IllegalStateException(deletions + " does not hold the marks of " + digest);
      }
      return marks;
    }

    /** Writes the shard with more rows deleted. */
    Shard deleting(String folder, BitSet more) {
      BitSet marks = marks(folder);
      marks.or(more);
      return new Shard(
          digest,
          rows,
          firstCell,
          lastCell,
          marks.cardinality(),
          publish(marks.toByteArray(), name -> deletionFile(folder, name)));
    }
  }

  static String file(String folder, String digest) {
    return folder + "/" + digest + INDEX;
  }

  private static String deletionFile(String folder, String digest) {
    return folder + "/" + digest + DELETED;
  }

  /** Returns the names of all files that the manifest refers to. */
  Set<String> files() {
    Set<String> files = new HashSet<>();
    for (Shard shard : shards) {
      files.add(shard.digest() + INDEX);
      if (!shard.deletions().isEmpty()) {
        files.add(shard.deletions() + DELETED);
      }
    }
    return files;
  }

  /** The path of a file with a digest. */
  private interface Named {
    String path(String digest);
  }

  /** Publishes bytes and returns their digest. */
  private static String publish(byte[] bytes, Named named) {
    try {
      Path local = Files.createTempFile("geofix", null);
      try {
        Files.write(local, bytes);
        String digest = Storage.sha256(local);
        Storage.publish(local, named.path(digest));
        return digest;
      } finally {
        Files.delete(local);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a temporary file: " + e.getMessage(), e);
    }
  }

  static boolean exists(String folder) {
    return Storage.names(folder).stream().anyMatch(IndexManifest::isManifest);
  }

  static boolean isManifest(String name) {
    return name.startsWith(NAME) && name.endsWith(JSON);
  }

  /** Reads the newest manifest of a folder. */
  static IndexManifest newest(String folder) {
    return read(
        folder,
        Storage.names(folder).stream()
            .filter(IndexManifest::isManifest)
            .max(String::compareTo)
            .orElseThrow(() -> new IllegalArgumentException("there is no index in " + folder)));
  }

  /** Reads a manifest by the name of its file. */
  static IndexManifest read(String folder, String name) {
    String path = folder + "/" + name;
    try {
      return JsonRecords.read(
          StrictJson.parse(new String(Storage.read(path, MOST_BYTES), StandardCharsets.UTF_8)),
          IndexManifest.class);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("cannot read " + path + ": " + e.getMessage(), e);
    }
  }

  /** Returns the next manifest with other shards. */
  IndexManifest with(List<Shard> others) {
    return new IndexManifest(FORMAT, number + 1, dimension, options, rowsPerShard, others);
  }

  /**
   * Publishes this manifest under its number.
   *
   * @throws IllegalStateException if another job was faster, or deleted a file
   */
  void publish(String folder) {
    Set<String> missing = files();
    Storage.names(folder).forEach(missing::remove);
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "another job deleted " + missing.size() + " files of " + folder + ": repeat this one");
    }
    JsonObject json = JsonRecords.write(this);
    byte[] bytes = StrictJson.print(json).getBytes(StandardCharsets.UTF_8);
    String path = folder + "/" + NAME + String.format(Locale.ROOT, "%09d", number) + JSON;
    publish(bytes, digest -> path);
    if (!Arrays.equals(Storage.read(path, MOST_BYTES), bytes)) {
      throw new IllegalStateException(
          "another job changed the index " + folder + " at the same time: repeat this one");
    }
  }

  /** Returns the number of the first row of each shard, and last that of all rows. */
  long[] firstRows() {
    long[] first = new long[shards.size() + 1];
    for (int i = 0; i < shards.size(); i++) {
      first[i + 1] = first[i] + shards.get(i).rows();
    }
    return first;
  }

  /**
   * Returns all shards in the order of cells; those whose ranges overlap are a group, each other
   * one is alone.
   */
  List<List<Integer>> groups() {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      order.add(i);
    }
    order.sort(
        (a, b) -> {
          int byCell = Long.compareUnsigned(shards.get(a).first(), shards.get(b).first());
          return byCell != 0 ? byCell : Integer.compare(a, b);
        });
    List<List<Integer>> groups = new ArrayList<>();
    List<Integer> group = new ArrayList<>();
    for (int next : order) {
      if (!group.isEmpty() && group.stream().allMatch(each -> before(each, next))) {
        groups.add(group);
        group = new ArrayList<>();
      }
      group.add(next);
    }
    if (!group.isEmpty()) {
      groups.add(group);
    }
    return groups;
  }

  /** Rows of one cell are in the order of their numbers. */
  private boolean before(int shard, int next) {
    int order =
        Long.compareUnsigned(
            Objects.requireNonNull(shards.get(shard)).last(), shards.get(next).first());
    return order < 0 || (order == 0 && shard < next);
  }
}
