package io.github.geofix.models.internal.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import com.google.common.base.Suppliers;
import io.github.geofix.models.nn.TorchEngine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * TorchScript functions written in Java source: the one bridge to the operations of PyTorch that
 * DJL does not offer, with their gradients.
 *
 * <p>A call costs 25 to 45 microseconds where a plain operation costs 4 to 8, so it pays for fused
 * work, such as attention, that would take many plain operations or much memory.
 *
 * <p>Keep an instance in a static field: it lives as long as the program. Thread-safe; gradients
 * are recorded as for plain operations, by the grad mode of the calling thread.
 */
public final class TorchScript {
  private static final String HEAD =
      """
      class M(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
      """;

  /** Python's pickle of an object of class M with the one attribute {@code training = False}. */
  private static final String MODULE_PICKLE =
      "\u0080\u0002c__torch__\nM\n)\u0081}(X\u0008\0\0\0training\u0089ub.";

  /** Python's pickle of the empty tuple. */
  private static final String NO_CONSTANTS_PICKLE = "\u0080\u0002).";

  /** The file format of PyTorch 1.10 and later. */
  private static final String VERSION = "10\n";

  /** Compiled by the first call: an engine that does not start is an error of that call. */
  private final Supplier<Compiled> compiled;

  private TorchScript(String methods) {
    compiled = Suppliers.memoize(() -> Compiled.of(methods));
  }

  private record Compiled(
      NDManager manager, PtSymbolBlock block, Map<String, NDArray> methodNames) {

    static Compiled of(String methods) {
      NDManager manager = TorchEngine.newManager();
      byte[] archive = archive(HEAD + methods.indent(2));
      try {
        PtSymbolBlock block =
            JniUtils.loadModule(
                (PtNDManager) manager, new ByteArrayInputStream(archive), false, false);
        return new Compiled(manager, block, new ConcurrentHashMap<>());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    NDArray methodName(String method) {
      return methodNames.computeIfAbsent(
          method,
          name -> {
            NDArray carrier = manager.create(0);
            carrier.setName("module_method:" + name);
            return carrier;
          });
    }
  }

  /**
   * Returns functions written in the form PyTorch saves them in: every statement an assignment or a
   * return, every argument of an operation given in order. The type of {@code self} is {@code
   * __torch__.M}. The first call compiles them, and throws PyTorch's message if they do not
   * compile.
   */
  public static TorchScript compile(String methods) {
    return new TorchScript(methods);
  }

  /**
   * Compiles functions that are written for two precisions, in float32. They pass arrays other than
   * those of {@code torch.linear} through {@code (self).operand(x)} before they compute with them,
   * and what they return through {@code (self).result(x)}.
   */
  public static TorchScript compileInFloat32(String methods) {
    return compile(Bfloat16.AS_THEY_ARE + methods);
  }

  /**
   * As {@link #compileInFloat32}, with products and attention in bfloat16; arguments and results
   * are in float32, as are the gradients of arguments.
   */
  public static TorchScript compileInBfloat16(String methods) {
    return compile(Bfloat16.inBfloat16(methods));
  }

  /**
   * Calls a function of arrays that returns one array; the result belongs to the manager of the
   * first argument.
   */
  public NDArray call(String method, NDArray... arguments) {
    return callAll(method, new NDList(arguments)).singletonOrThrow();
  }

  /**
   * Calls a function; the results belong to the manager of the first argument. Arrays of one name
   * that ends with {@code []} arrive as one list.
   */
  public NDList callAll(String method, NDList arguments) {
    Compiled functions = compiled.get();
    NDList all = new NDList(arguments);
    all.add(functions.methodName(method));
    // Told to infer, DJL would make tensors that no later operation can differentiate.
    boolean differentiable = true;
    return IValueUtils.forward(functions.block(), all, differentiable);
  }

  private static byte[] archive(String code) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      add(zip, "data.pkl", MODULE_PICKLE);
      add(zip, "code/__torch__.py", code);
      add(zip, "constants.pkl", NO_CONSTANTS_PICKLE);
      add(zip, "version", VERSION);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void add(ZipOutputStream zip, String name, String latin1) throws IOException {
    byte[] content = latin1.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry("ops/" + name);
    // PyTorch reads no compressed entries.
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
