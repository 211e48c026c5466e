package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.internal.decode.Extension;
import io.github.geofix.models.internal.decode.Hypotheses;
import io.github.geofix.models.internal.decode.Hypothesis;
import io.github.geofix.models.token.Attention.KeysAndValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A key-value cache for prefixes of token sequences, several for each photo of a batch: the leaves
 * of one tree a photo. Each step runs the decoder over the last tokens of all prefixes of all
 * photos at once.
 *
 * <p>The keys and values of every prefix are computed once and stored in one place, whatever
 * prefixes extend it: each prefix has a list of the rows of its ancestors, and the attention mask
 * hides all other rows. Nothing is copied when prefixes fork, and all prefixes of a photo attend to
 * one set of keys and values of its memory. One step of R prefixes over S cached rows costs R S
 * products of keys more than strictly needed, which is little beside the matrices of the layers
 * until S comes near the layers' dimension.
 *
 * <p>For inference, on one thread. The arrays belong to the manager of the memory.
 */
final class PrefixTree {
  private final TokenNetwork network;
  private final NDManager manager;
  private final int photos;
  private final int capacity;
  private final List<KeysAndValues> encoderMemory;
  private final List<KeysAndValues> cache;
  private NDManager step;
  private NDArray states;
  private int[][][] ancestry; // [B][R][n]: the rows of each prefix's ancestors, the latest last
  private int rows; // used so far for each photo

  /**
   * Starts with the empty prefix of each photo.
   *
   * @param memory {@code [B, M, D]}
   * @param capacity the most rows of a photo: 1, and the number of prefixes of each later step
   */
  PrefixTree(TokenNetwork network, NDArray memory, int capacity) {
    this.network = network;
    this.capacity = capacity;
    manager = memory.getManager();
    photos = Math.toIntExact(memory.getShape().get(0));
    encoderMemory = network.encoderMemory(memory);
    cache = network.allocateCache(memory, capacity);
    ancestry = new int[photos][1][0];
    step = manager.newSubManager();
    states = run(network.first(step, photos));
  }

  /** Returns for each photo the states after its complete hypotheses, each [D]. */
  static List<List<float[]>> statesAfter(
      TokenNetwork network, NDArray memory, List<Hypotheses> photos) {
    int length = network.tokenizer().length();
    int count = photos.stream().mapToInt(photo -> photo.complete().size()).max().orElse(0);
    PrefixTree tree = new PrefixTree(network, memory, 1 + length * count);
    for (int n = 0; n < length; n++) {
      List<List<Extension>> longer = new ArrayList<>();
      for (Hypotheses photo : photos) {
        longer.add(prefixes(photo.complete(), n, count));
      }
      tree.extend(longer);
    }
    float[] flat = tree.states.toFloatArray();
    int dimension = network.options().dimension();
    List<List<float[]>> states = new ArrayList<>();
    for (int b = 0; b < photos.size(); b++) {
      List<float[]> ofPhoto = new ArrayList<>();
      for (int i = 0; i < photos.get(b).complete().size(); i++) {
        int start = (b * count + i) * dimension;
        ofPhoto.add(Arrays.copyOfRange(flat, start, start + dimension));
      }
      states.add(ofPhoto);
    }
    return states;
  }

  /**
   * Returns the prefixes of n + 1 tokens; where there are fewer than others have, the last again.
   */
  private static List<Extension> prefixes(List<Hypothesis> some, int n, int count) {
    List<Extension> prefixes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      CellPath path = some.get(Math.min(i, some.size() - 1)).path().prefix(n + 1);
      prefixes.add(new Extension(n == 0 ? 0 : i, new Hypothesis(path, 0)));
    }
    return prefixes;
  }

  /** Returns the number of prefixes of each photo, R. */
  int prefixes() {
    return ancestry[0].length;
  }

  /** Returns the number of tokens that every prefix has so far. */
  int length() {
    return ancestry[0][0].length - 1;
  }

  /** Returns the number of values of the next token, V. */
  int valuesOfNext() {
    return network.tokenizer().valuesAt(length());
  }

  /** Returns the scores of the values of the next token, {@code [B * R * V]}. */
  float[] logits() {
    return network.logitsAt(length(), states).toFloatArray();
  }

  /**
   * Extends prefixes by one token.
   *
   * @param longer for each photo its R' new prefixes, whose parents are rows 0 to R - 1; some may
   *     have no extension and others several
   * @throws IllegalStateException if the capacity is used up
   */
  void extend(List<List<Extension>> longer) {
    int count = longer.get(0).size();
    int position = length();
    int[][][] next = new int[photos][count][];
    long[] values = new long[photos * count];
    for (int b = 0; b < photos; b++) {
      for (int r = 0; r < count; r++) {
        Extension extension = longer.get(b).get(r);
        next[b][r] = ancestry[b][extension.parent()];
        values[b * count + r] = extension.child();
      }
    }
    ancestry = next;
    NDManager before = step;
    step = manager.newSubManager();
    NDArray array = step.create(values, new Shape(photos, count));
    states = run(network.embedded(position, array));
    before.close();
  }

  /** Runs new tokens {@code [B, R, D]} and gives each of them a row. */
  private NDArray run(NDArray x) {
    int count = prefixes();
    if (rows + count > capacity) {
      throw new IllegalStateException(rows + count + " rows, but a capacity of " + capacity);
    }
    int position = ancestry[0][0].length;
    for (int[][] prefixes : ancestry) {
      for (int r = 0; r < count; r++) {
        prefixes[r] = Arrays.copyOf(prefixes[r], position + 1);
        prefixes[r][position] = rows + r;
      }
    }
    rows += count;
    return network.next(x, position, encoderMemory, cache, mask(x));
  }

  /** Returns which rows each prefix attends to, its own ancestors: {@code [B, 1, R, S]}. */
  private NDArray mask(NDArray x) {
    int count = prefixes();
    float[] mask = new float[photos * count * rows];
    Arrays.fill(mask, Float.NEGATIVE_INFINITY);
    int at = 0;
    for (int[][] prefixes : ancestry) {
      for (int[] prefix : prefixes) {
        for (int row : prefix) {
          mask[at + row] = 0;
        }
        at += rows;
      }
    }
    NDArray array = step.create(mask, new Shape(photos, 1, count, rows));
    return array.toType(x.getDataType(), false);
  }
}
