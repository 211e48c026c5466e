package io.github.geofix.examples;

import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads a PyTorch checkpoint, and writes it as safetensors. */
final class ImportWeights {
  private ImportWeights() {}

  public static void main(String[] args) {
    try (TensorFile file = TensorFile.open(Path.of("model_best.pth.tar"))) {
      file.notes().forEach(System.out::println);
      for (String name : file.names()) {
        System.out.println(name + " " + file.dtype(name) + " " + Arrays.toString(file.shape(name)));
      }
      float[] bias = file.floats("module.head.bias");
      System.out.println("bias of the head: " + Arrays.toString(bias));
    }
    try (TensorFile file = TensorFile.open(Path.of("model_best.pth.tar"))) {
      Safetensors.Writer writer = Safetensors.writer();
      file.names().forEach(name -> writer.tensor(name, file, name));
      writer.write(Path.of("model.safetensors"));
    }
  }
}
