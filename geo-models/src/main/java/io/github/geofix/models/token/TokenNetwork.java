package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.nn.Dropout;
import io.github.geofix.models.nn.Embedding;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Init;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.token.Attention.KeysAndValues;
import io.github.geofix.models.weights.RenameTable;
import java.util.ArrayList;
import java.util.List;

/**
 * A transformer that reads a photo and writes the tokens of its place, coarse to fine: PyTorch's
 * {@code nn.Transformer} with biases, ReLU and normalization after each branch, sinusoidal
 * positions on both sides, a learned vector to start from, and a head of its own for each position
 * (GeoToken, arXiv 2511.01082, section 3).
 */
public final class TokenNetwork extends Module {

  /** Of every layer normalization: PyTorch's default. */
  static final double EPSILON = 1e-5;

  /**
   * The size of the transformer.
   *
   * @param width the width D of all tokens
   * @param heads number of attention heads, a divisor of the width
   * @param hidden width of the middle of the feed-forward layers
   * @param encoderLayers number of layers over the input; 0 to use the input as it is
   * @param decoderLayers number of layers over the tokens written
   * @param dropout rate in training, 0 to below 1
   */
  record Options(
      int width, int heads, int hidden, int encoderLayers, int decoderLayers, double dropout) {
    /** Checks the ranges. */
    Options {
      if (heads < 1 || width < 1 || width % heads != 0) {
        throw new IllegalArgumentException(heads + " heads do not divide a width of " + width);
      }
      if (hidden < 1 || encoderLayers < 0 || decoderLayers < 1) {
        throw new IllegalArgumentException(
            "hidden width "
                + hidden
                + ", "
                + encoderLayers
                + " and "
                + decoderLayers
                + " layers: at least 1, 0 and 1 needed");
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
    inputPositions = new SinusoidalPositions(input.length(), options.width());
    tokenPositions = new SinusoidalPositions(tokenizer.length() + 1, options.width());
    for (int i = 0; i < options.encoderLayers(); i++) {
      encoder.add(child("encoder.layers." + i, new EncoderLayer(options)));
    }
    start = parameter("start_token", Init.normal(1), 1, options.width());
    embedding = child("embedding", new Embedding(tokenizer.vocabularySize(), options.width()));
    for (int i = 0; i < options.decoderLayers(); i++) {
      decoder.add(child("decoder.layers." + i, new DecoderLayer(options)));
    }
    for (int n = 0; n < tokenizer.length(); n++) {
      heads.add(child("heads." + n, new Linear(options.width(), tokenizer.valuesAt(n))));
    }
    dropout = new Dropout(options.dropout());
  }

  /**
   * Translates the names of the checkpoints that GeoToken's authors train. Three small layers of
   * theirs take no part in any output and are left out.
   */
  static RenameTable publishedNames() {
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

  /** Returns how positions are written. */
  public CellTokenizer tokenizer() {
    return tokenizer;
  }

  /** Returns the shapes of one photo's inputs, without the batch axis. */
  public List<Shape> inputShapes() {
    return input.shapes();
  }

  /**
   * Reads photos.
   *
   * @param inputs {@code [B, ...]} of {@link #inputShapes}
   * @return what the decoder attends to, {@code [B, M, D]}
   */
  public NDArray memory(Forward f, List<NDArray> inputs) {
    NDArray x = dropout.forward(f, inputPositions.add(input.tokens(f, inputs)));
    for (EncoderLayer layer : encoder) {
      x = layer.forward(f, x);
    }
    return x;
  }

  /**
   * Runs the decoder over known words.
   *
   * @param memory {@code [B, M, D]}; the result belongs to its manager
   * @param words int64 {@code [B, n]}, the values of the first n tokens, 0 to N
   * @return {@code [B, 1 + n, D]}: the state before each of the tokens, and after the last
   */
  public NDArray states(Forward f, NDArray memory, NDArray words) {
    NDManager step = memory.getManager();
    Shape shape = words.getShape();
    NDArray x = first(step, shape.get(0));
    int count = Math.toIntExact(shape.get(1));
    if (count > 0) {
      NDArray ids = words.add(step.create(offsets(count)));
      x = NDArrays.concat(new NDList(x, embedding.forward(f, ids)), 1);
    }
    x = dropout.forward(f, tokenPositions.add(x));
    for (DecoderLayer layer : decoder) {
      x = layer.forward(f, x, layer.keysAndValues(memory));
    }
    return x;
  }

  /**
   * Scores the values of every token of known words.
   *
   * @param memory {@code [B, M, D]}; the result belongs to its manager
   * @param words int64 {@code [B, N]}, the values; those of the last token are not looked at
   * @return for each of the N tokens {@code [B, V_n]}
   */
  public List<NDArray> logits(Forward f, NDArray memory, NDArray words) {
    NDArray states = states(f, memory, words.get(":, :{}", tokenizer.length() - 1));
    List<NDArray> logits = new ArrayList<>();
    for (int n = 0; n < heads.size(); n++) {
      logits.add(heads.get(n).forward(f, states.get(":, {}", n)));
    }
    return logits;
  }

  /** Returns the vectors that every word begins with, {@code [B, 1, D]}, without position. */
  NDArray first(NDManager step, long batch) {
    int width = options.width();
    return start.in(step).reshape(1, 1, width).broadcast(batch, 1, width);
  }

  /**
   * Returns the vectors of token values that stand at one position of a word.
   *
   * @param values int64 {@code [B, R]}
   */
  NDArray embedded(int position, NDArray values) {
    NDArray ids = values.add(values.getManager().create((long) tokenizer.offsetAt(position)));
    return embedding.forward(Forward.INFERENCE, ids);
  }

  /** Returns what each decoder layer needs of memory {@code [B, M, D]}. */
  List<KeysAndValues> remembered(NDArray memory) {
    return decoder.stream().map(layer -> layer.keysAndValues(memory)).toList();
  }

  /** Returns room for {@code rows} tokens of each photo in each decoder layer. */
  List<KeysAndValues> room(NDArray memory, int rows) {
    return decoder.stream().map(layer -> layer.room(memory, rows)).toList();
  }

  /**
   * Runs the decoder over one more token of several words of each photo.
   *
   * @param x {@code [B, R, D]}, without position
   * @param position of these tokens, 0 for the start
   * @param mask {@code [B, 1, R, S]}: which of the tokens kept, these being the last, each one sees
   */
  NDArray next(
      NDArray x,
      int position,
      List<KeysAndValues> remembered,
      List<KeysAndValues> kept,
      NDArray mask) {
    NDArray y = tokenPositions.addAt(position, x);
    for (int i = 0; i < decoder.size(); i++) {
      y = decoder.get(i).next(y, remembered.get(i), kept.get(i), mask);
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
