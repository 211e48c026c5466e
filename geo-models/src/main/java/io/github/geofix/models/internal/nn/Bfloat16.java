package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Precision;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Layers whose products run in bfloat16, each one call of the engine. Inputs and results are
 * float32; gradients reach float32 weights. Stateless and thread-safe.
 *
 * <p>Arrays in bfloat16 never leave PyTorch: DJL ends the process when it is asked for their type.
 * The exception are the weights of {@link Parameter#toBfloat16}, which only this class reads.
 */
public final class Bfloat16 {
  /** PyTorch's numbers of the types. */
  private static final String CASTS =
      """
      def half(self: __torch__.M, x: Tensor) -> Tensor:
        return torch.to(x, 15, False, False, None)
      def single(self: __torch__.M, x: Tensor) -> Tensor:
        return torch.to(x, 6, False, False, None)
      """;

  private static final String PRODUCTS_IN_BFLOAT16 =
      """
      def product(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.linear((self).half(x), (self).half(weight), (self).half(bias))
      """;

  private static final String CONVERTED =
      """
      def operand(self: __torch__.M, x: Tensor) -> Tensor:
        return (self).half(x)
      def result(self: __torch__.M, x: Tensor) -> Tensor:
        return (self).single(x)
      """;

  /** See {@link TorchScript#compileInFloat32}. */
  static final String AS_THEY_ARE =
      """
      def operand(self: __torch__.M, x: Tensor) -> Tensor:
        return x
      def result(self: __torch__.M, x: Tensor) -> Tensor:
        return x
      """;

  /** For processors that would emulate the products. */
  private static final String WIDENED_WEIGHTS =
      """
      def product(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.linear(x, (self).single(weight), (self).single(bias))
      """;

  private static final String LAYERS =
      """
      def linear(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return (self).single((self).product(x, weight, bias))
      def linear_without_bias(self: __torch__.M, x: Tensor, weight: Tensor) -> Tensor:
        return (self).single(torch.linear((self).half(x), (self).half(weight), None))
      def attention(self: __torch__.M, x: Tensor, heads: Tensor, qkv_weight: Tensor,
          qkv_bias: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        qkv = (self).product(x, qkv_weight, qkv_bias)
        split = [torch.size(x, 0), torch.size(x, 1), 3, torch.size(heads, 0), -1]
        parts = torch.unbind(torch.permute(torch.reshape(qkv, split), [2, 0, 3, 1, 4]), 0)
        mixed = torch.scaled_dot_product_attention(parts[0], parts[1], parts[2], None, 0., False)
        joined = torch.flatten(torch.transpose(mixed, 1, 2), 2, 3)
        return (self).single((self).product(joined, weight, bias))
      def mlp_relu(self: __torch__.M, x: Tensor, weight1: Tensor, bias1: Tensor, weight2: Tensor,
          bias2: Tensor) -> Tensor:
        hidden = torch.relu((self).product(x, weight1, bias1))
        return (self).single((self).product(hidden, weight2, bias2))
      def mlp_gelu(self: __torch__.M, x: Tensor, weight1: Tensor, bias1: Tensor, weight2: Tensor,
          bias2: Tensor) -> Tensor:
        hidden = torch.gelu((self).product(x, weight1, bias1))
        return (self).single((self).product(hidden, weight2, bias2))
      def mlp_gelu_tanh(self: __torch__.M, x: Tensor, weight1: Tensor, bias1: Tensor,
          weight2: Tensor, bias2: Tensor) -> Tensor:
        hidden = torch.gelu((self).product(x, weight1, bias1), approximate="tanh")
        return (self).single((self).product(hidden, weight2, bias2))
      def mlp_silu(self: __torch__.M, x: Tensor, weight1: Tensor, bias1: Tensor, weight2: Tensor,
          bias2: Tensor) -> Tensor:
        hidden = torch.silu((self).product(x, weight1, bias1))
        return (self).single((self).product(hidden, weight2, bias2))
      def mlp_quick_gelu(self: __torch__.M, x: Tensor, weight1: Tensor, bias1: Tensor,
          weight2: Tensor, bias2: Tensor) -> Tensor:
        hidden = (self).product(x, weight1, bias1)
        active = torch.mul(hidden, torch.sigmoid(torch.mul(hidden, 1.702)))
        return (self).single((self).product(active, weight2, bias2))
      """;

  private static final TorchScript MIXED =
      TorchScript.compile(CASTS + PRODUCTS_IN_BFLOAT16 + LAYERS);
  private static final TorchScript WIDENED = TorchScript.compile(CASTS + WIDENED_WEIGHTS + LAYERS);

  /** Whether the processor has instructions for products in bfloat16. */
  private static final boolean SUPPORTED = isSupported();

  private Bfloat16() {}

  /** See {@link TorchScript#compileInBfloat16}. */
  static String inBfloat16(String methods) {
    return CASTS
        + PRODUCTS_IN_BFLOAT16
        + CONVERTED
        + methods.replace("torch.linear(", "(self).product(");
  }

  /** Returns what {@link Precision#AUTO} is on this machine; other precisions as they are. */
  public static Precision resolved(Precision precision) {
    if (precision != Precision.AUTO) {
      return precision;
    }
    return SUPPORTED ? Precision.BFLOAT16 : Precision.FLOAT32;
  }

  private static boolean isSupported() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .filter(line -> line.contains(" avx512_bf16") || line.contains(" amx_bf16"))
          .isPresent();
    } catch (IOException e) {
      // Not Linux: there is no portable way to ask.
      return false;
    }
  }

  /** Returns a copy in bfloat16, of the same manager. */
  public static NDArray rounded(NDArray values) {
    return MIXED.call("half", values);
  }

  /** Returns whether a layer computes in bfloat16: because of its pass, or of its weights. */
  public static boolean isUsed(Forward f, Parameter weight) {
    return f.inBfloat16() || weight.isBfloat16();
  }

  private static TorchScript script(Parameter weight) {
    return weight.isBfloat16() && !SUPPORTED ? WIDENED : MIXED;
  }

  public static NDArray linear(NDArray x, Parameter weight, @Nullable Parameter bias) {
    return bias == null
        ? script(weight).call("linear_without_bias", x, weight.array())
        : script(weight).call("linear", x, weight.array(), bias.array());
  }

  /**
   * Self-attention.
   *
   * @param x {@code [B, N, D]}
   */
  static NDArray attention(NDArray x, int heads, Linear qkv, Linear proj) {
    return script(qkv.weight())
        .call(
            "attention",
            x,
            // A number reaches TorchScript as the shape of an array.
            x.getManager().create(new Shape(heads)),
            qkv.weight().array(),
            qkv.bias().array(),
            proj.weight().array(),
            proj.bias().array());
  }

  /** Two linear layers with an activation between. */
  static NDArray mlp(NDArray x, Linear first, Activation activation, Linear second) {
    return script(first.weight())
        .call(
            "mlp_" + activation.name().toLowerCase(Locale.ROOT),
            x,
            first.weight().array(),
            first.bias().array(),
            second.weight().array(),
            second.bias().array());
  }
}
