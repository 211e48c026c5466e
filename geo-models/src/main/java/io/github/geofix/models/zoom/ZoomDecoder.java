package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.nn.Dropout;
import io.github.geofix.models.nn.Embedding;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Layer;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.RmsNorm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides step by step into which child of the present view to zoom: a causal transformer over
 * {@code [g, s0, a0, s1, a1, ...]}, the ground photo, the root view, the child taken, the view of
 * that child, and so on. The output at view n scores the children of view n.
 *
 * <p>Erzurumlu et al., "Just Zoom In: Cross-View Geo-Localization via Autoregressive Zooming",
 * 2026. Tokens have no type and no learned position: blocks have {@link RmsNorm} before each
 * branch, rotary positions and SwiGLU, and no biases. Where steps differ in the number of children,
 * each number has its own embeddings and scores; the paper has one. It does not say where dropout
 * acts: here on the output of each branch.
 *
 * <p>{@link #logits} scores all steps of known paths at once, for training; {@link #start} and
 * {@link #next} go step by step and keep what was computed, which changes nothing because earlier
 * tokens never see later ones.
 */
public final class ZoomDecoder extends Module {
  private static final double EPSILON = 1e-6;

  /** The authors' width of SwiGLU is a multiple of this. */
  private static final int HIDDEN_UNIT = 256;

  /**
   * The size of the network.
   *
   * @param width the width D of all tokens
   * @param heads number of attention heads; each an even part of the width
   * @param layers number of blocks
   * @param sides children on a side of each step, K
   * @param dropout rate in training, 0 to below 1
   */
  public record Options(int width, int heads, int layers, List<Integer> sides, double dropout) {
    /** Checks the ranges. */
    public Options {
      sides = List.copyOf(sides);
      if (heads < 1 || width < 1 || width % (2 * heads) != 0) {
        throw new IllegalArgumentException(
            heads + " heads do not divide a width of " + width + " into even parts");
      }
      if (layers < 1 || sides.isEmpty() || sides.stream().anyMatch(side -> side < 1)) {
        throw new IllegalArgumentException(
            layers + " layers and " + sides + " children on a side: at least 1 needed of each");
      }
    }

    /** The published size: 21.27 million parameters, four steps into 4 x 4 children. */
    public static Options paper() {
      return new Options(768, 8, 6, List.of(4, 4, 4, 4), 0.1);
    }

    /** Returns a copy for other steps. */
    public Options withSides(List<Integer> newSides) {
      return new Options(width, heads, layers, newSides, dropout);
    }

    /** Returns the number of steps N. */
    public int steps() {
      return sides.size();
    }

    private int hidden() {
      int twoThirds = 2 * width / 3;
      return HIDDEN_UNIT * ((twoThirds + HIDDEN_UNIT - 1) / HIDDEN_UNIT);
    }
  }

  /**
   * Where some walks stand after a view: the scores of its children, and what the next step needs.
   * Its arrays belong to the manager of the first view.
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
     * Returns the walks of the given indices, which may leave some out and repeat others.
     *
     * @param indices int64 {@code [B']}
     */
    public Step walks(NDArray indices) {
      return new Step(
          index, logits.get(indices), past.stream().map(layer -> layer.rows(indices)).toList());
    }
  }

  private final Options options;

  /** For each step the first of its children's rows in the embeddings and the head. */
  private final int[] offsets;

  private final Embedding actions;
  private final List<Block> blocks = new ArrayList<>();
  private final RmsNorm norm;
  private final Linear head;

  /** Creates the network without values. */
  public ZoomDecoder(Options options) {
    this.options = options;
    offsets = new int[options.steps()];
    List<Integer> distinct = options.sides().stream().distinct().toList();
    for (int n = 0; n < offsets.length; n++) {
      for (int i = 0; i < distinct.indexOf(options.sides().get(n)); i++) {
        offsets[n] += distinct.get(i) * distinct.get(i);
      }
    }
    int rows = distinct.stream().mapToInt(side -> side * side).sum();
    actions = child("action_embed", new Embedding(rows, options.width()));
    for (int i = 0; i < options.layers(); i++) {
      blocks.add(child("blocks." + i, new Block(options)));
    }
    norm = child("final_norm", new RmsNorm(options.width(), EPSILON));
    head = child("output_head", new Linear(options.width(), rows, false));
  }

  /** Returns the size of the network. */
  public Options options() {
    return options;
  }

  /**
   * Scores the children at every step of known paths.
   *
   * @param ground {@code [B, D]}, the photos
   * @param views {@code [B, M, D]}, the root view and those of the children taken; M is the number
   *     of steps N, or less for paths that end early
   * @param taken int64 {@code [B, M]}, the children taken, 0 to K K - 1; those of the last step are
   *     not looked at
   * @return for each of the M steps {@code [B, K K]}
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public List<NDArray> logits(Forward f, NDArray ground, NDArray views, NDArray taken) {
    Shape photos = ground.getShape();
    long batch = photos.dimension() == 2 ? photos.get(0) : -1;
    int width = options.width();
    Shape seen = views.getShape();
    // At most one view a step: the check below refuses more.
    int steps = seen.dimension() == 3 ? (int) Math.min(seen.get(1), options.steps()) : 1;
    check("photos", photos, batch, width);
    check("views", seen, batch, steps, width);
    check("children", taken.getShape(), batch, steps);
    NDArray causes = ground.expandDims(1);
    if (steps > 1) {
      NDManager step = ground.getManager();
      NDArray rows = taken.get(":, :{}", steps - 1).add(step.create(firstRows(steps - 1)));
      causes = causes.concat(actions.forward(f, rows), 1);
    }
    // Every view follows its cause: the photo, or the child taken.
    NDArray x = NDArrays.stack(new NDList(causes, views), 2).reshape(batch, 2L * steps, width);
    RotaryPositions positions = positions(x, 0);
    for (Block block : blocks) {
      x = block.forward(f, x, positions, null).output();
    }
    NDArray atViews = x.reshape(batch, steps, 2, width).get(":, :, 1");
    NDArray all = head.forward(f, norm.forward(f, atViews));
    List<NDArray> logits = new ArrayList<>();
    for (int n = 0; n < steps; n++) {
      logits.add(all.get(":, {}, {}:{}", n, offsets[n], offsets[n] + children(n)));
    }
    return logits;
  }

  /**
   * Begins walks at their root views.
   *
   * @param ground {@code [B, D]}, the photos
   * @param views {@code [B, D]}, the root views; the result belongs to the manager of the photos
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public Step start(Forward f, NDArray ground, NDArray views) {
    return step(f, null, ground, views);
  }

  /**
   * Goes on into one child of each walk.
   *
   * @param before the step before; may be used again
   * @param taken int64 {@code [B]}, the children taken, 0 to K K - 1
   * @param views {@code [B, D]}, the views of these children
   * @throws IllegalArgumentException if the shapes do not fit or there is no further step
   */
  public Step next(Forward f, Step before, NDArray taken, NDArray views) {
    if (before.index() + 1 >= options.steps()) {
      throw new IllegalArgumentException("there are only " + options.steps() + " steps");
    }
    check("children", taken.getShape(), before.logits().getShape().get(0));
    NDArray first = taken.getManager().create((long) offsets[before.index()]);
    return step(f, before, actions.forward(f, taken.add(first)), views);
  }

  private Step step(Forward f, @Nullable Step before, NDArray causes, NDArray views) {
    Shape shape = causes.getShape();
    long batch = shape.dimension() == 2 ? shape.get(0) : -1;
    check("photos", shape, batch, options.width());
    check("views", views.getShape(), batch, options.width());
    int index = before == null ? 0 : before.index() + 1;
    NDArray x = NDArrays.stack(new NDList(causes, views), 1);
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
        x.getManager(), x.getDataType(), first, count, options.width() / options.heads());
  }

  private int children(int step) {
    int side = options.sides().get(step);
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

    Block(Options options) {
      int width = options.width();
      attention = child("self_attn", new CausalAttention(width, options.heads()));
      feedForward = child("ffn", new SwiGlu(width, options.hidden()));
      norm1 = child("norm1", new RmsNorm(width, EPSILON));
      norm2 = child("norm2", new RmsNorm(width, EPSILON));
      dropout = new Dropout(options.dropout());
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
