package io.github.geofix.models.backbone;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** TorchScript files for tests. */
public final class TorchScriptArchive {
  private TorchScriptArchive() {}

  /**
   * What {@code torch.jit.save} writes for one convolution of 4 x 4 patches.
   *
   * @param weights {@code [2, 3, 4, 4]}
   */
  public static byte[] convolution(float[] weights) throws IOException {
    return network(weights, "torch.conv2d(x, self.weight, None, [4, 4], [0, 0], [1, 1], 1)");
  }

  /**
   * A {@link #convolution} that creates a file when it runs, as any TorchScript program can.
   *
   * @param created the file's path; it gets 16 floats
   */
  public static byte[] creatingAFile(float[] weights, String created) throws IOException {
    return network(
        weights,
        "torch.add(torch.conv2d(x, self.weight, None, [4, 4], [0, 0], [1, 1], 1), torch.sum("
            + "torch.fill_(torch.from_file(\"%s\", True, 16), 0)))".formatted(created));
  }

  /**
   * What {@code torch.jit.save} writes for a network with one array.
   *
   * @param weights {@code [2, 3, 4, 4]}, called {@code self.weight}
   * @param result what it makes of images {@code x}
   */
  public static byte[] network(float[] weights, String result) throws IOException {
    ByteBuffer raw =
        ByteBuffer.allocate(weights.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(weights);
    String tensor =
        "ctorch._utils\n_rebuild_tensor_v2\n(("
            + text("storage")
            + "ctorch\nFloatStorage\n"
            + text("0")
            + text("cpu")
            + "K"
            + (char) weights.length
            + "tQK\0(K\u0002K\u0003K\u0004K\u0004t(K0K\u0010K\u0004K\u0001t"
            + "\u0088ccollections\nOrderedDict\n)RtR";
    String module =
        "\u0080\u0002c__torch__\nM\n)\u0081}("
            + text("weight")
            + tensor
            + text("training")
            + "\u0089ub.";
    String code =
        """
        class M(Module):
          __parameters__ = ["weight", ]
          __buffers__ = []
          weight : Tensor
          training : bool
          def forward(self: __torch__.M, x: Tensor) -> Tensor:
            return %s
        """
            .formatted(result);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      add(zip, "data.pkl", module.getBytes(StandardCharsets.ISO_8859_1));
      add(zip, "code/__torch__.py", code.getBytes(StandardCharsets.ISO_8859_1));
      add(zip, "data/0", raw.array());
      add(zip, "constants.pkl", "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1));
      add(zip, "version", "10\n".getBytes(StandardCharsets.ISO_8859_1));
    }
    return bytes.toByteArray();
  }

  private static String text(String value) {
    return "X" + (char) value.length() + "\0\0\0" + value;
  }

  private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry("net/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
