package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.internal.nn.Dropout;
import io.github.geofix.models.internal.nn.Embedding;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import io.github.geofix.models.token.Attention.KeysAndValues;
import io.github.geofix.models.weights.RenameTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An encoder-decoder transformer from a photo to the tokens of its cell, coarse to fine: PyTorch's
 * {@code nn.Transformer} with biases, ReLU and normalization after each branch, sinusoidal
 * positions on both sides, a learned start vector, and an output head for each position (GeoToken,
 * arXiv 2511.01082, section 3).
 */
public final class TokenNetwork extends Module {

  /** Of every layer normalization: PyTorch's default. */
  static final double EPSILON = 1e-5;

  /**
   * The size of the transformer.
   *
   * @param dimension the length D of all token vectors
   * @param heads the number of attention heads, a divisor of the dimension
   * @param feedForwardSize the length of the hidden vectors of the feed-forward layers
   * @param encoderLayers the number of layers over the input; 0 to use the input as it is
   * @param decoderLayers the number of layers over the tokens, at least 1
   * @param dropout rate in training, 0 to below 1
   */
  public record Options(
      int dimension,
      int heads,
      int feedForwardSize,
      int encoderLayers,
      int decoderLayers,
      double dropout) {

    /** Those of the deepest transformer published (Wang et al., DeepNet, 2022). */
    private static final int MAX_LAYERS = 1000;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public Options {
      if (heads < 1 || dimension < 1 || dimension % heads != 0) {
        throw new IllegalArgumentException(
            heads + " heads do not divide a dimension of " + dimension);
      }
      if (feedForwardSize < 1
          || encoderLayers < 0
          || decoderLayers < 1
          || Math.max(encoderLayers, decoderLayers) > MAX_LAYERS) {
        throw new IllegalArgumentException(
            ("feedForwardSize %d, encoderLayers %d, decoderLayers %d: at least 1, 0 and 1, and at"
                    + " most %d layers, needed")
                .formatted(feedForwardSize, encoderLayers, decoderLayers, MAX_LAYERS));
      }
      if (!(dropout >= 0 && dropout < 1)) {
        throw new IllegalArgumentException("dropout must be 0 to below 1: " + dropout);
      }
    }
  }

  private final Options options;
  private final CellTokenizer tokenizer;
  private final MemoryInput input;
  private final SinusoidalPositions inputPositions;
  private final SinusoidalPositions tokenPositions;
  private final List<EncoderLayer> encoder = new ArrayList<>();
  private final List<DecoderLayer> decoder = new ArrayList<>();
  private final Parameter start;
  private final Embedding embedding;
  private final List<Linear> heads = new ArrayList<>();
  private final Dropout dropout;

  TokenNetwork(Options options, CellTokenizer tokenizer, MemoryInput input) {
    this.options = options;
    this.tokenizer = tokenizer;
    this.input = child("input", input);
    inputPositions = new SinusoidalPositions(input.length(), options.dimension());
    tokenPositions = new SinusoidalPositions(tokenizer.length() + 1, options.dimension());
    for (int i = 0; i < options.encoderLayers(); i++) {
      encoder.add(child("encoder.layers." + i, new EncoderLayer(options)));
    }
    start = parameter("start_token", Init.normal(1), 1, options.dimension());
    embedding = child("embedding", new Embedding(tokenizer.vocabularySize(), options.dimension()));
    for (int i = 0; i < options.decoderLayers(); i++) {
      decoder.add(child("decoder.layers." + i, new DecoderLayer(options)));
    }
    for (int n = 0; n < tokenizer.length(); n++) {
      heads.add(child("heads." + n, new Linear(options.dimension(), tokenizer.valuesAt(n))));
    }
    dropout = new Dropout(options.dropout());
  }

  /**
   * Returns the table from the parameter names of checkpoints that GeoToken's code writes to those
   * of this network. Three small layers that take no part in any output are left out.
   */
  public static RenameTable publishedNames() {
    return RenameTable.builder()
        .ignore(".*pos_encoder\\.pe|similarity_embedding\\..*|metadata_proj\\..*|coord_head\\..*")
        .rename("cls_token", "input.class_token")
        .rename("image_proj\\.(.*)", "input.proj.0.$1")
        .rename("loc_proj\\.(.*)", "input.proj.1.$1")
        .rename("text_proj\\.(.*)", "input.proj.2.$1")
        .rename("retrieval_embedding\\.(.*)", "input.neighbor_tokens.$1")
        .rename("start_token_embedding", "start_token")
        .rename("output_layers\\.(.*)", "heads.$1")
        .build();
  }

  Options options() {
    return options;
  }

  /** Returns the tokenizer of the sequences. */
  public CellTokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public Optional<Cost> cost() {
    long memory = input.length();
    long tokens = tokenizer.length();
    long width = options.dimension();
    long projected = 8 * width * width;
    long forward = 4 * width * options.feedForwardSize();
    long encoding = options.encoderLayers() * memory * (projected + forward + 4 * memory * width);
    long decoding =
        options.decoderLayers()
            * (tokens * (projected + projected / 2 + forward + 4 * (memory + tokens) * width)
                + memory * projected / 2);
    // With dropout attention keeps its weights, too.
    long layer =
        Float.BYTES
            * (memory * (14 * width + 3L * options.feedForwardSize())
                + (options.dropout() > 0 ? 4L * options.heads() * memory * memory : 0));
    long example = inputShapes().stream().mapToLong(Shape::size).sum() * Float.BYTES;
    return Optional.of(
        new Cost(
            encoding + decoding,
            example,
            layer,
            layer * options.encoderLayers()
                + (2 * memory * width + tokens * (20 * width + 4L * options.heads() * memory))
                    * options.decoderLayers()
                    * Float.BYTES));
  }

  /** Returns the module that turns photos into the encoder's tokens. */
  MemoryInput input() {
    return input;
  }

  /** Returns the shapes of one photo's inputs, without the batch axis. */
  public List<Shape> inputShapes() {
    return input.shapes();
  }

  /**
   * Encodes photos.
   *
   * @param inputs {@code [B, ...]} of {@link #inputShapes}
   * @return the vectors that the decoder attends to, {@code [B, M, D]}
   */
  public NDArray memory(Forward f, List<NDArray> inputs) {
    return f.chain(encoder, dropout.forward(f, inputPositions.add(input.tokens(f, inputs))));
  }

  /**
   * Runs the decoder over known sequences.
   *
   * @param memory {@code [B, M, D]}; the result belongs to its manager
   * @param tokens int64 {@code [B, n]}, the values of the first n tokens, 0 to N
   * @return {@code [B, 1 + n, D]}: the state before each of the tokens, and after the last
   */
  public NDArray states(Forward f, NDArray memory, NDArray tokens) {
    NDManager step = memory.getManager();
    Shape shape = tokens.getShape();
    NDArray x = first(step, shape.get(0));
    int count = Math.toIntExact(shape.get(1));
    if (count > 0) {
      NDArray ids = tokens.add(step.create(offsets(count)));
      x = NDArrays.concat(new NDList(x, embedding.forward(f, ids)), 1);
    }
    x = dropout.forward(f, tokenPositions.add(x));
    for (DecoderLayer layer : decoder) {
      x = layer.forward(f, x, layer.keysAndValues(memory));
    }
    return x;
  }

  /**
   * Scores the values of every token of known sequences.
   *
   * @param memory {@code [B, M, D]}; the result belongs to its manager
   * @param tokens int64 {@code [B, N]}, the values; those of the last token are not read
   * @return for each of the N tokens {@code [B, V_n]}
   */
  public List<NDArray> logits(Forward f, NDArray memory, NDArray tokens) {
    NDArray states = states(f, memory, tokens.get(":, :{}", tokenizer.length() - 1));
    List<NDArray> logits = new ArrayList<>();
    for (int n = 0; n < heads.size(); n++) {
      logits.add(heads.get(n).forward(f, states.get(":, {}", n)));
    }
    return logits;
  }

  /** Returns the start vectors of the sequences, {@code [B, 1, D]}, without position. */
  NDArray first(NDManager step, long batch) {
    int dimension = options.dimension();
    return start.in(step).reshape(1, 1, dimension).broadcast(batch, 1, dimension);
  }

  /**
   * Returns the vectors of token values at one position of a sequence.
   *
   * @param values int64 {@code [B, R]}
   */
  NDArray embedded(int position, NDArray values) {
    NDArray ids = values.add(values.getManager().create((long) tokenizer.offsetAt(position)));
    return embedding.forward(Forward.INFERENCE, ids);
  }

  /** Returns the keys and values of memory {@code [B, M, D]} in each decoder layer. */
  List<KeysAndValues> encoderMemory(NDArray memory) {
    return decoder.stream().map(layer -> layer.keysAndValues(memory)).toList();
  }

  /** Returns an empty cache for {@code rows} tokens of each photo in each decoder layer. */
  List<KeysAndValues> allocateCache(NDArray memory, int rows) {
    return decoder.stream().map(layer -> layer.allocateCache(memory, rows)).toList();
  }

  /**
   * Runs the decoder over one more token of several sequences of each photo.
   *
   * @param x {@code [B, R, D]}, without position
   * @param position of these tokens, 0 for the start
   * @param mask {@code [B, 1, R, S]}: which of the cached tokens, these being the last, each
   *     attends to
   */
  NDArray next(
      NDArray x,
      int position,
      List<KeysAndValues> encoderMemory,
      List<KeysAndValues> cache,
      NDArray mask) {
    NDArray y = tokenPositions.addAt(position, x);
    for (int i = 0; i < decoder.size(); i++) {
      y = decoder.get(i).next(y, encoderMemory.get(i), cache.get(i), mask);
    }
    return y;
  }

  /** Scores the values of the token at a position, 0 to N - 1, of states {@code [..., D]}. */
  public NDArray logitsAt(int position, NDArray states) {
    return heads.get(position).forward(Forward.INFERENCE, states);
  }

  private long[] offsets(int count) {
    long[] offsets = new long[count];
    for (int n = 0; n < count; n++) {
      offsets[n] = tokenizer.offsetAt(n);
    }
    return offsets;
  }
}
