package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.internal.nn.TorchScript;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;

/**
 * Attention in several heads with the parameters of PyTorch's {@code nn.MultiheadAttention}
 * (Vaswani et al. 2017, section 3.2.2): queries, keys and values are three thirds of one matrix,
 * but may come from different tokens, and keys and values can be kept.
 *
 * <p>Each method is one call of the engine.
 */
final class Attention extends Module {

  /**
   * Keys and values of M tokens, each {@code [B, heads, M, d]}.
   *
   * @param keys what queries are compared with
   * @param values what is averaged
   */
  record KeysAndValues(NDArray keys, NDArray values) {}

  /** Written once for float32 and for bfloat16, see {@link TorchScript#compileInBfloat16}. */
  private static final String METHODS =
      """
          def join(self: __torch__.M, mixed: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
            tokens = torch.transpose(mixed, 1, 2)
            return (self).result(torch.linear(torch.flatten(tokens, 2, 3), weight, bias))

          def queries(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor,
              keys: Tensor) -> Tensor:
            width = torch.size(weight, 1)
            q = torch.linear(x, torch.slice(weight, 0, 0, width, 1),
              torch.slice(bias, 0, 0, width, 1))
            split = [torch.size(x, 0), torch.size(x, 1), torch.size(keys, 1), torch.size(keys, 3)]
            return torch.transpose(torch.reshape(q, split), 1, 2)

          def keys_and_values(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor,
              heads: Tensor) -> Tensor:
            width = torch.size(weight, 1)
            kv = torch.linear(x, torch.slice(weight, 0, width, 9223372036854775807, 1),
              torch.slice(bias, 0, width, 9223372036854775807, 1))
            split = [torch.size(x, 0), torch.size(x, 1), 2, torch.size(heads, 0), -1]
            return torch.permute(torch.reshape(kv, split), [2, 0, 3, 1, 4])

          def all(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor,
              heads: Tensor) -> List[Tensor]:
            qkv = torch.linear(x, weight, bias)
            split = [torch.size(x, 0), torch.size(x, 1), 3, torch.size(heads, 0), -1]
            return torch.unbind(torch.permute(torch.reshape(qkv, split), [2, 0, 3, 1, 4]), 0)

          def among(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor, heads: Tensor,
              dropout: Tensor, join_weight: Tensor, join_bias: Tensor) -> Tensor:
            parts = (self).all(x, weight, bias, heads)
            mixed = torch.scaled_dot_product_attention(parts[0], parts[1], parts[2], None,
              float(dropout), False)
            return (self).join(mixed, join_weight, join_bias)

          def among_earlier(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor,
              heads: Tensor, dropout: Tensor, join_weight: Tensor, join_bias: Tensor) -> Tensor:
            parts = (self).all(x, weight, bias, heads)
            mixed = torch.scaled_dot_product_attention(parts[0], parts[1], parts[2], None,
              float(dropout), True)
            return (self).join(mixed, join_weight, join_bias)

          def to(self: __torch__.M, x: Tensor, weight: Tensor, bias: Tensor, keys: Tensor,
              values: Tensor, dropout: Tensor, join_weight: Tensor, join_bias: Tensor) -> Tensor:
            q = (self).queries(x, weight, bias, keys)
            mixed = torch.scaled_dot_product_attention(q, (self).operand(keys),
              (self).operand(values), None, float(dropout), False)
            return (self).join(mixed, join_weight, join_bias)
          """;

  private static final TorchScript SCRIPT = TorchScript.compileInFloat32(METHODS);
  private static final TorchScript BFLOAT16 = TorchScript.compileInBfloat16(METHODS);

  private final int dimension;
  private final int heads;
  private final double dropout;
  private final Parameter weight;
  private final Parameter bias;
  private final Linear join;
  private final Parameter joinWeight;
  private final Parameter joinBias;

  /**
   * Creates a layer that begins as PyTorch's does.
   *
   * @param heads a divisor of the dimension
   * @param dropout share of the attention that training drops, 0 to below 1
   */
  Attention(int dimension, int heads, double dropout) {
    this.dimension = dimension;
    this.heads = heads;
    this.dropout = dropout;
    // Glorot and Bengio 2010, over the stacked matrix as PyTorch has it.
    weight =
        parameter(
            "in_proj_weight",
            Init.uniform(Math.sqrt(6.0 / (4 * dimension))),
            3L * dimension,
            dimension);
    bias = parameter("in_proj_bias", Init.constant(0), 3L * dimension);
    join = child("out_proj", new Linear(dimension, dimension, Init.fanIn(dimension)));
    joinWeight = join.parameter("weight");
    joinBias = join.parameter("bias");
  }

  /** Every token attends to all: {@code [B, N, D]} to {@code [B, N, D]}. */
  NDArray among(Forward f, NDArray x) {
    return script(f).call("among", selfArguments(f, x));
  }

  /** Every token attends to itself and those before it: {@code [B, N, D]} to {@code [B, N, D]}. */
  NDArray amongEarlier(Forward f, NDArray x) {
    return script(f).call("among_earlier", selfArguments(f, x));
  }

  private static TorchScript script(Forward f) {
    return f.inBfloat16() ? BFLOAT16 : SCRIPT;
  }

  private NDArray[] selfArguments(Forward f, NDArray x) {
    return new NDArray[] {
      x,
      weight.array(),
      bias.array(),
      headsOf(x),
      dropoutOf(f, x),
      joinWeight.array(),
      joinBias.array()
    };
  }

  /** Returns the keys and values of other tokens {@code [B, M, D]}, to attend to them often. */
  KeysAndValues keysAndValues(NDArray others) {
    NDArray both =
        SCRIPT.call("keys_and_values", others, weight.array(), bias.array(), headsOf(others));
    return new KeysAndValues(both.get(0), both.get(1));
  }

  /** Every token {@code [B, N, D]} attends to all of the others. */
  NDArray to(Forward f, NDArray x, KeysAndValues others) {
    return script(f)
        .call(
            "to",
            x,
            weight.array(),
            bias.array(),
            others.keys(),
            others.values(),
            dropoutOf(f, x),
            joinWeight.array(),
            joinBias.array());
  }

  /** Returns an empty cache for the keys and values of {@code rows} tokens of each photo. */
  KeysAndValues allocateCache(NDArray like, int rows) {
    Shape shape = new Shape(like.getShape().get(0), heads, rows, dimension / heads);
    return new KeysAndValues(
        like.getManager().zeros(shape, like.getDataType()),
        like.getManager().zeros(shape, like.getDataType()));
  }

  /** A number reaches TorchScript as the shape of an array. */
  private NDArray headsOf(NDArray x) {
    return x.getManager().create(new Shape(heads));
  }

  private NDArray dropoutOf(Forward f, NDArray x) {
    return Scalar.of(x, f.training() ? dropout : 0);
  }
}
