package io.github.geofix.models.nn;

import ai.djl.ndarray.NDArray;
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
          def log_sum_exp(self: __torch__.M, x: Tensor) -> Tensor:
            return torch.logsumexp(x, [-1], True)
          def gelu_tanh(self: __torch__.M, x: Tensor) -> Tensor:
            return torch.gelu(x, approximate="tanh")
          def distances(self: __torch__.M, x: Tensor, y: Tensor) -> Tensor:
            return torch.cdist(x, y, 2., 2)
          def masked_fill(self: __torch__.M, x: Tensor, mask: Tensor, value: Tensor) -> Tensor:
            return torch.masked_fill(x, mask, value)
          def resize_bicubic(self: __torch__.M, maps: Tensor, size: Tensor) -> Tensor:
            return torch.upsample_bicubic2d(maps, [torch.size(size, 0), torch.size(size, 1)],
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

  /** As {@link #attention}, where query i sees keys 0 to i only. */
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

  /** Returns {@code log(sum(exp(x)))} over the last axis, which stays with length 1. */
  public static NDArray logSumExp(NDArray x) {
    return SCRIPT.call("log_sum_exp", x);
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

  /** GELU in its tanh form (Hendrycks and Gimpel 2016, section 2). */
  public static NDArray geluTanh(NDArray x) {
    return SCRIPT.call("gelu_tanh", x);
  }

  /**
   * Returns the Euclidean distance of each row of {@code x} from each row of {@code y}, from the
   * differences: exact where rows nearly coincide. The gradient at distance 0 is 0.
   *
   * @param x {@code [N, D]}
   * @param y {@code [M, D]}
   * @return {@code [N, M]}
   */
  public static NDArray distances(NDArray x, NDArray y) {
    return SCRIPT.call("distances", x, y);
  }

  /** Returns {@code x} with {@code value} wherever the boolean mask is true. */
  public static NDArray maskedFill(NDArray x, NDArray mask, double value) {
    return SCRIPT.call("masked_fill", x, mask, Scalar.of(x, value));
  }
}
