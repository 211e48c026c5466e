package io.github.geofix.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.FileKind;
import io.github.geofix.core.internal.InputFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The check of an ONNX file before ONNX Runtime opens it: a whole model in one file, of operators
 * that the runtime has itself. Refused are weights in other files, which a file could name anywhere
 * on the machine, and operators of other libraries.
 *
 * <p>Numbers of fields: onnx.proto3 of ONNX 1.20, ModelProto and what it holds.
 */
final class OnnxFile {
  /** Graphs within graphs, such as the branches of an If. */
  private static final int MAX_DEPTH = 32;

  /** ONNX, ONNX-ML, and what ONNX Runtime adds. */
  private static final Set<String> BUILT_IN =
      Set.of("", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc");

  /** Names a file of a compiled graph. */
  private static final String COMPILED = "EPContext";

  private static final int EXTERNAL = 1;

  private final Set<String> operators = new TreeSet<>();
  private final Set<String> functions = new HashSet<>();
  private boolean hasGraph;

  private OnnxFile() {}

  /**
   * Checks a file.
   *
   * @throws ModelFormatException if it is no ONNX model, or refers to anything outside the file
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  static void check(Path path) {
    try (FileChannel file = FileChannel.open(InputFiles.find(path), StandardOpenOption.READ)) {
      ByteBuffer start = ByteBuffer.allocate((int) Math.min(file.size(), FileKind.START_BYTES));
      int read = file.read(start, 0);
      FileKind.of(Arrays.copyOf(start.array(), Math.max(0, read)))
          .ifPresent(
              kind -> {
                throw new ModelFormatException("it is " + kind.text());
              });
      OnnxFile found = new OnnxFile();
      found.model(ProtobufReader.of(file));
      found.requireBuiltIn();
    } catch (ModelFormatException e) {
      throw new ModelFormatException(path + " is not read: " + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + path, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + ": " + InputFiles.reason(e), e);
    }
  }

  /** Makes something of a session. */
  interface Opening<T> {
    /** Returns what owns the session. */
    T of(OrtSession session) throws OrtException;
  }

  /**
   * Checks a file and opens it in ONNX Runtime; closes it if nothing can be made of it.
   *
   * @throws ModelFormatException as {@link #check}, or if it does not run
   */
  static <T> T open(Path path, Opening<T> opening) {
    OrtSession session = null;
    try {
      session = session(path);
      return opening.of(session);
    } catch (OrtException | RuntimeException e) {
      close(session);
      throw e instanceof RuntimeException runtime ? runtime : fails(path, e);
    }
  }

  /** Returns the error of a file that does not run. */
  static ModelFormatException fails(Path path, Exception e) {
    return new ModelFormatException(path + " does not run in ONNX Runtime: " + e.getMessage(), e);
  }

  private static OrtSession session(Path path) throws OrtException {
    check(path);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      // Threads that wait for work would take the cores from others, such as PyTorch's.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return OrtEnvironment.getEnvironment().createSession(path.toString(), options);
    }
  }

  /** Closes a session, if there is one. */
  static void close(@Nullable OrtSession session) {
    try {
      if (session != null) {
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime does not close: " + e.getMessage(), e);
    }
  }

  private void model(ProtobufReader model) {
    while (model.next()) {
      switch (model.field()) {
        case 7 -> {
          hasGraph = true;
          graph(model.message(), 0);
        }
        case 20 ->
            throw new ModelFormatException("it is a training graph: export it for inference");
        case 25 -> function(model.message());
        default -> {}
      }
    }
  }

  private void requireBuiltIn() {
    if (!hasGraph) {
      throw new ModelFormatException("it is no ONNX model: it holds no graph");
    }
    operators.removeAll(functions);
    if (!operators.isEmpty()) {
      throw new ModelFormatException(
          "it needs operators of other libraries, which are not loaded: "
              + String.join(", ", operators));
    }
  }

  private void graph(ProtobufReader graph, int depth) {
    if (depth > MAX_DEPTH) {
      throw new ModelFormatException("graphs are nested more than " + MAX_DEPTH + " deep");
    }
    while (graph.next()) {
      switch (graph.field()) {
        case 1 -> node(graph.message(), depth);
        case 5 -> tensor(graph.message());
        case 15 -> sparse(graph.message());
        default -> {}
      }
    }
  }

  private void function(ProtobufReader function) {
    String name = "";
    String domain = "";
    while (function.next()) {
      switch (function.field()) {
        case 1 -> name = function.text();
        case 7 -> node(function.message(), 0);
        case 10 -> domain = function.text();
        case 11 -> attribute(function.message(), 0);
        default -> {}
      }
    }
    functions.add(domain + "::" + name);
  }

  private void node(ProtobufReader node, int depth) {
    String operator = "";
    String domain = "";
    while (node.next()) {
      switch (node.field()) {
        case 4 -> operator = node.text();
        case 5 -> attribute(node.message(), depth);
        case 7 -> domain = node.text();
        default -> {}
      }
    }
    if (!BUILT_IN.contains(domain) || operator.equals(COMPILED)) {
      operators.add(domain + "::" + operator);
    }
  }

  private void attribute(ProtobufReader attribute, int depth) {
    while (attribute.next()) {
      switch (attribute.field()) {
        case 5, 10 -> tensor(attribute.message());
        case 6, 11 -> graph(attribute.message(), depth + 1);
        case 22, 23 -> sparse(attribute.message());
        default -> {}
      }
    }
  }

  private static void sparse(ProtobufReader tensor) {
    while (tensor.next()) {
      if (tensor.field() == 1 || tensor.field() == 2) {
        tensor(tensor.message());
      }
    }
  }

  private static void tensor(ProtobufReader tensor) {
    String name = "";
    boolean external = false;
    while (tensor.next()) {
      switch (tensor.field()) {
        case 8 -> name = tensor.text();
        case 13 -> external = true;
        case 14 -> external |= tensor.number() == EXTERNAL;
        default -> {}
      }
    }
    if (external) {
      throw new ModelFormatException(
          String.format(
              Locale.ROOT,
              "its array \"%s\" is in another file: export the model as one file, in PyTorch by"
                  + " torch.onnx.export(..., external_data=False)",
              name));
    }
  }
}
