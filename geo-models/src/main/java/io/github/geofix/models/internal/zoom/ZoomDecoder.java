package io.github.geofix.models.internal.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.nn.Dropout;
import io.github.geofix.models.internal.nn.Embedding;
import io.github.geofix.models.internal.nn.RmsNorm;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.zoom.ZoomConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decoder of Just Zoom In: a causal transformer over {@code [g, s0, a0, s1, a1, ...]}, the
 * ground photo, the root view, the child taken, the view of that child, and so on. The output at
 * view n scores the children of view n.
 *
 * <p>Erzurumlu et al., "Just Zoom In: Cross-View Geo-Localization via Autoregressive Zooming",
 * 2026. Tokens have no type and no learned position: blocks have {@link RmsNorm} before each
 * branch, rotary positions and SwiGLU, and no biases. Dropout acts on the tokens, the attention
 * weights and the output of each branch. Where steps differ in the number of children, each number
 * has its own embeddings and scores; the paper has one.
 *
 * <p>{@link #logits} scores all steps of known paths at once, for training; {@link #start} and
 * {@link #next} go step by step and keep earlier keys and values, with the same result, because
 * earlier tokens never attend to later ones.
 */
public final class ZoomDecoder extends Module {
  private static final double EPSILON = 1e-6;

  /** The authors round the hidden size of SwiGLU up to a multiple of this. */
  private static final int FEED_FORWARD_UNIT = 256;

  /**
   * The decoder's output after a view of some paths, with the cache for the next step. Its arrays
   * belong to the manager of the first view.
   */
  public static final class Step {
    private final int index;
    private final NDArray logits;
    private final List<CausalAttention.Past> past;

    private Step(int index, NDArray logits, List<CausalAttention.Past> past) {
      this.index = index;
      this.logits = logits;
      this.past = past;
    }

    /** Returns the number of this step, 0 for the root view. */
    public int index() {
      return index;
    }

    /** Returns the scores of the children, {@code [B, K K]}. */
    public NDArray logits() {
      return logits;
    }

    /**
     * Returns the paths of the given indices, which may leave some out and repeat others.
     *
     * @param indices int64 {@code [B']}
     */
    public Step rows(NDArray indices) {
      return new Step(
          index, logits.get(indices), past.stream().map(layer -> layer.rows(indices)).toList());
    }
  }

  private final ZoomConfig.Decoder size;
  private final List<Integer> childrenPerSide;

  /** For each step the first of its children's rows in the embeddings and the head. */
  private final int[] offsets;

  private final Embedding actions;
  private final Layer dropout;
  private final List<Block> blocks = new ArrayList<>();
  private final RmsNorm norm;
  private final Linear head;

  /**
   * Creates the network without values.
   *
   * @param childrenPerSide K of each step, at least 1; one step or more
   */
  public ZoomDecoder(ZoomConfig.Decoder size, List<Integer> childrenPerSide) {
    if (childrenPerSide.isEmpty() || childrenPerSide.stream().anyMatch(side -> side < 1)) {
      throw new IllegalArgumentException(
          childrenPerSide + " children per side: needed is at least 1 for one step or more");
    }
    this.size = size;
    this.childrenPerSide = List.copyOf(childrenPerSide);
    offsets = new int[childrenPerSide.size()];
    List<Integer> distinct = childrenPerSide.stream().distinct().toList();
    for (int n = 0; n < offsets.length; n++) {
      for (int i = 0; i < distinct.indexOf(childrenPerSide.get(n)); i++) {
        offsets[n] += distinct.get(i) * distinct.get(i);
      }
    }
    int rows = distinct.stream().mapToInt(side -> side * side).sum();
    actions = child("action_embed", new Embedding(rows, size.dimension()));
    dropout = new Dropout(size.dropout());
    for (int i = 0; i < size.layers(); i++) {
      blocks.add(child("blocks." + i, new Block(size)));
    }
    norm = child("final_norm", new RmsNorm(size.dimension(), EPSILON));
    head = child("output_head", new Linear(size.dimension(), rows, false));
  }

  /** Returns the length D of all tokens. */
  public int dimension() {
    return size.dimension();
  }

  /** Returns the number of steps N. */
  public int steps() {
    return childrenPerSide.size();
  }

  /**
   * Scores the children at every step of known paths.
   *
   * @param ground {@code [B, D]}, the photos
   * @param views {@code [B, M, D]}, the root view and those of the children taken; M is the number
   *     of steps N, or less for paths that end early
   * @param taken int64 {@code [B, M]}, the children taken, 0 to K K - 1; those of the last step are
   *     not read
   * @return for each of the M steps {@code [B, K K]}
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public List<NDArray> logits(Forward f, NDArray ground, NDArray views, NDArray taken) {
    Shape photos = ground.getShape();
    long batch = photos.dimension() == 2 ? photos.get(0) : -1;
    int dimension = dimension();
    Shape seen = views.getShape();
    // At most one view a step: the check below refuses more.
    int steps = seen.dimension() == 3 ? (int) Math.min(seen.get(1), steps()) : 1;
    check("photos", photos, batch, dimension);
    check("views", seen, batch, steps, dimension);
    check("children", taken.getShape(), batch, steps);
    NDArray causes = ground.expandDims(1);
    if (steps > 1) {
      NDManager step = ground.getManager();
      NDArray rows = taken.get(":, :{}", steps - 1).add(step.create(firstRows(steps - 1)));
      causes = causes.concat(actions.forward(f, rows), 1);
    }
    // Every view follows its cause: the photo, or the child taken.
    NDArray tokens =
        NDArrays.stack(new NDList(causes, views), 2).reshape(batch, 2L * steps, dimension);
    NDArray x = dropout.forward(f, tokens);
    RotaryPositions positions = positions(x, 0);
    for (Block block : blocks) {
      x = block.forward(f, x, positions, null).output();
    }
    NDArray atViews = x.reshape(batch, steps, 2, dimension).get(":, :, 1");
    NDArray all = head.forward(f, norm.forward(f, atViews));
    List<NDArray> logits = new ArrayList<>();
    for (int n = 0; n < steps; n++) {
      logits.add(all.get(":, {}, {}:{}", n, offsets[n], offsets[n] + children(n)));
    }
    return logits;
  }

  /**
   * Starts paths at their root views.
   *
   * @param ground {@code [B, D]}, the photos
   * @param views {@code [B, D]}, the root views; the result belongs to the manager of the photos
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public Step start(Forward f, NDArray ground, NDArray views) {
    return step(f, null, ground, views);
  }

  /**
   * Extends each path by one child.
   *
   * @param before the step before; may be used again
   * @param taken int64 {@code [B]}, the children taken, 0 to K K - 1
   * @param views {@code [B, D]}, the views of these children
   * @throws IllegalArgumentException if the shapes do not fit or there is no further step
   */
  public Step next(Forward f, Step before, NDArray taken, NDArray views) {
    if (before.index() + 1 >= steps()) {
      throw new IllegalArgumentException("there are only " + steps() + " steps");
    }
    check("children", taken.getShape(), before.logits().getShape().get(0));
    NDArray first = taken.getManager().create((long) offsets[before.index()]);
    return step(f, before, actions.forward(f, taken.add(first)), views);
  }

  private Step step(Forward f, @Nullable Step before, NDArray causes, NDArray views) {
    Shape shape = causes.getShape();
    long batch = shape.dimension() == 2 ? shape.get(0) : -1;
    check("photos", shape, batch, dimension());
    check("views", views.getShape(), batch, dimension());
    int index = before == null ? 0 : before.index() + 1;
    NDArray x = dropout.forward(f, NDArrays.stack(new NDList(causes, views), 1));
    RotaryPositions positions = positions(x, 2 * index);
    List<CausalAttention.Past> past = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      CausalAttention.Result result =
          blocks.get(i).forward(f, x, positions, before == null ? null : before.past.get(i));
      x = result.output();
      past.add(result.past());
    }
    NDArray all = head.forward(f, norm.forward(f, x.get(":, 1")));
    return new Step(
        index, all.get(":, {}:{}", offsets[index], offsets[index] + children(index)), past);
  }

  private RotaryPositions positions(NDArray x, int first) {
    int count = (int) x.getShape().get(1);
    return RotaryPositions.of(
        x.getManager(), x.getDataType(), first, count, dimension() / size.heads());
  }

  private int children(int step) {
    int side = childrenPerSide.get(step);
    return side * side;
  }

  private long[] firstRows(int steps) {
    long[] rows = new long[steps];
    for (int n = 0; n < steps; n++) {
      rows[n] = offsets[n];
    }
    return rows;
  }

  private static void check(String what, Shape given, long... needed) {
    if (!given.equals(new Shape(needed))) {
      throw new IllegalArgumentException(
          what + " of shape " + given + " given, " + new Shape(needed) + " needed");
    }
  }

  private static final class Block extends Module {
    private final CausalAttention attention;
    private final SwiGlu feedForward;
    private final RmsNorm norm1;
    private final RmsNorm norm2;
    private final Layer dropout;

    Block(ZoomConfig.Decoder size) {
      int dimension = size.dimension();
      attention = child("self_attn", new CausalAttention(dimension, size.heads(), size.dropout()));
      feedForward = child("ffn", new SwiGlu(dimension, feedForwardSize(dimension)));
      norm1 = child("norm1", new RmsNorm(dimension, EPSILON));
      norm2 = child("norm2", new RmsNorm(dimension, EPSILON));
      dropout = new Dropout(size.dropout());
    }

    private static int feedForwardSize(int dimension) {
      int twoThirds = 2 * dimension / 3;
      return FEED_FORWARD_UNIT * ((twoThirds + FEED_FORWARD_UNIT - 1) / FEED_FORWARD_UNIT);
    }

    CausalAttention.Result forward(
        Forward f, NDArray x, RotaryPositions positions, CausalAttention.@Nullable Past past) {
      CausalAttention.Result attended = attention.forward(f, norm1.forward(f, x), positions, past);
      NDArray y = x.add(dropout.forward(f, attended.output()));
      NDArray z = y.add(dropout.forward(f, feedForward.forward(f, norm2.forward(f, y))));
      return new CausalAttention.Result(z, attended.past());
    }
  }
}
