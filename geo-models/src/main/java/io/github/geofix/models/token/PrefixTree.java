package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.token.Attention.KeysAndValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Words in the making, several for each photo of a batch, as the leaves of one tree a photo. Each
 * step runs the decoder over the last tokens of all words of all photos at once.
 *
 * <p>The keys and values of every prefix are computed once and lie in one place, whatever words go
 * on from it: each word has a list of the rows of its prefixes, and the mask of the attention shows
 * it no others. Nothing is copied when words fork, and a photo's memory is looked at through one
 * set of keys and values for all its words. One step of R words over S kept rows costs R S products
 * of keys more than strictly needed, which is little beside the matrices of the layers until S
 * comes near the layers' width.
 *
 * <p>For inference, on one thread. The arrays belong to the manager of the memory.
 */
final class PrefixTree {
  private final TokenNetwork network;
  private final NDManager manager;
  private final int photos;
  private final int room;
  private final List<KeysAndValues> remembered;
  private final List<KeysAndValues> kept;
  private NDManager step;
  private NDArray states;
  private int[][][] ancestry; // [B][R][n]: the rows of each word's prefixes, the latest last
  private int rows; // kept so far for each photo

  /**
   * Begins the empty word of each photo.
   *
   * @param memory {@code [B, M, D]}
   * @param room the most rows a photo may take: 1, and as many as words are in each later step
   */
  PrefixTree(TokenNetwork network, NDArray memory, int room) {
    this.network = network;
    this.room = room;
    manager = memory.getManager();
    photos = Math.toIntExact(memory.getShape().get(0));
    remembered = network.remembered(memory);
    kept = network.room(memory, room);
    ancestry = new int[photos][1][0];
    step = manager.newSubManager();
    states = run(network.first(step, photos));
  }

  /** Returns pools with the states after their words. */
  static List<Pool> withStates(TokenNetwork network, NDArray memory, List<Pool> pools) {
    int length = network.tokenizer().length();
    int count = pools.stream().mapToInt(Pool::size).max().orElse(0);
    PrefixTree tree = new PrefixTree(network, memory, 1 + length * count);
    int[] parents = new int[count];
    for (int n = 0; n < length; n++) {
      int[][] ofAll = new int[pools.size()][];
      Arrays.fill(ofAll, parents);
      int[][] values = new int[pools.size()][count];
      for (int b = 0; b < values.length; b++) {
        for (int i = 0; i < count; i++) {
          // A smaller pool repeats its last word, whose state is then not looked at.
          int word = Math.min(i, pools.get(b).size() - 1);
          values[b][i] = pools.get(b).words().get(word).values().get(n);
        }
      }
      tree.extend(ofAll, values);
      parents = IntStream.range(0, count).toArray();
    }
    float[] flat = tree.states().toFloatArray();
    int width = network.options().width();
    List<Pool> found = new ArrayList<>();
    for (int b = 0; b < pools.size(); b++) {
      List<float[]> states = new ArrayList<>();
      for (int i = 0; i < pools.get(b).size(); i++) {
        int start = (b * count + i) * width;
        states.add(Arrays.copyOfRange(flat, start, start + width));
      }
      found.add(pools.get(b).withStates(states));
    }
    return found;
  }

  /** Returns the number of words of each photo, R. */
  int words() {
    return ancestry[0].length;
  }

  /** Returns the number of tokens that every word has so far. */
  int length() {
    return ancestry[0][0].length - 1;
  }

  /** Returns the number of values of the next token, V. */
  int valuesOfNext() {
    return network.tokenizer().valuesAt(length());
  }

  /**
   * Returns the decoder's output after the latest tokens, {@code [B, R, D]}, until the next step.
   */
  NDArray states() {
    return states;
  }

  /** Returns the scores of the values of the next token, [B * R * V]. */
  float[] logits() {
    return network.logitsAt(length(), states).toFloatArray();
  }

  /**
   * Goes on by one token.
   *
   * @param parents [B][R'], for each new word the number of the word that it extends, 0 to R - 1;
   *     some may be left out and others repeated
   * @param values [B][R'], the values of their new tokens
   * @throws IllegalStateException if there is no room left
   */
  void extend(int[][] parents, int[][] values) {
    int count = parents[0].length;
    int position = length();
    int[][][] longer = new int[photos][count][];
    long[] flat = new long[photos * count];
    for (int b = 0; b < photos; b++) {
      for (int r = 0; r < count; r++) {
        longer[b][r] = ancestry[b][parents[b][r]];
        flat[b * count + r] = values[b][r];
      }
    }
    ancestry = longer;
    NDManager before = step;
    step = manager.newSubManager();
    NDArray array = step.create(flat, new Shape(photos, count));
    states = run(network.embedded(position, array));
    before.close();
  }

  /** Runs new tokens {@code [B, R, D]} and gives each of them a row. */
  private NDArray run(NDArray x) {
    int count = words();
    if (rows + count > room) {
      throw new IllegalStateException(rows + count + " rows, but room for " + room);
    }
    int position = ancestry[0][0].length;
    for (int[][] words : ancestry) {
      for (int r = 0; r < count; r++) {
        words[r] = Arrays.copyOf(words[r], position + 1);
        words[r][position] = rows + r;
      }
    }
    rows += count;
    return network.next(x, position, remembered, kept, mask(x));
  }

  /** Shows every word its own prefixes: {@code [B, 1, R, S]}. */
  private NDArray mask(NDArray x) {
    int count = words();
    float[] mask = new float[photos * count * rows];
    Arrays.fill(mask, Float.NEGATIVE_INFINITY);
    int at = 0;
    for (int[][] words : ancestry) {
      for (int[] word : words) {
        for (int row : word) {
          mask[at + row] = 0;
        }
        at += rows;
      }
    }
    NDArray array = step.create(mask, new Shape(photos, 1, count, rows));
    return array.toType(x.getDataType(), false);
  }
}
