package io.github.geofix.models.internal.backbone;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.InputFiles;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Any network saved by {@code torch.jit.save}, used as a backbone: frozen, or fine-tuned like our
 * own. Its method {@code forward} maps {@code [B, 3, H, W]} to {@code [B, D, h, w]}.
 *
 * <p>Its parameters appear under the names they have in the file, and are trained in place. A saved
 * model holds their values, but not the program: the TorchScript file is needed to load it again.
 * Buffers, such as running means, stay as the file has them, as does dropout: the network runs in
 * evaluation mode always. Run only files you trust: a TorchScript file is a program.
 *
 * <p>The network lives until {@link #close}. Any number of threads may infer.
 */
public final class TorchScriptBackbone extends Backbone implements AutoCloseable {
  private final NDManager manager;
  private final PtSymbolBlock block;
  private final int stride;

  private TorchScriptBackbone(
      ImageSpec image, int width, int stride, NDManager manager, PtSymbolBlock block) {
    super(image, width);
    this.stride = stride;
    this.manager = manager;
    this.block = block;
    JniUtils.enableInferenceMode(block);
    for (NDArray array : JniUtils.moduleGetParams(block, (PtNDManager) manager)) {
      adopt(array.getName(), array);
    }
  }

  /**
   * Loads a network, and runs it once to find its width and stride.
   *
   * @param image the images it was trained on
   * @throws UncheckedIOException if the file cannot be read
   * @throws ModelFormatException if it is not a TorchScript file, or does not give maps
   */
  public static TorchScriptBackbone load(Path file, ImageSpec image) {
    NDManager manager = TorchEngine.newManager();
    boolean loaded = false;
    try (InputStream in = Files.newInputStream(InputFiles.find(file))) {
      PtSymbolBlock block = JniUtils.loadModule((PtNDManager) manager, in, false, false);
      Shape map = shapeOfMap(file, block, manager, image);
      int stride = Math.toIntExact(image.height() / map.get(2));
      int width = Math.toIntExact(map.get(1));
      TorchScriptBackbone backbone = new TorchScriptBackbone(image, width, stride, manager, block);
      loaded = true;
      return backbone;
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such file: " + file, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + InputFiles.reason(e), e);
    } catch (EngineException e) {
      throw new ModelFormatException(file + " does not run as TorchScript: " + e.getMessage(), e);
    } finally {
      if (!loaded) {
        manager.close();
      }
    }
  }

  private static Shape shapeOfMap(
      Path file, PtSymbolBlock block, NDManager manager, ImageSpec image) {
    JniUtils.enableInferenceMode(block);
    Shape input = new Shape(1, 3, image.height(), image.width());
    Shape shape =
        TorchEngine.infer(
            manager,
            step ->
                IValueUtils.forward(block, new NDList(step.zeros(input)), true).head().getShape());
    if (!isMapOf(image, shape)) {
      throw new ModelFormatException(
          file + " gives " + shape + " for an image " + input + ", not a map of it");
    }
    return shape;
  }

  /** Whether each vector of {@code [1, D, h, w]} stands for a square of pixels. */
  private static boolean isMapOf(ImageSpec image, Shape shape) {
    if (shape.dimension() != 4 || shape.get(2) < 1 || shape.get(3) < 1) {
      return false;
    }
    long stride = image.height() / shape.get(2);
    return stride > 0
        && stride == image.width() / shape.get(3)
        && shape.get(2) == image.height() / stride;
  }

  @Override
  public NDArray forward(Forward f, NDArray images) {
    // Told to infer, DJL would make tensors that no later operation can differentiate.
    boolean differentiable = true;
    return tokens(
        IValueUtils.forward(block, new NDList(images), differentiable).singletonOrThrow());
  }

  @Override
  public int featureMapSize(int pixels) {
    return pixels / stride;
  }

  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
