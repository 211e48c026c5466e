package io.github.geofix.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.csv.PhotoRow;
import io.github.geofix.core.partition.CellPartition.AdaptiveOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/** Damaged files end in one kind of error, or in a partition that can be saved and read again. */
class CsvFuzzTest {
  private static Path folder = Path.of("");
  private static List<byte[]> valid = List.of();

  @BeforeContainer
  static void writeValidFiles() throws IOException {
    folder = Files.createTempDirectory("csv-fuzz");
    PointSet points = PointSet.of(Points.clustered(500, new Random(1)));
    AdaptiveOptions options = AdaptiveOptions.defaults().withMinPoints(3);
    Path partition = folder.resolve("partition.csv");
    CellPartition.adaptive(points, options.withMaxPoints(20)).save(partition);
    Path hierarchy = folder.resolve("hierarchy.csv");
    CellHierarchy.adaptive(points, options, 200, 20).save(hierarchy);
    valid =
        List.of(
            Files.readAllBytes(partition),
            Files.readAllBytes(hierarchy),
            "cluster_id,min_lat,max_lat,mean_lat,min_lon,max_lon,mean_lon\n0,1,2,1.5,3,4,3.5\n"
                .getBytes(StandardCharsets.UTF_8),
            "image,latitude,longitude,note\na.jpg,48.8,2.3,x\n\"b,c.jpg\",-33.9,151.2,\n"
                .getBytes(StandardCharsets.UTF_8),
            "LAT,LON\n48.8,2.3\n-33.9,151.2\n".getBytes(StandardCharsets.UTF_8));
  }

  @AfterContainer
  static void deleteFiles() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** A valid file with a few bytes changed, cut out, doubled, or cut off at the end. */
  @Provide
  Arbitrary<byte[]> damaged() {
    return Arbitraries.longs()
        .map(
            seed -> {
              Random random = new Random(seed);
              byte[] file = valid.get(random.nextInt(valid.size())).clone();
              for (int i = random.nextInt(6); i >= 0; i--) {
                file = damage(file, random);
              }
              return file;
            });
  }

  private static byte[] damage(byte[] file, Random random) {
    int at = random.nextInt(file.length + 1);
    int end = Math.min(file.length, at + random.nextInt(40));
    byte[] special = {0, -1, '\n', '"', ',', '#', '-', '9', 'e', '.', (byte) 0xc3, (byte) 0xef};
    byte[] inserted =
        switch (random.nextInt(4)) {
          case 0 -> new byte[] {special[random.nextInt(special.length)]};
          case 1 -> new byte[] {(byte) random.nextInt(256)};
          case 2 -> Arrays.copyOfRange(file, at, end);
          default -> new byte[0];
        };
    byte[] result =
        new byte[at + inserted.length + file.length - (random.nextBoolean() ? at : end)];
    System.arraycopy(file, 0, result, 0, at);
    System.arraycopy(inserted, 0, result, at, inserted.length);
    int tail = result.length - at - inserted.length;
    System.arraycopy(file, file.length - tail, result, at + inserted.length, tail);
    return random.nextInt(8) == 0 ? Arrays.copyOf(result, at) : result;
  }

  @Property
  void damagedFilesAreReadOrRefused(@ForAll("damaged") byte[] content) throws IOException {
    check(content);
  }

  @Property
  void anyBytesAreReadOrRefused(@ForAll byte[] content) throws IOException {
    check(content);
  }

  private static void check(byte[] content) throws IOException {
    Path file = folder.resolve("fuzzed.csv");
    Files.write(file, content);
    CellPartition partition = read(file, content.length, CellPartition::load);
    if (partition != null) {
      Path again = folder.resolve("again.csv");
      partition.save(again);
      assertThat(CellPartition.load(again)).isEqualTo(partition);
    }
    read(file, content.length, CellHierarchy::load);
    read(file, content.length, PointSet::readCsv);
    read(file, content.length, BoxPartition::load);
    read(file, content.length, CsvFuzzTest::photos);
  }

  private static List<PhotoRow> photos(Path file) {
    try {
      return PhotoRow.readCsv(file);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException(String.valueOf(e.getMessage()), e);
    }
  }

  private static <T> @Nullable T read(Path file, long length, Function<Path, T> reader) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    T result;
    try {
      result = reader.apply(file);
    } catch (ModelFormatException e) {
      assertThat(e).hasMessageContaining("fuzzed.csv");
      result = null;
    }
    long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    // One chunk of points, the widest box, one buffer of a field, and so much a byte of the file.
    assertThat(allocated).isLessThan((16L << 20) + 1000 * length);
    return result;
  }
}
