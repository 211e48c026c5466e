package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.geofix.models.internal.nn.TorchScript;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.token.Attention.KeysAndValues;
import java.util.List;

/**
 * One {@link DecoderLayer} over a few new tokens with cached keys and values, as one call of the
 * engine: on so few rows the calls would take as long as the arithmetic.
 *
 * <p>Products of fewer than 12 rows are computed transposed, the weights first: oneMKL then reads
 * the weights, which are most of the work, a third faster.
 */
final class DecoderStep {
  private static final TorchScript SCRIPT =
      TorchScript.compile(
          """
          def linear(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
            rows = torch.mul(torch.size(x, 0), torch.size(x, 1))
            if torch.lt(rows, 12):
              flat = torch.reshape(x, [rows, torch.size(x, 2)])
              product = torch.transpose(torch.matmul(weight, torch.transpose(flat, 0, 1)), 0, 1)
              shape = [torch.size(x, 0), torch.size(x, 1), torch.size(weight, 0)]
              y = torch.reshape(torch.add(product, bias, alpha=1), shape)
            else:
              y = torch.linear(x, weight, bias)
            return y

          def joined(self: __torch__.M, mixed: Tensor) -> Tensor:
            return torch.flatten(torch.transpose(mixed, 1, 2), 2, 3)

          def norm(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
            return torch.layer_norm(x, [torch.size(x, 2)], weight, bias, 1.0000000000000001e-05,
              False)

          def step(self: __torch__.M, x: Tensor, mask: Tensor, kept_keys: Tensor,
              kept_values: Tensor, memory_keys: Tensor, memory_values: Tensor,
              in_weight: Tensor, in_bias: Tensor, out_weight: Tensor, out_bias: Tensor,
              to_weight: Tensor, to_bias: Tensor, from_weight: Tensor, from_bias: Tensor,
              weight1: Tensor, bias1: Tensor, weight2: Tensor, bias2: Tensor,
              norm1: Tensor, shift1: Tensor, norm2: Tensor, shift2: Tensor,
              norm3: Tensor, shift3: Tensor) -> Tensor:
            batch = torch.size(x, 0)
            count = torch.size(x, 1)
            width = torch.size(x, 2)
            heads = torch.size(kept_keys, 1)
            end = torch.size(mask, 3)
            start = torch.sub(end, count)
            all = torch.reshape((self).linear(x, in_weight, in_bias), [batch, count, 3, heads, -1])
            parts = torch.unbind(torch.permute(all, [2, 0, 3, 1, 4]), 0)
            _0 = torch.copy_(torch.slice(kept_keys, 2, start, end, 1), parts[1], False)
            _1 = torch.copy_(torch.slice(kept_values, 2, start, end, 1), parts[2], False)
            own = torch.scaled_dot_product_attention(parts[0],
              torch.slice(kept_keys, 2, 0, end, 1), torch.slice(kept_values, 2, 0, end, 1),
              mask, 0., False)
            a = torch.add(x, (self).linear((self).joined(own), out_weight, out_bias), alpha=1)
            b = (self).norm(a, norm1, shift1)
            q = (self).linear(b, torch.slice(to_weight, 0, 0, width, 1),
              torch.slice(to_bias, 0, 0, width, 1))
            queries = torch.transpose(torch.reshape(q, [batch, count, heads, -1]), 1, 2)
            seen = torch.scaled_dot_product_attention(queries, memory_keys, memory_values, None,
              0., False)
            c = torch.add(b, (self).linear((self).joined(seen), from_weight, from_bias), alpha=1)
            d = (self).norm(c, norm2, shift2)
            hidden = torch.relu((self).linear(d, weight1, bias1))
            e = torch.add(d, (self).linear(hidden, weight2, bias2), alpha=1)
            return (self).norm(e, norm3, shift3)
          """);

  private final List<Parameter> weights;

  /**
   * Prepares the step of a layer.
   *
   * @param weights of self-attention, attention to the memory, both linear layers and the three
   *     normalizations, in this order
   */
  DecoderStep(List<Parameter> weights) {
    this.weights = List.copyOf(weights);
  }

  /**
   * Runs new tokens and caches their keys and values.
   *
   * @param x {@code [B, R, D]}
   * @param encoderMemory of the memory
   * @param cache of S - R tokens so far, with capacity for more; written in place
   * @param mask {@code [B, 1, R, S]}: 0 for each cached token that a new one attends to, the new
   *     ones last, else minus infinity
   */
  NDArray run(NDArray x, KeysAndValues encoderMemory, KeysAndValues cache, NDArray mask) {
    NDList arguments =
        new NDList(
            x, mask, cache.keys(), cache.values(), encoderMemory.keys(), encoderMemory.values());
    weights.forEach(weight -> arguments.add(weight.array()));
    return SCRIPT.callAll("step", arguments).singletonOrThrow();
  }
}
