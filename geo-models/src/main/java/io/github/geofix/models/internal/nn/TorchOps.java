package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Operations that DJL lacks, each one fused operation of PyTorch with its gradient. Results belong
 * to the manager of the first argument. Thread-safe.
 */
public final class TorchOps {
  private static final TorchScript SCRIPT =
      TorchScript.compile(
          """
          def attention(self: __torch__.M, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            return torch.scaled_dot_product_attention(q, k, v, None, 0., False)
          def causal_attention(self: __torch__.M, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            return torch.scaled_dot_product_attention(q, k, v, None, 0., True)
          def masked_attention(self: __torch__.M, q: Tensor, k: Tensor, v: Tensor,
              mask: Tensor) -> Tensor:
            return torch.scaled_dot_product_attention(q, k, v, mask, 0., False)
          def gelu_tanh(self: __torch__.M, x: Tensor) -> Tensor:
            return torch.gelu(x, approximate="tanh")
          def embedding_bag(self: __torch__.M, table: Tensor, indices: Tensor,
              offsets: Tensor) -> Tensor:
            sums, _1, _2, _3, = torch.embedding_bag(table, indices, offsets, False, 0, False, None)
            return sums
          def requires_grad(self: __torch__.M, x: Tensor) -> Tensor:
            return torch.tensor(ops.prim.requires_grad(x))
          def resize_bicubic(self: __torch__.M, maps: Tensor, size: Tensor) -> Tensor:
            return torch.upsample_bicubic2d(maps, [torch.size(size, 0), torch.size(size, 1)],
              False, None, None)
          def resize_bicubic_scaled(self: __torch__.M, maps: Tensor, size: Tensor,
              scale: Tensor) -> Tensor:
            return torch.upsample_bicubic2d(maps, [torch.size(size, 0), torch.size(size, 1)],
              False, float(torch.select(scale, 0, 0)), float(torch.select(scale, 0, 1)))
          def resize_bicubic_antialiased(self: __torch__.M, maps: Tensor, size: Tensor) -> Tensor:
            return torch._upsample_bicubic2d_aa(maps, [torch.size(size, 0), torch.size(size, 1)],
              False, None, None)
          def resize_bilinear_antialiased(self: __torch__.M, maps: Tensor, size: Tensor) -> Tensor:
            return torch._upsample_bilinear2d_aa(maps, [torch.size(size, 0), torch.size(size, 1)],
              False, None, None)
          """);

  private TorchOps() {}

  /**
   * Attention, {@code softmax(q k^T / sqrt(d)) v}, without ever holding the {@code [N, M]} matrix
   * (Vaswani et al. 2017, equation 1).
   *
   * @param q {@code [B, heads, N, d]}
   * @param k {@code [B, heads, M, d]}
   * @param v {@code [B, heads, M, d]}
   * @return {@code [B, heads, N, d]}
   */
  public static NDArray attention(NDArray q, NDArray k, NDArray v) {
    return SCRIPT.call("attention", q, k, v);
  }

  /** As {@link #attention}, where query i attends to keys 0 to i only. */
  public static NDArray causalAttention(NDArray q, NDArray k, NDArray v) {
    return SCRIPT.call("causal_attention", q, k, v);
  }

  /**
   * As {@link #attention}, with {@code mask} added to {@code q k^T / sqrt(d)}.
   *
   * @param mask broadcast to {@code [B, heads, N, M]}; minus infinity hides a key
   */
  public static NDArray maskedAttention(NDArray q, NDArray k, NDArray v, NDArray mask) {
    return SCRIPT.call("masked_attention", q, k, v, mask);
  }

  /**
   * Resizes maps bicubically, corners not aligned and without antialiasing, as PyTorch's
   * interpolate does for a given size. DJL's own interpolation always antialiases.
   *
   * @param maps {@code [B, C, H, W]}
   * @return {@code [B, C, rows, columns]}
   */
  public static NDArray resizeBicubic(NDArray maps, int rows, int columns) {
    // Sizes reach TorchScript as the shape of an array: DJL passes arrays only.
    return SCRIPT.call("resize_bicubic", maps, maps.getManager().create(new Shape(rows, columns)));
  }

  /**
   * As {@link #resizeBicubic(NDArray, int, int)}, with the positions that PyTorch's interpolate
   * derives from scale factors rather than from the sizes: row i is read at {@code (i + 0.5) /
   * rowScale - 0.5}.
   */
  public static NDArray resizeBicubic(
      NDArray maps, int rows, int columns, double rowScale, double columnScale) {
    NDManager manager = maps.getManager();
    return SCRIPT.call(
        "resize_bicubic_scaled",
        maps,
        manager.create(new Shape(rows, columns)),
        manager.create(new double[] {rowScale, columnScale}));
  }

  /**
   * As {@link #resizeBicubic(NDArray, int, int)}, with PyTorch's antialias: the filter widens where
   * maps shrink.
   */
  public static NDArray resizeBicubicAntialiased(NDArray maps, int rows, int columns) {
    return SCRIPT.call(
        "resize_bicubic_antialiased", maps, maps.getManager().create(new Shape(rows, columns)));
  }

  /** As {@link #resizeBicubicAntialiased}, bilinearly. */
  public static NDArray resizeBilinearAntialiased(NDArray maps, int rows, int columns) {
    return SCRIPT.call(
        "resize_bilinear_antialiased", maps, maps.getManager().create(new Shape(rows, columns)));
  }

  /**
   * Returns whether operations on an array are recorded for a backward pass. DJL's {@code
   * hasGradient} does so for leaves alone.
   */
  public static boolean requiresGradient(NDArray x) {
    try (NDArray answer = SCRIPT.call("requires_grad", x)) {
      return answer.getBoolean();
    }
  }

  /**
   * Sums rows of a table without gathering them first, as {@code torch.nn.EmbeddingBag} does.
   *
   * @param table {@code [V, D]}
   * @param indices {@code [N, K]} of int64, each 0 to V - 1
   * @return {@code [N, D]}: row n is the sum of the table's rows {@code indices[n]}
   */
  public static NDArray embeddingBag(NDArray table, NDArray indices) {
    NDManager manager = table.getManager();
    Shape shape = indices.getShape();
    // DJL computes ranges in float: those of rows are exact, those of steps of K would not be.
    NDArray rows = manager.arange(0, Math.toIntExact(shape.get(0)), 1, DataType.INT64);
    NDArray offsets = rows.mul(Scalar.of(manager, DataType.INT64, (double) shape.get(1)));
    return SCRIPT.call("embedding_bag", table, indices.reshape(-1), offsets);
  }

  /** GELU in its tanh form (Hendrycks and Gimpel 2016, section 2). */
  public static NDArray geluTanh(NDArray x) {
    return SCRIPT.call("gelu_tanh", x);
  }
}
