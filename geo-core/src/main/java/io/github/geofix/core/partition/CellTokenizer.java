package io.github.geofix.core.partition;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;

/**
 * Encoder of positions as token sequences, coarse to fine, and its inverse. Immutable and
 * thread-safe.
 *
 * <p>The first token is the cube face, 0 to 5. Each further token is the quadtree path down {@code
 * group} levels of the S2 Hilbert curve: with the digits d1, d2 of two levels, 4 d1 + d2. Every
 * sequence denotes a cell, and every prefix a larger cell around it, so no sequence is invalid. The
 * scheme is that of GeoToken (arXiv 2511.01082): level 20 and group 2 give 11 tokens and 166 token
 * ids.
 *
 * <p>A token's <em>value</em> starts from 0 at each position; its <em>id</em> is unique over all
 * positions, so that they share one vocabulary.
 */
public final class CellTokenizer {

  /**
   * Options of the encoding.
   *
   * @param level the S2 level of a full sequence, 0 to 30; a cell of level 20 is about 10 m wide
   * @param group levels per token, 1 to 8; if it does not divide the level, the last token has
   *     fewer
   */
  public record Options(int level, int group) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Options {
      if (level < 0 || level > S2Cells.MAX_LEVEL) {
        throw new IllegalArgumentException("level must be 0 to 30: " + level);
      }
      if (group < 1 || group > 8) {
        throw new IllegalArgumentException("group must be 1 to 8: " + group);
      }
    }

    /** Returns GeoToken's level 20 and group 2. */
    public static Options defaults() {
      return new Options(20, 2);
    }

    /** Returns a copy with another level. */
    public Options withLevel(int value) {
      return new Options(value, group);
    }

    /** Returns a copy with another group. */
    public Options withGroup(int value) {
      return new Options(level, value);
    }
  }

  private static final int FACES = 6;

  /** The position of the face in an id; each level takes two bits. */
  private static final int FACE_SHIFT = 61;

  private final Options options;
  private final int[] levels; // the level of the cell after each token
  private final int[] offsets; // the id of value 0 at each position, and the number of ids

  private CellTokenizer(Options options) {
    this.options = options;
    int length = 1 + (options.level + options.group - 1) / options.group;
    levels = new int[length];
    offsets = new int[length + 1];
    offsets[1] = FACES;
    for (int position = 1; position < length; position++) {
      levels[position] = Math.min(options.level, position * options.group);
      offsets[position + 1] = offsets[position] + valuesAt(position);
    }
  }

  /** Returns the tokenizer of the given options. */
  public static CellTokenizer of(Options options) {
    return new CellTokenizer(options);
  }

  /** Returns the length of a sequence, N. */
  public int length() {
    return levels.length;
  }

  /**
   * Returns the number of values at a position: 6 for the face, then 4 to the power of the group.
   */
  public int valuesAt(int position) {
    return position == 0 ? FACES : 1 << (2 * (levels[position] - levels[position - 1]));
  }

  /** Returns the number of token ids. */
  public int vocabularySize() {
    return offsets[levels.length];
  }

  /** Returns the id of value 0 at a position. */
  public int offsetAt(int position) {
    return offsets[position];
  }

  /** Returns the token values of a position, [N]. */
  public int[] encode(LatLng point) {
    int[] word = new int[levels.length];
    encode(S2Cells.leafOf(point), word, 0);
    return word;
  }

  /**
   * Returns the token values of many positions.
   *
   * @param latLngs [2n], latitude, longitude, latitude, longitude, ...
   * @return [n * N], sequence by sequence
   */
  public int[] encodeAll(double[] latLngs) {
    int[] words = new int[latLngs.length / 2 * levels.length];
    for (int i = 0, at = 0; at < words.length; i += 2, at += levels.length) {
      encode(S2Cells.leafOf(latLngs[i], latLngs[i + 1]), words, at);
    }
    return words;
  }

  private void encode(long leaf, int[] out, int at) {
    out[at] = (int) (leaf >>> FACE_SHIFT);
    for (int position = 1; position < levels.length; position++) {
      out[at + position] =
          (int) (leaf >>> (FACE_SHIFT - 2 * levels[position])) & (valuesAt(position) - 1);
    }
  }

  /**
   * Returns the center of the cell of a sequence or prefix.
   *
   * @param values one or more, at most N
   * @throws IllegalArgumentException if there are too many or too few, or one is out of range
   */
  public LatLng decode(int... values) {
    return S2Cells.centerOf(cellOf(values));
  }

  /**
   * Returns the centers of the cells of many sequences.
   *
   * @param words [n * N], sequence by sequence
   * @return [2n], latitude, longitude, latitude, longitude, ...
   * @throws IllegalArgumentException if the length is not a multiple of N or a value out of range
   */
  public double[] decodeAll(int[] words) {
    int n = levels.length;
    if (words.length % n != 0) {
      throw new IllegalArgumentException(words.length + " values are not words of " + n);
    }
    double[] latLngs = new double[words.length / n * 2];
    for (int i = 0; i < latLngs.length; i += 2) {
      LatLng center = S2Cells.centerOf(cellOf(words, i / 2 * n, n));
      latLngs[i] = center.latitude();
      latLngs[i + 1] = center.longitude();
    }
    return latLngs;
  }

  /**
   * Returns the 64-bit S2 id of the cell of a sequence or prefix.
   *
   * @param values one or more, at most N
   * @throws IllegalArgumentException if there are too many or too few, or one is out of range
   */
  public long cellOf(int... values) {
    return cellOf(values, 0, values.length);
  }

  private long cellOf(int[] values, int from, int length) {
    if (length < 1 || length > levels.length) {
      throw new IllegalArgumentException(
          "a word has 1 to " + levels.length + " tokens, not " + length);
    }
    long cell = 1L << (2 * (S2Cells.MAX_LEVEL - levels[length - 1]));
    for (int position = 0; position < length; position++) {
      int value = values[from + position];
      if (value < 0 || value >= valuesAt(position)) {
        throw new IllegalArgumentException(
            String.format(
                "value %d at position %d is not within 0 to %d",
                value, position, valuesAt(position) - 1));
      }
      cell |= (long) value << (FACE_SHIFT - 2 * levels[position]);
    }
    return cell;
  }

  /** Returns the cell of a prefix as a region. */
  public Region regionOf(int... prefix) {
    return Region.ofCellIds(cellOf(prefix));
  }

  /** Returns the options. */
  @Override
  public String toString() {
    return "CellTokenizer[level=" + options.level + ", group=" + options.group + "]";
  }
}
