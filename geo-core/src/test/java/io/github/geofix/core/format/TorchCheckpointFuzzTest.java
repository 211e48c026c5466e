package io.github.geofix.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.internal.format.MappedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the bytes, a checkpoint is read or refused with a {@link ModelFormatException}. {@link
 * #main} does so for as many minutes as asked, in whatever heap Java was given.
 */
class TorchCheckpointFuzzTest {
  private static final Path FILES = Path.of("src/test/resources/checkpoints");

  /** More are not read, only their number is checked. */
  private static final int MAX_READ = 1 << 16;

  @TempDir private Path folder;

  @Test
  void readsOrRefusesAnything() throws IOException {
    Fuzzer fuzzer = new Fuzzer(FILES, folder, 7);
    for (int i = 0; i < 4000; i++) {
      fuzzer.next();
    }
    // Were all refused, or none, the changes would be too large or too small to find anything.
    assertThat(fuzzer.read).isGreaterThan(40);
    assertThat(fuzzer.refused).isGreaterThan(2000);
  }

  /** Takes the folder of the checkpoints, the minutes and the first seed. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory("fuzz");
    long end = System.nanoTime() + (long) (60e9 * Double.parseDouble(arguments[1]));
    long seed = Long.parseLong(arguments[2]);
    Fuzzer fuzzer = new Fuzzer(Path.of(arguments[0]), folder, seed);
    while (System.nanoTime() < end) {
      for (int i = 0; i < 1000; i++) {
        fuzzer.next();
      }
    }
    System.out.printf("seed %d: %d read, %d refused%n", seed, fuzzer.read, fuzzer.refused);
  }

  private static final class Fuzzer {
    /** Operations of pickles and their arguments, valid and not. */
    private static final List<String> PIECES =
        List.of(
            "(",
            ")",
            "]",
            "}",
            "t",
            "u",
            "s",
            "e",
            "a",
            "R",
            "b",
            "Q",
            ".",
            "0",
            "N",
            "\u0088",
            "\u0085",
            "\u0086",
            "\u0087",
            "\u0081",
            "q\0",
            "h\0",
            "h\u0001",
            "K\0",
            "K\u0007",
            "J\u00ff\u00ff\u00ff\u00ff",
            "J\u00ff\u00ff\u00ff\u007f",
            "M\u00ff\u00ff",
            "\u008a\0",
            "\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
            "X\u0001\0\0\0a",
            "X\u00ff\u00ff\u00ff\u007f",
            "U\u0002ab",
            "r\u00ff\u00ff\u00ff\u00ff",
            "\u0080\u0002",
            "ccollections\nOrderedDict\n",
            "ctorch._utils\n_rebuild_tensor_v2\n",
            "ctorch._utils\n_rebuild_tensor_v3\n",
            "ctorch._utils\n_rebuild_parameter\n",
            "ctorch._tensor\n_rebuild_from_type_v2\n",
            "ctorch\nFloatStorage\n",
            "ctorch\nSize\n",
            "ctorch.storage\nUntypedStorage\n",
            "cargparse\nNamespace\n",
            "cposix\nsystem\n",
            "X\u0007\0\0\0storage",
            "X\u0003\0\0\0cpu",
            "X\u0001\0\0\0000");

    private final List<byte[]> originals = new ArrayList<>();
    private final List<Map<String, byte[]>> zips = new ArrayList<>();
    private final Path file;
    private final SplittableRandom random;
    private long read;
    private long refused;

    Fuzzer(Path files, Path folder, long seed) throws IOException {
      file = folder.resolve("fuzz.pt");
      random = new SplittableRandom(seed);
      try (Stream<Path> all = Files.list(files)) {
        for (Path path : all.sorted().toList()) {
          String name = path.getFileName().toString();
          if (name.matches("(t213|t113|odd|bad_memo|bad_self).*")
              && !name.endsWith("safetensors")) {
            byte[] bytes = Files.readAllBytes(path);
            originals.add(bytes);
            if (bytes[0] == 'P') {
              zips.add(entries(path));
            }
          }
        }
      }
    }

    void next() throws IOException {
      byte[] bytes =
          random.nextInt(3) == 0
              ? changed(originals.get(random.nextInt(originals.size())))
              : withChangedPickle(zips.get(random.nextInt(zips.size())));
      Files.write(file, bytes);
      try (TensorFile tensors = TensorFile.open(file)) {
        for (String name : tensors.names()) {
          readOrRefuse(tensors, name);
        }
        read++;
      } catch (ModelFormatException e) {
        assertThat(e).message().hasSizeLessThan(20_000);
        refused++;
      }
    }

    private static void readOrRefuse(TensorFile tensors, String name) {
      int count = (int) Math.min(MAX_READ, tensors.count(name));
      tensors.read(name, tensors.count(name) - count, DoubleBuffer.allocate(count));
      assertThat(Arrays.stream(tensors.shape(name)).reduce(1, Math::multiplyExact))
          .isEqualTo(tensors.count(name));
    }

    /** Changes the pickle of a zip, which is then a right zip again. */
    private byte[] withChangedPickle(Map<String, byte[]> entries) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ZipOutputStream out = new ZipOutputStream(bytes)) {
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
          byte[] content = entry.getValue();
          if (entry.getKey().endsWith("data.pkl")) {
            content = changed(content);
          }
          CRC32 crc = new CRC32();
          crc.update(content);
          ZipEntry stored = new ZipEntry(entry.getKey());
          stored.setMethod(ZipEntry.STORED);
          stored.setSize(content.length);
          stored.setCrc(crc.getValue());
          out.putNextEntry(stored);
          out.write(content);
          out.closeEntry();
        }
      }
      return bytes.toByteArray();
    }

    private static Map<String, byte[]> entries(Path path) {
      Map<String, byte[]> entries = new LinkedHashMap<>();
      try (MappedFile zip = MappedFile.open(path)) {
        new StoredZip(zip)
            .entries()
            .forEach(
                (name, entry) -> {
                  byte[] content = new byte[(int) entry.size()];
                  zip.slice(entry.start(), content.length).get(content);
                  entries.put(name, content);
                });
      }
      return entries;
    }

    private byte[] changed(byte[] original) {
      byte[] bytes = original;
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        int at = random.nextInt(bytes.length + 1);
        int length = Math.min(bytes.length - at, random.nextInt(1, 40));
        byte[] piece =
            switch (random.nextInt(5)) {
              case 0 -> new byte[] {(byte) random.nextInt(256)};
              case 1 ->
                  PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.ISO_8859_1);
              case 2 -> {
                byte[] other = originals.get(random.nextInt(originals.size()));
                int from = random.nextInt(other.length);
                yield Arrays.copyOfRange(
                    other, from, Math.min(other.length, from + random.nextInt(1, 80)));
              }
              case 3 -> repeated(PIECES.get(random.nextInt(PIECES.size())));
              default -> new byte[0];
            };
        int removed = random.nextBoolean() ? Math.min(bytes.length - at, piece.length) : 0;
        bytes = joined(bytes, at, piece, piece.length == 0 ? length : removed);
      }
      return bytes.length == 0 ? new byte[1] : bytes;
    }

    /** Once in a while very often, to come to the limits of memory. */
    private byte[] repeated(String piece) {
      int times = random.nextInt(200) == 0 ? 3_000_000 / piece.length() : random.nextInt(1, 300);
      return piece.repeat(times).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] joined(byte[] bytes, int at, byte[] piece, int removed) {
      byte[] joined = new byte[bytes.length + piece.length - removed];
      System.arraycopy(bytes, 0, joined, 0, at);
      System.arraycopy(piece, 0, joined, at, piece.length);
      System.arraycopy(bytes, at + removed, joined, at + piece.length, bytes.length - at - removed);
      return joined;
    }
  }
}
